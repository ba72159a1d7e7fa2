/** Plays kept seconds of a stream in an element of its own, while the live picture goes on beside it. Its time begins at 0. */
import { mediaSource } from '../engines/media-source';
import type { ReplayContent } from './ring';

/** Appended at once; the browser is asked to take it all, in digestible pieces. */
const APPEND_BYTES = 2 * 1024 * 1024;

export class Replay {
  readonly video = document.createElement('video');
  private readonly url: string;
  private isClosed = false;
  /** When the picture that is seen begins: a paused element's time may already, or still, be that of a neighbour. */
  private shown_s: number | null = null;
  /** Where the picture was asked to go, until one is seen. */
  private asked_s: number | null = null;

  /** `failed` is called when the browser does not play it. */
  constructor(
    readonly content: ReplayContent,
    private readonly failed: () => void,
  ) {
    Object.assign(this.video, { muted: true, playsInline: true, disableRemotePlayback: true, preservesPitch: true });
    this.video.addEventListener('error', () => this.isClosed || this.failed());
    this.watch();
    const Source = mediaSource();
    if (!Source) throw new Error('no Media Source Extensions');
    const source = new Source();
    source.addEventListener('sourceopen', () => void this.fill(source).catch(() => this.isClosed || this.failed()), { once: true });
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
  }

  get duration_s(): number {
    return this.content.end_s - this.content.start_s;
  }

  /** Shows the picture so many pictures further on, and stands there. */
  step(pictures: number): void {
    this.video.pause();
    const { frame_s } = this.content;
    const middle_s = this.shown_s === null ? this.video.currentTime : this.shown_s + frame_s / 2;
    this.seek((this.asked_s ?? middle_s) + pictures * frame_s);
  }

  seek(time_s: number): void {
    this.asked_s = Math.max(0, Math.min(this.duration_s - this.content.frame_s / 2, time_s));
    this.video.currentTime = this.asked_s;
  }

  close(): void {
    this.isClosed = true;
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
    this.video.remove();
    URL.revokeObjectURL(this.url);
  }

  private watch(): void {
    this.video.requestVideoFrameCallback?.((_now, { mediaTime }) => {
      this.shown_s = mediaTime;
      if (!this.video.seeking) this.asked_s = null;
      if (!this.isClosed) this.watch();
    });
  }

  private async fill(source: MediaSource): Promise<void> {
    const { mime, init, fragments, start_s } = this.content;
    const buffer = source.addSourceBuffer(mime);
    buffer.timestampOffset = -start_s;
    await append(buffer, [init]);
    for (const piece of pieces(fragments)) {
      if (this.isClosed) return;
      await append(buffer, piece);
    }
    if (source.readyState === 'open') source.endOfStream();
  }
}

function pieces(fragments: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[][] {
  const out: Uint8Array<ArrayBuffer>[][] = [];
  let size = Infinity;
  for (const fragment of fragments) {
    if (size + fragment.length > APPEND_BYTES) {
      out.push([]);
      size = 0;
    }
    out.at(-1)?.push(fragment);
    size += fragment.length;
  }
  return out;
}

async function append(buffer: SourceBuffer, parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
  const bytes = await new Blob(parts).arrayBuffer();
  const done = new Promise<void>((resolve, reject) => {
    buffer.addEventListener('updateend', () => resolve(), { once: true });
    buffer.addEventListener('error', () => reject(new Error('the browser refused the media')), { once: true });
  });
  buffer.appendBuffer(bytes);
  await done;
}
