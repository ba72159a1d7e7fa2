/** The direction that a telephone is held in. Browsers tell it to secure pages only, and iOS only after a click. */
import { directionOfDevice, type Direction } from './math';

/** `https` and `denied` say why it stays off; `none` that the device has nothing to tell. */
export type GyroscopeAnswer = 'on' | 'off' | 'https' | 'denied' | 'none';

/** A device that can tell does so many times in this time. */
const FIRST_READING_MS = 1_500;

type WithPermission = typeof DeviceOrientationEvent & { requestPermission?(): Promise<'granted' | 'denied'> };

export class Gyroscope {
  private listener: ((event: DeviceOrientationEvent) => void) | null = null;

  get on(): boolean {
    return this.listener !== null;
  }

  async start(turned: (direction: Direction) => void): Promise<GyroscopeAnswer> {
    if (!window.isSecureContext) return 'https';
    if (typeof DeviceOrientationEvent !== 'function') return 'none';
    const event = DeviceOrientationEvent as WithPermission;
    if (event.requestPermission && (await event.requestPermission().catch(() => 'denied')) !== 'granted') return 'denied';
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.stop();
        resolve('none');
      }, FIRST_READING_MS);
      this.listener = ({ alpha, beta, gamma }) => {
        if (alpha === null || beta === null || gamma === null) return;
        clearTimeout(late);
        resolve('on');
        turned(directionOfDevice(alpha, beta, gamma, screen.orientation.angle));
      };
      window.addEventListener('deviceorientation', this.listener);
    });
  }

  stop(): void {
    if (this.listener) window.removeEventListener('deviceorientation', this.listener);
    this.listener = null;
  }
}
