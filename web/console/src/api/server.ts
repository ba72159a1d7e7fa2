import { answer, client } from './client';
import type { Configuration, LoadSample, Reload, Server, Token, TokenInput } from './types';

export const getServer = (): Promise<Server> => answer(client.GET('/api/v1/server'));

export const getConfig = (): Promise<Configuration> => answer(client.GET('/api/v1/config'));

const ofVersion = (version: number): { params: { header: { 'If-Match': string } } } => ({ params: { header: { 'If-Match': `"${version}"` } } });

/** Changes settings, all or none; null goes back to the default. */
export const changeConfig = (version: number, body: Record<string, unknown>): Promise<Configuration> =>
  answer(client.PATCH('/api/v1/config', { ...ofVersion(version), body }));

export const restartServer = (version: number): Promise<unknown> => answer(client.POST('/api/v1/server/restart', ofVersion(version)));

export const reloadConfig = (): Promise<Reload> => answer(client.POST('/api/v1/config/reload'));

export const createToken = (body: TokenInput): Promise<Token> => answer(client.POST('/api/v1/tokens', { body }));

export const getLoadHistory = async (): Promise<LoadSample[]> => (await answer(client.GET('/api/v1/server/history'))).items;
