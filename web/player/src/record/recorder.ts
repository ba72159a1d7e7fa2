/** Keeps what is received of a stream as an MP4 file. Fetched when the first recording begins. */
import { isSame } from './fragment';
import { Discontinuity, Mp4Writer } from './mp4';
import type { Target } from './target';
import type { TapPiece } from '../engines/tap';

/** Why a recording ended: asked for, at the limit of memory, new parameters, a jump of time, a disk that failed, damaged media. */
export type RecordingEnd = 'asked' | 'full' | 'parameters' | 'jump' | 'disk' | 'damaged';

export interface RecordingState {
  seconds: number;
  bytes: number;
  cap_bytes: number | null;
}

export class Recorder {
  private writer: Mp4Writer | null = null;
  private init: Uint8Array | null = null;
  private isEnded = false;

  /** `ended` is told how it went once the file is complete. */
  constructor(
    private readonly target: Target,
    private readonly ended: (why: RecordingEnd, state: RecordingState) => void,
  ) {}

  get state(): RecordingState {
    return { seconds: this.writer?.seconds ?? 0, bytes: this.writer?.bytes ?? 0, cap_bytes: this.target.cap_bytes };
  }

  take(piece: TapPiece): void {
    if (this.isEnded) return;
    try {
      if (piece.kind === 'init') this.begin(piece.bytes);
      else if (this.writer) this.append(this.writer.add(piece.bytes));
    } catch (error) {
      this.end(error instanceof Discontinuity ? 'jump' : 'damaged');
    }
  }

  end(why: RecordingEnd): void {
    if (this.isEnded) return;
    this.isEnded = true;
    void this.complete(why);
  }

  private begin(init: Uint8Array): void {
    if (!this.writer) {
      this.init = init;
      this.writer = new Mp4Writer(init);
      this.target.append(this.writer.begin());
    } else if (!isSame(init, this.init)) {
      // A stream that was joined again repeats what it began with; this is another one.
      this.end('parameters');
    }
  }

  private append(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > 0) this.target.append(bytes);
    const { bytes: written, cap_bytes } = this.state;
    if (cap_bytes !== null && written >= cap_bytes) this.end('full');
  }

  private async complete(why: RecordingEnd): Promise<void> {
    const { state, writer } = this;
    if (!writer || state.seconds === 0) return this.ended(why, state);
    const { moov, mdatHeader, mdatAt } = writer.finish();
    this.target.append(moov);
    await this.target.finish(mdatAt, mdatHeader).then(
      () => this.ended(why, state),
      () => this.ended('disk', state),
    );
  }
}
