/**
 * The tracks of an initialisation segment (ISO/IEC 14496-12 §8.3), and a segment with one
 * of them alone. Bytes come from outside: a length that leads out of them is a RangeError.
 */
import { child, fourcc, u32, VISUAL_ENTRY_BYTES } from './boxes';

/** What fragments leave out is here (`trex`, §8.8.3). */
export interface SampleDefaults {
  duration: number;
  size: number;
  flags: number;
}

export interface InitTrack {
  id: number;
  kind: 'video' | 'audio' | 'other';
  /** Ticks per second. */
  timescale: number;
  /** Four letters of the first sample entry, for example `hvc1`. */
  format: string;
  /** `hvcC`, only of H.265. */
  hvcC: Uint8Array | null;
  defaults: SampleDefaults;
  /** The whole `trak` and `trex` boxes. */
  trak: Uint8Array;
  trex: Uint8Array;
}

/** Headers of full boxes take four bytes more (§4.2). */
const FULL = 4;
const BOX = 8;
/** Where the sample entries of `stsd` begin, behind its version and count. */
const ENTRIES_AT = FULL + 4;
/** A larger table of tracks is not what a live stream has. */
const MAX_TRACKS = 16;

/** Boxes in `bytes`, whole. */
export function boxes(bytes: Uint8Array): { type: string; bytes: Uint8Array }[] {
  const out = [];
  for (let at = 0; bytes.length - at >= BOX; ) {
    const size = u32(bytes, at);
    if (size < BOX || at + size > bytes.length) throw new RangeError(`box of ${size} bytes`);
    out.push({ type: fourcc(bytes, at + 4), bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return out;
}

/** Content of the box at the end of a path. */
function descend(bytes: Uint8Array, ...path: string[]): Uint8Array {
  let content = bytes;
  for (const type of path) {
    const inner = child(content, 0, content.length, type);
    if (!inner) throw new RangeError(`no ${type}`);
    content = inner;
  }
  return content;
}

/** Tracks of a `moov` box. */
export function readTracks(moov: Uint8Array): InitTrack[] {
  const content = boxes(moov.subarray(BOX));
  const mvex = content.find(({ type }) => type === 'mvex');
  const trexes = mvex ? boxes(mvex.bytes.subarray(BOX)).filter(({ type }) => type === 'trex') : [];
  const traks = content.filter(({ type }) => type === 'trak').slice(0, MAX_TRACKS);
  return traks.map(({ bytes: trak }) => {
    const tkhd = descend(trak.subarray(BOX), 'tkhd');
    const id = u32(tkhd, FULL + (tkhd[0] === 1 ? 16 : 8));
    const trex = trexes.find(({ bytes }) => u32(bytes, BOX + FULL) === id)?.bytes;
    if (!trex) throw new RangeError(`no trex of track ${id}`);
    return { id, trak, trex, defaults: defaultsOf(trex), ...mediaOf(trak) };
  });
}

function defaultsOf(trex: Uint8Array): SampleDefaults {
  const at = BOX + FULL + 8;
  return { duration: u32(trex, at), size: u32(trex, at + 4), flags: u32(trex, at + 8) };
}

function mediaOf(trak: Uint8Array): Pick<InitTrack, 'kind' | 'timescale' | 'format' | 'hvcC'> {
  const mdia = descend(trak.subarray(BOX), 'mdia');
  const mdhd = descend(mdia, 'mdhd');
  const timescale = u32(mdhd, FULL + (mdhd[0] === 1 ? 16 : 8));
  if (timescale === 0) throw new RangeError('no clock');
  const handler = fourcc(descend(mdia, 'hdlr'), FULL + 4);
  const stsd = descend(mdia, 'minf', 'stbl', 'stsd');
  const format = fourcc(stsd, ENTRIES_AT + 4);
  const hvcC = /^(hvc1|hev1)$/.test(format) ? child(stsd, ENTRIES_AT + VISUAL_ENTRY_BYTES, stsd.length, 'hvcC') : null;
  const kind = handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other';
  return { kind, timescale, format, hvcC };
}

/** An initialisation segment with one track of another one. */
export function initOf(moov: Uint8Array, track: InitTrack): Uint8Array {
  const mvhd = boxes(moov.subarray(BOX)).find(({ type }) => type === 'mvhd');
  if (!mvhd) throw new RangeError('no mvhd');
  const ftyp = box('ftyp', new TextEncoder().encode('iso6\0\0\0\0iso6mp41'));
  return joined([ftyp, box('moov', mvhd.bytes, track.trak, box('mvex', track.trex))]);
}

/** A box around parts. */
export function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const head = new Uint8Array(BOX);
  const size = parts.reduce((sum, { length }) => sum + length, BOX);
  new DataView(head.buffer).setUint32(0, size);
  head.set(new TextEncoder().encode(type), 4);
  return joined([head, ...parts]);
}

export function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
