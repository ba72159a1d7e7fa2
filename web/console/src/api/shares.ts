import { answer, client } from './client';
import { one } from './names';
import type { Share, SharedChannel, ShareInput } from './types';

export const listShares = async (channel: number): Promise<Share[]> => (await answer(client.GET('/api/v1/channels/{id}/shares', one(channel)))).items;

/** The path of the link's page is told only now. */
export const addShare = (channel: number, body: ShareInput): Promise<{ share: Share; path: string }> =>
  answer(client.POST('/api/v1/channels/{id}/shares', { ...one(channel), body }));

export const removeShare = (channel: number, share: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/channels/{id}/shares/{share}', { params: { path: { id: channel, share } } }));

/** What a link leads to; good for some minutes, after which it is asked for again. */
export const openShare = (token: string): Promise<SharedChannel> => answer(client.GET('/api/v1/shares/{token}', { params: { path: { token } } }));
