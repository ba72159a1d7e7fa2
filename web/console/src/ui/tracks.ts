import type { Track } from '../api/types';

/** What a list shows of a stream's tracks. */
export const videoOf = (tracks: Track[]): Track | undefined => tracks.find((track) => track.kind === 'video');

export const codecsOf = (tracks: Track[]): string => tracks.map((track) => track.codec).join(' + ') || '–';

export function sizeOf(track: Track | undefined): string {
  return track?.width && track.height ? `${track.width}×${track.height}` : '–';
}
