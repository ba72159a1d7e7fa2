/**
 * Fragments of a live stream as one ordinary MP4 file, without touching a sample: it begins at a key frame at time 0, its tables stand at
 * the end, and any program reads its length and seeks in it.
 *
 *     file := ftyp mdat(64-bit size) moov
 */
import { boxesIn, need, readDefaults, readFragment, readTracks, type Sample, type TrackRun } from './fragment';
import { MOVIE_TIMESCALE, TrackTables } from './tables';
import { ascii, box, concat, full, u32, u64 } from './write';

/** A longer pause ends a recording: its last picture would stand for it. */
export const MAX_GAP_S = 60;
/** A stream that was joined again repeats no more than this of what came before. */
const MAX_REPEAT_S = 30;

const FTYP = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2mp41'));
/** Header of a box whose size has 64 bits. */
const MDAT_HEADER_BYTES = 16;
const IDENTITY = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** Times of the stream that do not go on from what is recorded. */
export class Discontinuity extends Error {}

export class Mp4Writer {
  private readonly tracks: Map<number, TrackTables>;
  private readonly defaults: ReturnType<typeof readDefaults>;
  private readonly hasVideo: boolean;
  /** Time of the stream at which the file begins, in seconds. */
  private start_s: number | null = null;
  private position = FTYP.length + MDAT_HEADER_BYTES;

  /** Throws a RangeError when the initialisation segment is damaged. */
  constructor(private readonly init: Uint8Array) {
    const headers = readTracks(init);
    this.tracks = new Map(headers.map((header) => [header.id, new TrackTables(header)]));
    this.defaults = readDefaults(init);
    this.hasVideo = headers.some(({ handler }) => handler === 'vide');
  }

  /** What a file begins with. The size of `mdat` is written at the end, over `mdatHeader`. */
  begin(): Uint8Array<ArrayBuffer> {
    return concat([FTYP, mdatHeader(0)]);
  }

  get seconds(): number {
    const { start_s } = this;
    return start_s === null ? 0 : Math.max(0, ...[...this.tracks.values()].map((track) => (track.isEmpty ? 0 : track.endTime / track.header.timescale - start_s)));
  }

  get bytes(): number {
    return this.position;
  }

  /** The bytes to be appended for a fragment; none before the first key frame, or of what is in the file already. */
  add(fragment: Uint8Array): Uint8Array<ArrayBuffer> {
    const kept = readFragment(fragment, this.defaults).map((run) => this.take(fragment, run));
    return concat(kept);
  }

  private take(fragment: Uint8Array, run: TrackRun): Uint8Array {
    const track = this.tracks.get(run.track);
    if (!track) return new Uint8Array(0);
    this.check(track, run);
    const isVideo = track.header.handler === 'vide';
    let { decodeTime, offset } = run;
    const samples = [...run.samples];
    const skip = (sample: Sample): boolean => {
      if (decodeTime <= track.newest) return true;
      if (track.isEmpty && isVideo && !sample.key) return true;
      // Sound from before the first picture is not in the file.
      return this.hasVideo && !isVideo && (this.start_s === null || decodeTime / track.header.timescale < this.start_s);
    };
    for (let sample = samples[0]; sample && skip(sample); sample = samples[0]) {
      decodeTime += sample.duration;
      offset += sample.size;
      samples.shift();
    }
    if (samples.length === 0) return new Uint8Array(0);
    this.start_s ??= decodeTime / track.header.timescale;
    track.add(decodeTime, samples, this.position);
    const size = samples.reduce((sum, each) => sum + each.size, 0);
    this.position += size;
    return fragment.subarray(offset, offset + size);
  }

  private check(track: TrackTables, run: TrackRun): void {
    if (track.isEmpty) return;
    const apart_s = (run.decodeTime - track.endTime) / track.header.timescale;
    if (apart_s > MAX_GAP_S || apart_s < -MAX_REPEAT_S) throw new Discontinuity(`${apart_s.toFixed(1)} s`);
  }

  /** What a file ends with, and the final header of `mdat` with its place. */
  finish(): { moov: Uint8Array<ArrayBuffer>; mdatHeader: Uint8Array<ArrayBuffer>; mdatAt: number } {
    const start_s = this.start_s ?? 0;
    const written = [...this.tracks.values()].filter((track) => !track.isEmpty);
    const duration = Math.max(0, ...written.map((track) => track.movieDuration(start_s)));
    const moov = need(this.init, ['moov']);
    const traks = boxesIn(this.init, moov.body, moov.end).filter(({ type }) => type === 'trak');
    // The headers were read in this order.
    const tables = [...this.tracks.values()].flatMap((track, index) => (track.isEmpty ? [] : [track.trak(this.init, traks[index]!, start_s)]));
    const next = Math.max(0, ...this.tracks.keys()) + 1;
    const mvhd = full('mvhd', 1, 0, u64(0, 0), u32(MOVIE_TIMESCALE), u64(duration), u32(0x10000, 0x1000000, 0, 0), IDENTITY, u32(0, 0, 0, 0, 0, 0, next));
    return { moov: box('moov', mvhd, ...tables), mdatHeader: mdatHeader(this.position - FTYP.length), mdatAt: FTYP.length };
  }
}

function mdatHeader(size: number): Uint8Array<ArrayBuffer> {
  return concat([u32(1), ascii('mdat'), u64(size)]);
}
