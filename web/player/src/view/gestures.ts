/** Wheel, pinch, drag, double click and keys on a surface, as motions of what is looked at. What a page has taken for itself is left alone. */
import type { Point } from './geometry';

export interface GestureTarget {
  /** `at` in pixels from the corner of the surface. False when there is nothing to do, so that the page may scroll. */
  zoom(factor: number, at: Point): boolean;
  /** False when nothing can be moved. */
  drag(dx: number, dy: number): boolean;
  /** Closer at a place, or all of it again. */
  toggle(at: Point): void;
  reset(): boolean;
}

/** What of the gestures belongs to the player: on a wall the double click and the keys are the page's. */
export type GestureMode = 'all' | 'pointer' | 'off';

const WHEEL_GAIN = 0.0015;
/** A notch of a coarse wheel counts as no more than this many pixels. */
const WHEEL_MAX = 240;
const LINE_PX = 20;
const KEY_FACTOR = 1.25;
const KEY_STEP_PX = 60;
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Gestures {
  mode: GestureMode = 'all';
  private readonly pointers = new Map<number, Point>();
  /** The pointer has moved the picture, so that the click at its end is none. */
  private moved = false;

  constructor(
    private readonly surface: HTMLElement,
    private readonly target: () => GestureTarget,
  ) {
    surface.addEventListener('wheel', this.onWheel, { passive: false });
    surface.addEventListener('pointerdown', this.onDown);
    surface.addEventListener('pointermove', this.onMove);
    for (const name of ['pointerup', 'pointercancel'] as const) surface.addEventListener(name, this.onUp);
    // Two fingers are ours from the beginning; the page would scroll by them and take the pointers away.
    for (const name of ['touchstart', 'touchmove'] as const) surface.addEventListener(name, this.onTouch, { passive: false });
    surface.addEventListener('click', this.onClick, true);
    surface.addEventListener('dblclick', this.onDoubleClick);
    surface.addEventListener('keydown', this.onKey);
  }

  private at(event: MouseEvent): Point {
    const box = this.surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private readonly onWheel = (event: WheelEvent): void => {
    if (this.mode === 'off' || event.defaultPrevented) return;
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PX);
    const notch = Math.max(-WHEEL_MAX, Math.min(WHEEL_MAX, pixels));
    if (this.target().zoom(Math.exp(-notch * WHEEL_GAIN), this.at(event))) event.preventDefault();
  };

  private readonly onDown = (event: PointerEvent): void => {
    if (this.mode === 'off' || event.defaultPrevented || event.button !== 0) return;
    if (event.isPrimary) {
      this.pointers.clear();
      this.moved = false;
    }
    this.pointers.set(event.pointerId, this.at(event));
  };

  private readonly onMove = (event: PointerEvent): void => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.at(event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    const isMoved = other ? this.pinch(before, now, other) : this.target().drag(now.x - before.x, now.y - before.y);
    this.pointers.set(event.pointerId, now);
    if (!isMoved || this.moved) return;
    this.moved = true;
    this.surface.setPointerCapture(event.pointerId);
  };

  /** One finger of two has moved: the picture follows their middle and their distance. */
  private pinch(before: Point, now: Point, other: Point): boolean {
    const distance = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y);
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const zoomed = this.target().zoom(distance(now) / Math.max(1, distance(before)), middle);
    return this.target().drag((now.x - before.x) / 2, (now.y - before.y) / 2) || zoomed;
  }

  private readonly onTouch = (event: TouchEvent): void => {
    if (this.mode !== 'off' && event.touches.length > 1 && event.cancelable) event.preventDefault();
  };

  private readonly onUp = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
  };

  private readonly onClick = (event: MouseEvent): void => {
    if (this.moved) event.stopPropagation();
    this.moved = false;
  };

  private readonly onDoubleClick = (event: MouseEvent): void => {
    if (this.mode !== 'all' || event.defaultPrevented) return;
    event.preventDefault();
    this.target().toggle(this.at(event));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (this.mode !== 'all' || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.key(event.key)) event.preventDefault();
  };

  private key(name: string): boolean {
    const middle = { x: this.surface.clientWidth / 2, y: this.surface.clientHeight / 2 };
    const arrow = ARROWS[name];
    if (arrow) return this.target().drag(arrow[0] * KEY_STEP_PX, arrow[1] * KEY_STEP_PX);
    if (name === '+' || name === '=') return this.target().zoom(KEY_FACTOR, middle);
    if (name === '-') return this.target().zoom(1 / KEY_FACTOR, middle);
    return name === '0' && this.target().reset();
  }
}
