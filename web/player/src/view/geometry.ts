/**
 * How a picture lies in its box: fitted, turned, mirrored and enlarged. Pure: sizes in CSS pixels, places in the picture as shares from
 * its upper left corner (0 to 1).
 *
 *     source --turn (clockwise)--> --mirror (left to right, as seen)--> shown --fit, zoom, look--> box
 */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Size {
  left: number;
  top: number;
}

export const FITS = ['contain', 'cover', 'fill', '4:3', '16:9'] as const;
export type Fit = (typeof FITS)[number];

export const TURNS = [0, 90, 180, 270] as const;
/** Degrees clockwise. */
export type Turn = (typeof TURNS)[number];

export interface Pose {
  fit: Fit;
  turn: Turn;
  mirror: boolean;
}

/** What of the picture is looked at: `zoom` 1 is all of it, `x` and `y` are what stands in the middle of the box, as shown. */
export interface Look extends Point {
  zoom: number;
}

export const MAX_ZOOM = 8;
export const WHOLE: Look = { zoom: 1, x: 0.5, y: 0.5 };
export const UPRIGHT: Pose = { fit: 'contain', turn: 0, mirror: false };

export function parseFit(text: string | null): Fit {
  return FITS.find((fit) => fit === text) ?? 'contain';
}

/** Any number of degrees as the nearest turn below; what is no number is no turn. */
export function parseTurn(text: string | null): Turn {
  const degrees = Number(text);
  if (!Number.isFinite(degrees)) return 0;
  return TURNS[Math.floor((((degrees % 360) + 360) % 360) / 90)] ?? 0;
}

const isSideways = (turn: Turn): boolean => turn === 90 || turn === 270;

/** Size of the whole turned picture at zoom 1. */
export function shownSize(box: Size, picture: Size, pose: Pose): Size {
  if (pose.fit === 'fill' || !(picture.width > 0 && picture.height > 0)) return { width: box.width, height: box.height };
  const own = pose.fit === '4:3' ? 4 / 3 : pose.fit === '16:9' ? 16 / 9 : picture.width / picture.height;
  const ratio = isSideways(pose.turn) ? 1 / own : own;
  const byWidth = { width: box.width, height: box.width / ratio };
  const byHeight = { width: box.height * ratio, height: box.height };
  const isTooHigh = byWidth.height > box.height;
  return isTooHigh === (pose.fit !== 'cover') ? byHeight : byWidth;
}

/** The same look, no further out than the whole picture and no further aside than its edges. */
export function clampLook(look: Look, box: Size, shown: Size): Look {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, look.zoom));
  const along = (at: number, length: number, whole: number): number => {
    const seen = length / (whole * zoom);
    return seen >= 1 || !Number.isFinite(seen) ? 0.5 : Math.min(1 - seen / 2, Math.max(seen / 2, at));
  };
  return { zoom, x: along(look.x, box.width, shown.width), y: along(look.y, box.height, shown.height) };
}

/** Where the whole shown picture lies, measured from the corner of the box. */
export function pictureRect(look: Look, box: Size, shown: Size): Rect {
  const [width, height] = [shown.width * look.zoom, shown.height * look.zoom];
  return { left: box.width / 2 - look.x * width, top: box.height / 2 - look.y * height, width, height };
}

/** The part of the shown picture that is in the box, as shares of it. */
export function cutOut(look: Look, box: Size, shown: Size): Rect {
  const picture = pictureRect(look, box, shown);
  const left = Math.max(0, -picture.left / picture.width);
  const top = Math.max(0, -picture.top / picture.height);
  const right = Math.min(1, (box.width - picture.left) / picture.width);
  const bottom = Math.min(1, (box.height - picture.top) / picture.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** Enlarges by `factor` so that what lies under `at` (from the corner of the box) stays there. */
export function zoomAt(look: Look, factor: number, at: Point, box: Size, shown: Size): Look {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, look.zoom * factor));
  const moved = (share: number, offset: number, whole: number): number => share + offset / (whole * look.zoom) - offset / (whole * zoom);
  return clampLook(
    { zoom, x: moved(look.x, at.x - box.width / 2, shown.width), y: moved(look.y, at.y - box.height / 2, shown.height) },
    box,
    shown,
  );
}

/** Moves what is looked at as if the picture were dragged by so many pixels. */
export function dragBy(look: Look, dx: number, dy: number, box: Size, shown: Size): Look {
  const moved = { ...look, x: look.x - dx / (shown.width * look.zoom), y: look.y - dy / (shown.height * look.zoom) };
  return clampLook(moved, box, shown);
}

/** A place in the source as a place in the shown picture. */
export function toShown({ x, y }: Point, { turn, mirror }: Pose): Point {
  const turned = { 0: { x, y }, 90: { x: 1 - y, y: x }, 180: { x: 1 - x, y: 1 - y }, 270: { x: y, y: 1 - x } }[turn];
  return mirror ? { x: 1 - turned.x, y: turned.y } : turned;
}

/** A place in the shown picture as a place in the source. */
export function toSource(point: Point, { turn, mirror }: Pose): Point {
  const x = mirror ? 1 - point.x : point.x;
  const { y } = point;
  return { 0: { x, y }, 90: { x: y, y: 1 - x }, 180: { x: 1 - x, y: 1 - y }, 270: { x: 1 - y, y: x } }[turn];
}

/** A part of the shown picture as the part of the source that it is. */
export function rectToSource({ left, top, width, height }: Rect, pose: Pose): Rect {
  const [a, b] = [toSource({ x: left, y: top }, pose), toSource({ x: left + width, y: top + height }, pose)];
  return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** CSS of an element that holds the source's picture and stands with its middle in the middle of the box. */
export function styleOf(look: Look, shown: Size, { turn, mirror }: Pose): { width: string; height: string; transform: string } {
  const own = isSideways(turn) ? { width: shown.height, height: shown.width } : shown;
  const [x, y] = [(0.5 - look.x) * shown.width * look.zoom, (0.5 - look.y) * shown.height * look.zoom];
  const parts = [`translate(-50%, -50%) translate(${round(x)}px, ${round(y)}px) scale(${round(look.zoom)})`];
  if (mirror) parts.push('scaleX(-1)');
  if (turn) parts.push(`rotate(${turn}deg)`);
  return { width: `${round(own.width)}px`, height: `${round(own.height)}px`, transform: parts.join(' ') };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
