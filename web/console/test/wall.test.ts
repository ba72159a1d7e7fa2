import { describe, expect, it } from 'vitest';
import { freeLayout, gridOf, joined, LAYOUTS, overlaps, parted, resized, SIDE_MAX } from '../src/wall/layout';
import * as model from '../src/wall/model';
import { layoutOfWall, mayGoOn, wallOfLayout } from '../src/wall/views';
import type { View } from '../src/api/types';

const filled = (...keys: string[]): model.Wall => keys.reduce((wall, key) => model.fillNext(wall, key), model.emptyWall('4'));

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
    expect(model.shown(model.withLayout(wall, '1'))).toEqual(['a/1']);
    expect(model.shown(model.withLayout(model.withLayout(wall, '1'), '4'))).toEqual(['a/1', 'a/2', 'a/3', null]);
  });

  it.each([['left', 4, 3], ['right', 4, 5], ['up', 4, 1], ['down', 4, 7], ['left', 0, 0], ['up', 0, 0], ['right', 8, 8], ['down', 8, 8]] as const)(
    'moves %s from tile %d to %d', (direction, from, to) => {
      expect(model.move({ ...model.emptyWall('9'), selected: from }, direction).selected).toBe(to);
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
    for (const text of [null, '', '{', '[]', '1', '{"layout":5,"tiles":7}', '{"layout":9,"tiles":[1,null,{}]}', '{"layout":"grid:9x1","tiles":{}}']) {
      expect(model.parseWall(text).tiles).toEqual(model.emptyWall().tiles);
    }
  });
});

describe('layouts', () => {
  const whole = ({ columns, rows, places }: NonNullable<ReturnType<typeof gridOf>>): boolean =>
    places.reduce((sum, each) => sum + each.columns * each.rows, 0) === columns * rows && places.every((a, i) => places.every((b, j) => i === j || !overlaps(a, b)));

  it.each(LAYOUTS)('%s has so many tiles and no hole', (layout) => {
    const grid = gridOf(layout)!;
    expect(grid.places).toHaveLength(Number(layout));
    expect(whole(grid)).toBe(true);
  });

  it('free grids of every size are read back as they were written', () => {
    for (let columns = 1; columns <= SIDE_MAX; columns++) {
      for (let rows = 1; rows <= SIDE_MAX; rows++) {
        const layout = `grid:${columns}x${rows}`;
        expect(freeLayout(gridOf(layout)!)).toBe(layout);
        const one = joined(layout, 0, columns * rows - 1);
        expect(gridOf(one)!.places).toHaveLength(1);
        expect(parted(one, 0)).toBe(layout);
      }
    }
  });

  it.each(['', '2', 'grid:0x1', 'grid:9x9', 'grid:2x2:', 'grid:2x2:1.1.3.1', 'grid:3x3:1.1.2.2,2.2.2.2', 'grid:2x2:a', 'grid:2x2:1.1.1'])('"%s" means nothing', (layout) => {
    expect(gridOf(layout)).toBeNull();
  });

  it('joining takes in whole what it would cut, and other sizes let fall apart what no longer fits', () => {
    const spans = joined('grid:4x3', 0, 5);
    expect(spans).toBe('grid:4x3:1.1.2.2');
    // From the tile beneath the large one to its right neighbour.
    const places = gridOf(spans)!.places;
    const [below, right] = [places.findIndex(({ column, row }) => column === 1 && row === 3), places.findIndex(({ column, row }) => column === 3 && row === 2)];
    expect(joined(spans, below, right)).toBe('grid:4x3:1.1.3.3');
    expect(resized('grid:4x3:1.1.3.3', 2, 2)).toBe('grid:2x2');
    expect(resized('8', 4, 4)).toBe('grid:4x4:1.1.3.3');
  });

  it('a tile keeps what it shows when the cells are divided anew', () => {
    const wall = model.fillFrom(model.emptyWall('grid:3x2'), 0, ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6', 'a/7']);
    expect(model.shown(wall)).toEqual(['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6']);
    const next = model.rearranged(wall, joined(wall.layout, 0, 4));
    expect(model.shown(next)).toEqual(['a/1', 'a/3', 'a/6']);
    expect(model.beside(model.grid(next).places, 0, 'right')).toBe(1);
    expect(model.beside(model.grid(next).places, 2, 'left')).toBe(0);
  });
});

describe('views', () => {
  it('carry a wall to the server and back', () => {
    const wall = model.fillFrom(model.emptyWall('6'), 0, ['#12', 'demo/road1']);
    expect(layoutOfWall(wall)).toEqual({ layout: '6', tiles: [{ channel_id: 12 }, { stream: 'demo/road1' }, null, null, null, null] });
    expect(model.shown(wallOfLayout(layoutOfWall(wall))!)).toEqual(model.shown(wall));
    const spans = { ...model.fillFrom(model.emptyWall('grid:3x2:1.1.2.2'), 0, ['#1', 'a/2', 'a/3']) };
    expect(layoutOfWall(spans)).toEqual({ layout: 'grid:3x2:1.1.2.2', tiles: [{ channel_id: 1 }, { stream: 'a/2' }, { stream: 'a/3' }] });
    expect(model.shown(wallOfLayout(layoutOfWall(spans))!)).toEqual(model.shown(spans));
    const twice = model.fillFrom(model.emptyWall('grid:2x1'), 0, ['#1', '#1']);
    expect(model.shown(wallOfLayout(layoutOfWall(twice))!)).toEqual(['#1', '#1']);
    expect(wallOfLayout({ layout: 'new', tiles: [] })).toBeNull();
  });

  it('wait for a second digit only where one may follow', () => {
    const views = [{ number: 1 }, { number: 23 }, { number: null }] as View[];
    expect(mayGoOn(views, 1)).toBe(false);
    expect(mayGoOn(views, 2)).toBe(true);
  });
});
