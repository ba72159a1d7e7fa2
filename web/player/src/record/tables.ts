/** Where the samples of one track lie in a file and when they are shown: what `stbl` says (ISO/IEC 14496-12 §8.6, §8.7). */
import { boxesIn, need } from './fragment';
import type { Sample, TrackHeader } from './fragment';
import { box, full, u32, u64 } from './write';

/** Units of the movie header in a second. */
export const MOVIE_TIMESCALE = 90_000;

export class TrackTables {
  /** Decoding time of the first sample and of the end of the last one, in the stream's own time. */
  private first: number | null = null;
  private end = 0;
  private readonly durations: number[] = [];
  private readonly sizes: number[] = [];
  private readonly compositions: number[] = [];
  private readonly keys: number[] = [];
  private readonly chunks: { offset: number; samples: number }[] = [];

  constructor(readonly header: TrackHeader) {}

  get isEmpty(): boolean {
    return this.first === null;
  }

  /** Decoding time of the newest sample; what is not later has been written already. */
  get newest(): number {
    return this.first === null ? -Infinity : this.end - (this.durations.at(-1) ?? 0);
  }

  get endTime(): number {
    return this.end;
  }

  /** Samples that lie one after another from `offset` of the file on. A gap before them prolongs the sample before. */
  add(decodeTime: number, samples: Sample[], offset: number): void {
    if (this.first === null) this.first = decodeTime;
    else this.durations[this.durations.length - 1]! += decodeTime - this.end;
    this.end = decodeTime;
    for (const { duration, size, composition, key } of samples) {
      this.durations.push(duration);
      this.sizes.push(size);
      this.compositions.push(composition);
      if (key) this.keys.push(this.sizes.length);
      this.end += duration;
    }
    this.chunks.push({ offset, samples: samples.length });
  }

  /** Length in units of the movie header, with what it begins later than `start_s` of the stream's time. */
  movieDuration(start_s: number): number {
    return Math.round(((this.end - (this.first ?? this.end)) / this.header.timescale) * MOVIE_TIMESCALE) + this.delay(start_s);
  }

  private delay(start_s: number): number {
    return Math.max(0, Math.round(((this.first ?? 0) / this.header.timescale - start_s) * MOVIE_TIMESCALE));
  }

  /** The `trak` of a file, after that of the initialisation segment at `from`. */
  trak(init: Uint8Array, from: { body: number; end: number }, start_s: number): Uint8Array {
    const at = (...path: string[]): { start: number; body: number; end: number } => need(init, path, from.body, from.end);
    const copied = (found: { start: number; end: number }): Uint8Array => init.subarray(found.start, found.end);
    const tkhd = at('tkhd');
    const mdhd = at('mdia', 'mdhd');
    const minf = at('mdia', 'minf');
    const stsd = at('mdia', 'minf', 'stbl', 'stsd');
    const kept = boxesIn(init, minf.body, minf.end).filter(({ type }) => type !== 'stbl');
    const length = this.end - (this.first ?? this.end);
    return box(
      'trak',
      // Enabled and part of the movie; layer, volume, matrix and size are the last 60 bytes of either version (§8.3.2).
      full('tkhd', 1, 3, u64(0, 0), u32(this.header.id, 0), u64(this.movieDuration(start_s)), init.subarray(tkhd.end - 60, tkhd.end)),
      this.edits(start_s),
      box(
        'mdia',
        full('mdhd', 1, 0, u64(0, 0), u32(this.header.timescale), u64(length), init.subarray(mdhd.end - 4, mdhd.end)),
        copied(at('mdia', 'hdlr')),
        box('minf', ...kept.map(copied), box('stbl', copied(stsd), ...this.tables())),
      ),
    );
  }

  /** A track that begins later waits; one whose first picture is shown later than it is decoded begins with it (§8.6.6). */
  private edits(start_s: number): Uint8Array {
    const delay = this.delay(start_s);
    const length = this.movieDuration(start_s) - delay;
    const wait = delay > 0 ? [u64(delay), u64(-1), u32(0x10000)] : [];
    const begin = this.compositions[0] ?? 0;
    return box('edts', full('elst', 1, 0, u32(delay > 0 ? 2 : 1), ...wait, u64(length), u64(begin), u32(0x10000)));
  }

  private tables(): Uint8Array[] {
    const isVideo = this.header.handler === 'vide';
    const ofChunks = runs(this.chunks.map(({ samples }) => samples));
    let chunk = 1;
    const stsc = ofChunks.flatMap(({ value, count }) => {
      chunk += count;
      return [chunk - count, value, 1];
    });
    const table = (type: string, version: number, rows: { value: number; count: number }[]): Uint8Array =>
      full(type, version, 0, u32(rows.length), u32(...rows.flatMap(({ value, count }) => [count, value])));
    return [
      table('stts', 0, runs(this.durations)),
      ...(this.compositions.some((each) => each !== 0) ? [table('ctts', 1, runs(this.compositions))] : []),
      ...(isVideo ? [full('stss', 0, 0, u32(this.keys.length), u32(...this.keys))] : []),
      full('stsc', 0, 0, u32(ofChunks.length), u32(...stsc)),
      full('stsz', 0, 0, u32(0, this.sizes.length), u32(...this.sizes)),
      full('co64', 0, 0, u32(this.chunks.length), u64(...this.chunks.map(({ offset }) => offset))),
    ];
  }
}

/** Equal values in a row, counted. */
function runs(values: number[]): { value: number; count: number }[] {
  const out: { value: number; count: number }[] = [];
  for (const value of values) {
    const last = out.at(-1);
    if (last?.value === value) last.count++;
    else out.push({ value, count: 1 });
  }
  return out;
}
