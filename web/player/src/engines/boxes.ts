/**
 * The little of ISO/IEC 14496-12 that a player needs: cutting a byte stream into
 * top-level boxes, telling initialisation from media, and reading the codecs out of
 * an initialisation segment. Bytes come from outside, so every length is checked.
 */

/** A larger box than this is refused: one fragment holds at most a few frames. */
export const MAX_BOX_BYTES = 16 * 1024 * 1024;

export interface Box {
  type: string;
  /** The whole box with its header. */
  bytes: Uint8Array;
}

export function fourcc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
}

export function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** Collects chunks of any size and hands out complete top-level boxes. */
export class BoxSplitter {
  private held: Uint8Array = new Uint8Array(0);

  /** Throws a RangeError on a length that cannot be right. */
  push(chunk: Uint8Array): Box[] {
    if (this.held.length > 0) {
      const joined = new Uint8Array(this.held.length + chunk.length);
      joined.set(this.held);
      joined.set(chunk, this.held.length);
      this.held = joined;
    } else {
      this.held = chunk;
    }
    const out: Box[] = [];
    let at = 0;
    while (this.held.length - at >= 8) {
      const size = u32(this.held, at);
      // A live stream has neither 64-bit sizes nor a box that lasts to the end of the file.
      if (size < 8 || size > MAX_BOX_BYTES) throw new RangeError(`box of ${size} bytes`);
      if (this.held.length - at < size) break;
      out.push({ type: fourcc(this.held, at + 4), bytes: this.held.subarray(at, at + size) });
      at += size;
    }
    this.held = this.held.slice(at);
    return out;
  }
}

/** True when the bytes begin an initialisation segment. */
export function isInit(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const type = fourcc(bytes, 4);
  return type === 'ftyp' || type === 'moov';
}

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);
export const VISUAL_ENTRY_BYTES = 86;
const AUDIO_ENTRY_BYTES = 36;

/** MIME type with codecs of an initialisation segment, or null when nothing in it is known. */
export function mimeOfInit(init: Uint8Array): string | null {
  const codecs: string[] = [];
  walk(init, 0, init.length, 0, codecs);
  if (codecs.length === 0) return null;
  const video = codecs.some((codec) => /^(avc|hvc|hev|av01)/.test(codec));
  return `${video ? 'video' : 'audio'}/mp4; codecs="${codecs.join(',')}"`;
}

function walk(bytes: Uint8Array, from: number, to: number, depth: number, codecs: string[]): void {
  let at = from;
  while (to - at >= 8 && depth < 8) {
    const size = u32(bytes, at);
    if (size < 8 || at + size > to) return;
    const type = fourcc(bytes, at + 4);
    if (CONTAINERS.has(type)) walk(bytes, at + 8, at + size, depth + 1, codecs);
    if (type === 'stsd' && size > 16) sampleEntry(bytes, at + 16, at + size, codecs);
    at += size;
  }
}

function sampleEntry(bytes: Uint8Array, at: number, to: number, codecs: string[]): void {
  if (to - at < 8) return;
  const type = fourcc(bytes, at + 4);
  switch (type) {
    case 'avc1':
    case 'avc3': {
      const avcC = child(bytes, at + VISUAL_ENTRY_BYTES, to, 'avcC');
      if (avcC && avcC.length >= 4) codecs.push(`${type}.${hex(avcC[1]!)}${hex(avcC[2]!)}${hex(avcC[3]!)}`);
      break;
    }
    case 'hvc1':
    case 'hev1': {
      const hvcC = child(bytes, at + VISUAL_ENTRY_BYTES, to, 'hvcC');
      if (hvcC && hvcC.length >= 13) codecs.push(hevcCodec(type, hvcC));
      break;
    }
    case 'mp4a':
      // Streams carry AAC-LC; the object type inside esds changes nothing for the browser.
      if (to - at >= AUDIO_ENTRY_BYTES) codecs.push('mp4a.40.2');
      break;
    case 'fLaC':
      codecs.push('flac');
      break;
    case 'Opus':
      codecs.push('opus');
      break;
    case 'av01': {
      const av1C = child(bytes, at + VISUAL_ENTRY_BYTES, to, 'av1C');
      if (av1C && av1C.length >= 3) codecs.push(av1Codec(av1C));
      break;
    }
  }
}

/** Content of the first box of a type between two places. */
export function child(bytes: Uint8Array, from: number, to: number, type: string): Uint8Array | null {
  let at = from;
  while (to - at >= 8) {
    const size = u32(bytes, at);
    if (size < 8 || at + size > to) return null;
    if (fourcc(bytes, at + 4) === type) return bytes.subarray(at + 8, at + size);
    at += size;
  }
  return null;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

/** ISO/IEC 14496-15 Annex E.3. */
function hevcCodec(type: string, hvcC: Uint8Array): string {
  const space = ['', 'A', 'B', 'C'][hvcC[1]! >> 6];
  const tier = hvcC[1]! & 0x20 ? 'H' : 'L';
  const profile = hvcC[1]! & 0x1f;
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit++) {
    if (hvcC[2 + (bit >> 3)]! & (0x80 >> (bit & 7))) compatibility += 2 ** bit;
  }
  const constraints = Array.from(hvcC.subarray(6, 12));
  while (constraints.length > 0 && constraints[constraints.length - 1] === 0) constraints.pop();
  const tail = constraints.map((byte) => `.${byte.toString(16).toUpperCase()}`).join('');
  return `${type}.${space}${profile}.${compatibility.toString(16).toUpperCase()}.${tier}${hvcC[12]}${tail}`;
}

/** AV1 ISOBMFF binding, section 5. */
function av1Codec(av1C: Uint8Array): string {
  const profile = av1C[1]! >> 5;
  const level = av1C[1]! & 0x1f;
  const tier = av1C[2]! & 0x80 ? 'H' : 'M';
  const depth = av1C[2]! & 0x40 ? (av1C[2]! & 0x20 ? 12 : 10) : 8;
  return `av01.${profile}.${String(level).padStart(2, '0')}${tier}.${String(depth).padStart(2, '0')}`;
}
