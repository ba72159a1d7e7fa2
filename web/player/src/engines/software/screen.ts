/**
 * Pictures into a `<video>`, so that the element's sizes, full screen, frame counts and snapshots hold as
 * for any other engine. No WebGL: a page has sixteen contexts, and a wall more tiles.
 */
import type { Picture } from './protocol';

export interface Screen {
  /** Shows a picture and takes care of closing it; false when it could not be taken. */
  show(picture: Picture): boolean;
  close(): void;
}

/** Chromium's (https://w3c.github.io/mediacapture-transform/ before its move to workers); there on plain HTTP too. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

declare global {
  var MediaStreamTrackGenerator: (new (init: { kind: 'video' }) => TrackGenerator) | undefined;
}

export function openScreen(video: HTMLVideoElement): Screen {
  return typeof MediaStreamTrackGenerator === 'function' ? new TrackScreen(video, new MediaStreamTrackGenerator({ kind: 'video' })) : new CanvasScreen(video);
}

/** Pictures become the frames of a track, without being drawn. */
class TrackScreen implements Screen {
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;

  constructor(
    video: HTMLVideoElement,
    private readonly track: TrackGenerator,
  ) {
    this.writer = track.writable.getWriter();
    video.srcObject = new MediaStream([track]);
  }

  show(picture: Picture): boolean {
    const full = (this.writer.desiredSize ?? 0) <= 0;
    if (full || !(picture instanceof VideoFrame)) {
      picture.close();
      return false;
    }
    // The track closes what it has taken. It is gone when the player has stopped.
    this.writer.write(picture).catch(() => picture.close());
    return true;
  }

  close(): void {
    this.track.stop();
    this.writer.abort().catch(() => undefined);
  }
}

/** Pictures are drawn on a canvas outside of the page, whose stream the `<video>` shows. */
class CanvasScreen implements Screen {
  private readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D | null;
  private readonly stream: MediaStream;

  constructor(video: HTMLVideoElement) {
    this.context = this.canvas.getContext('2d', { alpha: false });
    this.stream = this.canvas.captureStream();
    video.srcObject = this.stream;
  }

  show(picture: Picture): boolean {
    const [width, height] = picture instanceof ImageBitmap ? [picture.width, picture.height] : [picture.displayWidth, picture.displayHeight];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context?.drawImage(picture, 0, 0);
    picture.close();
    return this.context !== null;
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
