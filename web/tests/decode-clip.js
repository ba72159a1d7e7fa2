/** Decodes a clip with the player's own code, in Node and in a browser alike; bundled by `hevc.js`. */
import { FragmentReader, isRandomAccess, sliceType } from '../player/src/engines/fragments.ts';
import { HevcDecoder } from '../player/src/engines/software/hevc.ts';

/** FNV-1a of bytes, of several pieces as of one. */
export function fnv(pieces) {
  let hash = 0x811c9dc5;
  for (const piece of pieces) for (const byte of piece) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function unitsOf(file) {
  return new FragmentReader().push(file).flatMap((event) => (event.kind === 'units' ? event.units : [])).filter(({ track }) => track.kind === 'video');
}

function planes({ width, height, memory, offsets }) {
  return offsets.map((at, plane) => memory.subarray(at, at + (plane === 0 ? width * height : (width * height) / 4)));
}

/**
 * All pictures of a clip in the order in which they are shown. `damage` changes or drops units, each by its number;
 * after a trap decoding goes on at a key frame, as in the player.
 */
export function decodeClip(module, file, damage = (unit) => unit) {
  const decoder = new HevcDecoder(module);
  const pictures = [];
  const faults = [];
  let awaitsKey = true;
  let spent_ms = 0;
  for (const [index, unit] of unitsOf(file).entries()) {
    if (index === 0) decoder.configure(unit.track.hvcC);
    const bytes = damage(unit.bytes, index);
    if (!bytes || (awaitsKey && !isRandomAccess(sliceType(unit.bytes)))) continue;
    if (awaitsKey) decoder.reset();
    const started = performance.now();
    const decoded = decoder.decode(bytes);
    spent_ms += performance.now() - started;
    awaitsKey = decoded === null;
    if (decoded?.fault) faults.push(decoded.fault);
    const picture = decoded?.picture;
    if (picture) pictures.push({ pts: unit.pts, unit: index, width: picture.width, height: picture.height, bits: picture.codedBits, hash: fnv(planes(picture)) });
  }
  pictures.sort((a, b) => a.pts - b.pts);
  return { pictures, faults, traps: decoder.traps, spent_ms };
}

/** How long decoding takes without anything beside it, in milliseconds for each picture. */
export function timeClip(module, file) {
  const decoder = new HevcDecoder(module);
  const units = unitsOf(file);
  decoder.configure(units[0].track.hvcC);
  const started = performance.now();
  for (const { bytes } of units) decoder.decode(bytes);
  return (performance.now() - started) / units.length;
}

/** The same damage for the same seed: some units lose bytes to noise, some are gone. Only GOPs with an even number. */
export function damageOf(seed, gopUnits) {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return (bytes, index) => {
    if (Math.floor(index / gopUnits) % 2 === 1) return bytes;
    if (random() < 0.15) return null;
    const damaged = bytes.slice();
    for (let flips = Math.floor(random() * 8); flips > 0; flips--) damaged[Math.floor(random() * damaged.length)] ^= 1 << Math.floor(random() * 8);
    return damaged;
  };
}

/** The whole of a test in a page: the module and the clip come as base64. */
export async function inPage(wasm, clip, work) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return work(await WebAssembly.compile(bytes(wasm)), bytes(clip));
}
