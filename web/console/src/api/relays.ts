import { answer, client } from './client';
import { one } from './names';
import type { Relay, RelayInput } from './types';

export const listRelays = async (): Promise<Relay[]> => (await answer(client.GET('/api/v1/relays'))).items;

export const addRelay = (body: RelayInput): Promise<Relay> => answer(client.POST('/api/v1/relays', { body }));

export const changeRelay = (id: number, body: RelayInput): Promise<Relay> =>
  answer(client.PUT('/api/v1/relays/{id}', { ...one(id), body }));

export const removeRelay = (id: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/relays/{id}', one(id)));
