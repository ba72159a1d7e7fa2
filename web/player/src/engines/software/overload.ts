/** Tells a machine that is too slow from one that was held up once. Pure. */

/** Falls within the window from which on it is too slow. */
const LASTING_FALLS = 3;
const WINDOW_S = 20;
/** A fall is told once in so many seconds. */
const TELL_EVERY_S = 10;

export class Overload {
  private falls: number[] = [];
  private known = 0;
  private told_s = -Infinity;

  /** `falls` counts how often the decoder fell behind so far. Null when there is nothing new to tell. */
  judge(falls: number, now_s: number): 'once' | 'lasting' | null {
    for (; this.known < falls; this.known++) this.falls.push(now_s);
    this.falls = this.falls.filter((at_s) => now_s - at_s < WINDOW_S);
    const lasting = this.falls.length >= LASTING_FALLS;
    if (this.falls.at(-1) !== now_s || (!lasting && now_s - this.told_s < TELL_EVERY_S)) return null;
    this.told_s = now_s;
    return lasting ? 'lasting' : 'once';
  }
}
