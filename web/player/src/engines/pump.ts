/**
 * Transport and sink of one player, driven by messages, so that it runs in a worker
 * or in the page without a difference.
 */
import type { Span } from '../catchup';
import { LatencyEstimate } from '../latency';
import type { Refusal } from '../offer';
import { mediaSource } from './media-source';
import { Sink } from './sink';
import { Tap, type TapPiece } from './tap';
import { openHttp, openWebSocket, type Fault, type Transport, type TransportEvents } from './transport';

export type TransportKind = 'ws' | 'http';

export type PumpCommand =
  | { kind: 'start'; session: number; transport: TransportKind; url: string; mime: string | null }
  | { kind: 'switch'; session: number; url: string }
  | { kind: 'clock'; session: number; currentTime: number }
  | { kind: 'tap'; session: number; on: boolean }
  | { kind: 'stop'; session: number };

/** What one session has received so far. */
export interface Progress {
  live: Span | null;
  bytes: number;
  /** As in `EngineReadout`. */
  piece: number;
  late: number;
  /** Arrival of the newest media, in seconds of the shared clock. */
  arrived: number;
}

export type PumpReport = { session: number } & (
  | { kind: 'source'; source: MediaSource | MediaSourceHandle }
  | { kind: 'waiting' }
  | { kind: 'tracks'; mime: string; refused: Refusal[]; again: boolean }
  | ({ kind: 'progress' } & Progress)
  | { kind: 'piece'; piece: TapPiece }
  | { kind: 'switched' }
  | { kind: 'switch-failed'; fault: Fault }
  | { kind: 'fault'; fault: Fault }
);

/** Reports of progress are at least this far apart. */
const REPORT_EVERY_S = 0.1;
/** Weight of the past in the decaying maximum of the piece length. */
const PIECE_DECAY = 0.97;

/** In which half of the largest lateness is forgotten. */
const LATE_HALF_LIFE_S = 15;

/** Seconds on a clock that page and worker share. */
export function sharedNow(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

export class Pump {
  private session = -1;
  private transport: Transport | null = null;
  private sink: Sink | null = null;
  private tap: Tap | null = null;

  constructor(private readonly report: (report: PumpReport, transfer: Transferable[]) => void) {}

  handle(command: PumpCommand): void {
    switch (command.kind) {
      case 'start':
        this.stop();
        this.start(command);
        break;
      case 'switch':
        if (command.session === this.session) this.transport?.switchTo?.(command.url);
        break;
      case 'clock':
        if (command.session === this.session) this.sink?.playhead(command.currentTime);
        break;
      case 'tap':
        if (command.session !== this.session) break;
        if (command.on) this.tap?.open();
        else this.tap?.close();
        break;
      case 'stop':
        if (command.session === this.session) this.stop();
        break;
    }
  }

  close(): void {
    this.stop();
  }

  private stop(): void {
    this.transport?.close();
    this.sink?.close();
    this.transport = null;
    this.sink = null;
    this.tap = null;
    this.session = -1;
  }

  private start(command: Extract<PumpCommand, { kind: 'start' }>): void {
    const { session } = command;
    this.session = session;
    const Source = mediaSource();
    if (!Source) {
      this.fault(session, { code: 'no_mse', retry: false });
      return;
    }
    const source = new Source();
    // Present in workers only; a page attaches the MediaSource itself.
    const handle = (source as { handle?: MediaSourceHandle }).handle;
    const arrivals = new Arrivals();
    const sink = new Sink(source, {
      appended: (live) => {
        const progress = arrivals.appended(live, sharedNow());
        if (progress) this.report({ kind: 'progress', session, ...progress }, []);
      },
      failed: (code, message) => this.fault(session, { code, message, retry: code !== 'codec' }),
    });
    this.sink = sink;
    const tap = new Tap((piece) => this.report({ kind: 'piece', session, piece }, [piece.bytes.buffer]));
    this.tap = tap;
    this.report(
      { kind: 'source', session, source: handle ?? source },
      handle ? [handle as unknown as Transferable] : [],
    );
    let typed = false;
    const events: TransportEvents = {
      waiting: () => this.report({ kind: 'waiting', session }, []),
      tracks: (mime, refused) => {
        this.report({ kind: 'tracks', session, mime, refused, again: typed }, []);
        typed = true;
        sink.type(mime);
      },
      media: (bytes) => {
        arrivals.received(bytes.length);
        tap.media(bytes);
        if (!typed && command.mime) {
          typed = true;
          sink.type(command.mime);
        }
        sink.append(bytes);
      },
      switched: (shift_s) => {
        sink.shift(shift_s);
        this.report({ kind: 'switched', session }, []);
      },
      switchFailed: (fault) => this.report({ kind: 'switch-failed', session, fault }, []),
      fault: (fault) => this.fault(session, fault),
    };
    this.transport = command.transport === 'ws' ? openWebSocket(command.url, events) : openHttp(command.url, events);
  }

  private fault(session: number, fault: Fault): void {
    if (session !== this.session) return;
    this.stop();
    this.report({ kind: 'fault', session, fault }, []);
  }
}

/** Counts what arrives, how large its pieces are in media time, and how late they come. */
class Arrivals {
  private bytes = 0;
  private piece = 0;
  private late = 0;
  private latency = new LatencyEstimate();
  private at = 0;
  private previousEnd: number | null = null;
  private reported = -Infinity;

  received(bytes: number): void {
    this.bytes += bytes;
  }

  appended(live: Span | null, now: number): Progress | null {
    if (!live) return null;
    const grown = this.previousEnd === null ? 0 : live.end - this.previousEnd;
    const first = this.previousEnd === null;
    this.previousEnd = live.end;
    if (grown === 0 && !first) return null;
    // A step larger than any sensible fragment is a jump of the time line.
    if (grown > 0 && grown < 5) this.piece = Math.max(grown, this.piece * PIECE_DECAY);
    else [this.latency, this.late] = [new LatencyEstimate(), 0];
    this.late = this.lateness(now, live.end);
    if (now - this.reported < REPORT_EVERY_S) return null;
    this.reported = now;
    return { live, bytes: this.bytes, piece: this.piece, late: this.late, arrived: now };
  }

  private lateness(now: number, mediaEnd: number): number {
    this.latency.arrived(now, mediaEnd);
    const forgotten = 0.5 ** ((now - this.at) / LATE_HALF_LIFE_S);
    this.at = now;
    return Math.max(this.latency.at(now, mediaEnd) ?? 0, this.late * forgotten);
  }
}
