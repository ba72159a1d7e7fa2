/** A day as a line of time. Pure. */

/** Something that lasts, such as a recording. */
export interface Lasting {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** Begin and end of a local day such as `2026-11-28`, in milliseconds since 1970. */
export function dayOf(date: string): { from: number; to: number } {
  const from = new Date(`${date}T00:00:00`);
  const to = new Date(from);
  // Days with a change of the clock have other lengths.
  to.setDate(to.getDate() + 1);
  return { from: from.getTime(), to: to.getTime() };
}

/** The local day of a time, such as `2026-11-28`. */
export function dateOf(time: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** Where something stands on the line of a day, in shares of it; null for what is not of it. */
export function placeOn(day: { from: number; to: number }, it: Lasting): { left: number; width: number } | null {
  const length = day.to - day.from || DAY_MS;
  const [from, to] = [Math.max(Date.parse(it.from), day.from), Math.min(Date.parse(it.to), day.to)];
  return to > from ? { left: (from - day.from) / length, width: (to - from) / length } : null;
}

/** The thing that lasts at a share of the day, or null. */
export function lastingAt<T extends Lasting>(day: { from: number; to: number }, all: readonly T[], share: number): { it: T; at: number } | null {
  const at = day.from + share * (day.to - day.from);
  const it = all.find(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to));
  return it ? { it, at } : null;
}

/** A moment as a field for date and time has it: local, to the second. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The moment that such a field says; browsers leave out seconds that are 0. NaN for none. */
export const timeOf = (text: string): number => Date.parse(text);
