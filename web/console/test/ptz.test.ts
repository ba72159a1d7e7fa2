import { describe, expect, it } from 'vitest';
import { bandOf, frameOf, pictureIn } from '../src/ptz/frame';
import { freeNumber, isNumber } from '../src/ptz/numbers';

describe('a rectangle drawn over a picture', () => {
  const picture = pictureIn({ left: 0, top: 0, width: 1000, height: 500 }, 1600, 1200);

  it('is measured on the picture, not on the bars beside it', () => {
    expect(picture.left).toBeCloseTo(1000 / 6);
    expect(picture.width).toBeCloseTo(2000 / 3);
    const wide = pictureIn({ left: 0, top: 0, width: 1600, height: 1200 }, 1600, 900);
    expect([wide.top, wide.height]).toEqual([150, 900]);
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
