import { answer, client } from './client';
import { one } from './names';
import type { ApiKey, ApiKeyCreated, ApiKeyInput, LoginSession, SecondFactor } from './types';

export const listMySessions = async (): Promise<LoginSession[]> => (await answer(client.GET('/api/v1/me/sessions'))).items;

export const endMySession = (id: string): Promise<undefined> => answer(client.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } }));

/** What an authenticator app needs. It holds only once a code of it was entered. */
export const beginSecondFactor = (): Promise<SecondFactor> => answer(client.POST('/api/v1/me/second-factor'));

export const confirmSecondFactor = (password: string, code: string): Promise<undefined> =>
  answer(client.POST('/api/v1/me/second-factor/confirm', { body: { password, code } }));

export const removeSecondFactor = (password: string): Promise<undefined> => answer(client.POST('/api/v1/me/second-factor/remove', { body: { password } }));

export const listKeys = async (): Promise<ApiKey[]> => (await answer(client.GET('/api/v1/me/keys'))).items;

export const addKey = (body: ApiKeyInput): Promise<ApiKeyCreated> => answer(client.POST('/api/v1/me/keys', { body }));

export const removeKey = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/me/keys/{id}', one(id)));
