/**
 * Carries out what the state machine decides on one `<video>`: engines, timers, the
 * watchdog and the catch-up. It draws nothing.
 */
import { catchUp, livePosition, TargetLatency } from './catchup';
import { buildLadder, engineKind, type DecoderReadout, type Engine, type EngineReadout } from './engines/engine';
import { keepable, replayable, SideTap } from './engines/side-tap';
import type { TapPiece } from './engines/tap';
import { openHost, type PumpHost } from './engines/host';
import { sharedNow } from './engines/pump';
import { LatencyEstimate } from './latency';
import { initialModel, step, type Effect, type Model, type PlayerEvent } from './machine';
import { offerExpires, sameKinds, type EngineOffer, type PlayOffer, type Refusal } from './offer';
import { FrameCounter } from './frames';
import { FrameWatchdog, type WatchPhase } from './watchdog';

export interface PlayerStats {
  engine: string;
  in_worker: boolean;
  mime: string;
  width: number;
  height: number;
  /** Frames presented a second, over the last second. */
  fps: number;
  dropped: number;
  bitrate_bps: number;
  buffer_s: number;
  target_s: number;
  latency_s: number | null;
  reconnects: number;
  refused: Refusal[];
  /** Only where pictures are decoded by ours. */
  decoder: DecoderStats | null;
}

/** How the decoder does, over the last second and, what is counted, since it began. */
export interface DecoderStats extends Omit<DecoderReadout, 'decoded' | 'spent_ms'> {
  fps: number;
  /** Milliseconds for one picture. */
  picture_ms: number;
}

export interface PlayerHooks {
  changed(model: Model): void;
  stats(stats: PlayerStats): void;
  firstFrame(): void;
  /** The picture is about to go away; the last frame can still be read. */
  leaving(): void;
}

/** Fetches a fresh offer when a token has run out. */
export type RenewOffer = () => Promise<PlayOffer>;

/** Wanted distance from the live edge, in seconds: more where media comes unevenly. */
export const LIVE_LATENCY_S = 0.3;
const TICK_MS = 250;
/** A start runs dry a few times by nature, and one underrun counts once. */
const SETTLE_MS = 3_000;
const STATS_EVERY_MS = 1000;
/** The server says within this time whether another stream can be had; one that does not know how says nothing. */
const SWITCH_WAIT_MS = 40_000;
/** A token that ends sooner than this is renewed before it is used. */
const TOKEN_MARGIN_MS = 5_000;

export class Player {
  model: Model = initialModel();
  renewOffer: RenewOffer | null = null;

