/**
 * The picture of a player as it is looked at: one stage with everything that belongs on the picture, laid out in its box by `geometry`.
 * It outlives engines and streams, because it knows neither.
 */
import { clampLook, cutOut, dragBy, pictureRect, rectToSource, shownSize, styleOf, toShown, toSource, UPRIGHT, WHOLE, zoomAt } from './geometry';
import type { Look, Point, Pose, Rect, Size } from './geometry';
import { Gestures, type GestureMode, type GestureTarget } from './gestures';
import { MiniMap } from './minimap';
import { drawPosed } from './posed';

/** How far a double click goes in. */
const STEP_ZOOM = 2.5;
/** A smaller part of the picture than all of it, past rounding. */
const WHOLE_SHARE = 0.999;

export class PictureView implements GestureTarget {
  /** Takes pointers and keys; holds the stage. */
  readonly surface = document.createElement('div');
  readonly map: MiniMap;
  /** Whoever looks into the picture in another way takes the gestures. */
  gestureTarget: GestureTarget = this;
  private readonly stage = document.createElement('div');
  private readonly gestures: Gestures;
  private readonly resized = new ResizeObserver(() => this.layOut());
  private pose: Pose = UPRIGHT;
  private current: Look = WHOLE;
  private video: HTMLVideoElement;

  constructor(
    live: HTMLVideoElement,
    layers: HTMLElement[],
    private readonly changed: (look: Look) => void,
  ) {
    this.video = live;
    this.surface.className = 'surface';
    this.stage.className = 'stage';
    this.stage.append(...layers);
    this.surface.append(this.stage);
    this.map = new MiniMap(() => this.video, (place) => this.lookAt({ ...this.current, ...place }));
    this.gestures = new Gestures(this.surface, () => this.gestureTarget);
    this.setMode('all');
    for (const name of ['resize', 'loadedmetadata'] as const) live.addEventListener(name, () => this.layOut());
  }

  connect(): void {
    this.resized.observe(this.surface);
    this.layOut();
  }

  disconnect(): void {
    this.resized.disconnect();
    this.map.hide();
  }

  /** Whose picture is looked at. */
  get source(): HTMLVideoElement {
    return this.video;
  }

  /** Shows another element's picture in front of the live one, or with `isFront` false the live one again. */
  setSource(video: HTMLVideoElement, isFront: boolean): void {
    this.video = video;
    if (isFront) this.stage.append(video);
    this.layOut();
  }

  get look(): Look {
    return this.current;
  }

  setPose(pose: Pose): void {
    const isTurned = pose.turn !== this.pose.turn || pose.mirror !== this.pose.mirror;
    this.pose = pose;
    this.lookAt(isTurned ? WHOLE : this.current);
  }

  setMode(mode: GestureMode): void {
    this.gestures.mode = mode;
    if (mode === 'all') this.surface.tabIndex = 0;
    else this.surface.removeAttribute('tabindex');
  }

  /** Says to who does not see it what the keys do, where they do something. */
  label(text: string): void {
    const isNamed = this.gestures.mode === 'all';
    for (const [name, value] of [['role', 'group'], ['aria-label', text]] as const) {
      if (isNamed) this.surface.setAttribute(name, value);
      else this.surface.removeAttribute(name);
    }
  }

  lookAt(look: Look): void {
    const next = clampLook(look, this.box(), this.shown());
    const isSame = next.zoom === this.current.zoom && next.x === this.current.x && next.y === this.current.y;
    this.current = next;
    this.layOut();
    if (!isSame) this.changed(next);
  }

  /** Where the whole picture lies, measured from the corner of the surface; parts of it may lie outside. */
  rect(): Rect {
    return pictureRect(this.current, this.box(), this.shown());
  }

  /** The place in the source under a point of the window, or null beside the picture. */
  placeAt(clientX: number, clientY: number): Point | null {
    const box = this.surface.getBoundingClientRect();
    const { left, top, width, height } = this.rect();
    const place = { x: (clientX - box.left - left) / width, y: (clientY - box.top - top) / height };
    const isInside = place.x >= 0 && place.x <= 1 && place.y >= 0 && place.y <= 1;
    return isInside ? toSource(place, this.pose) : null;
  }

  /** A part of the shown picture as the part of the source that it is, both as shares. */
  sourceRect(part: Rect): Rect {
    return rectToSource(part, this.pose);
  }

  /** Where a place in the source lies, in pixels from the corner of the surface. */
  pointOf(place: Point): Point {
    const { left, top, width, height } = this.rect();
    const shown = toShown(place, this.pose);
    return { x: left + shown.x * width, y: top + shown.y * height };
  }

  /** The whole picture in the size of the stream, turned and mirrored as it is shown. */
  capture(): HTMLCanvasElement | null {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return null;
    const isSideways = this.pose.turn === 90 || this.pose.turn === 270;
    const size = isSideways ? { width: videoHeight, height: videoWidth } : { width: videoWidth, height: videoHeight };
    const canvas = Object.assign(document.createElement('canvas'), size);
    const context = canvas.getContext('2d');
    if (context) drawPosed(context, this.video, size, this.pose);
    return canvas;
  }

  zoom(factor: number, at: Point): boolean {
    const before = this.current;
    this.lookAt(zoomAt(before, factor, at, this.box(), this.shown()));
    return this.current.zoom !== before.zoom;
  }

  drag(dx: number, dy: number): boolean {
    const before = this.current;
    if (!this.isPartial()) return false;
    this.lookAt(dragBy(before, dx, dy, this.box(), this.shown()));
    return this.current.x !== before.x || this.current.y !== before.y;
  }

  toggle(at: Point): void {
    if (this.current.zoom > 1) this.reset();
    else this.zoom(STEP_ZOOM, at);
  }

  reset(): boolean {
    const isMoved = this.current.zoom !== 1;
    this.lookAt(WHOLE);
    return isMoved;
  }

  private box(): Size {
    return { width: this.surface.clientWidth, height: this.surface.clientHeight };
  }

  private shown(): Size {
    return shownSize(this.box(), { width: this.video.videoWidth, height: this.video.videoHeight }, this.pose);
  }

  /** Whether the operator has gone into the picture; what a fit cuts off was asked for. */
  private isPartial(): boolean {
    const { width, height } = cutOut(this.current, this.box(), this.shown());
    return this.current.zoom > 1 && (width < WHOLE_SHARE || height < WHOLE_SHARE);
  }

  private layOut(): void {
    const [box, shown] = [this.box(), this.shown()];
    if (box.width === 0 || box.height === 0) return;
    this.current = clampLook(this.current, box, shown);
    Object.assign(this.stage.style, styleOf(this.current, shown, this.pose));
    const isPartial = this.isPartial();
    this.surface.classList.toggle('partial', isPartial);
    if (isPartial) this.map.show(cutOut(this.current, box, shown), shown, this.pose);
    else this.map.hide();
  }
}
