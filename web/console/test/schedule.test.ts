import { describe, expect, it } from 'vitest';
import { dayAndTime, isOverMidnight, isWindow, windowText } from '../src/ui/schedule';

const name = (day: number): string => ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day - 1]!;

describe('schedules', () => {
  it('are put in words', () => {
    expect(windowText({ days: [5, 1, 2, 3, 4], from: '07:00', to: '19:00' }, name)).toBe('Mon–Fri 07:00–19:00');
    expect(windowText({ days: [7, 1, 3, 6], from: '22:00', to: '24:00' }, name)).toBe('Mon, Wed, Sat–Sun 22:00–24:00');
  });

  it('tell what can be saved', () => {
    const window = { days: [1], from: '07:00', to: '24:00' };
    expect(isWindow(window)).toBe(true);
    for (const wrong of [{ days: [] }, { from: '24:00' }, { from: '7:00' }, { to: '24:01' }, { to: '12:60' }, { to: '' }]) expect(isWindow({ ...window, ...wrong })).toBe(false);
    expect([isOverMidnight(window), isOverMidnight({ ...window, to: '06:00' }), isOverMidnight({ ...window, to: '07:00' })]).toEqual([false, true, true]);
  });

  it('show instants as the server’s clock does, whatever the browser’s zone', () => {
    expect(dayAndTime('2026-11-30T07:00:00+08:00', name)).toBe('Mon 07:00');
    expect(dayAndTime('2026-11-29T23:30:00-05:00', name)).toBe('Sun 23:30');
  });
});
