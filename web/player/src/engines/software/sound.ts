/** The sound of a stream whose pictures are decoded apart: an `<audio>` that is fed by MSE and whose clock paces the pictures. */
import { catchUp, TargetLatency, type Span } from '../../catchup';
import { Sink } from '../sink';

/** Distance from the live edge, in seconds. Pieces of sound are short, and pictures take some time to decode. */
const TARGET_S = 0.4;
/** What makes it wait longer is late pictures. */
const STEADY = { piece: 0, late: 0 };
/** How long a clock that stands still is believed: then the pictures go on without it. */
const STALL_S = 1;
/** Late pictures make the sound wait longer, once in so many seconds. */
const LATE_EVERY_S = 2;

export interface SoundEvents {
  /** The browser lets a page be heard only after a click. */
  refused(): void;
  failed(message: string): void;
}

export class Sound {
  private readonly audio = document.createElement('audio');
  private readonly target = new TargetLatency(TARGET_S);
  private readonly url: string;
  private readonly sink: Sink;
  private live: Span | null = null;
  private heard = { media_s: -1, at_s: 0 };
  private lateAt_s = -Infinity;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly events: SoundEvents,
  ) {
    const source = new MediaSource();
    this.sink = new Sink(source, {
      appended: (live) => {
        this.live = live;
        if (live && this.audio.paused) this.play();
      },
      failed: (_code, message) => events.failed(message),
    });
    this.url = URL.createObjectURL(source);
    this.audio.src = this.url;
    this.follow();
  }

  /** Whether this browser plays sound of a type apart. */
  static plays(mime: string): boolean {
    return typeof MediaSource === 'function' && MediaSource.isTypeSupported(mime);
  }

  type(mime: string): void {
    this.sink.type(mime);
  }

  append(bytes: Uint8Array): void {
    this.sink.append(bytes);
  }

  /** Takes loudness from the picture's element, which the controls are about. */
  follow(): void {
    this.audio.volume = this.video.volume;
  }

  /** Media time that is heard at a time of the wall clock, in seconds, or null while nothing is. */
  position_s(now_s: number): number | null {
    const { audio, heard } = this;
    if (audio.paused || audio.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const media_s = audio.currentTime;
    if (media_s !== heard.media_s) this.heard = { media_s, at_s: now_s };
    return now_s - this.heard.at_s > STALL_S ? null : media_s;
  }

  /** Pictures come later than their sound: it waits for them. */
  pictureLate(now_s: number): void {
    if (now_s - this.lateAt_s < LATE_EVERY_S) return;
    this.lateAt_s = now_s;
    this.target.underrun();
  }

  /** Called a few times a second, `elapsed_s` after the last time. */
  tick(elapsed_s: number): void {
    const { audio } = this;
    this.target.elapse(elapsed_s);
    this.sink.playhead(audio.currentTime);
    if (audio.seeking || audio.readyState < HTMLMediaElement.HAVE_METADATA) return;
    const { currentTime, playbackRate } = audio;
    const decision = catchUp({ currentTime, playbackRate, live: this.live, target: this.target.current(STEADY), audible: true });
    if (decision.kind === 'jump') audio.currentTime = decision.to;
  }

  close(): void {
    this.sink.close();
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    URL.revokeObjectURL(this.url);
  }

  private play(): void {
    this.audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.events.refused();
    });
  }
}
