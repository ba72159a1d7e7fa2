/** Counts frames that reached the screen, by requestVideoFrameCallback, and how long they were on their way through this browser. */
export class FrameCounter {
  presented = 0;
  /** From the last packet of the frame to its display, in seconds; null but by WebRTC, where browsers tell when a frame came. */
  waited_s: number | null = null;
  private handle: number | null = null;
  private previous = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onFrame: () => void,
  ) {}

  start(): void {
    this.stop();
    this.previous = 0;
    this.waited_s = null;
    this.next();
  }

  stop(): void {
    if (this.handle !== null) this.video.cancelVideoFrameCallback(this.handle);
    this.handle = null;
  }

  private next(): void {
    this.handle = this.video.requestVideoFrameCallback((_now, { presentedFrames, receiveTime, expectedDisplayTime }) => {
      // A busy page misses callbacks; the browser's own count does not. It restarts with a new source.
      const grown = presentedFrames - this.previous;
      this.presented += this.previous > 0 && grown > 0 ? grown : 1;
      this.previous = presentedFrames;
      this.waited_s = receiveTime === undefined ? null : Math.max(0, expectedDisplayTime - receiveTime) / 1000;
      this.next();
      this.onFrame();
    });
  }
}
