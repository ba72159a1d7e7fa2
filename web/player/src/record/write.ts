/** Writes boxes of ISO/IEC 14496-12. */

export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function u32(...values: number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(4 * values.length));
  // Negative values are written as their two's complement.
  for (const [index, value] of values.entries()) out.setUint32(4 * index, value >>> 0);
  return new Uint8Array(out.buffer);
}

export function u64(...values: number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(8 * values.length));
  for (const [index, value] of values.entries()) out.setBigInt64(8 * index, BigInt(value));
  return new Uint8Array(out.buffer);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function box(type: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = 8 + parts.reduce((sum, { length }) => sum + length, 0);
  return concat([u32(size), ascii(type), ...parts]);
}

/** A box with version and flags (§4.2). */
export function full(type: string, version: number, flags: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return box(type, u32((version << 24) | flags), ...parts);
}
