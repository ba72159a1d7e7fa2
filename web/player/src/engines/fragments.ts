/**
 * Fragments (ISO/IEC 14496-12 §8.8) to access units with their times, and units of one track
 * to fragments again. Bytes come from outside: whatever does not fit is a RangeError.
 */
import { BoxSplitter } from './boxes';
import { box, boxes, joined, readTracks, type InitTrack } from './tracks';

export interface Unit {
  track: InitTrack;
  /** In ticks of the track. */
  dts: number;
  pts: number;
  duration: number;
  key: boolean;
  bytes: Uint8Array;
}

export type FragmentEvent = { kind: 'init'; moov: Uint8Array; tracks: InitTrack[] } | { kind: 'units'; units: Unit[] };

/** Samples of one fragment; our own server writes one, others some seconds of sound. */
const MAX_SAMPLES = 4096;
/** `sample_is_non_sync_sample` of the sample flags (§8.8.3.1). */
const NON_SYNC = 0x1_0000;
const BOX = 8;
const FULL = 4;

/** Flags of `tfhd` (§8.8.7.1). */
const TFHD = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 };
/** Flags of `trun` (§8.8.8.1). */
const TRUN = { offset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

/** Reads one stream, from bytes that are cut anywhere. */
export class FragmentReader {
  private readonly splitter = new BoxSplitter();
  private tracks: InitTrack[] = [];
  private moof: Uint8Array | null = null;

  push(chunk: Uint8Array): FragmentEvent[] {
    const out: FragmentEvent[] = [];
    for (const { type, bytes } of this.splitter.push(chunk)) {
      if (type === 'moov') {
        const moov = bytes.slice();
        this.tracks = readTracks(moov);
        out.push({ kind: 'init', moov, tracks: this.tracks });
      } else if (type === 'moof') this.moof = bytes;
      else if (type === 'mdat' && this.moof) {
        out.push({ kind: 'units', units: readUnits(this.moof, bytes, this.tracks) });
        this.moof = null;
      }
    }
    return out;
  }
}

/** Walks the fields of a full box. */
class Fields {
  private at = BOX + FULL;
  private readonly view: DataView;
  readonly version: number;
  readonly flags: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.version = this.view.getUint8(BOX);
    this.flags = this.view.getUint32(BOX) & 0xff_ffff;
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4);
  }

  i32(): number {
    this.at += 4;
    return this.view.getInt32(this.at - 4);
  }

  /** Exact up to 2^53, which ticks of 90 kHz reach after three thousand years. */
  u64(): number {
    return this.u32() * 2 ** 32 + this.u32();
  }
}

/** Units of a fragment whose `mdat` follows its `moof`. */
function readUnits(moof: Uint8Array, mdat: Uint8Array, tracks: InitTrack[]): Unit[] {
  const units: Unit[] = [];
  for (const { type, bytes } of boxes(moof.subarray(BOX))) {
    if (type === 'traf') readTrack(bytes, moof.length, mdat, tracks, units);
  }
  return units;
}

function readTrack(traf: Uint8Array, moofLength: number, mdat: Uint8Array, tracks: InitTrack[], units: Unit[]): void {
  const parts = boxes(traf.subarray(BOX));
  const tfhd = parts.find(({ type }) => type === 'tfhd');
  const tfdt = parts.find(({ type }) => type === 'tfdt');
  if (!tfhd || !tfdt) throw new RangeError('a fragment without tfhd or tfdt');
  const head = new Fields(tfhd.bytes);
  const id = head.u32();
  const track = tracks.find((each) => each.id === id);
  if (!track) return;
  // Offsets from the start of the file mean nothing in a live stream.
  if (head.flags & TFHD.base) throw new RangeError('an absolute data offset');
  if (head.flags & TFHD.description) head.u32();
  const defaults = {
    duration: head.flags & TFHD.duration ? head.u32() : track.defaults.duration,
    size: head.flags & TFHD.size ? head.u32() : track.defaults.size,
    flags: head.flags & TFHD.flags ? head.u32() : track.defaults.flags,
  };
  const time = new Fields(tfdt.bytes);
  let dts = time.version === 1 ? time.u64() : time.u32();
  let place = BOX;
  for (const { bytes } of parts.filter(({ type }) => type === 'trun')) {
    const run = new Fields(bytes);
    const count = run.u32();
    if (count > MAX_SAMPLES) throw new RangeError(`${count} samples`);
    if (run.flags & TRUN.offset) place = run.i32() - moofLength;
    const first = run.flags & TRUN.firstFlags ? run.u32() : null;
    for (let index = 0; index < count; index++) {
      const duration = run.flags & TRUN.duration ? run.u32() : defaults.duration;
      const size = run.flags & TRUN.size ? run.u32() : defaults.size;
      const own = run.flags & TRUN.flags ? run.u32() : defaults.flags;
      const flags = index === 0 && first !== null ? first : own;
      // Version 0 says that it is unsigned; writers put negative values there all the same.
      const composition = run.flags & TRUN.composition ? run.i32() : 0;
      if (place < BOX || place + size > mdat.length) throw new RangeError('a sample outside of its mdat');
      const bytes = mdat.subarray(place, place + size);
      units.push({ track, dts, pts: dts + composition, duration, key: (flags & NON_SYNC) === 0, bytes });
      place += size;
      dts += duration;
    }
  }
}

/** A fragment of one unit; `shift` ticks are added to its time. */
export function fragmentOf({ track, dts, duration, bytes }: Unit, sequence: number, shift: number): Uint8Array {
  const fields = (...values: number[]): Uint8Array => {
    const out = new Uint8Array(values.length * 4);
    values.forEach((value, index) => new DataView(out.buffer).setUint32(index * 4, value));
    return out;
  };
  const at = dts + shift;
  const DEFAULT_BASE_IS_MOOF = 0x2_0000;
  const RUN = TRUN.offset | TRUN.duration | TRUN.size;
  const moof = (offset: number): Uint8Array =>
    box(
      'moof',
      box('mfhd', fields(0, sequence)),
      box(
        'traf',
        box('tfhd', fields(DEFAULT_BASE_IS_MOOF, track.id)),
        box('tfdt', fields(0x100_0000, Math.floor(at / 2 ** 32), at % 2 ** 32)),
        box('trun', fields(RUN, 1, offset, duration, bytes.length)),
      ),
    );
  const length = moof(0).length;
  return joined([moof(length + BOX), box('mdat', bytes)]);
}

/** `nal_unit_type` of the first slice of an H.265 access unit with lengths of four bytes, or null (H.265 §7.3.1.2). */
export function sliceType(unit: Uint8Array): number | null {
  const view = new DataView(unit.buffer, unit.byteOffset, unit.length);
  const LAST_SLICE_TYPE = 31;
  for (let at = 0; unit.length - at >= 6; ) {
    const type = (unit[at + 4]! >> 1) & 0x3f;
    if (type <= LAST_SLICE_TYPE) return type;
    at += 4 + view.getUint32(at);
  }
  return null;
}

/** Whether no other picture needs this one: sub-layer non-reference pictures have even types below 16 (H.265 Table 7-1). */
export function isDisposable(type: number | null): boolean {
  return type !== null && type < 16 && type % 2 === 0;
}

/** Whether decoding can begin here: BLA, IDR and CRA pictures. */
export function isRandomAccess(type: number | null): boolean {
  return type !== null && type >= 16 && type <= 23;
}
