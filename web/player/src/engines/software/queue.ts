/**
 * Access units that wait for the decoder. Pure and bounded: what a slow machine cannot decode
 * in time is left out up to a key frame, and said.
 */
import type { InitTrack } from '../tracks';

export interface Waiting {
  track: InitTrack;
  /** Media time in seconds. */
  pts_s: number;
  key: boolean;
  /** No other picture needs it. */
  disposable: boolean;
  bytes: Uint8Array;
  /** When it came, in milliseconds of any steady clock. */
  arrived_ms: number;
}

/** A unit that waits longer than this is skipped, if there is a key frame behind it. */
const MAX_WAIT_MS = 1_500;
/** From this wait on, pictures that no other needs are left out. */
const HURRY_MS = 500;
/** A picture that has so much behind it is on the way to the live edge: only one in `GLIMPSE_MS` is shown. */
const CATCH_UP_S = 0.4;
const GLIMPSE_MS = 250;
/** A cached GOP of ten seconds comes at once; more than this is dropped whole. */
export const MAX_UNITS = 750;
export const MAX_BYTES = 24 * 1024 * 1024;

export class DecodeQueue {
  /** Units that were left out, all together. */
  skipped = 0;
  /** How often the decoder fell behind and a key frame was skipped to. */
  falls = 0;
  private units: Waiting[] = [];
  private bytes = 0;
  /** Nothing can be decoded before a key frame. */
  private awaitsKey = true;
  private shown_ms = -Infinity;

  /** When the unit came that waits longest, null when none does. */
  get oldest_ms(): number | null {
    return this.units[0]?.arrived_ms ?? null;
  }

  push(unit: Waiting): void {
    this.units.push(unit);
    this.bytes += unit.bytes.length;
    if (this.units.length <= MAX_UNITS && this.bytes <= MAX_BYTES) return;
    this.fall(this.lastKey());
  }

  /** The next unit to decode; `fresh` when it begins anew after a gap, `shown` when its picture is worth showing. */
  take(now_ms: number): { unit: Waiting; fresh: boolean; shown: boolean } | null {
    this.hurry(now_ms);
    for (let unit = this.shift(); unit; unit = this.shift()) {
      const late = now_ms - unit.arrived_ms > HURRY_MS && unit.disposable;
      if ((this.awaitsKey && !unit.key) || late) {
        this.skipped++;
        continue;
      }
      const fresh = this.awaitsKey;
      this.awaitsKey = false;
      const last = this.units[this.units.length - 1];
      const shown = !last || last.pts_s - unit.pts_s < CATCH_UP_S || now_ms - this.shown_ms >= GLIMPSE_MS;
      if (shown) this.shown_ms = now_ms;
      return { unit, fresh, shown };
    }
    return null;
  }

  /** What was decoded is lost: begin again at the next key frame. */
  restart(): void {
    this.awaitsKey = true;
  }

  clear(): void {
    this.units = [];
    this.bytes = 0;
    this.awaitsKey = true;
  }

  /** Skips to the newest key frame when the oldest unit has waited too long. */
  private hurry(now_ms: number): void {
    const first = this.units[0];
    if (!first || now_ms - first.arrived_ms <= MAX_WAIT_MS) return;
    const key = this.lastKey();
    if (key > 0) this.fall(key);
  }

  private lastKey(): number {
    return this.units.findLastIndex(({ key }) => key);
  }

  /** Leaves out what is before a place, or everything. */
  private fall(to: number): void {
    const gone = this.units.splice(0, to > 0 ? to : this.units.length);
    this.bytes -= gone.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.skipped += gone.length;
    this.falls++;
    this.awaitsKey = true;
  }

  private shift(): Waiting | undefined {
    const unit = this.units.shift();
    if (unit) this.bytes -= unit.bytes.length;
    return unit;
  }
}
