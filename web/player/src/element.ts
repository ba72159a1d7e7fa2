/**
 * `<viaduct-player>`: a live picture with its state, statistics and controls. Attributes, methods and events: README.md.
 */
import { AnnotationLayer } from './annotate/layer';
import type { Annotation } from './annotate/annotations';
import { Bar } from './bar';
import { Takers, type PlayerFrame } from './feature';
import { Hint } from './hint';
import { icon } from './icons';
import type { Model } from './machine';
import { createTranslator, reasonText, type MessageKey, type Translator } from './messages';
import type { PlayOffer } from './offer';
import { renderOverlay } from './overlay';
import { PictureInPicture } from './pip';
import { PanoramaControl } from './panorama/control';
import type { PanoramaLook } from './panorama/math';
import { Player, LIVE_LATENCY_S, type PlayerStats, type RenewOffer } from './player';
import { Presence } from './presence';
import { RecordControl } from './record/control';
import { save } from './save';
import type { ReplayControl } from './replay/control';
import { SoundControl } from './sound/control';
import { Still } from './still';
import { STYLE } from './style';
import { Telemetry, type Observed } from './telemetry';
import { parseFit, parseTurn, type Look, type Point, type Rect } from './view/geometry';
import { ViewMenu, type ViewSettings } from './view/menu';
import { parseProjection } from './view/projection';
import { PictureView } from './view/view';

/** Angle of a fisheye's circle where nothing else is said. */
const LENS_FOV = 180;

export class ViaductPlayerElement extends HTMLElement {
  static readonly observedAttributes = ['controls', 'muted', 'fit', 'rotate', 'mirror', 'projection', 'lens-fov', 'zoom', 'replay', 'sound-group', 'target-latency'];

