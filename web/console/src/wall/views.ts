/** Between the wall and the views that the server keeps. Pure. */
import type { View, ViewLayout, ViewTile } from '../api/types';
import { freeLayout, gridOf, isFree, overlaps, type Grid, type Place } from './layout';
import { channelOf, contentOfChannel, emptyWall, grid, shown, type Content, type Wall } from './model';

const contentOf = (tile: ViewTile | null | undefined): Content | null => {
  if (!tile) return null;
  return 'channel_id' in tile ? contentOfChannel(tile.channel_id) : tile.stream;
};

const tileOf = (content: Content | null): ViewTile | null => {
  if (content === null) return null;
  const channel_id = channelOf(content);
  return channel_id === null ? { stream: content } : { channel_id };
};

/** A grid as the server keeps it: a tile that spans cells is said in each of them. */
function cellsOf({ columns, rows, places }: Grid, tiles: readonly (Content | null)[]): (Content | null)[] {
  const cells = new Array<Content | null>(columns * rows).fill(null);
  places.forEach((place, index) => {
    for (let row = place.row; row < place.row + place.rows; row++) for (let column = place.column; column < place.column + place.columns; column++) cells[(row - 1) * columns + column - 1] = tiles[index] ?? null;
  });
  return cells;
}

/** Equal neighbours that form a rectangle are one tile. */
function placesOf(columns: number, rows: number, cells: readonly (Content | null)[]): Place[] {
  const spans: Place[] = [];
  const at = (column: number, row: number): Content | null => cells[(row - 1) * columns + column - 1] ?? null;
  const taken = (column: number, row: number): boolean => spans.some((each) => overlaps(each, { column, row, columns: 1, rows: 1 }));
  for (let row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++) {
      const content = at(column, row);
      if (taken(column, row)) continue;
      const same = (x: number, y: number): boolean => content !== null && x <= columns && y <= rows && at(x, y) === content && !taken(x, y);
      let [wide, tall] = [1, 1];
      while (same(column + wide, row)) wide++;
      while (Array.from({ length: wide }, (_, index) => same(column + index, row + tall)).every(Boolean)) tall++;
      spans.push({ column, row, columns: wide, rows: tall });
    }
  }
  return spans;
}

export function layoutOfWall(wall: Wall): ViewLayout {
  const size = grid(wall);
  if (!isFree(wall.layout)) return { layout: wall.layout, tiles: shown(wall).map(tileOf) };
  return { layout: `grid:${size.columns}x${size.rows}`, tiles: cellsOf(size, wall.tiles).map(tileOf) };
}

/** Null for a layout that this console does not know. */
export function wallOfLayout({ layout, tiles }: ViewLayout): Wall | null {
  const size = gridOf(layout);
  if (!size) return null;
  const contents = tiles.map(contentOf);
  if (!isFree(layout)) return wallWith(layout, contents);
  const places = placesOf(size.columns, size.rows, contents);
  return wallWith(freeLayout({ ...size, places }), places.map(({ column, row }) => contents[(row - 1) * size.columns + column - 1] ?? null));
}

function wallWith(layout: string, contents: readonly (Content | null)[]): Wall {
  const wall = emptyWall(layout);
  return { ...wall, tiles: wall.tiles.map((_, index) => contents[index] ?? null) };
}

/** One's own before one that others share. */
export function viewOfNumber(views: readonly View[], number: number): View | undefined {
  const fits = views.filter((view) => view.number === number);
  return fits.find(({ mine }) => mine) ?? fits[0];
}

/** Whether another digit may follow: some view has a number of two digits that begins so. */
export const mayGoOn = (views: readonly View[], digit: number): boolean => views.some(({ number }) => number != null && number >= 10 && Math.floor(number / 10) === digit);
