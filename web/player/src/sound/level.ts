/** How loud a piece of sound is. Pure. */

/** What a meter shows at its left end. */
export const FLOOR_DB = -60;
/** How fast the bar falls after a peak. */
const FALL_DB_PER_S = 24;

/** Root mean square of samples in -1 to 1, in decibels below full scale; silence is at the floor. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return rms > 0 ? Math.max(FLOOR_DB, 20 * Math.log10(rms)) : FLOOR_DB;
}

/** What is shown after `elapsed_s`: up at once, down slowly, so that the eye can follow. */
export function fall(shown_db: number, level_db: number, elapsed_s: number): number {
  return Math.max(level_db, FLOOR_DB, shown_db - FALL_DB_PER_S * elapsed_s);
}

/** Share of the meter that is lit. */
export function litShare(level_db: number): number {
  return Math.min(1, Math.max(0, 1 - level_db / FLOOR_DB));
}
