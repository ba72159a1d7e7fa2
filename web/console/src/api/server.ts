import { answer, client } from './client';
import type { ConfigValue, LoadSample, Reload, Server, Token, TokenInput } from './types';

export const getServer = (): Promise<Server> => answer(client.GET('/api/v1/server'));

export const getConfig = async (): Promise<ConfigValue[]> => (await answer(client.GET('/api/v1/config'))).values;

export const reloadConfig = (): Promise<Reload> => answer(client.POST('/api/v1/config/reload'));

export const createToken = (body: TokenInput): Promise<Token> => answer(client.POST('/api/v1/tokens', { body }));

export const getLoadHistory = async (): Promise<LoadSample[]> => (await answer(client.GET('/api/v1/server/history'))).items;
