/** Opens and closes the panorama of a player; the code that draws it is fetched with the first. */
import type { PlayerFrame } from '../feature';
import type { Projection } from '../view/projection';
import type { PanoramaLook } from './math';
import type { Panorama } from './panorama';

export class PanoramaControl {
  private panorama: Panorama | null = null;
  private wanted: { projection: Projection; lensFov: number } = { projection: 'flat', lensFov: 0 };

  /** `ended` is called when the panorama was taken away. */
  constructor(
    private readonly frame: PlayerFrame,
    private readonly ended: () => void,
  ) {}

  get open(): boolean {
    return this.wanted.projection !== 'flat';
  }

  get look(): PanoramaLook | null {
    return this.panorama?.look ?? null;
  }

  set look(look: Partial<PanoramaLook>) {
    this.panorama?.lookAt(look);
  }

  /** Whether the device turns the view; null while there is none to turn. */
  get gyroscope(): boolean | null {
    return this.panorama?.gyroscopeOn ?? null;
  }

  /** `lensFov`: the angle of a fisheye's circle, in degrees. */
  async set(projection: Projection, lensFov: number): Promise<void> {
    if (projection === this.wanted.projection && lensFov === this.wanted.lensFov) return;
    this.close();
    const wanted = { projection, lensFov };
    this.wanted = wanted;
    if (projection === 'flat') return;
    const { Panorama } = await import('./panorama');
    if (this.wanted !== wanted) return;
    const { view } = this.frame;
    try {
      this.panorama = new Panorama(view.surface, view.source, projection, lensFov, {
        changed: (look) => this.frame.emit('look', look),
        ended: () => this.end('hint.panorama_ended'),
      });
    } catch {
      this.end('hint.panorama_failed');
      return;
    }
    view.reset();
    view.gestureTarget = this.panorama;
    view.surface.classList.add('round');
    this.frame.render();
  }

  follow(video: HTMLVideoElement): void {
    this.panorama?.follow(video);
  }

  async turnByDevice(): Promise<void> {
    const answer = await this.panorama?.turnByDevice();
    if (answer === 'https' || answer === 'denied' || answer === 'none') this.frame.say(`hint.gyroscope_${answer}`);
    this.frame.render();
  }

  /** What is looked at, as a picture. */
  capture(): HTMLCanvasElement | null {
    if (!this.panorama) return null;
    const { canvas } = this.panorama;
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    this.panorama.draw();
    copy.getContext('2d')?.drawImage(canvas, 0, 0);
    return copy;
  }

  close(): void {
    const { view } = this.frame;
    this.wanted = { projection: 'flat', lensFov: 0 };
    this.panorama?.close();
    this.panorama = null;
    view.gestureTarget = view;
    view.surface.classList.remove('round');
  }

  private end(hint: 'hint.panorama_ended' | 'hint.panorama_failed'): void {
    this.close();
    this.frame.say(hint);
    this.ended();
  }
}
