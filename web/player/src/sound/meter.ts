/**
 * Shows how loud the sound is that one hears, while it is shown. It listens to a copy where the browser captures elements without
 * taking their sound away (Chromium); elsewhere the element's sound goes through Web Audio from then on, which a click has permitted.
 */
import { fall, FLOOR_DB, levelOf, litShare } from './level';

const SAMPLES = 1024;
const UPDATE_MS = 80;

type Capturing = HTMLVideoElement & { captureStream?(): MediaStream };

export class SoundMeter {
  readonly root = document.createElement('div');
  private readonly lit = document.createElement('div');
  private context: AudioContext | null = null;
  private analyser: AnalyserNode | null = null;
  private source: AudioNode | null = null;
  /** An element gives its sound to one node for good. */
  private owned: MediaElementAudioSourceNode | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private shown_db = FLOOR_DB;

  constructor(private readonly video: Capturing) {
    this.root.className = 'meter';
    this.root.setAttribute('role', 'meter');
    this.root.setAttribute('aria-valuemin', String(FLOOR_DB));
    this.root.setAttribute('aria-valuemax', '0');
    this.root.hidden = true;
    this.root.append(this.lit);
  }

  /** Decibels below full scale as shown, or null while it is not. */
  get level_db(): number | null {
    return this.timer === null ? null : this.shown_db;
  }

  /** Begins or ends; while the sound is off there is nothing to show. */
  show(isShown: boolean): void {
    if (isShown === (this.timer !== null)) return;
    this.root.hidden = !isShown;
    if (isShown) this.start();
    else this.stop();
  }

  close(): void {
    this.show(false);
    // An element that has given its sound away needs the context for as long as it lives.
    if (this.owned) return;
    void this.context?.close();
    Object.assign(this, { context: null, analyser: null });
  }

  private start(): void {
    this.context ??= new AudioContext();
    this.analyser ??= new AnalyserNode(this.context, { fftSize: SAMPLES });
    void this.context.resume();
    this.shown_db = FLOOR_DB;
    this.timer = setInterval(() => this.update(), UPDATE_MS);
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (this.source !== this.owned) this.source?.disconnect();
    this.source = null;
    if (!this.owned) void this.context?.suspend();
  }

  private update(): void {
    if (!this.analyser) return;
    this.source ??= this.listen();
    const samples = new Float32Array(this.analyser.fftSize);
    if (this.source) this.analyser.getFloatTimeDomainData(samples);
    this.shown_db = fall(this.shown_db, levelOf(samples) + volume_db(this.video), UPDATE_MS / 1000);
    this.lit.style.width = `${litShare(this.shown_db) * 100}%`;
    this.root.setAttribute('aria-valuenow', this.shown_db.toFixed(0));
  }

  /** Null until there is sound to listen to. */
  private listen(): AudioNode | null {
    const { context, analyser, video } = this;
    if (!context || !analyser || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    if (!video.captureStream) {
      this.owned ??= this.own(context);
      this.owned.connect(analyser);
      return this.owned;
    }
    const tracks = video.captureStream().getAudioTracks();
    const track = tracks.find(({ readyState }) => readyState === 'live');
    if (!track) return null;
    const node = context.createMediaStreamSource(new MediaStream([track]));
    // The next engine's sound is another track.
    track.addEventListener('ended', () => {
      node.disconnect();
      if (this.source === node) this.source = null;
    });
    node.connect(analyser);
    return node;
  }

  private own(context: AudioContext): MediaElementAudioSourceNode {
    const node = context.createMediaElementSource(this.video);
    node.connect(context.destination);
    return node;
  }
}

/** A captured copy is as loud as the stream; what is heard is as loud as the slider says. */
function volume_db({ captureStream, volume }: Capturing): number {
  return captureStream && volume > 0 ? 20 * Math.log10(volume) : 0;
}
