import { answer, client } from './client';
import { at, type StreamName } from './names';
import type { Diagnosis, PlaybackReports, PlayOffer, PlayWish, Stream, StreamDetail } from './types';

const PAGE = 500;
/** More streams than this are reached by the search, not by scrolling. */
const PAGES_MAX = 10;

/** All streams, page by page. */
export async function listStreams(): Promise<Stream[]> {
  const out: Stream[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor };
    const { items, next_cursor } = await answer(client.GET('/api/v1/streams', { params: { query } }));
    out.push(...items);
    if (!next_cursor) break;
    cursor = next_cursor;
  }
  return out;
}

export const getStream = (stream: StreamName): Promise<StreamDetail> =>
  answer(client.GET('/api/v1/streams/{app}/{name}', at(stream)));

export const getDiagnosis = (stream: StreamName): Promise<Diagnosis> =>
  answer(client.GET('/api/v1/streams/{app}/{name}/diagnosis', at(stream)));

export const getPlayback = (stream: StreamName): Promise<PlaybackReports> =>
  answer(client.GET('/api/v1/streams/{app}/{name}/playback-reports', at(stream)));

export const openPlay = (stream: StreamName, wish: PlayWish): Promise<PlayOffer> =>
  answer(client.POST('/api/v1/streams/{app}/{name}/play', { ...at(stream), body: wish }));

export const kickPublisher = (stream: StreamName): Promise<undefined> =>
  answer(client.DELETE('/api/v1/streams/{app}/{name}/publisher', at(stream)));

export const kickViewer = (id: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/viewers/{id}', { params: { path: { id } } }));
