/**
 * `<viaduct-player>`: a live picture with its state, statistics and controls.
 *
 * Attributes: `controls`, `muted`, `fit` (`contain`, `cover`, `fill`), `target-latency` (seconds).
 * Events: `state` (detail: Model), `stats` (detail: PlayerStats), `firstframe`.
 */
import { Bar } from './bar';
import { icon } from './icons';
import type { Model } from './machine';
import { createTranslator, reasonText, type Translator } from './messages';
import type { PlayOffer } from './offer';
import { renderOverlay } from './overlay';
import { Player, WALL_LATENCY_S, type PlayerStats, type RenewOffer } from './player';
import { STYLE } from './style';

/** A player that nobody sees is given this long before its stream is given back. */
const HIDDEN_GRACE_MS = 5_000;

export class ViaductPlayerElement extends HTMLElement {
  static readonly observedAttributes = ['controls', 'muted', 'fit', 'target-latency'];

  readonly video = document.createElement('video');
  private readonly still = document.createElement('canvas');
  private readonly note = document.createElement('div');
  private readonly spinner = document.createElement('div');
  private readonly noteTitle = document.createElement('strong');
  private readonly noteText = document.createElement('span');
  private readonly retryButton = document.createElement('button');
  private readonly overlay = document.createElement('div');
  private readonly bar: Bar;
  private readonly player: Player;
  private text: Translator = createTranslator('en');
  private lastStats: PlayerStats | null = null;
  private hiddenTimer: ReturnType<typeof setTimeout> | null = null;
  private onScreen = true;
  private readonly observer: IntersectionObserver;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sharedSheet()];
    Object.assign(this.video, { muted: true, playsInline: true, disableRemotePlayback: true });
    this.bar = new Bar({
      mute: () => (this.muted = !this.muted),
      volume: (value) => (this.volume = value),
      stats: () => (this.statsShown = !this.statsShown),
      snapshot: () => void this.saveSnapshot(),
      fullscreen: () => void this.toggleFullscreen(),
    });
    this.note.className = 'note';
    this.spinner.className = 'spin';
    this.retryButton.type = 'button';
    this.retryButton.addEventListener('click', () => this.player.retry());
    this.note.setAttribute('role', 'status');
    this.note.append(this.spinner, this.noteTitle, this.noteText, this.retryButton);
    this.overlay.className = 'stats';
    this.overlay.hidden = true;
    this.still.hidden = true;
    root.append(this.video, this.still, this.note, this.overlay, this.bar.root);
    this.player = new Player(this.video, {
      changed: (model) => this.onModel(model),
      stats: (stats) => this.onStats(stats),
      firstFrame: () => {
        this.still.hidden = true;
        this.dispatchEvent(new Event('firstframe'));
      },
      leaving: () => this.keepLastFrame(),
    });
    this.observer = new IntersectionObserver((entries) => {
      this.onScreen = entries[entries.length - 1]?.isIntersecting ?? true;
      this.onVisibility();
    });
  }

  connectedCallback(): void {
    this.observer.observe(this);
    document.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('pageshow', this.onVisibility);
    this.render();
  }

  disconnectedCallback(): void {
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('pageshow', this.onVisibility);
    if (this.hiddenTimer !== null) clearTimeout(this.hiddenTimer);
    this.hiddenTimer = null;
    this.player.close();
    this.forgetLastFrame();
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    if (name === 'muted') this.video.muted = value !== null;
    if (name === 'fit') this.style.setProperty('--viaduct-player-fit', value ?? 'contain');
    if (name === 'target-latency') {
      const seconds = Number(value);
      this.player.setTargetLatency(seconds > 0 ? seconds : WALL_LATENCY_S);
    }
    this.render();
  }

  /** Plays an offer. Called again it changes over to another stream with the same element. */
  load(offer: PlayOffer): void {
    this.forgetLastFrame();
    this.lastStats = null;
    this.player.load(offer);
  }

  /** Plays what `renew` offers, and asks it again whenever the offer has run out. */
  open(renew: RenewOffer): void {
    this.forgetLastFrame();
    this.lastStats = null;
    this.player.open(renew);
  }

  /** Changes over to another form of the same picture, within the session and without a gap where that is possible. */
  change(renew: RenewOffer): void {
    void this.player.change(renew);
  }

  /** Tries again at once, for example because the stream is known to be back. */
  retry(): void {
    this.player.retry();
  }

  stop(): void {
    this.player.stop();
    this.forgetLastFrame();
  }

  /** How to get a fresh offer when a token has run out. */
  set renewOffer(renew: RenewOffer | null) {
    this.player.renewOffer = renew;
  }

  set translator(text: Translator) {
    this.text = text;
    this.render();
  }

  get model(): Model {
    return this.player.model;
  }

  get stats(): PlayerStats | null {
    return this.lastStats;
  }

  get muted(): boolean {
    return this.video.muted;
  }

  set muted(muted: boolean) {
    this.video.muted = muted;
    this.render();
  }

  get volume(): number {
    return this.video.volume;
  }

  set volume(volume: number) {
    this.video.volume = volume;
    this.video.muted = volume === 0;
    this.render();
  }

  get statsShown(): boolean {
    return !this.overlay.hidden;
  }

  set statsShown(shown: boolean) {
    this.overlay.hidden = !shown;
    this.render();
  }

  /** The shown picture as PNG in the size of the stream, or null while there is none. */
  async snapshot(): Promise<Blob | null> {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = videoWidth;
    canvas.height = videoHeight;
    canvas.getContext('2d')?.drawImage(this.video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  }

  async toggleFullscreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen();
  }

  private async saveSnapshot(): Promise<void> {
    const blob = await this.snapshot();
    if (!blob) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-');
    link.download = `${this.getAttribute('name') ?? 'viaduct'}-${stamp}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  private readonly onVisibility = (): void => {
    const visible = this.onScreen && document.visibilityState === 'visible';
    if (visible) {
      if (this.hiddenTimer !== null) clearTimeout(this.hiddenTimer);
      this.hiddenTimer = null;
      this.player.show();
    } else {
      this.hiddenTimer ??= setTimeout(() => {
        this.hiddenTimer = null;
        this.player.hide();
      }, HIDDEN_GRACE_MS);
    }
  };

  private onModel(model: Model): void {
    this.render();
    this.dispatchEvent(new CustomEvent<Model>('state', { detail: model }));
  }

  private onStats(stats: PlayerStats): void {
    this.lastStats = stats;
    if (this.statsShown) renderOverlay(this.overlay, this.model, stats, this.text);
    this.dispatchEvent(new CustomEvent<PlayerStats>('stats', { detail: stats }));
  }

  private keepLastFrame(): void {
    const { videoWidth, videoHeight, readyState } = this.video;
    if (videoWidth === 0 || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.still.width = videoWidth;
    this.still.height = videoHeight;
    this.still.getContext('2d')?.drawImage(this.video, 0, 0);
    this.still.hidden = false;
  }

  private forgetLastFrame(): void {
    this.still.hidden = true;
    this.still.width = 0;
    this.still.height = 0;
  }

  private render(): void {
    // A constructor may not set attributes; the first rendering is when it is connected.
    if (!this.isConnected) return;
    const { state, reason } = this.player.model;
    this.dataset['state'] = state;
    this.note.hidden = state === 'playing' || state === 'idle';
    this.spinner.hidden = state === 'failed' || state === 'suspended';
    this.noteTitle.textContent = this.text(`state.${state}`);
    this.noteText.textContent = reason ? reasonText(this.text, reason) : '';
    this.retryButton.hidden = state !== 'failed';
    this.retryButton.replaceChildren(icon('retry'), this.text('action.retry'));
    this.bar.root.hidden = !this.hasAttribute('controls') || state === 'idle';
    this.bar.update(this.text, this.video.muted, this.video.volume, this.statsShown);
    if (this.statsShown) renderOverlay(this.overlay, this.player.model, this.lastStats, this.text);
  }
}

let sheet: CSSStyleSheet | null = null;

function sharedSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}

export function defineViaductPlayer(tag = 'viaduct-player'): void {
  if (!customElements.get(tag)) customElements.define(tag, ViaductPlayerElement);
}

declare global {
  interface HTMLElementTagNameMap {
    'viaduct-player': ViaductPlayerElement;
  }
}
