import { answer, client } from './client';
import type { Host } from './types';

export const listHosts = async (): Promise<Host[]> => (await answer(client.GET('/api/v1/hosts'))).items;

export const addHost = (name: string, domains: string[]): Promise<Host> => answer(client.POST('/api/v1/hosts', { body: { name, domains } }));

export const changeHost = (name: string, domains: string[]): Promise<Host> =>
  answer(client.PUT('/api/v1/hosts/{name}', { params: { path: { name } }, body: { domains } }));

export const removeHost = (name: string): Promise<undefined> => answer(client.DELETE('/api/v1/hosts/{name}', { params: { path: { name } } }));
