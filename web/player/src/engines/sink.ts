/** Media bytes into one bounded SourceBuffer. Works the same in a page and in a worker. */
import { evictions, type Span } from '../catchup';
import { mediaSource, type ManagedEvents } from './media-source';

/** Bytes that may wait for the SourceBuffer; more means that the browser does not keep up. */
export const QUEUE_CAP_BYTES = 16 * 1024 * 1024;
/** Played media kept, in seconds, so that the decoder has its key frame and the range stays small. */
const KEEP_BEHIND_S = 6;
/** Smallest growth that tells the range being appended to, in seconds. */
const GROWTH_S = 0.001;

type Piece = { bytes: Uint8Array } | { mime: string } | { shift_s: number };

export interface SinkEvents {
  /** Media was appended; `live` is the range that grew. */
  appended(live: Span | null): void;
  failed(code: 'decode' | 'overflow' | 'codec', message: string): void;
}

export class Sink {
  private buffer: SourceBuffer | null = null;
  private queue: Piece[] = [];
  private queuedBytes = 0;
  private mime: string | null = null;
  private live: Span | null = null;
  private before: Span[] = [];
  private position = 0;
  /** Added to the times of what is appended. */
  private offset_s = 0;
  private ended = false;
  /** An append that found the buffer full is repeated once after an eviction. */
  private refused: Uint8Array | null = null;

  constructor(
    private readonly source: MediaSource,
    private readonly events: SinkEvents,
  ) {
    source.addEventListener('sourceopen', () => this.pump(), { once: true });
    // Only a ManagedMediaSource says that it wants media again.
    source.addEventListener('startstreaming', () => this.pump());
  }

  /** Announces the type of what follows. */
  type(mime: string): void {
    this.queue.push({ mime });
    this.pump();
  }

  /** What follows is on another time line: `shift_s` added to it gives the one before. */
  shift(shift_s: number): void {
    this.queue.push({ shift_s });
    this.pump();
  }

  append(bytes: Uint8Array): void {
    if (this.ended) return;
    this.queuedBytes += bytes.length;
    if (this.queuedBytes > QUEUE_CAP_BYTES) {
      this.fail('overflow', `${this.queuedBytes} bytes wait for the decoder`);
      return;
    }
    this.queue.push({ bytes });
    this.pump();
  }

  /** Tells where playback stands, for eviction. */
  playhead(currentTime: number): void {
    this.position = currentTime;
    this.evict(KEEP_BEHIND_S);
  }

  close(): void {
    this.ended = true;
    this.queue = [];
    this.buffer = null;
  }

  private pump(): void {
    if (this.ended || this.source.readyState !== 'open' || this.buffer?.updating) return;
    try {
      while (!this.refused && this.queue[0] && !('bytes' in this.queue[0])) {
        if ('mime' in this.queue[0]) this.changeType(this.queue[0].mime);
        else this.changeOffset(this.queue[0].shift_s);
        this.queue.shift();
      }
      if (this.isHeld()) return;
      const bytes = this.take();
      if (!bytes || !this.buffer) return;
      this.before = this.buffered();
      this.refused = bytes;
      this.buffer.appendBuffer(bytes as BufferSource as ArrayBuffer);
      this.refused = null;
    } catch (error) {
      this.recover(error);
    }
  }

  /** Whether the source has enough for now; what comes meanwhile is queued. */
  private isHeld(): boolean {
    return (this.source as ManagedEvents).streaming === false;
  }

  /** Everything queued up to the next change of type or time line, as one piece. */
  private take(): Uint8Array | null {
    if (this.refused) return this.refused;
    const run: Uint8Array[] = [];
    while (this.queue[0] && 'bytes' in this.queue[0]) {
      run.push(this.queue[0].bytes);
      this.queue.shift();
    }
    const total = run.reduce((sum, bytes) => sum + bytes.length, 0);
    this.queuedBytes -= total;
    if (run.length <= 1) return run[0] ?? null;
    const joined = new Uint8Array(total);
    let at = 0;
    for (const bytes of run) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }

  private changeType(mime: string): void {
    if (mime === this.mime) return;
    if (!mediaSource()?.isTypeSupported(mime)) {
      this.fail('codec', mime);
      return;
    }
    if (this.buffer) {
      this.buffer.changeType(mime);
    } else {
      this.buffer = this.source.addSourceBuffer(mime);
      this.buffer.addEventListener('updateend', () => this.updated());
      this.buffer.addEventListener('error', () => this.fail('decode', 'the browser refused the media'));
      this.buffer.timestampOffset = this.offset_s;
    }
    this.mime = mime;
  }

  private changeOffset(shift_s: number): void {
    this.offset_s += shift_s;
    if (this.buffer) this.buffer.timestampOffset = this.offset_s;
  }

  private updated(): void {
    if (this.ended || !this.buffer) return;
    const now = this.buffered();
    const grown = now.find((range) => !this.before.some((old) => Math.abs(old.end - range.end) < GROWTH_S));
    if (grown) this.live = grown;
    else if (this.live) {
      // An eviction moves the start only.
      const end = this.live.end;
      this.live = now.find((range) => Math.abs(range.end - end) < GROWTH_S) ?? now[now.length - 1] ?? null;
    }
    this.before = now;
    this.events.appended(this.live);
    this.pump();
  }

  /** What the buffer holds. The page may take the source away, and the worker hears of it late: nothing is in reach then. */
  private buffered(): Span[] {
    try {
      return this.buffer ? spans(this.buffer.buffered) : [];
    } catch (error) {
      if (error instanceof DOMException && error.name === 'InvalidStateError') return [];
      throw error;
    }
  }

  private evict(keep: number): void {
    if (!this.buffer || this.buffer.updating || this.source.readyState !== 'open') return;
    const range = evictions(this.buffered(), this.live, this.position, keep)[0];
    if (!range) return;
    try {
      this.before = this.buffered();
      this.buffer.remove(range.start, range.end);
    } catch (error) {
      this.recover(error);
    }
  }

  private recover(error: unknown): void {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'QuotaExceededError' && this.buffer && !this.buffer.updating) {
      const first = this.buffered()[0];
      const until = this.position - 1;
      if (first && until > first.start) {
        this.before = this.buffered();
        this.buffer.remove(first.start, until);
        return;
      }
      this.fail('overflow', 'the media buffer is full');
      return;
    }
    this.fail(name === 'NotSupportedError' ? 'codec' : 'decode', String(error));
  }

  private fail(code: 'decode' | 'overflow' | 'codec', message: string): void {
    if (this.ended) return;
    this.close();
    this.events.failed(code, message);
  }
}

function spans(ranges: TimeRanges): Span[] {
  const out: Span[] = [];
  for (let i = 0; i < ranges.length; i++) out.push({ start: ranges.start(i), end: ranges.end(i) });
  return out;
}
