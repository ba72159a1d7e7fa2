/** Boxes, lines and words that belong to moments of a picture. Pure: which of them are due at a media time. */
import type { Point } from '../view/geometry';

export interface Annotation {
  /** Media time at which it begins, in seconds of `video.currentTime`. Either this or `at_ms` is given. */
  pts?: number | undefined;
  /** Instead of `pts`: the time at which the picture was received, in milliseconds since 1970. */
  at_ms?: number | undefined;
  duration_s: number;
  /** `box`: two opposite corners; `line`: two points or more; `text`: its first point is the lower left corner. */
  kind: 'box' | 'line' | 'text';
  /** Places in the picture as the stream has it, from 0 to 1 from its upper left corner. */
  points: Point[];
  label?: string | undefined;
  /** Any CSS colour. */
  colour?: string | undefined;
}

/** More are not kept; the oldest go. */
export const MAX_ANNOTATIONS = 2_000;
/** More points of a line are not drawn. */
export const MAX_POINTS = 256;
/** Past ones are kept so long, for the replay. */
const KEEP_S = 40;
/** A media time as the browser tells it is rounded; a frame is many times as long. */
const ROUNDING_S = 0.002;

/** Media time of a wall-clock time, or null while nothing is known about it. */
export type WallClock = (at_ms: number) => number | null;

export class Annotations {
  private items: Annotation[] = [];

  get size(): number {
    return this.items.length;
  }

  /** Leaves out what is not well formed: it comes from other programs. */
  add(items: readonly Annotation[]): void {
    this.items = [...this.items, ...items.filter(isWellFormed)].slice(-MAX_ANNOTATIONS);
  }

  clear(): void {
    this.items = [];
  }

  /** What is to be seen with the picture of this media time. */
  due(time: number, clock: WallClock): Annotation[] {
    return this.items.filter((item) => {
      const begin = beginOf(item, clock);
      return begin !== null && time >= begin - ROUNDING_S && time < begin + item.duration_s - ROUNDING_S;
    });
  }

  /** Drops what lies too far in the past of this media time. */
  forget(time: number, clock: WallClock): void {
    this.items = this.items.filter((item) => {
      const begin = beginOf(item, clock);
      return begin === null || begin + item.duration_s > time - KEEP_S;
    });
  }
}

function beginOf({ pts, at_ms }: Annotation, clock: WallClock): number | null {
  return pts ?? (at_ms === undefined ? null : clock(at_ms));
}

const POINTS_NEEDED = { box: 2, line: 2, text: 1 };

function isWellFormed(item: Annotation): boolean {
  const needed = POINTS_NEEDED[item.kind] as number | undefined;
  const isTimed = Number.isFinite(item.pts ?? item.at_ms) && item.duration_s > 0;
  const isPlaced = Array.isArray(item.points) && item.points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return needed !== undefined && isTimed && isPlaced && item.points.length >= needed && item.points.length <= MAX_POINTS;
}
