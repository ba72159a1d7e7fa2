/**
 * Watches presented frames, not connections: a socket that stays open while the
 * picture stands still is the failure that viewers notice.
 */

export interface WatchdogLimits {
  gop_ms: number;
}

/** Shortest and longest stillness that counts as a stall. */
const STALL_MIN_MS = 4_000;
const STALL_MAX_MS = 20_000;
/** A first frame may need a connection, a cached GOP and a decoder start. */
const FIRST_FRAME_MS = 8_000;
/** While the server says that it is waiting for the source it answers for the time limit. */
const SERVER_WAIT_MS = 40_000;

export type WatchPhase = 'connecting' | 'waiting' | 'playing';

/** Stillness that is too long, in milliseconds. */
export function stallLimit(phase: WatchPhase, limits: WatchdogLimits): number {
  const gop = Number.isFinite(limits.gop_ms) ? Math.max(0, limits.gop_ms) : 0;
  const stall = Math.min(STALL_MAX_MS, Math.max(STALL_MIN_MS, 2 * gop));
  switch (phase) {
    case 'playing':
      return stall;
    case 'connecting':
      return Math.max(FIRST_FRAME_MS, stall);
    case 'waiting':
      return SERVER_WAIT_MS;
  }
}

export class FrameWatchdog {
  private lastFrames = -1;
  private since: number | null = null;
  private phase: WatchPhase = 'connecting';

  /** Starts a new watch, for example with a new engine or after the page was hidden. */
  reset(): void {
    this.lastFrames = -1;
    this.since = null;
  }

  /** Returns how long the picture has stood still when that is too long, else null. */
  check(now_ms: number, frames: number, phase: WatchPhase, limits: WatchdogLimits): number | null {
    if (this.since === null || frames !== this.lastFrames || phase !== this.phase) {
      this.lastFrames = frames;
      this.phase = phase;
      this.since = now_ms;
      return null;
    }
    const still = now_ms - this.since;
    return still > stallLimit(phase, limits) ? still : null;
  }
}
