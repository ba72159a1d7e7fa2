/** The control bar at the lower edge of the picture. */
import { icon, type IconName } from './icons';
import type { MessageKey, Translator } from './messages';

export interface BarActions {
  mute(): void;
  volume(value: number): void;
  stats(): void;
  snapshot(): void;
  fullscreen(): void;
}

export class Bar {
  readonly root = document.createElement('div');
  private readonly mute: HTMLButtonElement;
  private readonly range = document.createElement('input');
  private readonly labels: [HTMLElement, MessageKey][] = [];
  private readonly stats: HTMLButtonElement;

  constructor(actions: BarActions) {
    this.root.className = 'bar';
    this.mute = this.button('silent', 'action.unmute', actions.mute);
    Object.assign(this.range, { type: 'range', min: '0', max: '1', step: '0.05' });
    this.range.addEventListener('input', () => actions.volume(Number(this.range.value)));
    this.labels.push([this.range, 'action.volume']);
    const gap = document.createElement('span');
    gap.className = 'gap';
    this.stats = this.button('stats', 'action.stats', actions.stats);
    this.root.append(
      this.mute,
      this.range,
      gap,
      this.stats,
      this.button('snapshot', 'action.snapshot', actions.snapshot),
      this.button('fullscreen', 'action.fullscreen', actions.fullscreen),
    );
  }

  update(translate: Translator, muted: boolean, volume: number, stats: boolean): void {
    this.mute.replaceChildren(icon(muted ? 'silent' : 'sound'));
    const mute = this.labels.find(([element]) => element === this.mute);
    if (mute) mute[1] = muted ? 'action.unmute' : 'action.mute';
    this.range.value = String(muted ? 0 : volume);
    this.stats.setAttribute('aria-pressed', String(stats));
    for (const [element, key] of this.labels) {
      element.title = translate(key);
      element.setAttribute('aria-label', translate(key));
    }
  }

  private button(name: IconName, key: MessageKey, action: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(icon(name));
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      action();
    });
    button.addEventListener('dblclick', (event) => event.stopPropagation());
    this.labels.push([button, key]);
    return button;
  }
}
