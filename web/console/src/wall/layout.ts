/** How a wall is divided: named layouts, and free grids whose tiles may span cells. Pure. */

/** Where a tile stands: its upper left cell, counted from 1, and how many cells it spans. */
export interface Place {
  column: number;
  row: number;
  columns: number;
  rows: number;
}

export interface Grid {
  columns: number;
  rows: number;
  /** The large ones of a named layout first, those of a free grid line by line. */
  places: Place[];
}

/** Named layouts, by the number of their pictures. */
export const LAYOUTS = ['1', '4', '6', '8', '9', '13', '16', '25'] as const;
/** Cells of a free grid in each direction. */
export const SIDE_MAX = 8;
export const TILES_MAX = SIDE_MAX * SIDE_MAX;

/** `grid:4x3`, and after a second colon the tiles that span cells, as column.row.columns.rows: `grid:4x3:1.1.2.2,3.3.2.1`. */
const FREE = /^grid:([1-8])x([1-8])(?::([\d.,]+))?$/;
const SPAN = /^([1-8])\.([1-8])\.([1-8])\.([1-8])$/;

const place = (column: number, row: number, columns = 1, rows = 1): Place => ({ column, row, columns, rows });

export const overlaps = (a: Place, b: Place): boolean =>
  a.column < b.column + b.columns && b.column < a.column + a.columns && a.row < b.row + b.rows && b.row < a.row + a.rows;

const fits = (each: Place, columns: number, rows: number): boolean => each.column + each.columns - 1 <= columns && each.row + each.rows - 1 <= rows;

/** The cells that no large tile covers, line by line. */
function rest(columns: number, rows: number, large: Place[]): Place[] {
  const cells = Array.from({ length: columns * rows }, (_, index) => place((index % columns) + 1, Math.floor(index / columns) + 1));
  return cells.filter((cell) => !large.some((each) => overlaps(each, cell)));
}

const framed = (side: number, ...large: Place[]): Grid => ({ columns: side, rows: side, places: [...large, ...rest(side, side, large)] });

const NAMED: Record<(typeof LAYOUTS)[number], Grid> = {
  1: framed(1),
  4: framed(2),
  6: framed(3, place(1, 1, 2, 2)),
  8: framed(4, place(1, 1, 3, 3)),
  9: framed(3),
  13: framed(4, place(2, 2, 2, 2)),
  16: framed(4),
  25: framed(5),
};

/** The grid of a layout; null when its name means nothing. */
export function gridOf(layout: string): Grid | null {
  const named = NAMED[layout as keyof typeof NAMED];
  if (named) return named;
  const [, width, height, list] = FREE.exec(layout) ?? [];
  if (!width) return null;
  const [columns, rows] = [Number(width), Number(height)];
  const spans: Place[] = [];
  for (const text of list?.split(',') ?? []) {
    const numbers = SPAN.exec(text)?.slice(1).map(Number);
    if (!numbers) return null;
    const span = place(...(numbers as [number, number, number, number]));
    if (!fits(span, columns, rows) || spans.some((each) => overlaps(each, span))) return null;
    spans.push(span);
  }
  const places = [...spans, ...rest(columns, rows, spans)].sort((a, b) => a.row - b.row || a.column - b.column);
  return { columns, rows, places };
}

export const isFree = (layout: string): boolean => layout.startsWith('grid:');

/** The name of a free grid with these tiles. */
export function freeLayout({ columns, rows, places }: Grid): string {
  const spans = places.filter((each) => each.columns * each.rows > 1).map((each) => [each.column, each.row, each.columns, each.rows].join('.'));
  return `grid:${columns}x${rows}${spans.length ? `:${spans.join(',')}` : ''}`;
}

/** Any layout as a free grid of another size; spans that no longer fit fall apart. */
export function resized(layout: string, columns: number, rows: number): string {
  const spans = (gridOf(layout)?.places ?? []).filter((each) => fits(each, columns, rows));
  return freeLayout({ columns, rows, places: spans });
}

function around(a: Place, b: Place): Place {
  const [column, row] = [Math.min(a.column, b.column), Math.min(a.row, b.row)];
  return place(column, row, Math.max(a.column + a.columns, b.column + b.columns) - column, Math.max(a.row + a.rows, b.row + b.rows) - row);
}

/** One tile over all cells between two; a tile that would be cut is taken in whole. */
export function joined(layout: string, one: number, other: number): string {
  const grid = gridOf(layout);
  const [a, b] = [grid?.places[one], grid?.places[other]];
  if (!grid || !a || !b) return layout;
  const whole = grid.places.reduce((area) => grid.places.filter((each) => overlaps(area, each)).reduce(around, area), around(a, b));
  return freeLayout({ ...grid, places: [whole, ...grid.places.filter((each) => !overlaps(each, whole))] });
}

/** A tile that spans cells, as single cells again. */
export function parted(layout: string, tile: number): string {
  const grid = gridOf(layout);
  return grid ? freeLayout({ ...grid, places: grid.places.filter((_, index) => index !== tile) }) : layout;
}
