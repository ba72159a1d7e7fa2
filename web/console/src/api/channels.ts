import { answer, client } from './client';
import type { operations } from './generated';
import type { Channel, ChannelBranch, ChannelPage, PlayOffer } from './types';

export type ChannelQuery = NonNullable<operations['channels']['parameters']['query']>;

export const getChannelTree = async (): Promise<ChannelBranch[]> => (await answer(client.GET('/api/v1/channels/tree'))).organisations;

/** Numbers that one request may name. */
export const IDS_MAX = 1000;

/** A part of the channels that fit, and how many there are. `query` is part of a name, its pinyin's initials, a code, a stake or a tag. */
export const listChannels = (query: ChannelQuery): Promise<ChannelPage> =>
  answer(client.GET('/api/v1/channels', { params: { query } }));

/** Those of these numbers that there are and that one may see; up to `IDS_MAX` numbers. */
export const getChannels = async (ids: readonly number[]): Promise<Channel[]> => (await listChannels({ ids: ids.join(), per_page: IDS_MAX })).items;

export const openChannel = (id: number, rendition: 'main' | 'sub'): Promise<PlayOffer> =>
  answer(client.POST('/api/v1/channels/{id}/play', { params: { path: { id }, query: { rendition } } }));
