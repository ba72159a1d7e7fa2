/** Reads ffmpeg's fragmented MP4 and sets its fragments on one time line. */

/** Cuts a byte stream into top-level boxes. */
export class Boxes {
  held = Buffer.alloc(0);

  push(chunk) {
    this.held = Buffer.concat([this.held, chunk]);
    const out = [];
    while (this.held.length >= 8) {
      const size = this.held.readUInt32BE(0);
      if (this.held.length < size) break;
      out.push({ type: this.held.toString('latin1', 4, 8), bytes: Buffer.from(this.held.subarray(0, size)) });
      this.held = this.held.subarray(size);
    }
    return out;
  }
}

function* children(buffer, from, to) {
  let at = from;
  while (to - at >= 8) {
    const size = buffer.readUInt32BE(at);
    yield { type: buffer.toString('latin1', at + 4, at + 8), at, end: at + size };
    at += size;
  }
}

function find(buffer, from, to, ...types) {
  for (const box of children(buffer, from, to)) {
    if (box.type !== types[0]) continue;
    if (types.length === 1) return box;
    const inner = find(buffer, box.at + 8, box.end, ...types.slice(1));
    if (inner) return inner;
  }
  return null;
}

/** ISO/IEC 14496-15 Annex E.3. */
function hevcCodec(hvcC) {
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit++) if (hvcC[2 + (bit >> 3)] & (0x80 >> (bit & 7))) compatibility += 2 ** bit;
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  return `hvc1.${hvcC[1] & 31}.${compatibility.toString(16)}.L${hvcC[12]}${constraints.map((byte) => `.${byte.toString(16)}`).join('')}`.toUpperCase().replace('HVC1', 'hvc1');
}

/** Clock rate of each track, by id, and the codec strings of the pictures and of AAC. */
export function readInit(init) {
  const clocks = new Map();
  let codecs = [];
  const moov = find(init, 0, init.length, 'moov');
  for (const trak of children(init, moov.at + 8, moov.end)) {
    if (trak.type !== 'trak') continue;
    const tkhd = find(init, trak.at + 8, trak.end, 'tkhd');
    const mdhd = find(init, trak.at + 8, trak.end, 'mdia', 'mdhd');
    const id = init.readUInt32BE(tkhd.at + (init[tkhd.at + 8] === 1 ? 28 : 20));
    clocks.set(id, init.readUInt32BE(mdhd.at + (init[mdhd.at + 8] === 1 ? 28 : 20)));
  }
  const avcC = init.indexOf('avcC', 0, 'latin1');
  if (avcC > 0) codecs.push(`avc1.${init.toString('hex', avcC + 5, avcC + 8).toUpperCase()}`);
  const hvcC = init.indexOf('hvcC', 0, 'latin1');
  if (hvcC > 0) codecs.push(hevcCodec(init.subarray(hvcC + 4)));
  if (init.indexOf('mp4a', 0, 'latin1') > 0) codecs.push('mp4a.40.2');
  return { clocks, mime: `video/mp4; codecs="${codecs.join(',')}"` };
}

/**
 * Moves a moof by `offset_s` and tells whether it begins with a key frame of the
 * first track. Version 1 `tfdt` boxes (64 bit) are what ffmpeg writes.
 */
export function shiftFragment(moof, clocks, offset_s) {
  let key = false;
  for (const traf of children(moof, 8, moof.length)) {
    if (traf.type !== 'traf') continue;
    const tfhd = find(moof, traf.at + 8, traf.end, 'tfhd');
    const tfdt = find(moof, traf.at + 8, traf.end, 'tfdt');
    const trun = find(moof, traf.at + 8, traf.end, 'trun');
    const track = moof.readUInt32BE(tfhd.at + 12);
    const ticks = BigInt(Math.round(offset_s * clocks.get(track)));
    moof.writeBigUInt64BE(moof.readBigUInt64BE(tfdt.at + 12) + ticks, tfdt.at + 12);
    if (track !== 1) continue;
    const flags = trun ? moof.readUInt32BE(trun.at + 8) & 0xffffff : 0;
    if (flags & 0x4) key = (moof.readUInt32BE(trun.at + 16 + (flags & 0x1 ? 4 : 0)) & 0x10000) === 0;
    else {
      const tfhdFlags = moof.readUInt32BE(tfhd.at + 8) & 0xffffff;
      let at = tfhd.at + 16;
      for (const [bit, size] of [[0x1, 8], [0x2, 4], [0x8, 4], [0x10, 4]]) if (tfhdFlags & bit) at += size;
      if (tfhdFlags & 0x20) key = (moof.readUInt32BE(at) & 0x10000) === 0;
    }
  }
  return key;
}
