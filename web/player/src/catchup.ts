/**
 * Keeps a live picture close to its live edge. Pure: times in seconds go in, a
 * decision comes out.
 */

export interface Span {
  start: number;
  end: number;
}

export interface Playhead {
  currentTime: number;
  playbackRate: number;
  /** The buffered range that new media is appended to. */
  live: Span | null;
  /** Wanted distance from the live edge. */
  target: number;
  /** Rate changes are heard, so audible playback only ever jumps. */
  audible: boolean;
}

export type CatchUp =
  | { kind: 'keep' }
  | { kind: 'rate'; rate: number }
  | { kind: 'jump'; to: number };

export const MAX_RATE = 1.1;
/** Slower than live, to build up a buffer that is nearly empty. */
export const MIN_RATE = 0.95;
/** Rate per second of excess buffer, in steps: each change of the rate costs the browser some frames. */
const RATE_GAIN = 0.15;
const RATE_STEP = 0.05;
/** Below this share of the target the buffer is built up, until it is at twice the share. */
const LOW_SHARE = 0.25;
/** Excess over the target that is left alone, so that the rate does not flutter. */
const SLACK_SHARE = 0.25;
/** Excess, in seconds, that is made up for by rate rather than by a jump, which decodes from the key frame on and so stands still. */
const RUN_S = 0.8;
/** A jump lands this far inside the range, past rounding of its start; so near the target it is reached. */
const EDGE = 0.02;

/** Where playback should stand right now: `target` behind the live edge, but buffered. */
export function livePosition(live: Span, target: number): number {
  return Math.min(Math.max(live.start + EDGE, live.end - target), live.end);
}

export function catchUp(head: Playhead): CatchUp {
  const { live, target, currentTime, playbackRate } = head;
  if (!live || live.end - live.start < EDGE) return { kind: 'keep' };
  // Outside the live range: a gap, a jump of the time line, or a start at a large time stamp.
  if (currentTime < live.start - EDGE || currentTime > live.end + 1) {
    return { kind: 'jump', to: livePosition(live, target) };
  }
  const ahead = live.end - currentTime;
  if (ahead > target + Math.max(target, RUN_S)) return { kind: 'jump', to: livePosition(live, target) };
  if (head.audible) return playbackRate === 1 ? { kind: 'keep' } : { kind: 'rate', rate: 1 };
  if (ahead < target * (playbackRate < 1 ? 2 * LOW_SHARE : LOW_SHARE)) {
    return playbackRate === MIN_RATE ? { kind: 'keep' } : { kind: 'rate', rate: MIN_RATE };
  }
  const running = playbackRate !== 1;
  const excess = ahead - target;
  if (excess <= EDGE || (!running && excess <= target * SLACK_SHARE)) {
    return running ? { kind: 'rate', rate: 1 } : { kind: 'keep' };
  }
  const steps = Math.ceil((excess * RATE_GAIN) / RATE_STEP);
  const rate = Math.min(MAX_RATE, Math.round((1 + steps * RATE_STEP) * 100) / 100);
  return Math.abs(rate - playbackRate) < 0.01 ? { kind: 'keep' } : { kind: 'rate', rate };
}

/** Longest distance from the live edge that the target may grow to. */
const TARGET_CAP = 6;

/** How the media arrives: see `EngineReadout`. */
export interface Arrival {
  piece: number;
  late: number;
}

/** Distance beyond what is late, for the browser's own unevenness. */
const MARGIN_S = 0.15;
/** What an underrun adds, and what of it is given back in a second: as many seconds as people look past one halt. */
const PENALTY_S = 0.2;
const FORGIVEN_PER_S = 0.01;

/**
 * The wanted distance from the live edge, adapted to how the media arrives: never shorter than the pieces that it comes
 * in and than it is late at times, longer for a while after an underrun.
 */
export class TargetLatency {
  private penalty = 0;

  constructor(private wanted: number) {}

  current({ piece, late }: Arrival): number {
    return Math.min(TARGET_CAP, Math.max(this.wanted, piece * 1.5, late + MARGIN_S) + this.penalty);
  }

  /** The buffer ran dry although media was arriving. */
  underrun(): void {
    this.penalty = Math.min(TARGET_CAP, this.penalty + PENALTY_S);
  }

  elapse(seconds: number): void {
    this.penalty = Math.max(0, this.penalty - seconds * FORGIVEN_PER_S);
  }

  set(wanted: number): void {
    this.wanted = wanted;
  }
}

/** Ranges to drop from the buffer: all but the live range, and of that what is long played. */
export function evictions(ranges: Span[], live: Span | null, currentTime: number, keep: number): Span[] {
  if (!live) return [];
  const out: Span[] = [];
  const inLive = currentTime >= live.start && currentTime <= live.end + 1;
  for (const range of ranges) {
    // Media may have been appended since `live` was looked at: the range that holds its end is the live one.
    const isLive = live.end >= range.start && live.end <= range.end + EDGE;
    if (!isLive) {
      // The playhead leaves an old range only by the next catch-up step.
      if (inLive) out.push(range);
    } else if (inLive && currentTime - range.start > 2 * keep) {
      out.push({ start: range.start, end: currentTime - keep });
    }
  }
  return out;
}
