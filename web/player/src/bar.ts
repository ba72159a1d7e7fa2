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

/** What a bar of little room leaves out first. */
export type Weight = 'lesser' | 'least' | 'kept';

export class Bar {
  readonly root = document.createElement('div');
  private readonly row = document.createElement('div');
  private readonly mute: HTMLButtonElement;
  private readonly range = document.createElement('input');
  private readonly gap = document.createElement('span');
  private readonly labels = new Map<HTMLElement, { key: MessageKey; params: Record<string, string | number> }>();
  private readonly stats: HTMLButtonElement;

  constructor(actions: BarActions) {
    this.root.className = 'bar';
    this.root.append(this.row);
    this.mute = this.button('silent', 'action.unmute', actions.mute);
    Object.assign(this.range, { type: 'range', min: '0', max: '1', step: '0.05' });
    this.range.addEventListener('input', () => actions.volume(Number(this.range.value)));
    this.label(this.range, 'action.volume');
    this.gap.className = 'gap';
    this.stats = this.button('stats', 'action.stats', actions.stats, 'least');
    this.row.append(
      this.mute,
      this.range,
      this.gap,
      this.stats,
      this.button('snapshot', 'action.snapshot', actions.snapshot, 'least'),
      this.button('fullscreen', 'action.fullscreen', actions.fullscreen),
    );
  }

  /** Another control: beside the volume, or before the statistics. */
  add(control: HTMLElement, place: 'sound' | 'tools'): void {
    this.row.insertBefore(control, place === 'sound' ? this.gap : this.stats);
  }

  button(name: IconName, key: MessageKey, action: () => void, weight: Weight = 'kept'): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = weight;
    button.append(icon(name));
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      action();
    });
    button.addEventListener('dblclick', (event) => event.stopPropagation());
    this.label(button, key);
    return button;
  }

  /** What a control is called from the next rendering on. */
  label(control: HTMLElement, key: MessageKey, params: Record<string, string | number> = {}): void {
    this.labels.set(control, { key, params });
  }

  update(translate: Translator, muted: boolean, volume: number, stats: boolean): void {
    this.mute.replaceChildren(icon(muted ? 'silent' : 'sound'));
    this.label(this.mute, muted ? 'action.unmute' : 'action.mute');
    this.range.value = String(muted ? 0 : volume);
    this.stats.setAttribute('aria-pressed', String(stats));
    for (const [element, { key, params }] of this.labels) {
      const text = translate(key, params);
      // Not every control is something to press; its name is the same.
      element.title = text;
      element.setAttribute('aria-label', text);
    }
  }
}
