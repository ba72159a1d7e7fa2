/** What the page and its decoder workers say to each other. */
import type { Refusal } from '../../offer';
import type { Span } from '../../catchup';
import type { Fault } from '../transport';

/** A picture that can be drawn and must be closed: a `VideoFrame`, or where there is none a bitmap. */
export type Picture = VideoFrame | ImageBitmap;

export type DecodeCommand =
  | { kind: 'open'; session: number; module: WebAssembly.Module; url: string }
  | { kind: 'switch'; session: number; url: string }
  /** Whether the sound of the stream is wanted. */
  | { kind: 'sound'; session: number; wanted: boolean }
  /** So many pictures were shown or dropped. */
  | { kind: 'taken'; session: number; pictures: number }
  | { kind: 'close'; session: number };

/** What a session has done so far. */
export interface DecodeCounts {
  decoded: number;
  /** Access units left out because the decoder fell behind. */
  skipped: number;
  /** How often it fell behind so far that a key frame was skipped to. */
  falls: number;
  /** Units that were damaged, and decoders lost to them. */
  damaged: number;
  traps: number;
  /** Pictures that nobody took in time. */
  untaken: number;
  /** Time spent decoding, in milliseconds. */
  spent_ms: number;
}

export interface DecodeProgress {
  live: Span | null;
  bytes: number;
  /** Arrival of the newest media, in seconds of the shared clock. */
  arrived: number;
  counts: DecodeCounts;
}

export type DecodeReport =
  /** Sent a few times a second, so that a worker that hangs is noticed. */
  | { kind: 'beat'; session: null; /** Share of the last second spent decoding. */ busy: number }
  | ({ session: number } & (
      | { kind: 'waiting' }
      | { kind: 'tracks'; mime: string; refused: Refusal[]; again: boolean }
      | { kind: 'picture'; pts_s: number; picture: Picture }
      /** An initialisation segment of the sound alone with its type, then fragments. */
      | { kind: 'sound'; mime: string | null; bytes: Uint8Array }
      | ({ kind: 'progress' } & DecodeProgress)
      | { kind: 'switched' }
      | { kind: 'switch-failed'; fault: Fault }
      | { kind: 'fault'; fault: Fault }
    ));

/** Pictures on their way to the page or waiting there; more are dropped where they are made. */
export const MAX_UNTAKEN = 48;
