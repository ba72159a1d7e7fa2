/**
 * Estimates how far the shown picture lags behind the fastest delivery seen lately.
 * Only arrival times are known, not capture times, so this is a lower bound: delay
 * in the camera and on the way of the fastest fragment is not in it.
 */
export class LatencyEstimate {
  private best = Infinity;
  private previousBest = Infinity;
  private windowStart = -Infinity;

  /** Window over which the fastest delivery counts; follows drift between the clocks. */
  constructor(private readonly window_s = 30) {}

  /** `now` and `mediaEnd` in seconds; `mediaEnd` is the newest media time received. */
  arrived(now: number, mediaEnd: number): void {
    if (now - this.windowStart > this.window_s) {
      this.previousBest = this.best;
      this.best = Infinity;
      this.windowStart = now;
    }
    this.best = Math.min(this.best, now - mediaEnd);
  }

  /** What the fastest delivery lately adds to a media time to give the time of its arrival, or null before anything arrived. */
  get offset(): number | null {
    const offset = Math.min(this.best, this.previousBest);
    return Number.isFinite(offset) ? offset : null;
  }

  /** Seconds, or null before anything arrived. */
  at(now: number, currentTime: number): number | null {
    const { offset } = this;
    if (offset === null) return null;
    return Math.max(0, now - currentTime - offset);
  }
}
