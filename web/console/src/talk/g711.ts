/** Sound as devices take it: G.711 A-law of 8 kHz, one channel. Pure. */

/** Samples in a second. */
export const RATE_HZ = 8_000;

/** A sample of 16 bits as a byte (ITU-T G.711, table 1a). */
export function toALaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 3;
  const segment = Math.max(27 - Math.clz32(magnitude), 0);
  const code = (segment << 4) | ((magnitude >> Math.max(segment, 1)) & 15);
  // Every other bit is turned around, so that silence has changes of bits.
  return (sample < 0 ? code : code | 0x80) ^ 0x55;
}

/** A sample in -1 to 1 in 16 bits; what is louder is cut. */
export const to16Bits = (sample: number): number => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
