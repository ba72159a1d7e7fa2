/** H.265 decoded in workers of ours: stream and pictures come from a seat of the pool, and are shown in time with the sound. */
import type { EngineOffer } from '../../offer';
import type { DecoderReadout, Engine, EngineContext, EngineReadout } from '../engine';
import { absoluteUrl } from '../mse';
import { Overload } from './overload';
import { Pacer, type Paced } from './pacer';
import { DecoderPool, MAX_WORKERS, type DecodeWorker, type Seat } from './pool';
import type { DecodeProgress, DecodeReport, Picture } from './protocol';
import { openScreen, type Screen } from './screen';
import { Sound } from './sound';

/** A picture that is later than this behind its sound makes the sound wait. */
const LATE_S = 0.08;

let pool: DecoderPool | null = null;

function sharedPool(): DecoderPool {
  const workers = Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1);
  return (pool ??= new DecoderPool(() => new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module' }) as DecodeWorker, workers));
}

let compiled: Promise<WebAssembly.Module> | null = null;

/** The decoder, fetched and compiled once for the page; a failure is tried again. */
export function decoderModule(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compileStreaming(fetch(new URL('../../../wasm/hevc.wasm', import.meta.url))).catch((error: unknown) => {
    compiled = null;
    throw error;
  });
  return compiled;
}

function nowSeconds(): number {
  return performance.now() / 1000;
}

export class SoftwareEngine implements Engine {
  private readonly seat: Seat;
  private readonly screen: Screen;
  private readonly pacer = new Pacer<Picture>();
  private readonly overload = new Overload();
  private sound: Sound | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private progress: DecodeProgress | null = null;
  private late = 0;
  private ahead_of_sound_ms: number | null = null;
  private ticked_s = nowSeconds();

  constructor(
    offer: EngineOffer,
    module: WebAssembly.Module,
    private readonly context: EngineContext,
  ) {
    this.screen = openScreen(context.video);
    this.seat = sharedPool().seat((report) => this.handle(report));
    const { session } = this.seat;
    this.seat.post({ kind: 'open', session, module, url: absoluteUrl(offer.url, 'ws', location.href) });
    context.video.addEventListener('volumechange', this.onVolume);
    this.onVolume();
    context.play();
  }

  readout(): EngineReadout {
    const { live = null, bytes = 0, arrived = 0 } = this.progress ?? {};
    return { live, bytes, piece: 0, late: 0, arrived, inWorker: true };
  }

  position(): number | null {
    return this.pacer.position_s;
  }

  decoder(): DecoderReadout | null {
    const counts = this.progress?.counts;
    if (!counts) return null;
    const { decoded, spent_ms, skipped, damaged, traps, untaken } = counts;
    return { decoded, spent_ms, skipped, damaged, traps, late: this.late + untaken, ahead_of_sound_ms: this.ahead_of_sound_ms, busy: this.seat.busy() };
  }

  tick(): void {
    const now_s = nowSeconds();
    this.sound?.tick(now_s - this.ticked_s);
    this.ticked_s = now_s;
  }

  switchTo(offer: EngineOffer): void {
    this.seat.post({ kind: 'switch', session: this.seat.session, url: absoluteUrl(offer.url, 'ws', location.href) });
  }

  stop(): void {
    clearTimeout(this.timer);
    const { video } = this.context;
    video.removeEventListener('volumechange', this.onVolume);
    this.seat.leave();
    this.drop(this.pacer.restart(), false);
    this.closeSound();
    this.screen.close();
    video.srcObject = null;
    video.load();
  }

  private handle(report: Exclude<DecodeReport, { kind: 'beat' }>): void {
    const { events } = this.context;
    switch (report.kind) {
      case 'waiting':
        events.waiting();
        break;
      case 'tracks':
        events.tracks(report.mime, report.refused, report.again);
        break;
      case 'picture':
        this.drop(this.pacer.push({ pts_s: report.pts_s, picture: report.picture }, nowSeconds()));
        this.present();
        break;
      case 'sound':
        this.hear(report.mime, report.bytes);
        break;
      case 'progress':
        this.progress = report;
        this.judge(report.counts.falls);
        break;
      case 'switched':
        events.switched();
        break;
      case 'switch-failed':
        events.switchFailed(report.fault);
        break;
      case 'fault':
        events.fault(report.fault);
        break;
    }
  }

  private judge(falls: number): void {
    const found = this.overload.judge(falls, nowSeconds());
    if (found) this.context.events.behind(found === 'lasting');
  }

  /** Shows what is due, and comes again when the next picture is. */
  private present(): void {
    clearTimeout(this.timer);
    const now_s = nowSeconds();
    const sound_s = this.sound?.position_s(now_s) ?? null;
    const { show, drop, next_s, late_s } = this.pacer.due(now_s, sound_s);
    this.drop(drop);
    if (show) {
      this.ahead_of_sound_ms = sound_s === null ? null : (show.pts_s - sound_s) * 1000;
      this.taken(1);
      if (!this.screen.show(show.picture)) this.late++;
      if (this.context.video.paused) this.context.play();
    }
    if (late_s > LATE_S) this.sound?.pictureLate(now_s);
    // A clock that stands still for a moment is not asked all the time.
    if (next_s !== null) this.timer = setTimeout(() => this.present(), Math.max(4, next_s * 1000));
  }

  private drop(pictures: Paced<Picture>[], count = true): void {
    for (const { picture } of pictures) picture.close();
    if (pictures.length === 0 || !count) return;
    this.late += pictures.length;
    this.taken(pictures.length);
  }

  private taken(pictures: number): void {
    this.seat.post({ kind: 'taken', session: this.seat.session, pictures });
  }

  private readonly onVolume = (): void => {
    const { muted, volume } = this.context.video;
    const wanted = !muted && volume > 0;
    this.sound?.follow();
    if (wanted === (this.sound !== null)) return;
    if (wanted) this.openSound();
    else this.closeSound();
    this.seat.post({ kind: 'sound', session: this.seat.session, wanted });
  };

  private openSound(): void {
    if (typeof MediaSource !== 'function') return;
    this.sound = new Sound(this.context.video, {
      refused: () => (this.context.video.muted = true),
      failed: () => this.deafen(),
    });
  }

  /** The sound cannot be had; the pictures go on without it. */
  private deafen(): void {
    this.closeSound();
    this.seat.post({ kind: 'sound', session: this.seat.session, wanted: false });
  }

  private closeSound(): void {
    this.sound?.close();
    this.sound = null;
  }

  private hear(mime: string | null, bytes: Uint8Array): void {
    if (mime !== null && !Sound.plays(mime)) this.deafen();
    if (mime !== null) this.sound?.type(mime);
    this.sound?.append(bytes);
  }
}
