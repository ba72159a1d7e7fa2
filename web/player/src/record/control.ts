/** The button that records, and what it says; the code that writes files is fetched with the first recording. */
import type { PlayerFrame } from '../feature';
import { icon } from '../icons';
import type { MessageKey } from '../messages';
import type { Recorder, RecordingEnd, RecordingState } from './recorder';

export interface RecordingEvent extends RecordingState {
  state: 'recording' | 'saved' | 'empty';
  /** Why it ended. */
  why?: RecordingEnd;
}

const UPDATE_MS = 500;
const BYTES_PER_MB = 1024 * 1024;

export class RecordControl {
  private readonly button: HTMLButtonElement;
  private readonly time = document.createElement('span');
  private recorder: Recorder | null = null;
  private stopTap: (() => void) | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly frame: PlayerFrame,
    private readonly fileName: () => string,
  ) {
    this.button = frame.bar.button('record', 'action.record', () => void this.toggle(), 'lesser');
    this.time.className = 'time recording';
    this.time.hidden = true;
    frame.bar.add(this.time, 'tools');
    frame.bar.add(this.button, 'tools');
  }

  get recording(): RecordingState | null {
    return this.recorder?.state ?? null;
  }

  /** Whether the engine of the moment delivers what can be recorded. A running recording can always be ended. */
  set possible(isPossible: boolean) {
    this.button.hidden = !isPossible && !this.recorder;
  }

  async toggle(): Promise<void> {
    if (this.recorder) this.stop();
    else await this.start();
  }

  /** Called by a click: browsers ask for a file only then. */
  async start(): Promise<void> {
    if (this.recorder) return;
    // Fetched beforehand would be better for the click, but it lasts longer than this takes.
    const [{ openTarget }, { Recorder }] = await Promise.all([import('./target'), import('./recorder')]);
    const target = await openTarget(this.fileName(), () => this.recorder?.end('disk'));
    if (!target || this.recorder) return;
    this.recorder = new Recorder(target, (why, state) => this.ended(why, state));
    this.stopTap = this.frame.tap((piece) => this.recorder?.take(piece));
    this.timer = setInterval(() => this.update(), UPDATE_MS);
    this.update();
  }

  stop(why: RecordingEnd = 'asked'): void {
    this.stopTap?.();
    this.stopTap = null;
    this.recorder?.end(why);
  }

  private update(): void {
    const { recorder } = this;
    this.button.classList.toggle('recording', recorder !== null);
    this.button.replaceChildren(icon(recorder ? 'stop' : 'record'));
    this.frame.bar.label(this.button, recorder ? 'action.record_stop' : 'action.record');
    this.frame.bar.root.classList.toggle('busy', recorder !== null);
    this.time.hidden = !recorder;
    if (recorder) {
      const { seconds, bytes } = recorder.state;
      this.time.textContent = `${clock(seconds)} · ${megabytes(bytes)} MB`;
      this.frame.emit('recording', { state: 'recording', ...recorder.state } satisfies RecordingEvent);
    }
    this.frame.render();
  }

  private ended(why: RecordingEnd, state: RecordingState): void {
    this.stopTap?.();
    this.stopTap = null;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.recorder = null;
    this.update();
    const isEmpty = state.seconds === 0;
    const key: MessageKey = isEmpty ? 'hint.record_empty' : why === 'asked' ? 'hint.recorded' : `hint.record_${why}`;
    this.frame.say(key, { seconds: state.seconds.toFixed(0), size: megabytes(state.bytes) });
    this.frame.emit('recording', { state: isEmpty ? 'empty' : 'saved', why, ...state } satisfies RecordingEvent);
  }
}

const megabytes = (bytes: number): string => (bytes / BYTES_PER_MB).toFixed(1);

/** Minutes and seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
