import { describe, expect, it } from 'vitest';
import * as model from '../src/wall/model';

const filled = (...keys: string[]): model.Wall => keys.reduce((wall, key) => model.fillNext(wall, key), model.emptyWall(4));

describe('live wall', () => {
  it('fills free tiles from the selected one, then replaces the selected', () => {
    const wall = filled('a/1', 'a/2', 'a/3', 'a/4');
    expect(model.shown(wall)).toEqual(['a/1', 'a/2', 'a/3', 'a/4']);
    const next = model.fillNext({ ...wall, selected: 1 }, 'a/5');
    expect(model.shown(next)).toEqual(['a/1', 'a/5', 'a/3', 'a/4']);
  });

  it('selects a stream that is already shown', () => {
    const wall = model.fillNext(filled('a/1', 'a/2', 'a/3'), 'a/1');
    expect(wall.selected).toBe(0);
    expect(model.shown(wall)).toEqual(['a/1', 'a/2', 'a/3', null]);
  });

  it('swaps tiles, also with an empty one', () => {
    expect(model.shown(model.swap(filled('a/1', 'a/2'), 0, 3))).toEqual([null, 'a/2', null, 'a/1']);
  });

  it('keeps what a smaller layout hides', () => {
    const wall = filled('a/1', 'a/2', 'a/3');
    expect(model.shown(model.withLayout(wall, 1))).toEqual(['a/1']);
    expect(model.shown(model.withLayout(model.withLayout(wall, 1), 4))).toEqual(['a/1', 'a/2', 'a/3', null]);
  });

  it.each([['left', 4, 3], ['right', 4, 5], ['up', 4, 1], ['down', 4, 7], ['left', 0, 0], ['up', 0, 0], ['right', 8, 8], ['down', 8, 8]] as const)(
    'moves %s from tile %d to %d', (direction, from, to) => {
      expect(model.move({ ...model.emptyWall(9), selected: from }, direction).selected).toBe(to);
    },
  );

  it('enlarges only a tile that shows something, and shrinks again', () => {
    const wall = filled('a/1');
    expect(model.toggleEnlarged(wall, 2).enlarged).toBeNull();
    const large = model.toggleEnlarged(wall, 0);
    expect(large.enlarged).toBe(0);
    expect(model.toggleEnlarged(large, 0).enlarged).toBeNull();
    expect(model.clear(large, 0).enlarged).toBeNull();
  });

  it('is remembered and survives unreadable memory', () => {
    const wall = filled('a/1', 'a/2');
    expect(model.shown(model.parseWall(model.serialise(wall)))).toEqual(model.shown(wall));
    for (const text of [null, '', '{', '[]', '1', '{"layout":5,"tiles":7}', '{"layout":9,"tiles":[1,null,{}]}']) {
      expect(model.parseWall(text).tiles).toEqual(model.emptyWall().tiles);
    }
  });
});
