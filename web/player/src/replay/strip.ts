/** The controls of a replay: play, steps, position, speed, and back to live. */
import { icon, type IconName } from '../icons';
import type { MessageKey, Translator } from '../messages';
import type { Replay } from './replay';

export const SPEEDS = [0.25, 0.5, 1, 1.5, 2] as const;
/** The position follows the picture this often. */
const FOLLOW_MS = 100;

export class Strip {
  readonly root = document.createElement('div');
  private readonly position = document.createElement('input');
  private readonly time = document.createElement('span');
  private readonly play: HTMLButtonElement;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly replay: Replay,
    private readonly text: Translator,
    backToLive: () => void,
  ) {
    this.root.className = 'strip';
    this.root.setAttribute('role', 'group');
    for (const name of ['click', 'dblclick', 'pointerdown'] as const) this.root.addEventListener(name, (event) => event.stopPropagation());
    const { video } = replay;
    this.play = this.button('pause', 'action.pause', () => void (video.paused ? video.play() : video.pause()));
    Object.assign(this.position, { type: 'range', min: '0', max: String(replay.duration_s), step: '0.01' });
    this.position.addEventListener('input', () => replay.seek(Number(this.position.value)));
    this.position.setAttribute('aria-label', text('action.position'));
    this.time.className = 'time';
    const live = this.button('live', 'action.live', backToLive);
    live.className = 'live';
    const words = document.createElement('span');
    words.className = 'words';
    words.textContent = text('action.live');
    live.append(words);
    const row = document.createElement('div');
    row.append(
      this.play,
      this.button('stepBack', 'action.step_back', () => replay.step(-1)),
      this.button('stepForward', 'action.step_forward', () => replay.step(1)),
      this.position,
      this.time,
      this.speed(),
      live,
    );
    this.root.append(row);
    for (const name of ['play', 'pause', 'ended'] as const) video.addEventListener(name, () => this.follow());
    this.timer = setInterval(() => this.follow(), FOLLOW_MS);
    this.follow();
  }

  close(): void {
    clearInterval(this.timer);
    this.root.remove();
  }

  private follow(): void {
    const { video, duration_s } = this.replay;
    this.position.value = String(video.currentTime);
    this.time.textContent = `−${Math.max(0, duration_s - video.currentTime).toFixed(1)} s`;
    const isPaused = video.paused || video.ended;
    const name = this.text(isPaused ? 'action.play' : 'action.pause');
    if (this.play.title === name) return;
    this.play.replaceChildren(icon(isPaused ? 'play' : 'pause'));
    this.play.title = name;
    this.play.setAttribute('aria-label', name);
  }

  private speed(): HTMLSelectElement {
    const select = document.createElement('select');
    select.setAttribute('aria-label', this.text('action.speed'));
    select.append(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed), speed === 1, speed === 1)));
    select.addEventListener('change', () => (this.replay.video.playbackRate = Number(select.value)));
    return select;
  }

  private button(name: IconName, key: MessageKey, action: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(icon(name));
    button.title = this.text(key);
    button.setAttribute('aria-label', this.text(key));
    button.addEventListener('click', action);
    return button;
  }
}
