/** The newest seconds of a stream as they were received, from a key frame on. Pure but for the bytes that it holds. */
import { mimeOfInit } from '../engines/boxes';
import type { TapPiece } from '../engines/tap';
import { isSame, readDefaults, readFragment, readTracks } from '../record/fragment';

/** How far back a replay goes. */
export const REPLAY_S = 30;
/** What it may take of memory, whatever the bit rate; then it goes back less far. */
export const REPLAY_CAP_BYTES = 64 * 1024 * 1024;
/** A stream that was joined again repeats no more than this; more is another time line. */
const MAX_REPEAT_S = 30;
/** A player does not get past a longer hole. */
const MAX_GAP_S = 1;

interface Kept {
  bytes: Uint8Array<ArrayBuffer>;
  /** A key frame of the picture begins it. */
  isKey: boolean;
  start_s: number;
  end_s: number;
  /** Length of one picture in it; null of sound. */
  picture_s: number | null;
}

export interface ReplayContent {
  mime: string;
  init: Uint8Array<ArrayBuffer>;
  fragments: Uint8Array<ArrayBuffer>[];
  /** Media time of the first key frame, and of the end. */
  start_s: number;
  end_s: number;
  /** Length of a picture, for single steps. */
  frame_s: number;
}

interface Stream {
  init: Uint8Array<ArrayBuffer>;
  mime: string;
  timescales: Map<number, number>;
  /** The track whose key frames count: the picture, or the only sound. */
  main: number;
  defaults: ReturnType<typeof readDefaults>;
  /** Newest decoding time by track, in seconds. */
  newest: Map<number, number>;
}

export class ReplayRing {
  private stream: Stream | null = null;
  private kept: Kept[] = [];
  private bytes = 0;

  constructor(
    private readonly seconds = REPLAY_S,
    private readonly cap_bytes = REPLAY_CAP_BYTES,
  ) {}

  /** Bytes held now. */
  get size(): number {
    return this.bytes;
  }

  /** Damaged media is left out; new parameters begin anew. */
  take(piece: TapPiece): void {
    try {
      if (piece.kind === 'init') this.begin(piece.bytes);
      else if (this.stream) this.keep(this.stream, piece.bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  clear(): void {
    this.stream = null;
    this.empty();
  }

  content(): ReplayContent | null {
    const first = this.kept[0];
    if (!this.stream || !first) return null;
    return {
      mime: this.stream.mime, init: this.stream.init, fragments: this.kept.map(({ bytes }) => bytes), start_s: first.start_s,
      end_s: Math.max(...this.kept.map(({ end_s }) => end_s)), frame_s: median(this.kept.map(({ picture_s }) => picture_s ?? 0)),
    };
  }

  private begin(init: Uint8Array<ArrayBuffer>): void {
    if (isSame(init, this.stream?.init ?? null)) return;
    this.clear();
    const mime = mimeOfInit(init);
    const tracks = readTracks(init);
    const main = tracks.find(({ handler }) => handler === 'vide') ?? tracks[0];
    if (!mime || !main) return;
    const timescales = new Map(tracks.map(({ id, timescale }) => [id, timescale]));
    this.stream = { init, mime, timescales, main: main.id, defaults: readDefaults(init), newest: new Map() };
  }

  private keep(stream: Stream, bytes: Uint8Array<ArrayBuffer>): void {
    const runs = readFragment(bytes, stream.defaults);
    const run = runs.find(({ track }) => track === stream.main) ?? runs[0];
    const timescale = run && stream.timescales.get(run.track);
    if (!run || !timescale) return;
    const start_s = run.decodeTime / timescale;
    const newest_s = stream.newest.get(run.track) ?? -Infinity;
    if (start_s < newest_s - MAX_REPEAT_S || (run.track === stream.main && start_s > newest_s + MAX_GAP_S)) {
      this.empty();
      stream.newest.clear();
    } else if (start_s <= newest_s) return;
    const isKey = run.track === stream.main && run.samples[0]?.key === true;
    if (this.kept.length === 0 && !isKey) return;
    const end_s = start_s + run.samples.reduce((sum, { duration }) => sum + duration, 0) / timescale;
    stream.newest.set(run.track, start_s);
    const picture_s = run.track === stream.main ? (end_s - start_s) / run.samples.length : null;
    this.kept.push({ bytes, isKey, start_s, end_s, picture_s });
    this.bytes += bytes.length;
    this.evict(end_s);
  }

  /** Whole groups of pictures go, so that what is left begins with a key frame. */
  private evict(newest_s: number): void {
    for (;;) {
      const next = this.kept.findIndex(({ isKey }, index) => index > 0 && isKey);
      const isLong = next > 0 && newest_s - (this.kept[next]?.start_s ?? newest_s) >= this.seconds;
      const isLarge = this.bytes > this.cap_bytes;
      if (!isLong && !isLarge) return;
      const gone = this.kept.splice(0, next > 0 ? next : this.kept.length);
      this.bytes -= gone.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
  }

  private empty(): void {
    this.kept = [];
    this.bytes = 0;
  }
}

function median(values: number[]): number {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0.04;
}
