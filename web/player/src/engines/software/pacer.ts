/**
 * When a decoded picture is shown. Pure: pictures and the time of a clock go in, the picture
 * to show now and those to drop come out. Pictures may come in decoding order.
 *
 * The clock is the sound's where there is sound; else media time is laid on the wall clock so that
 * the fastest picture lately is shown `delay` after it came, and the delay follows what comes late.
 */

export interface Paced<Picture> {
  /** Seconds of media time. */
  pts_s: number;
  picture: Picture;
}

export interface Due<Picture> {
  show: Paced<Picture> | null;
  /** Pictures whose turn has passed. */
  drop: Paced<Picture>[];
  /** Seconds until the next picture is due, null when none waits. */
  next_s: number | null;
  /** How late the newest due picture was, in seconds. */
  late_s: number;
}

/** Shortest and longest delay of the wall clock, in seconds. */
const DELAY_MIN_S = 0.08;
const DELAY_MAX_S = 1;
/** The delay falls by this share of a second each second. */
const DELAY_DECAY = 0.01;
/** Pictures later than this are dropped, but one is shown each time that so long nothing was. */
const LATE_S = 0.25;
/** A step of the time line larger than this is a jump: it begins anew. */
const JUMP_S = 5;
/** All pictures are late for so long: the source itself has fallen back, and its time is laid on the clock anew. */
const PATIENCE_S = 1.5;
/** Over which time the fastest picture counts; follows drift between the clocks. */
const WINDOW_S = 10;
/** Decoded pictures that wait; each holds megabytes. */
export const MAX_HELD = 40;

export class Pacer<Picture> {
  private held: Paced<Picture>[] = [];
  private shown_s: number | null = null;
  private shownAt_s = -Infinity;
  private delay_s = DELAY_MIN_S;
  private best = Infinity;
  private previousBest = Infinity;
  private windowStart_s = -Infinity;
  private adapted_s = 0;
  private lateSince_s: number | null = null;

  /** Media time of the picture on the screen. */
  get position_s(): number | null {
    return this.shown_s;
  }

  /** Takes a picture at a time of the wall clock, in seconds; gives back those that there is no room for. */
  push(picture: Paced<Picture>, now_s: number): Paced<Picture>[] {
    const newest = this.held[this.held.length - 1]?.pts_s ?? this.shown_s;
    const dropped = newest !== null && Math.abs(picture.pts_s - newest) > JUMP_S ? this.restart() : [];
    if (now_s - this.windowStart_s > WINDOW_S) {
      this.previousBest = this.best;
      this.best = Infinity;
      this.windowStart_s = now_s;
    }
    this.best = Math.min(this.best, now_s - picture.pts_s);
    const at = this.held.findLastIndex(({ pts_s }) => pts_s <= picture.pts_s) + 1;
    this.held.splice(at, 0, picture);
    if (this.held.length > MAX_HELD) dropped.push(this.held.shift()!);
    return dropped;
  }

  /** What to show at a time of the wall clock; `sound_s` is the media time that is heard, where sound paces. */
  due(now_s: number, sound_s: number | null): Due<Picture> {
    const clock_s = sound_s ?? now_s - this.offset();
    const drop: Paced<Picture>[] = [];
    let show: Paced<Picture> | null = null;
    while (this.held[0] && (this.held[0].pts_s <= clock_s || this.shown_s === null)) {
      const next = this.held.shift()!;
      if (this.shown_s !== null && next.pts_s <= this.shown_s) {
        // It came after its successor was shown.
        drop.push(next);
        continue;
      }
      if (show) drop.push(show);
      show = next;
      if (this.shown_s === null) break;
    }
    const late_s = show ? Math.max(0, clock_s - show.pts_s) : 0;
    if (show && sound_s === null) this.adapt(late_s, show.pts_s, now_s);
    if (show && late_s > LATE_S && now_s - this.shownAt_s < LATE_S) {
      drop.push(show);
      show = null;
    }
    if (show) {
      this.shown_s = show.pts_s;
      this.shownAt_s = now_s;
    }
    const first = this.held[0];
    return { show, drop, next_s: first ? Math.max(0, first.pts_s - clock_s) : null, late_s };
  }

  /** Forgets the time line and gives back what waits. */
  restart(): Paced<Picture>[] {
    const dropped = this.held;
    this.held = [];
    this.shown_s = null;
    this.best = this.previousBest = Infinity;
    this.windowStart_s = -Infinity;
    this.lateSince_s = null;
    return dropped;
  }

  /** Wall clock minus media time of what is to be shown. */
  private offset(): number {
    return Math.min(this.best, this.previousBest) + this.delay_s;
  }

  /** A picture that is shown late makes all later ones wait a little longer; without any, the delay shrinks again. */
  private adapt(late_s: number, pts_s: number, now_s: number): void {
    const TOLERATED_S = 0.02;
    if (late_s > LATE_S) {
      this.lateSince_s ??= now_s;
      if (now_s - this.lateSince_s < PATIENCE_S) return;
      this.best = now_s - pts_s;
      this.previousBest = Infinity;
      this.windowStart_s = now_s;
    } else if (late_s > TOLERATED_S) this.delay_s = Math.min(DELAY_MAX_S, this.delay_s + late_s / 2);
    else this.delay_s = Math.max(DELAY_MIN_S, this.delay_s - Math.min(1, now_s - this.adapted_s) * DELAY_DECAY);
    this.lateSince_s = null;
    this.adapted_s = now_s;
  }
}
