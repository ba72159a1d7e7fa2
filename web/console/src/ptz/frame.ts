/** A rectangle drawn over a picture, as the part of the picture that it is. Pure. */
import type { PtzFrame } from '../api/types';

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A smaller part, as a share of the width or height, is a click that slipped. */
const SHARE_MIN = 0.02;

/** What two rectangles have in common: of an enlarged picture the part that is in its box. */
export function common(a: Box, b: Box): Box {
  const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)];
  const right = Math.min(a.left + a.width, b.left + b.width);
  const bottom = Math.min(a.top + a.height, b.top + b.height);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** The rectangle between two points, no further than the picture goes. */
export function bandOf(picture: Box, from: Point, to: Point): Box {
  const within = (value: number, start: number, size: number): number => Math.min(start + size, Math.max(start, value));
  const [x1, x2] = [within(from.x, picture.left, picture.width), within(to.x, picture.left, picture.width)];
  const [y1, y2] = [within(from.y, picture.top, picture.height), within(to.y, picture.top, picture.height)];
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** Which part of the picture a rectangle is; null when it is too small to have been meant. */
export function frameOf(picture: Box, band: Box): PtzFrame | null {
  const [width, height] = [band.width / picture.width, band.height / picture.height];
  if (!(width >= SHARE_MIN && height >= SHARE_MIN)) return null;
  return { x: (band.left - picture.left) / picture.width, y: (band.top - picture.top) / picture.height, width, height };
}
