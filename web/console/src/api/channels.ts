import { answer, client } from './client';
import type { operations } from './generated';
import { one, present } from './names';
import type { Channel, ChannelBranch, ChannelImportReport, ChannelInput, ChannelPage, ChannelsChanged, ChannelSet, PlayOffer, PlayWish } from './types';

export type ChannelQuery = NonNullable<operations['channels']['parameters']['query']>;

export const getChannelTree = async (): Promise<ChannelBranch[]> => (await answer(client.GET('/api/v1/channels/tree'))).organisations;

/** Numbers that one request may name. */
export const IDS_MAX = 1000;

/** A part of the channels that fit, and how many there are. `query` is part of a name, its pinyin's initials, a code, a stake or a tag. */
export const listChannels = (query: ChannelQuery): Promise<ChannelPage> =>
  answer(client.GET('/api/v1/channels', { params: { query } }));

/** Those of these numbers that there are and that one may see; up to `IDS_MAX` numbers. */
export const getChannels = async (ids: readonly number[]): Promise<Channel[]> => (await listChannels({ ids: ids.join(), per_page: IDS_MAX })).items;

export const openChannel = (id: number, rendition: 'main' | 'sub', wish: PlayWish): Promise<PlayOffer> =>
  answer(client.POST('/api/v1/channels/{id}/play', { params: { path: { id }, query: { rendition } }, body: wish }));

export const getChannel = (id: number): Promise<Channel> => answer(client.GET('/api/v1/channels/{id}', one(id)));

export const changeChannel = (old: Channel, body: ChannelInput): Promise<Channel> => answer(client.PUT('/api/v1/channels/{id}', { ...present(old), body }));

/** The same for many, which `undoChannels` takes back. */
export const changeChannels = (ids: number[], set: ChannelSet): Promise<ChannelsChanged> =>
  answer(client.POST('/api/v1/channels/bulk', { body: { ids, action: 'change', set } }));

export const removeChannels = (ids: number[]): Promise<ChannelsChanged> => answer(client.POST('/api/v1/channels/bulk', { body: { ids, action: 'remove' } }));

export const undoChannels = (id: string): Promise<ChannelsChanged> => answer(client.POST('/api/v1/channels/undo/{id}', { params: { path: { id } } }));

/** A table, XLSX or CSV; with `dry_run` only what would happen. */
export const importChannels = (table: Blob, organisation: number, dry_run: boolean): Promise<ChannelImportReport> =>
  answer(
    client.POST('/api/v1/channels/import', {
      params: { query: { organisation, dry_run } },
      // The document knows of bytes as numbers only.
      body: table as unknown as number[],
      bodySerializer: (body) => body,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  );

export const exportChannels = (format: 'xlsx' | 'csv', query: { organisation?: number; query?: string }): Promise<Blob> =>
  answer(client.GET('/api/v1/channels/export/{format}', { params: { path: { format }, query }, parseAs: 'blob' })) as Promise<Blob>;

/** An empty table with its headings. */
export const channelTemplate = (format: 'xlsx' | 'csv'): Promise<Blob> =>
  answer(client.GET('/api/v1/channels/template/{format}', { params: { path: { format } }, parseAs: 'blob' })) as Promise<Blob>;
