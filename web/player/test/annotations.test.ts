import { describe, expect, it } from 'vitest';
import { Annotations, MAX_ANNOTATIONS, MAX_POINTS, type Annotation } from '../src/annotate/annotations';

const box = (over: Partial<Annotation>): Annotation => ({ pts: 10, duration_s: 0.04, kind: 'box', points: [{ x: 0, y: 0 }, { x: 1, y: 1 }], ...over });
const noClock = (): null => null;

describe('annotations', () => {
  it('are due with the frames of their time and no other, whatever the browser rounds', () => {
    const kept = new Annotations();
    kept.add([box({})]);
    expect([9.96, 9.999_5, 10, 10.000_7, 10.039_5, 10.04].map((time) => kept.due(time, noClock).length)).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it('by wall clock wait until it is known what time that is', () => {
    const kept = new Annotations();
    kept.add([box({ pts: undefined, at_ms: 1_000_000 })]);
    expect(kept.due(10, noClock)).toHaveLength(0);
    expect(kept.due(10, (at_ms) => at_ms / 1000 - 990)).toHaveLength(1);
  });

  it('that are not well formed are left out', () => {
    const kept = new Annotations();
    const points = Array.from({ length: MAX_POINTS + 1 }, () => ({ x: 0, y: 0 }));
    kept.add([box({ points: [{ x: 0, y: 0 }] }), box({ pts: Number.NaN }), box({ duration_s: 0 }), box({ kind: 'circle' as 'box' }), box({ kind: 'line', points }), box({ points: [{ x: 0, y: 0 }, { x: Infinity, y: 0 }] }), box({ points: null as never })]);
    expect(kept.size).toBe(0);
  });

  it('are bounded in number and in age', () => {
    const kept = new Annotations();
    kept.add(Array.from({ length: MAX_ANNOTATIONS + 5 }, (_, index) => box({ pts: index })));
    expect(kept.size).toBe(MAX_ANNOTATIONS);
    kept.forget(MAX_ANNOTATIONS + 4, noClock);
    expect(kept.size).toBeLessThan(50);
  });
});
