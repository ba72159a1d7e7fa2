import { answer, client } from './client';
import type { Session, SetupState } from './types';

export const getSetup = (): Promise<SetupState> => answer(client.GET('/api/v1/setup'));

export const setUp = (password: string, code: string): Promise<Session> =>
  answer(client.POST('/api/v1/setup', { body: { username: 'admin', password, ...(code ? { code } : {}) } }));

export const logIn = (username: string, password: string): Promise<Session> =>
  answer(client.POST('/api/v1/login', { body: { username, password } }));

export const logOut = (): Promise<undefined> => answer(client.POST('/api/v1/logout'));

export const changePassword = (current: string, next: string): Promise<undefined> =>
  answer(client.POST('/api/v1/me/password', { body: { current, new: next } }));
