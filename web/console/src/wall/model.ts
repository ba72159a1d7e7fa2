/** What is shown where on the video wall. Pure; the page draws it. */
import { gridOf, TILES_MAX, type Grid, type Place } from './layout';

/** What a tile shows: the key of a stream, `app/name`, or `#12` for the camera with that number. */
export type Content = string;

export interface Wall {
  layout: string;
  /** Of each tile, for the largest layout, so that a smaller one loses nothing. */
  tiles: (Content | null)[];
  selected: number;
  /** The tile that covers the whole wall. */
  enlarged: number | null;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

const FIRST_LAYOUT = '4';

export const contentOfChannel = (id: number): Content => `#${id}`;
/** The number of the camera that is shown; null for a stream. */
export const channelOf = (content: Content): number | null => (content.startsWith('#') ? Number(content.slice(1)) : null);

export function emptyWall(layout = FIRST_LAYOUT): Wall {
  return { layout, tiles: new Array<Content | null>(TILES_MAX).fill(null), selected: 0, enlarged: null };
}

/** A wall's layout is always one that has a grid. */
export const grid = (wall: Wall): Grid => gridOf(wall.layout) ?? gridOf(FIRST_LAYOUT)!;

const count = (wall: Wall): number => grid(wall).places.length;

export const shown = (wall: Wall): (Content | null)[] => wall.tiles.slice(0, count(wall));

export function withLayout(wall: Wall, layout: string): Wall {
  const next = { ...wall, layout, enlarged: null };
  return { ...next, selected: Math.min(wall.selected, count(next) - 1) };
}

/** Another division of the same cells: what a tile showed stays at its upper left cell. */
export function rearranged(wall: Wall, layout: string): Wall {
  const before = grid(wall).places;
  const next = gridOf(layout);
  if (!next) return wall;
  const at = ({ column, row }: Place): number => before.findIndex((each) => each.column === column && each.row === row);
  const present = next.places.map((each) => wall.tiles[at(each)] ?? null);
  const selected = next.places.findIndex((each) => at(each) === wall.selected);
  const tiles = wall.tiles.map((_, index) => present[index] ?? null);
  return { layout, tiles, selected: Math.max(0, selected), enlarged: null };
}

export function assign(wall: Wall, tile: number, content: Content | null): Wall {
  const tiles = wall.tiles.slice();
  tiles[tile] = content;
  return { ...wall, tiles, selected: tile, enlarged: content === null && wall.enlarged === tile ? null : wall.enlarged };
}

/** Puts something into the next free tile; on a full wall into the selected one. What is already shown is selected. */
export function fillNext(wall: Wall, content: Content): Wall {
  const present = shown(wall);
  const already = present.indexOf(content);
  if (already >= 0) return { ...wall, selected: already, enlarged: null };
  for (let offset = 0; offset < present.length; offset++) {
    const tile = (wall.selected + offset) % present.length;
    if (present[tile] === null) return assign({ ...wall, enlarged: null }, tile, content);
  }
  return assign({ ...wall, enlarged: null }, wall.selected, content);
}

/** Several at once, one tile after the other; those that find no tile are left out. */
export function fillFrom(wall: Wall, tile: number, contents: Content[]): Wall {
  const tiles = wall.tiles.slice();
  contents.slice(0, count(wall) - tile).forEach((content, index) => (tiles[tile + index] = content));
  return { ...wall, tiles, selected: tile, enlarged: null };
}

export function swap(wall: Wall, from: number, to: number): Wall {
  const tiles = wall.tiles.slice();
  [tiles[from], tiles[to]] = [tiles[to] ?? null, tiles[from] ?? null];
  return { ...wall, tiles, selected: to };
}

export function clear(wall: Wall, tile: number): Wall {
  return assign(wall, tile, null);
}

export function clearAll(wall: Wall): Wall {
  return { ...emptyWall(wall.layout), selected: wall.selected };
}

export function toggleEnlarged(wall: Wall, tile: number): Wall {
  if (wall.enlarged !== null) return { ...wall, enlarged: null };
  return wall.tiles[tile] === null ? wall : { ...wall, selected: tile, enlarged: tile };
}

/** Moves the selection to the tile beside, without wrapping; an enlarged picture moves along. */
export function move(wall: Wall, direction: Direction): Wall {
  const selected = beside(grid(wall).places, wall.selected, direction);
  const enlarged = wall.enlarged !== null && wall.tiles[selected] !== null ? selected : wall.enlarged;
  return { ...wall, selected, enlarged };
}

/** The tile that one comes to, the same one at the edge. */
export function beside(places: Place[], tile: number, direction: Direction): number {
  const from = places[tile];
  if (!from) return 0;
  const column = { left: from.column - 1, right: from.column + from.columns, up: from.column, down: from.column }[direction];
  const row = { left: from.row, right: from.row, up: from.row - 1, down: from.row + from.rows }[direction];
  const next = places.findIndex((each) => column >= each.column && column < each.column + each.columns && row >= each.row && row < each.row + each.rows);
  return next < 0 ? tile : next;
}

export function serialise(wall: Wall): string {
  return JSON.stringify({ layout: wall.layout, tiles: wall.tiles });
}

/** A remembered wall; anything unreadable is an empty one. */
export function parseWall(text: string | null): Wall {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return emptyWall();
  }
  const { layout, tiles } = (value ?? {}) as { layout?: unknown; tiles?: unknown };
  // Layouts were numbers once.
  const named = String(layout);
  const wall = emptyWall(gridOf(named) ? named : FIRST_LAYOUT);
  if (!Array.isArray(tiles)) return wall;
  return { ...wall, tiles: wall.tiles.map((_, i) => (typeof tiles[i] === 'string' ? tiles[i] : null)) };
}
