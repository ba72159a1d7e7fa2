/** A small copy of the whole picture with the part that is looked at; shown while that is not all of it. */
import type { Point, Pose, Rect, Size } from './geometry';
import { drawPosed } from './posed';

const WIDTH_PX = 132;
const MAX_HEIGHT_PX = 110;
/** The copy is for finding one's way: it need not move smoothly. */
const REDRAW_MS = 400;

export class MiniMap {
  readonly root = document.createElement('div');
  private readonly canvas = document.createElement('canvas');
  private readonly frame = document.createElement('div');
  private timer: ReturnType<typeof setInterval> | null = null;
  private pose: Pose | null = null;

  /** `moveTo` is told which place of the shown picture is to stand in the middle. */
  constructor(
    private readonly source: () => HTMLVideoElement,
    private readonly moveTo: (place: Point) => void,
  ) {
    this.root.className = 'minimap';
    this.root.hidden = true;
    // It repeats what the picture shows, and the keys do what it does.
    this.root.setAttribute('aria-hidden', 'true');
    this.frame.className = 'cutout';
    this.root.append(this.canvas, this.frame);
    this.root.addEventListener('pointerdown', (event) => this.point(event));
    this.root.addEventListener('pointermove', (event) => event.buttons === 1 && this.point(event));
    for (const name of ['click', 'dblclick'] as const) this.root.addEventListener(name, (event) => event.stopPropagation());
  }

  show(cut: Rect, shown: Size, pose: Pose): void {
    this.pose = pose;
    const scale = Math.min(WIDTH_PX / shown.width, MAX_HEIGHT_PX / shown.height);
    Object.assign(this.root.style, { width: `${shown.width * scale}px`, height: `${shown.height * scale}px` });
    const percent = (value: number): string => `${value * 100}%`;
    Object.assign(this.frame.style, { left: percent(cut.left), top: percent(cut.top), width: percent(cut.width), height: percent(cut.height) });
    this.root.hidden = false;
    if (this.timer !== null) return;
    this.draw();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  hide(): void {
    this.root.hidden = true;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    const video = this.source();
    if (!this.pose || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext('2d');
    if (context) drawPosed(context, video, { width, height }, this.pose);
  }

  private point(event: PointerEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const box = this.root.getBoundingClientRect();
    this.moveTo({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  }
}
