/** Draws annotations over the picture, each with the frame that it belongs to, wherever that frame's places lie on the screen. */
import type { PictureView } from '../view/view';
import { Annotations, type Annotation, type WallClock } from './annotations';

const COLOUR = '#35c2d6';
const LINE_PX = 2;
const FONT_PX = 12;
/** What is drawn now is on the screen with the next refresh. */
const REFRESH_MS = 17;
/** A picture that does not come is not foreseen any further. */
const AHEAD_MAX_MS = 80;
/** The past is looked through once in so many frames. */
const FORGET_EVERY = 250;

export class AnnotationLayer {
  readonly canvas = document.createElement('canvas');
  private readonly kept = new Annotations();
  private video: HTMLVideoElement | null = null;
  private handle: number | null = null;
  private drawing: number | null = null;
  /** When the newest picture is, or was, on the screen. */
  private shown_ms = 0;
  /** Added to the media times of the element: a replay counts from its own beginning. */
  private offset = 0;
  private time: number | null = null;
  private frames = 0;
  private isBlank = true;

  constructor(
    private readonly view: PictureView,
    private readonly clock: WallClock,
  ) {
    this.canvas.className = 'annotations';
    view.surface.append(this.canvas);
  }

  add(items: readonly Annotation[], video: HTMLVideoElement): void {
    this.kept.add(items);
    if (!this.video) this.follow(video, 0);
    this.draw();
  }

  clear(): void {
    this.kept.clear();
    this.draw();
  }

  /** Follows the frames of this element from now on. */
  follow(video: HTMLVideoElement, offset: number): void {
    this.stop();
    this.video = video;
    this.offset = offset;
    const next = (): void => {
      this.handle = video.requestVideoFrameCallback((_now, { mediaTime, expectedDisplayTime }) => {
        this.time = mediaTime + this.offset;
        this.shown_ms = expectedDisplayTime;
        if (++this.frames % FORGET_EVERY === 0) this.kept.forget(this.time, this.clock);
        next();
      });
    };
    next();
    const refresh = (): void => {
      this.draw();
      this.drawing = requestAnimationFrame(refresh);
    };
    refresh();
  }

  /** The same from now on, if there is anything to draw. */
  moveTo(video: HTMLVideoElement, offset: number): void {
    if (this.video) this.follow(video, offset);
  }

  stop(): void {
    if (this.handle !== null) this.video?.cancelVideoFrameCallback(this.handle);
    if (this.drawing !== null) cancelAnimationFrame(this.drawing);
    this.handle = null;
    this.drawing = null;
    this.video = null;
    this.time = null;
  }

  /** Draws what is due with the picture that is on the screen next. */
  draw(): void {
    const due = this.time === null ? [] : this.kept.due(this.time + this.ahead_s(), this.clock);
    if (due.length === 0 && this.isBlank) return;
    this.isBlank = due.length === 0;
    const context = this.prepare();
    if (context) for (const item of due) this.drawOne(context, item);
  }

  /** How much later the picture is that will be on the screen together with what is drawn now. */
  private ahead_s(): number {
    if (!this.video || this.video.paused) return 0;
    const ahead_ms = Math.max(0, Math.min(AHEAD_MAX_MS, performance.now() + REFRESH_MS - this.shown_ms));
    return (ahead_ms / 1000) * this.video.playbackRate;
  }

  private prepare(): CanvasRenderingContext2D | null {
    const scale = window.devicePixelRatio;
    const { clientWidth, clientHeight } = this.view.surface;
    const size = { width: Math.round(clientWidth * scale), height: Math.round(clientHeight * scale) };
    // Setting a size empties the canvas, and so does clearing it, which costs less.
    if (this.canvas.width !== size.width || this.canvas.height !== size.height) Object.assign(this.canvas, size);
    const context = this.canvas.getContext('2d');
    context?.setTransform(scale, 0, 0, scale, 0, 0);
    context?.clearRect(0, 0, clientWidth, clientHeight);
    return context;
  }

  private drawOne(context: CanvasRenderingContext2D, { kind, points, label, colour = COLOUR }: Annotation): void {
    const [first, ...others] = (kind === 'box' ? corners(points) : points).map((point) => this.view.pointOf(point));
    if (!first) return;
    Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: LINE_PX, lineJoin: 'round' });
    if (kind !== 'text') {
      context.beginPath();
      context.moveTo(first.x, first.y);
      for (const point of others) context.lineTo(point.x, point.y);
      if (kind === 'box') context.closePath();
      context.stroke();
    }
    if (label) write(context, label, kind === 'text' ? first : upperLeft([first, ...others]), kind === 'text' ? 0 : -LINE_PX - 2);
  }
}

/** The four corners of a box between two opposite ones: turned, its sides are still those of the picture. */
function corners(points: Annotation['points']): Annotation['points'] {
  const [a, b] = points;
  return a && b ? [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }] : [];
}

function upperLeft(points: Annotation['points']): Annotation['points'][number] {
  return { x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) };
}

function write(context: CanvasRenderingContext2D, label: string, at: { x: number; y: number }, lift: number): void {
  context.font = `600 ${FONT_PX}px system-ui, sans-serif`;
  const y = Math.max(FONT_PX + 2, at.y + lift);
  // Words are to be read over any picture.
  Object.assign(context, { lineWidth: 3 });
  const { strokeStyle } = context;
  context.strokeStyle = 'rgb(5 8 13 / 85%)';
  context.strokeText(label, at.x, y);
  context.fillText(label, at.x, y);
  context.strokeStyle = strokeStyle;
}
