import { describe, expect, it } from 'vitest';
import { catchUp, evictions, livePosition, MAX_RATE, MIN_RATE, TargetLatency, type Playhead } from '../src/catchup';

const T = 1_000_000;
const head = (over: Partial<Playhead>): Playhead => ({
  currentTime: T + 9.2, playbackRate: 1, live: { start: T, end: T + 10 }, target: 0.8, audible: false, ...over,
});

describe('catch-up', () => {
  it.each([
    ['nothing buffered', { live: null }, { kind: 'keep' }],
    ['at the target', {}, { kind: 'keep' }],
    ['a little behind', { currentTime: T + 9.1 }, { kind: 'keep' }],
    ['muted and behind', { currentTime: T + 8.6 }, { kind: 'rate', rate: 1.1 }],
    ['audible and behind', { currentTime: T + 8.6, audible: true }, { kind: 'keep' }],
    ['sound turned on while fast', { playbackRate: 1.1, audible: true }, { kind: 'rate', rate: 1 }],
    ['caught up', { playbackRate: 1.05 }, { kind: 'rate', rate: 1 }],
    ['behind by more than a short target', { currentTime: T + 9, target: 0.3 }, { kind: 'rate', rate: 1.1 }],
    ['more than twice the target behind', { currentTime: T + 8 }, { kind: 'jump', to: T + 9.2 }],
    ['far behind with sound', { currentTime: T + 2, audible: true }, { kind: 'jump', to: T + 9.2 }],
    ['start of a stream with large time stamps', { currentTime: 0 }, { kind: 'jump', to: T + 9.2 }],
    ['time line jumped back', { currentTime: T + 50 }, { kind: 'jump', to: T + 9.2 }],
    ['nearly dry', { currentTime: T + 9.9 }, { kind: 'rate', rate: MIN_RATE }],
    ['nearly dry with sound', { currentTime: T + 9.9, audible: true }, { kind: 'keep' }],
    ['building up', { currentTime: T + 9.7, playbackRate: MIN_RATE }, { kind: 'keep' }],
    ['built up', { currentTime: T + 9.5, playbackRate: MIN_RATE }, { kind: 'rate', rate: 1 }],
  ] as [string, Partial<Playhead>, object][])('%s', (_what, over, expected) => {
    const decision = catchUp(head(over));
    expect(decision.kind).toBe((expected as { kind: string }).kind);
    for (const [key, value] of Object.entries(expected)) {
      if (typeof value === 'number') expect((decision as unknown as Record<string, number>)[key]).toBeCloseTo(value, 5);
    }
  });

  it('never leaves the allowed rates', () => {
    for (let ahead = 0.01; ahead < 20; ahead += 0.07) {
      const decision = catchUp(head({ currentTime: T + 30 - ahead, live: { start: T, end: T + 30 }, target: 5 }));
      if (decision.kind === 'rate') expect(decision.rate).toBeLessThanOrEqual(MAX_RATE);
      if (decision.kind === 'rate') expect(decision.rate).toBeGreaterThanOrEqual(MIN_RATE);
    }
  });

  it('stands inside a range that is shorter than the target', () => {
    const at = livePosition({ start: 5, end: 5.3 }, 0.8);
    expect(at).toBeGreaterThan(5);
    expect(at).toBeLessThanOrEqual(5.3);
  });
});

describe('target latency', () => {
  it('is never shorter than the pieces that media comes in', () => {
    expect(new TargetLatency(0.8).current({ piece: 0.04, late: 0.1 })).toBe(0.8);
    expect(new TargetLatency(0.8).current({ piece: 2, late: 0.1 })).toBe(3);
    expect(new TargetLatency(0.8).current({ piece: 100, late: 0.1 })).toBe(6);
  });

  it('is longer than media is late at times', () => {
    expect(new TargetLatency(0.3).current({ piece: 0.04, late: 0.05 })).toBe(0.3);
    expect(new TargetLatency(0.3).current({ piece: 0.04, late: 0.9 })).toBeGreaterThan(1);
  });

  it('grows with underruns and shrinks again', () => {
    const target = new TargetLatency(0.8);
    for (let i = 0; i < 50; i++) target.underrun();
    expect(target.current({ piece: 0, late: 0 })).toBe(6);
    target.elapse(1000);
    expect(target.current({ piece: 0, late: 0 })).toBe(0.8);
  });
});

describe('eviction', () => {
  const live = { start: 0, end: 100 };

  it('drops what was played long ago and keeps the rest', () => {
    expect(evictions([live], live, 99, 6)).toEqual([{ start: 0, end: 93 }]);
    expect(evictions([{ start: 90, end: 100 }], { start: 90, end: 100 }, 99, 6)).toEqual([]);
  });

  it('takes the range that has grown since it was looked at for the live one', () => {
    expect(evictions([{ start: 90, end: 100.04 }], { start: 90, end: 100 }, 99.5, 6)).toEqual([]);
  });

  it('drops other ranges once playback has left them', () => {
    const old = { start: 200, end: 210 };
    expect(evictions([live, old], live, 99, 60)).toEqual([old]);
    expect(evictions([live, old], live, 205, 60)).toEqual([]);
  });

  it('keeps the buffer bounded over a long run', () => {
    let start = 0;
    for (let end = 1; end < 2000; end++) {
      const range = { start, end };
      for (const gone of evictions([range], range, end - 0.8, 6)) start = gone.end;
      expect(end - start).toBeLessThan(15);
    }
  });
});
