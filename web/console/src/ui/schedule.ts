/** Weekly schedules in words. Days are 1 (Monday) to 7 (Sunday), times "HH:MM" up to 24:00, all by the server's clock. */
import type { ScheduleWindow } from '../api/types';

/** Windows of one schedule, as the server permits. */
export const MAX_WINDOWS = 32;
export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Whether a window can be saved. */
export const isWindow = ({ days, from, to }: ScheduleWindow): boolean => days.length > 0 && TIME.test(from) && (TIME.test(to) || to === '24:00');

/** Whether it ends on the day after. */
export const isOverMidnight = ({ from, to }: ScheduleWindow): boolean => to <= from;

/** "Mon–Fri, Sun 07:00–19:00"; `name` names a day. */
export function windowText(window: ScheduleWindow, name: (day: number) => string): string {
  const days = [...window.days].sort((one, other) => one - other);
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const words = runs.map((run) => (run.length > 1 ? `${name(run[0]!)}–${name(run.at(-1)!)}` : name(run[0]!)));
  return `${words.join(', ')} ${window.from}–${window.to}`;
}

/** Day and time of an instant as the server's clock shows them: its text carries the server's own zone. */
export function dayAndTime(at: string, name: (day: number) => string): string {
  const day = new Date(`${at.slice(0, 10)}T00:00:00Z`).getUTCDay();
  return `${name(day === 0 ? 7 : day)} ${at.slice(11, 16)}`;
}