  readonly video = document.createElement('video');
  private readonly still = new Still(this.video);
  private readonly note = document.createElement('div');
  private readonly spinner = document.createElement('div');
  private readonly noteTitle = document.createElement('strong');
  private readonly noteText = document.createElement('span');
  private readonly retryButton = document.createElement('button');
  private readonly overlay = document.createElement('div');
  private readonly bar: Bar;
  private readonly player: Player;
  private readonly view: PictureView;
  private readonly annotations: AnnotationLayer;
  private readonly menu: ViewMenu;
  private readonly sound = new SoundControl(this, this.video);
  private readonly panorama: PanoramaControl;
  private readonly recorder: RecordControl;
  private readonly takers = new Takers((taker) => this.player.tap(taker));
  private readonly hint = new Hint();
  private readonly pip: PictureInPicture;
  private readonly presence: Presence;
  private readonly telemetry = new Telemetry({ observation: () => this.observation(), reportsUrl: () => this.player.reportsUrl });
  private replayControl: ReplayControl | null = null;
  private text: Translator = createTranslator('en');
  private lastStats: PlayerStats | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sharedSheet()];
    Object.assign(this.video, { muted: true, playsInline: true, disableRemotePlayback: true });
    for (const [name, value] of INLINE) this.video.setAttribute(name, value);
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
    this.view = new PictureView(this.video, [this.video, this.still.canvas], (look) => this.looked(look));
    this.annotations = new AnnotationLayer(this.view, (at_ms) => this.player.mediaTimeAt(at_ms));
    this.menu = new ViewMenu({
      set: (change) => this.setView(change),
      resetZoom: () => void this.view.reset(),
      gyroscope: () => void this.panorama.turnByDevice(),
    });
    root.append(this.view.surface, this.view.map.root, this.note, this.overlay, this.bar.root, this.menu.root, this.hint.root);
    const frame = this.frame(root);
    this.panorama = new PanoramaControl(frame, () => this.setView({ projection: 'flat' }));
    this.recorder = new RecordControl(frame, () => this.fileName('mp4'));
    const menuButton = this.bar.button('view', 'action.view', () => {
      this.menu.toggle(menuButton);
      this.render();
    });
    this.bar.add(this.sound.root, 'sound');
    this.bar.add(menuButton, 'tools');
    this.pip = new PictureInPicture(frame, () => this.presence.check());
    this.player = new Player(this.video, {
      changed: (model) => this.onModel(model),
      stats: (stats) => this.onStats(stats),
      firstFrame: () => {
        this.still.hide();
        this.telemetry.pictureCame();
        this.dispatchEvent(new Event('firstframe'));
      },
      leaving: () => this.still.keep(),
    });
    this.presence = new Presence(this, { show: () => this.player.show(), hide: () => this.player.hide(), isInPicture: () => this.pip.isOpen });
  }

  connectedCallback(): void {
    this.presence.connect();
    this.view.connect();
    this.sound.join(this.getAttribute('sound-group'));
    this.setReplay();
    void this.panorama.set(parseProjection(this.getAttribute('projection')), this.lensFov);
    this.render();
  }

  disconnectedCallback(): void {
    this.presence.disconnect();
    this.recorder.stop();
    this.telemetry.end();
    this.setReplay();
    this.panorama.close();
    this.menu.close();
    this.sound.close();
    this.annotations.stop();
    this.view.disconnect();
    this.player.close();
    this.still.forget();
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    if (name === 'muted') this.muted = value !== null;
    if (name === 'fit' || name === 'rotate' || name === 'mirror') this.pose();
    if (name === 'zoom') this.view.setMode(value === 'off' || value === 'pointer' ? value : 'all');
    if (name === 'replay' && this.isConnected) this.setReplay();
    if (name === 'sound-group' && this.isConnected) this.sound.join(value);
    if ((name === 'projection' || name === 'lens-fov') && this.isConnected) void this.panorama.set(parseProjection(this.getAttribute('projection')), this.lensFov);
    if (name === 'target-latency') {
      const seconds = Number(value);
      this.player.setTargetLatency(seconds > 0 ? seconds : LIVE_LATENCY_S);
    }
    this.render();
  }

  /** Plays an offer. Called again it changes over to another stream with the same element. */
  load(offer: PlayOffer): void {
    this.begin();
    this.telemetry.begin();
    this.player.load(offer);
  }

  /** Plays what `renew` offers, and asks it again whenever the offer has run out. */
  open(renew: RenewOffer): void {
    this.begin();
    this.telemetry.begin();
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
    this.begin();
  }

  /** Draws boxes, lines and words, each with the picture of its time. */
  annotate(items: readonly Annotation[]): void {
    this.annotations.add(items, this.video);
  }

  clearAnnotations(): void {
    this.annotations.clear();
  }

  /** How the picture is fitted, turned and mirrored, as the attributes say. */
  get viewSettings(): ViewSettings {
    return {
      fit: parseFit(this.getAttribute('fit')), rotate: parseTurn(this.getAttribute('rotate')), mirror: this.hasAttribute('mirror'),
      projection: parseProjection(this.getAttribute('projection')),
    };
  }

  /** What of the picture is looked at, as shares of it. */
  get look(): Look {
    return this.view.look;
  }

  set look(look: Look) {
    this.view.lookAt(look);
  }

  /** Where one looks in a panorama, or null while there is none. */
  get panoramaLook(): PanoramaLook | null {
    return this.panorama.look;
  }

  set panoramaLook(look: Partial<PanoramaLook> | null) {
    if (look) this.panorama.look = look;
  }

  /** The place in the stream's picture (0 to 1) under a point of the window; null beside the picture. */
  placeAt(clientX: number, clientY: number): Point | null {
    return this.panorama.open ? null : this.view.placeAt(clientX, clientY);
  }

  /** Where the whole picture lies, measured from the element's corner in CSS pixels; enlarged, it goes beyond the element. */
  get pictureRect(): Rect {
    return this.view.rect();
  }

  /** A part of the whole picture as shown (0 to 1) as the part of the stream's picture that it is: turned and mirrored back. */
  sourceRect(part: Rect): Rect {
    return this.view.sourceRect(part);
  }

  /** Begins to record into a file, as the button does. Call it by a click: browsers ask for a file only then. */
  startRecording(): Promise<void> {
    return this.recorder.start();
  }

  stopRecording(): void {
    this.recorder.stop();
  }

  /** Plays the last seconds, with the attribute `replay`; `closeReplay` goes back to live. */
  async openReplay(): Promise<void> {
    await this.replayControl?.open();
  }

  closeReplay(): void {
    this.replayControl?.close();
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
    this.sounded();
  }

  get volume(): number {
    return this.video.volume;
  }

  set volume(volume: number) {
    this.video.volume = volume;
    this.video.muted = volume === 0;
    this.sounded();
  }

  get statsShown(): boolean {
    return !this.overlay.hidden;
  }

  set statsShown(shown: boolean) {
    this.overlay.hidden = !shown;
    this.render();
  }

  /**
   * The shown picture as PNG, or null while there is none: the whole picture in the size of the stream, turned and mirrored as it is
   * shown, but neither cut out nor stretched; of a panorama what is looked at.
   */
  async snapshot(): Promise<Blob | null> {
    const canvas = this.panorama.capture() ?? this.view.capture();
    return canvas && new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  }

  async toggleFullscreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen();
  }

  /** The plain picture in a small window of its own, where the browser has that. */
  togglePictureInPicture(): Promise<void> {
    return this.pip.toggle();
  }

  private get lensFov(): number {
    const degrees = Number(this.getAttribute('lens-fov'));
    return degrees > 0 && degrees <= 360 ? degrees : LENS_FOV;
  }

  private frame(root: ShadowRoot): PlayerFrame {
    return {
      video: this.video, view: this.view, bar: this.bar, root,
      text: () => this.text,
      say: (key, params) => this.say(key, params),
      emit: (name, detail) => void this.dispatchEvent(new CustomEvent(name, { detail })),
      render: () => this.render(),
      tap: (taker) => this.takers.add(taker),
      showInstead: (video, offset_s) => this.showInstead(video, offset_s),
    };
  }

  private showInstead(video: HTMLVideoElement | null, offset_s: number): void {
    this.view.setSource(video ?? this.video, video !== null);
    this.annotations.moveTo(video ?? this.video, offset_s);
    this.panorama.follow(video ?? this.video);
    this.toggleAttribute('data-replay', video !== null);
    this.render();
  }

  private observation(): ReturnType<Observed['observation']> {
    const { state, rungs, rung } = this.model;
    return {
      state, engine: rungs[rung]?.engine ?? '', presented: this.player.presentedFrames,
      dropped: this.video.getVideoPlaybackQuality().droppedVideoFrames, latency_s: this.lastStats?.latency_s ?? null,
    };
  }

  /** Another stream: nothing of the one before is left. */
  private begin(): void {
    this.telemetry.end();
    this.still.forget();
    this.lastStats = null;
    this.recorder.stop();
    this.replayControl?.forget();
    this.annotations.clear();
    this.view.reset();
  }

  private pose(): void {
    const { fit, rotate, mirror } = this.viewSettings;
    this.view.setPose({ fit, turn: rotate, mirror });
    this.annotations.draw();
  }

  /** What the menu changes is an attribute, so that a page may set the same. */
  private setView(change: Partial<ViewSettings>): void {
    const { fit, rotate, mirror, projection } = { ...this.viewSettings, ...change };
    this.setAttribute('fit', fit);
    this.setAttribute('rotate', String(rotate));
    this.toggleAttribute('mirror', mirror);
    this.setAttribute('projection', projection);
    this.dispatchEvent(new CustomEvent<ViewSettings>('viewchange', { detail: this.viewSettings }));
    this.render();
  }

  private looked(look: Look): void {
    this.annotations.draw();
    if (this.menu.open) this.render();
    this.dispatchEvent(new CustomEvent<Look>('look', { detail: look }));
  }

  private setReplay(): void {
    const isWanted = this.isConnected && this.hasAttribute('replay');
    if (!isWanted) {
      this.replayControl?.end();
      this.replayControl = null;
    } else if (!this.replayControl) {
      void import('./replay/control').then(({ ReplayControl }) => {
        if (this.replayControl || !this.isConnected || !this.hasAttribute('replay')) return;
        this.replayControl = new ReplayControl(this.frame(this.shadowRoot!));
        this.render();
      });
    }
  }

  private sounded(): void {
    this.sound.changed();
    this.render();
  }

  private say(key: MessageKey, params: Record<string, string | number> = {}): void {
    this.hint.say(this.text(key, params));
  }

  private async saveSnapshot(): Promise<void> {
    const blob = await this.snapshot();
    if (blob) save(blob, this.fileName('png'));
  }

  private fileName(extension: string): string {
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-');
    return `${this.getAttribute('name') ?? 'viaduct'}-${stamp}.${extension}`;
  }

  private onModel(model: Model): void {
    this.render();
    this.dispatchEvent(new CustomEvent<Model>('state', { detail: model }));
  }

  private onStats(stats: PlayerStats): void {
    const isFirst = this.lastStats === null;
    this.lastStats = stats;
    if (isFirst) this.render();
    if (this.statsShown) renderOverlay(this.overlay, this.model, stats, this.text);
    this.dispatchEvent(new CustomEvent<PlayerStats>('stats', { detail: stats }));
  }

  private render(): void {
    // A constructor may not set attributes; the first rendering is when it is connected.
    if (!this.isConnected) return;
    const { state, reason } = this.player.model;
    const isReplayed = this.hasAttribute('data-replay');
    this.dataset['state'] = state;
    this.note.hidden = state === 'playing' || state === 'idle' || isReplayed;
    this.spinner.hidden = state === 'failed' || state === 'suspended';
    this.noteTitle.textContent = this.text(`state.${state}`);
    this.noteText.textContent = reason ? reasonText(this.text, reason) : '';
    this.retryButton.hidden = state !== 'failed';
    this.retryButton.replaceChildren(icon('retry'), this.text('action.retry'));
    const hasControls = this.hasAttribute('controls') && state !== 'idle';
    this.bar.root.hidden = !hasControls || isReplayed;
    this.recorder.possible = this.player.taps;
    if (this.replayControl) this.replayControl.possible = this.player.replays;
    this.pip.render();
    this.sound.render(hasControls && state === 'playing', this.lastStats?.mime ?? '', this.text);
    this.view.label(this.text('action.picture'));
    this.menu.render(this.text, { ...this.viewSettings, zoom: this.panorama.open ? null : this.view.look.zoom, gyroscope: this.panorama.gyroscope });
    this.bar.update(this.text, this.video.muted, this.video.volume, this.statsShown);
    if (this.statsShown) renderOverlay(this.overlay, this.player.model, this.lastStats, this.text);
  }
}

/** What else keeps a picture in its page: older iPhones, and the WebViews of WeChat and QQ on Android. */
const INLINE = [
  ['playsinline', ''],
  ['webkit-playsinline', ''],
  ['x5-playsinline', ''],
  ['x5-video-player-type', 'h5-page'],
  ['x5-video-player-fullscreen', 'false'],
] as const;

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
