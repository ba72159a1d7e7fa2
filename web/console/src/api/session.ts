import { answer, client } from './client';
import type { LoginOptions, Me, Session, SetupState } from './types';

export const getSetup = (): Promise<SetupState> => answer(client.GET('/api/v1/setup'));

export const setUp = (password: string, code: string): Promise<Session> =>
  answer(client.POST('/api/v1/setup', { body: { username: 'admin', password, ...(code ? { code } : {}) } }));

/** With the code of the second factor where one was asked for. */
export const logIn = (username: string, password: string, code = ''): Promise<Session> =>
  answer(client.POST('/api/v1/login', { body: { username, password, ...(code ? { code } : {}) } }));

/** What the sign-in page offers besides name and password. */
export const getLoginOptions = (): Promise<LoginOptions> => answer(client.GET('/api/v1/login/options'));

/** The session of a sign-in at the provider from which this browser has just come back. */
export const redeemProviderLogin = (code: string): Promise<Session> => answer(client.POST('/api/v1/login/oidc/token', { body: { code } }));

export const getMe = (): Promise<Me> => answer(client.GET('/api/v1/me'));

export const logOut = (): Promise<undefined> => answer(client.POST('/api/v1/logout'));

export const changePassword = (current: string, next: string): Promise<undefined> =>
  answer(client.POST('/api/v1/me/password', { body: { current, new: next } }));
