import { describe, expect, it } from 'vitest';
import { bandOf, common, frameOf } from '../src/ptz/frame';
import { DEAD_ZONE, moveOf, padOf, toldOf, type Pad } from '../src/ptz/gamepad';
import { freeNumber, isNumber } from '../src/ptz/numbers';

describe('a rectangle drawn over a picture', () => {
  const picture = { left: 1000 / 6, top: 0, width: 2000 / 3, height: 500 };

  it('ends at the edge of the box, however far the enlarged picture goes', () => {
    const [box, enlarged] = [{ left: 0, top: 0, width: 400, height: 300 }, { left: -400, top: -100, width: 1600, height: 900 }];
    expect(common(enlarged, box)).toEqual(box);
    expect(frameOf(enlarged, bandOf(common(enlarged, box), { x: 0, y: 0 }, { x: 900, y: 900 }))).toEqual({ x: 0.25, y: 1 / 9, width: 0.25, height: 1 / 3 });
    expect(common(picture, { left: 0, top: 0, width: 1000, height: 500 })).toEqual(picture);
  });

  it('may be drawn from any corner and ends at the edge', () => {
    const box = { left: 100, top: 0, width: 400, height: 400 };
    expect(frameOf(box, bandOf(box, { x: 400, y: 300 }, { x: 300, y: 100 }))).toEqual({ x: 0.5, y: 0.25, width: 0.25, height: 0.5 });
    expect(frameOf(box, bandOf(box, { x: 0, y: -50 }, { x: 900, y: 900 }))).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });

  it('is nothing when it is tiny, beside the picture or on no picture', () => {
    expect(frameOf(picture, bandOf(picture, { x: 400, y: 200 }, { x: 405, y: 400 }))).toBeNull();
    expect(frameOf(picture, bandOf(picture, { x: 1, y: 1 }, { x: 100, y: 499 }))).toBeNull();
    const none = { left: 0, top: 0, width: 0, height: 0 };
    expect(frameOf(none, bandOf(none, { x: 0, y: 0 }, { x: 9, y: 9 }))).toBeNull();
  });
});

describe('numbers of presets', () => {
  it('are whole and from 1 to 255', () => {
    expect([1, 255].every((each) => isNumber(each))).toBe(true);
    expect([0, 256, 1.5, '', Number.NaN].some((each) => isNumber(each))).toBe(false);
  });

  it('are proposed where none is yet', () => {
    expect(freeNumber([])).toBe(1);
    expect(freeNumber([{ number: 1 }, { number: 2 }, { number: 4 }])).toBe(3);
    expect(freeNumber(Array.from({ length: 255 }, (_, index) => ({ number: index + 1 })))).toBe(255);
  });
});

describe('a gamepad', () => {
  const STILL = { pan: 0, tilt: 0, zoom: 0, focus: 0, iris: 0 };
  const pad = (axes: number[], pressed: Record<number, number> = {}): Pad => ({ axes, buttons: Array.from({ length: 17 }, (_, index) => ({ value: pressed[index] ?? 0 })), connected: true, mapping: 'standard' });

  it('that is let go asks for nothing, though its sticks are not at 0', () => {
    expect(moveOf(pad([DEAD_ZONE, -DEAD_ZONE], { 7: 0.1 }))).toEqual(STILL);
    expect(moveOf(pad([], {}))).toEqual(STILL);
  });

  it('turns to the right and upwards by its left stick, from slow to the fastest', () => {
    expect(moveOf(pad([1, -1]))).toEqual({ ...STILL, pan: 1, tilt: 1 });
    expect(moveOf(pad([-(DEAD_ZONE + (1 - DEAD_ZONE) / 2), 0])).pan).toBe(-0.5);
    expect(moveOf(pad([1.2, 0], { 15: 1 })).pan).toBe(1);
  });

  it('zooms by its triggers and focuses by its shoulders', () => {
    expect(moveOf(pad([0, 0], { 7: 1, 4: 1 }))).toEqual({ ...STILL, zoom: 1, focus: -1 });
    expect(moveOf(pad([0, 0], { 6: 1, 13: 1 }))).toEqual({ ...STILL, zoom: -1, tilt: -1 });
  });

  it('tells only what has changed, and at the end to stop', () => {
    const right = moveOf(pad([1, 0]));
    expect(toldOf(STILL, STILL)).toBeUndefined();
    expect(toldOf(STILL, right)).toEqual(right);
    expect(toldOf(right, moveOf(pad([0.999, 0.01])))).toBeUndefined();
    expect(toldOf(right, STILL)).toBeNull();
  });

  it('is the one that is moved, of those whose buttons are known', () => {
    const [idle, moved] = [pad([0, 0]), pad([0, 1])];
    expect(padOf([null, idle, moved])).toBe(moved);
    expect(padOf([null, idle])).toBe(idle);
    expect(padOf([{ ...moved, mapping: '' }, { ...moved, connected: false }, null])).toBeNull();
  });
});
