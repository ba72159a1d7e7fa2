/** Counts frames that reached the screen, by requestVideoFrameCallback. */
export class FrameCounter {
  presented = 0;
  private handle: number | null = null;
  private previous = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onFrame: () => void,
  ) {}

  start(): void {
    this.stop();
    this.previous = 0;
    this.next();
  }

  stop(): void {
    if (this.handle !== null) this.video.cancelVideoFrameCallback(this.handle);
    this.handle = null;
  }

  private next(): void {
    this.handle = this.video.requestVideoFrameCallback((_now, { presentedFrames }) => {
      // A busy page misses callbacks; the browser's own count does not. It restarts with a new source.
      const grown = presentedFrames - this.previous;
      this.presented += this.previous > 0 && grown > 0 ? grown : 1;
      this.previous = presentedFrames;
      this.next();
      this.onFrame();
    });
  }
}
