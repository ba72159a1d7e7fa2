/**
 * The decoder workers of a page, shared by all its players: few, made when they are needed, each new
 * tile to the least busy one. A worker that hangs is ended, and its tiles begin again elsewhere.
 */
import type { DecodeCommand, DecodeReport } from './protocol';

/** As much of a `Worker` as is used, so that a test can stand in for it. */
export interface DecodeWorker {
  postMessage(command: DecodeCommand): void;
  onmessage: ((event: { data: DecodeReport }) => void) | null;
  onerror: ((event: { message: string }) => void) | null;
  terminate(): void;
}

type SessionReport = Exclude<DecodeReport, { kind: 'beat' }>;

/** A tile's place in a worker. */
export interface Seat {
  readonly session: number;
  /** Share of the time that its worker spends decoding. */
  busy(): number;
  post(command: DecodeCommand): void;
  leave(): void;
}

/** More workers than this make no page faster: each decodes four or more small pictures. */
export const MAX_WORKERS = 8;
/** What a tile adds before anything was measured, as a share of a worker. */
const EXPECTED_LOAD = 0.08;
const LOOK_EVERY_MS = 2_000;
/** A worker that says nothing for so long hangs. The slowest permitted picture takes under a second. */
const SILENT_MS = 8_000;
/** How long a worker is kept without tiles. */
const IDLE_MS = 10_000;

interface Member {
  worker: DecodeWorker;
  seats: Map<number, (report: SessionReport) => void>;
  busy: number;
  heard_ms: number;
  /** It was silent when it was last looked at: a page that slept looks before it hears. */
  suspected: boolean;
  idleSince_ms: number | null;
}

export class DecoderPool {
  private readonly members: Member[] = [];
  private sessions = 0;
  private looking: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly makeWorker: () => DecodeWorker,
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get workers(): number {
    return this.members.length;
  }

  /** Takes a seat in the least busy worker. */
  seat(onreport: (report: SessionReport) => void): Seat {
    const member = this.choose();
    const session = ++this.sessions;
    member.seats.set(session, onreport);
    member.idleSince_ms = null;
    this.looking ??= setInterval(() => this.look(), LOOK_EVERY_MS);
    return {
      session,
      busy: () => member.busy,
      post: (command) => member.worker.postMessage(command),
      leave: () => {
        if (!member.seats.delete(session)) return;
        member.worker.postMessage({ kind: 'close', session });
        if (member.seats.size === 0) member.idleSince_ms = this.now();
      },
    };
  }

  /** Looks after the workers; called by a timer. */
  look(): void {
    const now_ms = this.now();
    for (const member of [...this.members]) {
      const silent = now_ms - member.heard_ms > SILENT_MS;
      if (silent && member.suspected) this.lose(member, 'the decoder hangs');
      else if (member.idleSince_ms !== null && now_ms - member.idleSince_ms > IDLE_MS) this.end(member);
      member.suspected = silent;
    }
    if (this.members.length > 0 || this.looking === null) return;
    clearInterval(this.looking);
    this.looking = null;
  }

  private choose(): Member {
    const load = ({ busy, seats }: Member): number => Math.max(busy, EXPECTED_LOAD * seats.size);
    const [least] = [...this.members].sort((a, b) => load(a) - load(b));
    if (least && (least.seats.size === 0 || this.members.length >= this.limit)) return least;
    return this.open();
  }

  private open(): Member {
    const worker = this.makeWorker();
    const member: Member = { worker, seats: new Map(), busy: 0, heard_ms: this.now(), suspected: false, idleSince_ms: null };
    worker.onmessage = ({ data }) => {
      member.heard_ms = this.now();
      if (data.kind === 'beat') member.busy = data.busy;
      else if (member.seats.has(data.session)) member.seats.get(data.session)!(data);
      // Nobody waits for it any more.
      else if (data.kind === 'picture') data.picture.close();
    };
    worker.onerror = ({ message }) => this.lose(member, message);
    this.members.push(member);
    return member;
  }

  private lose(member: Member, message: string): void {
    this.end(member);
    for (const [session, onreport] of [...member.seats]) {
      member.seats.delete(session);
      onreport({ kind: 'fault', session, fault: { code: 'no_decoder', message, retry: true } });
    }
  }

  private end(member: Member): void {
    member.worker.terminate();
    this.members.splice(this.members.indexOf(member), 1);
  }
}
