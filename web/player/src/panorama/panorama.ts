/**
 * Looks around in a picture that shows all around, on a canvas over it. Fetched when the first panorama is opened. A page has one: opening
 * another ends the one before, because a browser has few contexts of WebGL for all that a page shows.
 */
import type { GestureTarget } from '../view/gestures';
import { Gyroscope, type GyroscopeAnswer } from './gyroscope';
import { clampPanorama, degreesPerPixel, startLook, type PanoramaLook, type RoundProjection } from './math';
import { Renderer } from './renderer';

export interface PanoramaHooks {
  changed(look: PanoramaLook): void;
  /** Another panorama took the place, or the browser took the context. */
  ended(): void;
}

let present: Panorama | null = null;

export class Panorama implements GestureTarget {
  private readonly renderer: Renderer;
  private readonly gyroscope = new Gyroscope();
  private readonly resized: ResizeObserver;
  private current: PanoramaLook;
  private video: HTMLVideoElement;
  private frame: number | null = null;
  private drawing: number | null = null;

  /** Throws where the browser gives no WebGL2. `lensFov` is the angle of a fisheye's circle, in degrees. */
  constructor(
    private readonly surface: HTMLElement,
    video: HTMLVideoElement,
    private readonly projection: RoundProjection,
    private readonly lensFov: number,
    private readonly hooks: PanoramaHooks,
  ) {
    present?.end();
    this.renderer = new Renderer(() => this.end());
    present = this;
    this.current = startLook(projection);
    this.video = video;
    this.renderer.canvas.className = 'panorama';
    surface.append(this.renderer.canvas);
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(surface);
    this.fit();
    this.follow(video);
  }

  get look(): PanoramaLook {
    return this.current;
  }

  get canvas(): HTMLCanvasElement {
    return this.renderer.canvas;
  }

  get gyroscopeOn(): boolean {
    return this.gyroscope.on;
  }

  lookAt(look: Partial<PanoramaLook>): void {
    this.current = clampPanorama({ ...this.current, ...look }, this.projection);
    this.drawing ??= requestAnimationFrame(() => this.draw());
    this.hooks.changed(this.current);
  }

  /** Shows the pictures of this element from now on. */
  follow(video: HTMLVideoElement): void {
    if (this.frame !== null) this.video.cancelVideoFrameCallback(this.frame);
    this.video = video;
    const next = (): void => {
      this.frame = video.requestVideoFrameCallback(() => {
        this.draw();
        next();
      });
    };
    next();
    this.draw();
  }

  /** Draws at once; a copy of the canvas taken in the same task has what is looked at now. */
  draw(): void {
    if (this.drawing !== null) cancelAnimationFrame(this.drawing);
    this.drawing = null;
    if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && this.video.videoWidth > 0) this.renderer.take(this.video);
    this.renderer.draw(this.current, { projection: this.projection, fov: this.lensFov });
  }

  zoom(factor: number): boolean {
    const { fov } = this.current;
    this.lookAt({ fov: fov / factor });
    return this.current.fov !== fov;
  }

  drag(dx: number, dy: number): boolean {
    const { yaw, pitch, fov } = this.current;
    const scale = degreesPerPixel(fov, this.surface.clientWidth, this.surface.clientHeight);
    this.lookAt({ yaw: yaw - dx * scale, pitch: pitch + dy * scale });
    return true;
  }

  toggle(): void {
    this.reset();
  }

  reset(): boolean {
    this.lookAt(startLook(this.projection));
    return true;
  }

  /** Lets the device's motion turn the view, or stops it. Called by a click, which iOS asks for. */
  async turnByDevice(): Promise<GyroscopeAnswer> {
    if (this.gyroscope.on) {
      this.gyroscope.stop();
      this.lookAt({ roll: 0 });
      return 'off';
    }
    let ahead: number | null = null;
    return this.gyroscope.start(({ yaw, pitch, roll }) => {
      // What is looked at when it is turned on is where the device points then.
      ahead ??= yaw - this.current.yaw;
      this.lookAt({ yaw: yaw - ahead, pitch, roll });
    });
  }

  close(): void {
    if (present === this) present = null;
    this.gyroscope.stop();
    this.resized.disconnect();
    if (this.frame !== null) this.video.cancelVideoFrameCallback(this.frame);
    if (this.drawing !== null) cancelAnimationFrame(this.drawing);
    this.renderer.close();
  }

  private end(): void {
    if (present !== this) return;
    this.close();
    this.hooks.ended();
  }

  private fit(): void {
    const scale = window.devicePixelRatio;
    const { canvas } = this.renderer;
    Object.assign(canvas, { width: Math.round(this.surface.clientWidth * scale), height: Math.round(this.surface.clientHeight * scale) });
    this.draw();
  }
}
