import { describe, expect, it } from 'vitest';
import { pageOf, roundOf, Tour } from '../src/patrol/tour';

const steps = (count: number) => Array.from({ length: count }, (_, index) => ({ channel_id: index + 1 }));
const ids = (list: { channel_id: number }[]) => list.map(({ channel_id }) => channel_id);

describe('the tour of a patrol', () => {
  it('takes cameras that are there, page after page, and begins again', () => {
    const tour = new Tour(steps(5), 2, false, ({ channel_id }) => channel_id !== 2);
    const pages = [tour.next(), tour.next(), tour.next()];
    expect(pages.map((page) => ids(page!.steps))).toEqual([[1, 3], [4, 5], [1, 3]]);
    expect(pages.map((page) => [page!.serial, page!.round, page!.first])).toEqual([[1, 1, 1], [2, 1, 4], [3, 2, 1]]);
    expect(ids(pages[0]!.skipped)).toEqual([2]);
  });

  it('has nothing to show when no camera is there', () => {
    expect(new Tour(steps(3), 4, false, () => false).next()).toBeNull();
  });

  it('goes on at the beginning when only cameras that are not there are left of a round', () => {
    const tour = new Tour(steps(3), 2, false, ({ channel_id }) => channel_id !== 3);
    expect(ids(tour.next()!.steps)).toEqual([1, 2]);
    const again = tour.next()!;
    expect([ids(again.steps), ids(again.skipped), again.round]).toEqual([[1, 2], [3], 2]);
  });

  it('shuffles without losing or doubling a camera', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const order = roundOf(steps(50), true, random);
    expect(ids(order)).not.toEqual(ids(steps(50)));
    expect(ids(order).sort((a, b) => a - b)).toEqual(ids(steps(50)));
    expect(ids(roundOf(steps(3), false, random))).toEqual([1, 2, 3]);
  });

  it('ends a page with the round', () => {
    expect(pageOf(steps(3), 2, 4, () => true)).toEqual({ steps: [{ channel_id: 3 }], skipped: [], first: 3, next: 3 });
  });
});
