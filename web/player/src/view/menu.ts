/** The menu of the bar in which a picture is fitted, turned, mirrored, or said to be a panorama. */
import { icon, type IconName } from '../icons';
import type { MessageKey, Translator } from '../messages';
import { FITS, TURNS, type Fit, type Turn } from './geometry';
import { PROJECTIONS, type Projection } from './projection';

/** How an operator wants to see a camera. */
export interface ViewSettings {
  fit: Fit;
  rotate: Turn;
  mirror: boolean;
  projection: Projection;
}

export interface MenuState extends ViewSettings {
  /** How far in, 1 for all of it; null where there is nothing to go into. */
  zoom: number | null;
  /** Whether the device's motion turns the panorama; null where it cannot. */
  gyroscope: boolean | null;
}

export interface MenuActions {
  set(change: Partial<ViewSettings>): void;
  resetZoom(): void;
  gyroscope(): void;
}

export class ViewMenu {
  readonly root = document.createElement('div');
  private opener: HTMLElement | null = null;

  constructor(private readonly actions: MenuActions) {
    this.root.className = 'menu';
    this.root.hidden = true;
    this.root.setAttribute('role', 'group');
    for (const name of ['click', 'dblclick', 'pointerdown'] as const) this.root.addEventListener(name, (event) => event.stopPropagation());
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.opener?.focus();
    });
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  toggle(opener: HTMLElement): void {
    this.opener = opener;
    if (this.open) this.close();
    else {
      this.root.hidden = false;
      window.addEventListener('pointerdown', this.onElsewhere, true);
      this.root.querySelector<HTMLElement>('button, select')?.focus({ preventScroll: true });
    }
  }

  close(): void {
    this.root.hidden = true;
    window.removeEventListener('pointerdown', this.onElsewhere, true);
  }

  render(translate: Translator, state: MenuState): void {
    if (!this.open) return;
    const focused = this.root.querySelector<HTMLElement>(':focus')?.dataset['item'];
    this.root.setAttribute('aria-label', translate('action.view'));
    this.root.replaceChildren(
      row(translate('view.fit'), FITS.map((fit) => this.choice(translate(`view.fit.${fit}`), `fit-${fit}`, state.fit === fit, () => this.actions.set({ fit })))),
      row(translate('view.rotate'), TURNS.map((rotate) => this.choice(`${rotate}°`, `rotate-${rotate}`, state.rotate === rotate, () => this.actions.set({ rotate })))),
      row(translate('view.mirror'), [
        this.choice(translate('view.mirror.left_right'), 'mirror', state.mirror, () => this.actions.set({ mirror: !state.mirror }), 'mirror'),
        ...(state.zoom === null || state.zoom === 1 ? [] : [this.choice(`${state.zoom.toFixed(1)}× → 1×`, 'zoom', false, this.actions.resetZoom)]),
      ]),
      this.projection(translate, state),
    );
    if (focused) this.root.querySelector<HTMLElement>(`[data-item="${focused}"]`)?.focus();
  }

  private projection(translate: Translator, state: MenuState): HTMLElement {
    const select = document.createElement('select');
    select.dataset['item'] = 'projection';
    select.setAttribute('aria-label', translate('view.projection'));
    select.append(...PROJECTIONS.map((projection) => new Option(translate(`view.projection.${projection}` as MessageKey), projection, false, projection === state.projection)));
    select.addEventListener('change', () => this.actions.set({ projection: select.value as Projection }));
    const { gyroscope } = state;
    const motion = gyroscope === null ? [] : [this.choice(translate('view.gyroscope'), 'gyroscope', gyroscope, this.actions.gyroscope)];
    return row(translate('view.projection'), [select, ...motion]);
  }

  private choice(text: string, item: string, isOn: boolean, action: () => void, picture?: IconName): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset['item'] = item;
    button.setAttribute('aria-pressed', String(isOn));
    if (picture) button.append(icon(picture));
    button.append(text);
    button.addEventListener('click', action);
    return button;
  }

  private readonly onElsewhere = (event: PointerEvent): void => {
    const path = event.composedPath();
    if (!path.includes(this.root) && !(this.opener && path.includes(this.opener))) this.close();
  };
}

function row(title: string, items: HTMLElement[]): HTMLElement {
  const element = document.createElement('div');
  element.className = 'row';
  const heading = document.createElement('span');
  heading.textContent = title;
  const choices = document.createElement('span');
  choices.className = 'choices';
  choices.append(...items);
  element.append(heading, choices);
  return element;
}
