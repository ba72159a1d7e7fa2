/** What runs in a decoder worker: the sessions of several tiles, one unit at a time, the longest waiting first. */
import type { DecodeCommand, DecodeReport } from './protocol';
import { DecodeSession } from './session';

/** How often a worker shows that it lives, and its sessions how far they are. */
const BEAT_MS = 250;

export class DecoderHost {
  private readonly sessions = new Map<number, DecodeSession>();
  private readonly turns = new MessageChannel();
  private scheduled = false;
  private spent_ms = 0;
  private beaten_ms = performance.now();

  constructor(private readonly report: (report: DecodeReport, transfer: Transferable[]) => void) {
    this.turns.port1.onmessage = () => this.turn();
    setInterval(() => this.beat(), BEAT_MS);
  }

  handle(command: DecodeCommand): void {
    const session = this.sessions.get(command.session);
    switch (command.kind) {
      case 'open':
        this.open(command);
        break;
      case 'switch':
        session?.switchTo(command.url);
        break;
      case 'sound':
        session?.wantSound(command.wanted);
        break;
      case 'taken':
        session?.taken(command.pictures);
        break;
      case 'close':
        session?.close();
        this.sessions.delete(command.session);
        break;
    }
  }

  private open({ session, module, url }: Extract<DecodeCommand, { kind: 'open' }>): void {
    try {
      this.sessions.set(session, new DecodeSession(session, module, url, this.report, () => this.schedule()));
    } catch (error) {
      // The browser grants no more memory, or no socket.
      this.report({ kind: 'fault', session, fault: { code: 'no_decoder', message: String(error), retry: true } }, []);
    }
  }

  /** A turn is a task of its own, so that what arrives meanwhile is taken in between. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.turns.port2.postMessage(null);
  }

  private turn(): void {
    this.scheduled = false;
    let longest: DecodeSession | null = null;
    for (const session of this.sessions.values()) {
      const since = session.queue.oldest_ms;
      if (since !== null && (longest?.queue.oldest_ms ?? Infinity) > since) longest = session;
    }
    if (!longest) return;
    this.spent_ms += longest.decodeNext(performance.now());
    this.schedule();
  }

  private beat(): void {
    const now_ms = performance.now();
    const busy = Math.min(1, this.spent_ms / Math.max(1, now_ms - this.beaten_ms));
    this.beaten_ms = now_ms;
    this.spent_ms = 0;
    this.report({ kind: 'beat', session: null, busy }, []);
    for (const session of this.sessions.values()) session.progress();
  }
}
