import { answer, client } from './client';
import type { ConfigValue, Reload, Server, StreamDefaults, Token, TokenInput } from './types';

export const getServer = (): Promise<Server> => answer(client.GET('/api/v1/server'));

export const getConfig = async (): Promise<ConfigValue[]> => (await answer(client.GET('/api/v1/config'))).values;

export const reloadConfig = (): Promise<Reload> => answer(client.POST('/api/v1/config/reload'));

export const createToken = (body: TokenInput): Promise<Token> => answer(client.POST('/api/v1/tokens', { body }));

export const getDefaults = (): Promise<StreamDefaults> => answer(client.GET('/api/v1/stream-defaults'));

export const putDefaults = (body: StreamDefaults): Promise<StreamDefaults> =>
  answer(client.PUT('/api/v1/stream-defaults', { body }));
