/**
 * What a session was like, for the server: first picture, stalls, delay, dropped frames. `PlaybackMeter` is pure, `Telemetry` sends.
 */
import type { PlayerState } from './machine';

/** `PlaybackReport` of the server's interface. */
export interface PlaybackReport {
  viewer: string;
  engine: string;
  first_picture_ms: number | null;
  watched_s: number;
  stalls: number;
  stalled_ms: number;
  latency_ms: number | null;
  dropped: number;
  ended: boolean;
}

/** A picture that stands still for longer is a stall: a few frames at any usual rate are less. */
export const STALL_MS = 700;
/** The server takes no larger ones. */
const MAX_MS = 600_000;

export interface Observation {
  now_ms: number;
  state: PlayerState;
  engine: string;
  /** Frames presented and dropped so far; the latter begins anew with each source. */
  presented: number;
  dropped: number;
  latency_s: number | null;
  /** A page that nobody sees is shown no frames, which is no stall. */
  visible: boolean;
}

export class PlaybackMeter {
  private engine = '';
  private firstPicture_ms: number | null = null;
  private watched_ms = 0;
  private stalls = 0;
  private stalled_ms = 0;
  private latency_ms: number | null = null;
  private dropped = 0;
  private before: Observation | null = null;
  private moved_ms = 0;
  private isStalled = false;

  constructor(
    private readonly viewer: string,
    private readonly asked_ms: number,
  ) {}

  /** Something to tell: an engine has been tried. */
  get isWorthTelling(): boolean {
    return this.engine !== '';
  }

  pictureCame(now_ms: number): void {
    this.firstPicture_ms ??= now_ms - this.asked_ms;
    this.moved_ms = now_ms;
  }

  observe(now: Observation): void {
    const { before } = this;
    this.before = now;
    if (now.engine) this.engine = now.engine;
    if (now.latency_s !== null) this.latency_ms = now.latency_s * 1000;
    if (!before || this.firstPicture_ms === null) return;
    this.dropped += now.dropped >= before.dropped ? now.dropped - before.dropped : now.dropped;
    this.move(before, now);
  }

  private move(before: Observation, now: Observation): void {
    const isWatched = now.visible && before.visible && now.state !== 'suspended' && now.state !== 'idle';
    if (!isWatched || now.presented !== before.presented) {
      // A stall that has been counted lasted until about now.
      this.isStalled = false;
      this.moved_ms = now.now_ms;
      if (isWatched) this.watched_ms += now.now_ms - before.now_ms;
      return;
    }
    const still_ms = now.now_ms - this.moved_ms;
    if (still_ms <= STALL_MS) {
      this.watched_ms += now.now_ms - before.now_ms;
      return;
    }
    this.stalls += this.isStalled ? 0 : 1;
    this.stalled_ms += this.isStalled ? now.now_ms - before.now_ms : still_ms;
    this.isStalled = true;
  }

  report(ended: boolean): PlaybackReport {
    const whole = (value: number | null): number | null => (value === null ? null : Math.min(MAX_MS, Math.max(0, Math.round(value))));
    return {
      viewer: this.viewer, engine: this.engine, first_picture_ms: whole(this.firstPicture_ms), watched_s: Math.round(this.watched_ms / 1000),
      stalls: this.stalls, stalled_ms: Math.round(this.stalled_ms), latency_ms: whole(this.latency_ms), dropped: this.dropped, ended,
    };
  }
}

const OBSERVE_MS = 250;
const REPORT_MS = 10_000;

/** What is looked at; the address is null while there is none to report to. */
export interface Observed {
  observation(): Omit<Observation, 'now_ms' | 'visible'>;
  reportsUrl(): string | null;
}

export class Telemetry {
  private meter: PlaybackMeter | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private told_ms = 0;
  /** Where the present session is reported to, also once its offer is gone. */
  private url: string | null = null;

  constructor(private readonly observed: Observed) {}

  /** A session begins. */
  begin(): void {
    this.end();
    this.meter = new PlaybackMeter(randomWord(), performance.now());
    this.told_ms = performance.now();
    this.timer = setInterval(() => this.tick(), OBSERVE_MS);
    window.addEventListener('pagehide', this.onLeave);
  }

  pictureCame(): void {
    this.meter?.pictureCame(performance.now());
  }

  end(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    window.removeEventListener('pagehide', this.onLeave);
    if (this.meter) this.send(true);
    this.meter = null;
    this.url = null;
  }

  private readonly onLeave = (): void => this.send(true);

  private tick(): void {
    const now_ms = performance.now();
    this.url = this.observed.reportsUrl();
    this.meter?.observe({ ...this.observed.observation(), now_ms, visible: document.visibilityState === 'visible' });
    if (now_ms - this.told_ms < REPORT_MS) return;
    this.told_ms = now_ms;
    this.send(false);
  }

  private send(ended: boolean): void {
    if (!this.url || !this.meter?.isWorthTelling) return;
    const body = JSON.stringify(this.meter.report(ended));
    // It outlives its page; whether it arrives changes nothing for who watches.
    void fetch(this.url, { method: 'POST', keepalive: true, headers: { 'content-type': 'application/json' }, body }).catch(() => undefined);
  }
}

function randomWord(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, '0')).join('');
}
