/** Numbers of presets and cruises, which start at 1. Pure. */

export const NUMBER_MAX = 255;
export const STEPS_MAX = 64;
export const DWELL_MAX_S = 3_600;

export const isNumber = (value: unknown, max = NUMBER_MAX): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;

/** The lowest number that nothing has yet; the highest one when all are taken. */
export function freeNumber(taken: readonly { number: number }[]): number {
  const numbers = new Set(taken.map(({ number }) => number));
  for (let number = 1; number < NUMBER_MAX; number++) if (!numbers.has(number)) return number;
  return NUMBER_MAX;
}

/** Seconds without a command after which a camera returns by itself. */
export const IDLE_MIN_S = 5;
export const IDLE_MAX_S = 86_400;
