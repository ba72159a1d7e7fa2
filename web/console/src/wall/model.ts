/** What is shown where on the live wall. Pure; the page draws it. */

export const LAYOUTS = [1, 4, 9, 16] as const;
export type Layout = (typeof LAYOUTS)[number];
const TILES_MAX = 16;

export interface Wall {
  layout: Layout;
  /** Stream key of each place, for the largest layout, so that a smaller one loses nothing. */
  tiles: (string | null)[];
  selected: number;
  /** The tile that covers the whole wall. */
  enlarged: number | null;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

export function emptyWall(layout: Layout = 4): Wall {
  return { layout, tiles: new Array<string | null>(TILES_MAX).fill(null), selected: 0, enlarged: null };
}

export const columnsOf = (layout: Layout): number => Math.sqrt(layout);

export const shown = (wall: Wall): (string | null)[] => wall.tiles.slice(0, wall.layout);

export function withLayout(wall: Wall, layout: Layout): Wall {
  return { ...wall, layout, enlarged: null, selected: Math.min(wall.selected, layout - 1) };
}

export function assign(wall: Wall, tile: number, key: string | null): Wall {
  const tiles = wall.tiles.slice();
  tiles[tile] = key;
  return { ...wall, tiles, selected: tile, enlarged: key === null && wall.enlarged === tile ? null : wall.enlarged };
}

/** Puts a stream into the next free tile; on a full wall into the selected one. A stream already shown is selected. */
export function fillNext(wall: Wall, key: string): Wall {
  const present = shown(wall);
  const already = present.indexOf(key);
  if (already >= 0) return { ...wall, selected: already, enlarged: null };
  for (let offset = 0; offset < wall.layout; offset++) {
    const tile = (wall.selected + offset) % wall.layout;
    if (present[tile] === null) return assign({ ...wall, enlarged: null }, tile, key);
  }
  return assign({ ...wall, enlarged: null }, wall.selected, key);
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

/** Moves the selection by one, without wrapping; an enlarged picture moves along. */
export function move(wall: Wall, direction: Direction): Wall {
  const columns = columnsOf(wall.layout);
  const column = wall.selected % columns;
  const row = Math.floor(wall.selected / columns);
  const by = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
  const nextColumn = Math.min(columns - 1, Math.max(0, column + by[0]));
  const nextRow = Math.min(columns - 1, Math.max(0, row + by[1]));
  const selected = nextRow * columns + nextColumn;
  const enlarged = wall.enlarged !== null && wall.tiles[selected] !== null ? selected : wall.enlarged;
  return { ...wall, selected, enlarged };
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
  const wall = emptyWall(LAYOUTS.find((known) => known === layout) ?? 4);
  if (!Array.isArray(tiles)) return wall;
  return { ...wall, tiles: wall.tiles.map((_, i) => (typeof tiles[i] === 'string' ? tiles[i] : null)) };
}
