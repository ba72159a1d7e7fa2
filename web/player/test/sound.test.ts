import { describe, expect, it } from 'vitest';
import { SoundGroups } from '../src/sound/groups';
import { fall, FLOOR_DB, levelOf, litShare } from '../src/sound/level';

describe('sound of a group', () => {
  it('comes from the one that was turned on last', () => {
    const groups = new SoundGroups();
    const [a, b, other] = [{ muted: false }, { muted: false }, { muted: false }];
    groups.join('wall', a);
    groups.join('wall', b);
    groups.join('elsewhere', other);
    groups.turnedOn('wall', b);
    expect([a.muted, b.muted, other.muted]).toEqual([true, false, false]);
    groups.leave('wall', b);
    a.muted = false;
    groups.turnedOn('wall', a);
    expect(b.muted).toBe(false);
  });
});

describe('sound level', () => {
  it('of a sine is 3 dB below its peak, of silence the floor', () => {
    const sine = Float32Array.from({ length: 4800 }, (_, index) => 0.5 * Math.sin((2 * Math.PI * index) / 48));
    expect(levelOf(sine)).toBeCloseTo(-9.03, 1);
    expect(levelOf(new Float32Array(100))).toBe(FLOOR_DB);
    expect(levelOf(new Float32Array(0))).toBe(FLOOR_DB);
  });

  it('rises at once and falls slowly to the floor', () => {
    expect(fall(-40, -10, 0.1)).toBe(-10);
    expect(fall(-10, -50, 0.5)).toBe(-22);
    expect(fall(-59, -60, 10)).toBe(FLOOR_DB);
    expect([litShare(0), litShare(-30), litShare(-60), litShare(6)]).toEqual([1, 0.5, 0, 1]);
  });
});
