/**
 * What recording and replay must know of fragmented MP4 (ISO/IEC 14496-12): the tracks of an initialisation segment, and the times and
 * sizes of the samples in a fragment. Bytes come from outside, so every length is checked; what is damaged throws a RangeError.
 */

export interface BoxAt {
  type: string;
  /** The box with its header, and what is in it. */
  start: number;
  body: number;
  end: number;
}

export interface TrackHeader {
  id: number;
  /** `vide`, `soun` ... of the handler. */
  handler: string;
  timescale: number;
}

export interface Sample {
  /** In the track's timescale. */
  duration: number;
  composition: number;
  size: number;
  key: boolean;
}

export interface TrackRun {
  track: number;
  /** Decoding time of the first sample, in the track's timescale. */
  decodeTime: number;
  samples: Sample[];
  /** Where the samples' bytes begin in the fragment; they lie one after another. */
  offset: number;
}

/** A fragment holds a few frames; one of more samples is not from our server. */
const MAX_SAMPLES = 4_096;
const SAMPLE_IS_NO_SYNC = 0x10000;

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether two initialisation segments say the same. */
export function isSame(a: Uint8Array, b: Uint8Array | null): boolean {
  return b !== null && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function boxesIn(bytes: Uint8Array, from: number, to: number): BoxAt[] {
  const data = view(bytes);
  const out: BoxAt[] = [];
  for (let at = from; at < to; ) {
    const size = data.getUint32(at);
    if (size < 8 || at + size > to) throw new RangeError(`box of ${size} bytes at ${at}`);
    out.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start: at, body: at + 8, end: at + size });
    at += size;
  }
  return out;
}

/** The first box at a path of types, or null. */
export function boxAt(bytes: Uint8Array, path: string[], from = 0, to = bytes.length): BoxAt | null {
  const [type, ...inner] = path;
  const found = boxesIn(bytes, from, to).find((box) => box.type === type);
  return found && inner.length > 0 ? boxAt(bytes, inner, found.body, found.end) : (found ?? null);
}

/** The box at a path; without it the bytes are not what they are said to be. */
export function need(bytes: Uint8Array, path: string[], from = 0, to = bytes.length): BoxAt {
  const found = boxAt(bytes, path, from, to);
  if (!found) throw new RangeError(`no ${path.join('/')}`);
  return found;
}

export function readTracks(init: Uint8Array): TrackHeader[] {
  const data = view(init);
  const moov = need(init, ['moov']);
  return boxesIn(init, moov.body, moov.end)
    .filter(({ type }) => type === 'trak')
    .map((trak) => {
      const tkhd = need(init, ['tkhd'], trak.body, trak.end);
      const mdhd = need(init, ['mdia', 'mdhd'], trak.body, trak.end);
      const hdlr = need(init, ['mdia', 'hdlr'], trak.body, trak.end);
      // Version 1 has times of 64 bits before these fields (§8.3.2, §8.4.2).
      const id = data.getUint32(tkhd.body + (init[tkhd.body] === 1 ? 20 : 12));
      const timescale = data.getUint32(mdhd.body + (init[mdhd.body] === 1 ? 20 : 12));
      if (timescale === 0) throw new RangeError('a time scale of 0');
      return { id, timescale, handler: String.fromCharCode(...init.subarray(hdlr.body + 8, hdlr.body + 12)) };
    });
}

interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

/** What `trex` says of each track's samples (§8.8.3), by track. */
export function readDefaults(init: Uint8Array): Map<number, Defaults> {
  const data = view(init);
  const mvex = need(init, ['moov', 'mvex']);
  const trex = boxesIn(init, mvex.body, mvex.end).filter(({ type }) => type === 'trex');
  return new Map(
    trex.map(({ body }) => [
      data.getUint32(body + 4),
      { duration: data.getUint32(body + 12), size: data.getUint32(body + 16), flags: data.getUint32(body + 20) },
    ]),
  );
}

/** The samples of one fragment, a `moof` with its `mdat`. */
export function readFragment(fragment: Uint8Array, defaults: Map<number, Defaults>): TrackRun[] {
  const moof = need(fragment, ['moof']);
  return boxesIn(fragment, moof.body, moof.end)
    .filter(({ type }) => type === 'traf')
    .flatMap((traf) => readTrack(fragment, moof, traf, defaults));
}

function readTrack(bytes: Uint8Array, moof: BoxAt, traf: BoxAt, defaults: Map<number, Defaults>): TrackRun[] {
  const data = view(bytes);
  const { body } = need(bytes, ['tfhd'], traf.body, traf.end);
  const flags = data.getUint32(body) & 0xffffff;
  const track = data.getUint32(body + 4);
  let at = body + 8;
  const field = (bit: number, size: number): number | null => {
    if (!(flags & bit)) return null;
    at += size;
    return size === 8 ? Number(data.getBigUint64(at - 8)) : data.getUint32(at - 4);
  };
  const base = field(0x1, 8);
  field(0x2, 4);
  const known = defaults.get(track) ?? { duration: 0, size: 0, flags: 0 };
  const own = { duration: field(0x8, 4) ?? known.duration, size: field(0x10, 4) ?? known.size, flags: field(0x20, 4) ?? known.flags };
  // Positions of a file are not those of a fragment (§8.8.7); a live server writes them from the moof.
  if (base !== null) throw new RangeError('positions from the beginning of a file');
  const tfdt = need(bytes, ['tfdt'], traf.body, traf.end).body;
  let decodeTime = bytes[tfdt] === 1 ? Number(data.getBigUint64(tfdt + 4)) : data.getUint32(tfdt + 4);
  return boxesIn(bytes, traf.body, traf.end)
    .filter(({ type }) => type === 'trun')
    .map((trun) => {
      const run = readRun(data, trun, own);
      const first = decodeTime;
      decodeTime += run.samples.reduce((sum, { duration }) => sum + duration, 0);
      const total = run.samples.reduce((sum, { size }) => sum + size, 0);
      const offset = moof.start + run.offset;
      if (offset < moof.end || offset + total > bytes.length) throw new RangeError('samples outside their fragment');
      return { track, decodeTime: first, samples: run.samples, offset };
    });
}

/** §8.8.8. */
function readRun(data: DataView, { body }: BoxAt, own: Defaults): { samples: Sample[]; offset: number } {
  const version = data.getUint8(body);
  const flags = data.getUint32(body) & 0xffffff;
  const count = data.getUint32(body + 4);
  if (count > MAX_SAMPLES) throw new RangeError(`${count} samples in a fragment`);
  let at = body + 8;
  const field = (bit: number): number | null => {
    if (!(flags & bit)) return null;
    at += 4;
    return data.getUint32(at - 4);
  };
  const offset = (field(0x1) ?? 0) | 0;
  const firstFlags = field(0x4);
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const duration = field(0x100) ?? own.duration;
    const size = field(0x200) ?? own.size;
    const flagsOfSample = field(0x400) ?? (i === 0 && firstFlags !== null ? firstFlags : own.flags);
    const composition = field(0x800) ?? 0;
    samples.push({ duration, size, composition: version === 0 ? composition : composition | 0, key: (flagsOfSample & SAMPLE_IS_NO_SYNC) === 0 });
  }
  return { samples, offset };
}
