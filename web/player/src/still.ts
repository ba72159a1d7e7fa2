/** The last picture of a session, kept over the element until the next one has its first. */
export class Still {
  readonly canvas = document.createElement('canvas');

  constructor(private readonly video: HTMLVideoElement) {
    this.canvas.hidden = true;
  }

  keep(): void {
    const { videoWidth, videoHeight, readyState } = this.video;
    if (videoWidth === 0 || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.canvas.width = videoWidth;
    this.canvas.height = videoHeight;
    this.canvas.getContext('2d')?.drawImage(this.video, 0, 0);
    this.canvas.hidden = false;
  }

  hide(): void {
    this.canvas.hidden = true;
  }

  /** Gives its memory back, too. */
  forget(): void {
    this.canvas.hidden = true;
    this.canvas.width = 0;
    this.canvas.height = 0;
  }
}
