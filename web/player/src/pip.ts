/** Picture in picture, where the browser has it: the plain picture in a small window, not turned, mirrored or enlarged. */
import type { PlayerFrame } from './feature';

export class PictureInPicture {
  private readonly button: HTMLButtonElement;

  /** `changed` is called when the window came or went. */
  constructor(
    private readonly frame: PlayerFrame,
    changed: () => void,
  ) {
    this.button = frame.bar.button('pip', 'action.pip', () => void this.toggle(), 'lesser');
    frame.bar.add(this.button, 'tools');
    for (const name of ['enterpictureinpicture', 'leavepictureinpicture']) frame.video.addEventListener(name, changed);
  }

  get isOpen(): boolean {
    return this.frame.root.pictureInPictureElement === this.frame.video;
  }

  async toggle(): Promise<void> {
    try {
      if (this.isOpen) await document.exitPictureInPicture();
      else await this.frame.video.requestPictureInPicture();
    } catch {
      this.frame.say('hint.pip_failed');
    }
  }

  render(): void {
    this.button.hidden = !document.pictureInPictureEnabled;
  }
}
