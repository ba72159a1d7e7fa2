import { describe, expect, it } from 'vitest';
import { MAX_HELD, Pacer } from '../../src/engines/software/pacer';

interface Shown {
  pts_s: number;
  at_s: number;
}

/** Plays pictures that come at given times, by a timer that wakes when the pacer asks, and gives what was shown when. */
function play(arrivals: { pts_s: number; at_s: number }[], sound: (now_s: number) => number | null = () => null): { shown: Shown[]; dropped: number } {
  const pacer = new Pacer<number>();
  const shown: Shown[] = [];
  let dropped = 0;
  let wake_s = Infinity;
  const look = (now_s: number): void => {
    const { show, drop, next_s } = pacer.due(now_s, sound(now_s));
    dropped += drop.length;
    if (show) shown.push({ pts_s: show.pts_s, at_s: now_s });
    wake_s = next_s === null ? Infinity : now_s + Math.max(0.004, next_s);
  };
  for (const { pts_s, at_s } of [...arrivals].sort((a, b) => a.at_s - b.at_s)) {
    while (wake_s < at_s) look(wake_s);
    dropped += pacer.push({ pts_s, picture: 0 }, at_s).length;
    look(at_s);
  }
  while (wake_s < Infinity) look(wake_s);
  return { shown, dropped };
}

const frames = (count: number, at: (index: number) => number, pts = (index: number) => 1000 + index / 25): { pts_s: number; at_s: number }[] =>
  Array.from({ length: count }, (_, index) => ({ pts_s: pts(index), at_s: at(index) }));
const steps = (shown: Shown[]): number[] => shown.slice(1).map(({ at_s }, index) => at_s - shown[index]!.at_s);
const inOrder = (shown: Shown[]): boolean => shown.slice(1).every(({ pts_s }, index) => pts_s > shown[index]!.pts_s);

describe('pacer by the wall clock', () => {
  it('shows the first picture at once and all others, evenly although they come unevenly', () => {
    const jitter = [0, 0.03, 0.01, 0.05, 0.02];
    const { shown, dropped } = play(frames(250, (index) => index / 25 + jitter[index % 5]!));
    expect(shown[0]?.at_s).toBe(0);
    expect(shown.length + dropped).toBe(250);
    expect(dropped).toBeLessThan(3);
    const late = steps(shown).slice(50).filter((step) => Math.abs(step - 0.04) > 0.012);
    expect(late.length).toBeLessThan(5);
  });

  it('shows B-frames in their order, though they come in decoding order', () => {
    // I3 P0 B1 B2: each mini GOP of four pictures comes with its last first.
    const order = [3, 0, 1, 2];
    const { shown, dropped } = play(frames(200, (index) => index / 25, (index) => 1000 + (index - (index % 4) + order[index % 4]!) / 25));
    expect(inOrder(shown)).toBe(true);
    expect(dropped).toBeLessThan(8);
    expect(shown.length).toBeGreaterThan(190);
  });

  it('gets to the newest picture after a cached GOP', () => {
    // Fifty pictures as fast as they are decoded, then live ones.
    const { shown } = play([...frames(50, (index) => index * 0.01), ...frames(50, (index) => 0.5 + index / 25, (index) => 1002 + index / 25)]);
    const behind = shown.slice(-20).map(({ pts_s, at_s }) => at_s - (pts_s - 1002) - 0.5);
    expect(Math.max(...behind)).toBeLessThan(0.4);
    expect(inOrder(shown)).toBe(true);
  });

  it('follows a source that falls back for good', () => {
    const { shown } = play([...frames(100, (index) => index / 25), ...frames(200, (index) => 4.6 + index / 25, (index) => 1004 + index / 25)]);
    const after = shown.filter(({ at_s }) => at_s > 8);
    expect(after.length).toBeGreaterThan(90);
  });

  it('begins anew where the time line jumps, forward and back', () => {
    for (const to of [5000, 3]) {
      const { shown } = play([...frames(50, (index) => index / 25), ...frames(50, (index) => 2 + index / 25, (index) => to + index / 25)]);
      expect(shown.filter(({ pts_s }) => pts_s >= to && pts_s < to + 3).length).toBeGreaterThan(45);
    }
  });

  it('holds few pictures, whatever comes', () => {
    const pacer = new Pacer<number>();
    let gone = 0;
    for (let index = 0; index < 500; index++) gone += pacer.push({ pts_s: index / 200, picture: index }, 0).length;
    expect(gone).toBe(500 - MAX_HELD);
  });
});

describe('pacer by the sound', () => {
  it('shows each picture when its time is heard', () => {
    const sound = (now_s: number): number => 1000 + now_s - 0.5;
    const { shown } = play(frames(100, (index) => index / 25), sound);
    for (const { pts_s, at_s } of shown.slice(1)) expect(Math.abs(pts_s - sound(at_s))).toBeLessThan(0.02);
    expect(shown.length).toBe(100);
  });

  it('stands still while the sound does, and says how late pictures are', () => {
    const pacer = new Pacer<number>();
    pacer.push({ pts_s: 10, picture: 0 }, 0);
    expect(pacer.due(0, 9).show?.pts_s).toBe(10);
    pacer.push({ pts_s: 10.04, picture: 1 }, 0.1);
    expect(pacer.due(5, 10).show).toBeNull();
    expect(pacer.due(6, 10.2)).toMatchObject({ show: { pts_s: 10.04 }, late_s: expect.closeTo(0.16) as number });
  });
});
