import { describe, expect, it } from 'vitest';
import { clampLook, cutOut, dragBy, MAX_ZOOM, parseFit, parseTurn, pictureRect, rectToSource, shownSize, styleOf, toShown, toSource, TURNS, UPRIGHT, WHOLE, zoomAt, type Fit, type Pose } from '../src/view/geometry';

const box = { width: 800, height: 600 };
const wide = { width: 1920, height: 1080 };
const pose = (over: Partial<Pose>): Pose => ({ ...UPRIGHT, ...over });

describe('the size of the whole picture', () => {
  it.each([
    ['contain', 0, 800, 450],
    ['contain', 90, 337.5, 600],
    ['cover', 0, 1066.667, 600],
    ['cover', 270, 800, 1422.222],
    ['fill', 90, 800, 600],
    ['4:3', 0, 800, 600],
    ['4:3', 90, 450, 600],
    ['16:9', 180, 800, 450],
  ] as [Fit, Pose['turn'], number, number][])('%s, turned by %d', (fit, turn, width, height) => {
    const shown = shownSize(box, wide, pose({ fit, turn }));
    expect(shown.width).toBeCloseTo(width, 2);
    expect(shown.height).toBeCloseTo(height, 2);
  });

  it('is the box until the stream says its own', () => {
    expect(shownSize(box, { width: 0, height: 0 }, UPRIGHT)).toEqual(box);
  });
});

describe('a look', () => {
  const shown = shownSize(box, wide, UPRIGHT);

  it('goes no further than eight times in and the whole picture out', () => {
    expect(zoomAt(WHOLE, 1000, { x: 0, y: 0 }, box, shown).zoom).toBe(MAX_ZOOM);
    expect(clampLook({ zoom: 0.1, x: 0.9, y: 0.1 }, box, shown)).toEqual(WHOLE);
  });

  it('keeps in place what is under the pointer', () => {
    const at = { x: 200, y: 250 };
    const before = pictureRect(WHOLE, box, shown);
    const after = pictureRect(zoomAt(WHOLE, 4, at, box, shown), box, shown);
    expect((at.x - after.left) / after.width).toBeCloseTo((at.x - before.left) / before.width);
    expect((at.y - after.top) / after.height).toBeCloseTo((at.y - before.top) / before.height);
  });

  it('never leaves the picture, whichever way it is dragged', () => {
    let look = zoomAt(WHOLE, 3, { x: 400, y: 300 }, box, shown);
    for (const [dx, dy] of [[9000, 9000], [-9000, 0], [0, -9000], [3, 7]] as const) {
      look = dragBy(look, dx, dy, box, shown);
      const { left, top, width, height } = cutOut(look, box, shown);
      expect(left).toBeGreaterThanOrEqual(-1e-9);
      expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
      expect(top + height).toBeLessThanOrEqual(1 + 1e-9);
      expect([width, height]).toEqual([expect.closeTo(1 / 3), expect.closeTo(600 / 1350)]);
    }
  });

  it('stays in the middle across the bars beside a picture that is not as wide as its box', () => {
    const upright = shownSize(box, wide, pose({ turn: 90 }));
    expect(zoomAt(WHOLE, 2, { x: 0, y: 0 }, box, upright).x).toBe(0.5);
  });
});

describe('a place in the picture', () => {
  it('goes there and back however it is turned and mirrored', () => {
    for (const turn of TURNS) {
      for (const mirror of [false, true]) {
        const place = { x: 0.2, y: 0.7 };
        const back = toSource(toShown(place, pose({ turn, mirror })), pose({ turn, mirror }));
        expect(back.x).toBeCloseTo(place.x);
        expect(back.y).toBeCloseTo(place.y);
      }
    }
  });

  it('turns clockwise, then is mirrored as seen', () => {
    expect(toShown({ x: 0, y: 0 }, pose({ turn: 90 }))).toEqual({ x: 1, y: 0 });
    expect(toShown({ x: 0, y: 0 }, pose({ turn: 90, mirror: true }))).toEqual({ x: 0, y: 0 });
    const part = rectToSource({ left: 0, top: 0, width: 0.25, height: 0.5 }, pose({ turn: 180 }));
    expect(part).toEqual({ left: 0.75, top: 0.5, width: 0.25, height: 0.5 });
  });

  it('has a style that says the same', () => {
    const shown = shownSize(box, wide, pose({ turn: 90, mirror: true }));
    expect(styleOf({ zoom: 2, x: 0.5, y: 0.25 }, shown, pose({ turn: 90, mirror: true }))).toEqual({
      width: '600px', height: '337.5px', transform: 'translate(-50%, -50%) translate(0px, 300px) scale(2) scaleX(-1) rotate(90deg)',
    });
  });
});

describe('attributes', () => {
  it.each([['cover', 'cover'], ['4:3', '4:3'], ['none', 'contain'], [null, 'contain']])('fit %s is %s', (text, fit) => {
    expect(parseFit(text)).toBe(fit);
  });
  it.each([['90', 90], ['-90', 270], ['450', 90], ['91', 90], ['x', 0], [null, 0], ['1e999', 0]])('rotate %s is %d', (text, turn) => {
    expect(parseTurn(text)).toBe(turn);
  });
});
