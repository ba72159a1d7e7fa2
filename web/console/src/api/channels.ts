import { answer, client } from './client';
import { one } from './names';
import type { operations } from './generated';
import type { Channel, ChannelBranch, ChannelPage } from './types';

export type ChannelQuery = NonNullable<operations['channels']['parameters']['query']>;

export const getChannelTree = async (): Promise<ChannelBranch[]> => (await answer(client.GET('/api/v1/channels/tree'))).organisations;

/** A part of the channels that fit, and how many there are. `query` is part of a name, its pinyin's initials, a code, a stake or a tag. */
export const listChannels = (query: ChannelQuery): Promise<ChannelPage> =>
  answer(client.GET('/api/v1/channels', { params: { query } }));

export const getChannel = (id: number): Promise<Channel> => answer(client.GET('/api/v1/channels/{id}', one(id)));
