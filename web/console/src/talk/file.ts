/** Files of sound, as the server plays them. */
import { RATE_HZ, to16Bits } from './g711';

/** The longest that the server plays, in seconds. */
const MAX_S = 600;
/** Larger ones are not even read. */
const MAX_BYTES = 200 << 20;
const HEADER_BYTES = 44;

/** Why a file cannot be played, each with its own sentence. */
export type FileTrouble = 'large' | 'long' | 'unreadable';

export class FileError extends Error {
  constructor(readonly trouble: FileTrouble) {
    super(trouble);
  }
}

/** Whatever the browser can decode as a WAV file of 8 kHz, one channel. Throws a FileError. */
export async function wavOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > MAX_BYTES) throw new FileError('large');
  // It decodes to the rate that it has itself.
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const sound = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    throw new FileError('unreadable');
  });
  if (sound.duration > MAX_S) throw new FileError('long');
  const channels = Array.from({ length: sound.numberOfChannels }, (_, index) => sound.getChannelData(index));
  return wav(Array.from({ length: sound.length }, (_, at) => channels.reduce((sum, channel) => sum + (channel[at] as number), 0) / channels.length));
}

/** A WAV file of samples in -1 to 1: PCM of 16 bits. */
export function wav(samples: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => bytes.set(Array.from(text, (letter) => letter.charCodeAt(0)), at);
  word(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  // PCM, one channel.
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE_HZ, true);
  view.setUint32(28, 2 * RATE_HZ, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, index) => view.setInt16(HEADER_BYTES + 2 * index, to16Bits(sample), true));
  return bytes;
}
