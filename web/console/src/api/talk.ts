import { answer, client } from './client';
import { one } from './names';
import type { TalkStanding } from './types';

/** Whom one speaks to: a camera by its number, or a device by its code. */
export type Whom = { channel: number } | { device: string };

/** Below `/api/v1`. */
export const pathOf = (whom: Whom): string => ('channel' in whom ? `/channels/${whom.channel}` : `/gb28181/devices/${whom.device}`);

/** A WAV file, played once. */
export function playFile(whom: Whom, name: string, wav: Uint8Array<ArrayBuffer>): Promise<TalkStanding> {
  const sent = { body: wav as never, bodySerializer: () => wav, headers: { 'Content-Type': 'audio/wav' } };
  const query = { name };
  return answer(
    'channel' in whom
      ? client.POST('/api/v1/channels/{id}/talk/file', { params: { path: { id: whom.channel }, query }, ...sent })
      : client.POST('/api/v1/gb28181/devices/{code}/talk/file', { params: { path: { code: whom.device }, query }, ...sent }),
  );
}

export const stopFile = (whom: Whom): Promise<undefined> =>
  answer('channel' in whom ? client.DELETE('/api/v1/channels/{id}/talk/file', one(whom.channel)) : client.DELETE('/api/v1/gb28181/devices/{code}/talk/file', { params: { path: { code: whom.device } } }));
