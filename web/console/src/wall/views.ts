/** Between the wall and the views that the server keeps. Pure. */
import type { View, ViewLayout, ViewTile } from '../api/types';
import { gridOf } from './layout';
import { channelOf, contentOfChannel, emptyWall, shown, type Content, type Wall } from './model';

const contentOf = (tile: ViewTile | null | undefined): Content | null => {
  if (!tile) return null;
  return 'channel_id' in tile ? contentOfChannel(tile.channel_id) : tile.stream;
};

const tileOf = (content: Content | null): ViewTile | null => {
  if (content === null) return null;
  const channel_id = channelOf(content);
  return channel_id === null ? { stream: content } : { channel_id };
};

export const layoutOfWall = (wall: Wall): ViewLayout => ({ layout: wall.layout, tiles: shown(wall).map(tileOf) });

/** Null for a layout that this console does not know. */
export function wallOfLayout({ layout, tiles }: ViewLayout): Wall | null {
  if (!gridOf(layout)) return null;
  const wall = emptyWall(layout);
  return { ...wall, tiles: wall.tiles.map((_, index) => contentOf(tiles[index])) };
}

/** One's own before one that others share. */
export function viewOfNumber(views: readonly View[], number: number): View | undefined {
  const fits = views.filter((view) => view.number === number);
  return fits.find(({ mine }) => mine) ?? fits[0];
}

/** Whether another digit may follow: some view has a number of two digits that begins so. */
export const mayGoOn = (views: readonly View[], digit: number): boolean => views.some(({ number }) => number != null && number >= 10 && Math.floor(number / 10) === digit);