  private offer: PlayOffer | null = null;
  private engine: Engine | null = null;
  private pumpHost: PumpHost | null = null;
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private ticker: ReturnType<typeof setInterval> | null = null;
  private readonly frames: FrameCounter;
  private readonly watchdog = new FrameWatchdog();
  private readonly target = new TargetLatency(LIVE_LATENCY_S);
  private latency = new LatencyEstimate();
  private lastArrival = 0;
  private lastUnderrun_ms = 0;
  private mime = '';
  private refused: Refusal[] = [];
  private reported = { at_ms: 0, bytes: 0, frames: 0, decoder: null as DecoderReadout | null };
  /** Counts loads, so that an offer that comes late is not taken for the present stream. */
  private generation = 0;
  private switching: ReturnType<typeof setTimeout> | undefined;
  private taker: ((piece: TapPiece) => void) | null = null;
  private aside: SideTap | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly hooks: PlayerHooks,
  ) {
    this.frames = new FrameCounter(video, () => this.presented());
    video.addEventListener('waiting', this.onUnderrun);
  }

  load(offer: PlayOffer): void {
    this.generation++;
    this.offer = offer;
    this.dispatch({ kind: 'load', ...buildLadder(offer) });
  }

  /** Plays what `renew` offers, and asks it again whenever the offer has run out. */
  open(renew: RenewOffer): void {
    this.generation++;
    this.offer = null;
    this.renewOffer = renew;
    this.dispatch({ kind: 'open' });
  }

  /**
   * Changes over to another form of the same picture. Where the session can, the present one goes on until the other
   * is here, and time goes on without a gap; else it is opened anew.
   */
  async change(renew: RenewOffer): Promise<void> {
    const generation = ++this.generation;
    this.renewOffer = renew;
    const { engine } = this;
    if (this.model.state !== 'playing' || !engine?.switchTo) return this.open(renew);
    const offer = await renew().catch(() => null);
    if (generation !== this.generation) return;
    const ladder = offer && buildLadder(offer);
    const present = this.model.rungs[this.model.rung]?.engine;
    const rung = ladder?.rungs.findIndex((each) => each.engine === present) ?? -1;
    const other = ladder?.rungs[rung];
    // What was asked for may have taken its time, and the present session its end.
    const possible = this.engine === engine && this.model.state === 'playing';
    if (!offer || !ladder || !other || !possible || (other.mime && !sameKinds(this.mime, other.mime))) return this.open(renew);
    this.offer = offer;
    this.dispatch({ kind: 'switch', rungs: ladder.rungs, rung });
    clearTimeout(this.switching);
    this.switching = setTimeout(() => this.open(renew), SWITCH_WAIT_MS);
    engine.switchTo(other);
  }

  stop(): void {
    this.generation++;
    this.offer = null;
    this.dispatch({ kind: 'stop' });
  }

  retry(): void {
    this.dispatch({ kind: 'retry' });
  }

  hide(): void {
    this.dispatch({ kind: 'hidden' });
  }

  show(): void {
    this.watchdog.reset();
    this.jumpToLive();
    this.dispatch({ kind: 'visible' });
  }

  /** Where to say how it plays, while the offer permits it. */
  get reportsUrl(): string | null {
    return this.offer && !offerExpires(this.offer, Date.now(), 0) ? (this.offer.reports_url ?? null) : null;
  }

  /** Frames presented so far, by all engines. */
  get presentedFrames(): number {
    return this.frames.presented;
  }

  /** Hands what is received to `taker`, by a connection beside the engine's where that hands out nothing; null ends it. */
  tap(taker: ((piece: TapPiece) => void) | null): void {
    this.taker = taker;
    if (this.engine?.tap) this.engine.tap(taker);
    else this.tapAside();
  }

  /** Whether what is received can be kept. */
  get taps(): boolean {
    return this.engine?.tap !== undefined || keepable(this.offer) !== null;
  }

  /** Whether what is kept can be played here. */
  get replays(): boolean {
    return this.engine?.tap !== undefined || replayable(keepable(this.offer));
  }

  /** Media time of the picture that was received at a wall-clock time, or null before any was. */
  mediaTimeAt(wall_ms: number): number | null {
    const lag_s = this.latency.offset;
    return lag_s === null ? null : wall_ms / 1000 - lag_s;
  }

  setTargetLatency(seconds: number): void {
    this.target.set(seconds);
  }

  jumpToLive(): void {
    const readout = this.engine?.readout();
    if (!readout?.live || this.engine?.position || this.video.seeking) return;
    const target = this.target.current(readout);
    if (readout.live.end - this.video.currentTime > target) {
      this.video.currentTime = livePosition(readout.live, target);
    }
  }

  /** Ends everything: socket, worker, timers. The player can be loaded again afterwards. */
  close(): void {
    this.stop();
    this.pumpHost?.close();
    this.pumpHost = null;
  }

  private dispatch(event: PlayerEvent): void {
    const [model, effects] = step(this.model, event, { now_ms: Date.now(), random: Math.random() });
    const changed = model !== this.model;
    this.model = model;
    for (const effect of effects) this.carryOut(effect);
    if (changed) this.hooks.changed(this.model);
  }

  private carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        this.start(effect.rung);
        break;
      case 'halt':
        this.halt();
        break;
      case 'renew':
        void this.renew();
        break;
      case 'timer':
        this.cancel(effect.name);
        this.timers.set(
          effect.name,
          setTimeout(() => this.dispatch({ kind: effect.name }), effect.delay_ms),
        );
        break;
      case 'cancel':
        this.cancel(effect.name);
        break;
    }
  }

  private cancel(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }

  private async renew(): Promise<void> {
    const generation = this.generation;
    try {
      const offer = this.renewOffer ? await this.renewOffer() : this.offer;
      if (generation !== this.generation || !offer) return;
      this.offer = offer;
      this.dispatch({ kind: 'renewed', ...buildLadder(offer) });
    } catch (error) {
      if (generation !== this.generation) return;
      const { code, message, retry } = error as { code?: string; message?: string; retry?: boolean };
      this.dispatch({ kind: 'fault', reason: { code: code ?? 'no_offer', message }, retry: retry ?? true });
    }
  }

  private start(rung: EngineOffer): void {
    this.halt();
    if (this.renewOffer && this.offer && offerExpires(this.offer, Date.now(), TOKEN_MARGIN_MS)) {
      void this.renew();
      return;
    }
    this.watchdog.reset();
    this.latency = new LatencyEstimate();
    this.lastArrival = 0;
    this.mime = rung.mime ?? '';
    this.refused = rung.refused ?? [];
    this.reported = { at_ms: performance.now(), bytes: 0, frames: this.frames.presented, decoder: null };
    this.frames.start();
    this.engine =
      engineKind(rung.engine)?.start(rung, {
        video: this.video,
        host: () => (this.pumpHost ??= openHost()),
        play: () => this.play(),
        events: {
          waiting: () => this.dispatch({ kind: 'waiting' }),
          tracks: (mime, refused, again) => {
            this.mime = mime;
            this.refused = refused;
            if (again) this.dispatch({ kind: 'parameters' });
          },
          switched: () => {
            clearTimeout(this.switching);
            this.dispatch({ kind: 'switched' });
          },
          // Asked for anew it says why, and tries on.
          switchFailed: () => this.renewOffer && this.open(this.renewOffer),
          behind: (lasting) => this.dispatch({ kind: 'behind', lasting }),
          fault: ({ code, message, retry }) => this.dispatch({ kind: 'fault', reason: { code, message }, retry }),
        },
      }) ?? null;
    if (this.taker) this.tap(this.taker);
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  private halt(): void {
    if (this.ticker !== null) clearInterval(this.ticker);
    this.ticker = null;
    clearTimeout(this.switching);
    this.frames.stop();
    this.closeAside();
    if (!this.engine) return;
    this.hooks.leaving();
    this.engine.stop();
    this.engine = null;
    this.video.playbackRate = 1;
  }

  private tapAside(): void {
    if (!this.taker) return this.closeAside();
    if (this.aside) return this.aside.repeat();
    const offer = keepable(this.offer);
    if (this.engine && offer) this.aside = new SideTap(offer, (piece) => this.taker?.(piece));
  }

  private closeAside(): void {
    this.aside?.close();
    this.aside = null;
  }

  private play(): void {
    this.video.play().catch((error: unknown) => {
      // Browsers let a page start sound only after a click; a muted picture always starts.
      if (error instanceof DOMException && error.name === 'NotAllowedError' && !this.video.muted) {
        this.video.muted = true;
        this.video.play().catch(() => undefined);
      }
    });
  }

  private presented(): void {
    if (this.model.state !== 'connecting' && this.model.state !== 'waiting') return;
    this.dispatch({ kind: 'frame' });
    this.hooks.firstFrame();
  }

  private readonly onUnderrun = (): void => {
    const { state, playingSince_ms } = this.model;
    const now_ms = Date.now();
    if (state !== 'playing' || this.video.seeking || now_ms - (playingSince_ms ?? now_ms) < SETTLE_MS) return;
    if (now_ms - this.lastUnderrun_ms < SETTLE_MS) return;
    this.lastUnderrun_ms = now_ms;
    this.target.underrun();
  };

  private tick(): void {
    const { engine, video } = this;
    if (!engine) return;
    const now_ms = performance.now();
    engine.tick(video.currentTime);
    this.target.elapse(TICK_MS / 1000);
    const readout = engine.readout();
    if (readout.live && readout.arrived !== this.lastArrival) {
      this.lastArrival = readout.arrived;
      this.latency.arrived(readout.arrived, readout.live.end);
    }
    if (!engine.position && !video.seeking && video.readyState >= HTMLMediaElement.HAVE_METADATA) this.follow(readout);
    if (document.visibilityState === 'hidden') {
      // Nothing is presented in a hidden page; that is no stall.
      this.watchdog.reset();
    } else {
      const phase = this.model.state as WatchPhase;
      const still = this.watchdog.check(now_ms, this.frames.presented, phase, { gop_ms: this.offer?.gop_ms ?? 0 });
      if (still !== null) {
        const reason = { code: 'stalled', message: String(Math.round(still / 1000)) };
        this.dispatch({ kind: 'fault', reason, retry: true });
        return;
      }
    }
    if (now_ms - this.reported.at_ms >= STATS_EVERY_MS) this.report(now_ms);
  }

  private follow(readout: EngineReadout): void {
    const { video } = this;
    const decision = catchUp({
      currentTime: video.currentTime,
      playbackRate: video.playbackRate,
      live: readout.live,
      target: this.target.current(readout),
      audible: !video.muted && video.volume > 0 && /mp4a|opus|flac/i.test(this.mime),
    });
    if (decision.kind === 'rate') video.playbackRate = decision.rate;
    if (decision.kind === 'jump') video.currentTime = decision.to;
  }

  private report(now_ms: number): void {
    const { engine, video } = this;
    if (!engine) return;
    const readout = engine.readout();
    const decoder = engine.decoder?.() ?? null;
    const at_s = engine.position ? (engine.position() ?? readout.live?.end ?? 0) : video.currentTime;
    const seconds = (now_ms - this.reported.at_ms) / 1000;
    this.hooks.stats({
      engine: this.model.rungs[this.model.rung]?.engine ?? '',
      in_worker: readout.inWorker,
      mime: this.mime,
      width: video.videoWidth,
      height: video.videoHeight,
      fps: (this.frames.presented - this.reported.frames) / seconds,
      dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
      bitrate_bps: ((readout.bytes - this.reported.bytes) * 8) / seconds,
      buffer_s: readout.live ? Math.max(0, readout.live.end - at_s) : 0,
      target_s: this.target.current(readout),
      latency_s: this.frames.waited_s ?? this.latency.at(sharedNow(), at_s),
      reconnects: this.model.reconnects,
      refused: this.refused,
      decoder: decoder && decoderStats(decoder, this.reported.decoder, seconds),
    });
    this.reported = { at_ms: now_ms, bytes: readout.bytes, frames: this.frames.presented, decoder };
  }
}

function decoderStats(now: DecoderReadout, before: DecoderReadout | null, seconds: number): DecoderStats {
  const { decoded, spent_ms, ...counts } = now;
  const pictures = decoded - (before?.decoded ?? 0);
  return { ...counts, fps: pictures / seconds, picture_ms: pictures > 0 ? (spent_ms - (before?.spent_ms ?? 0)) / pictures : 0 };
}
