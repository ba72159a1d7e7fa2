/** Fragmented MP4 through Media Source Extensions, over a WebSocket or over HTTP. */
import type { EngineOffer } from '../offer';
import type { Reason } from '../machine';
import type { Engine, EngineContext, EngineKind, EngineReadout } from './engine';
import type { PumpHost } from './host';
import { mediaSource } from './media-source';
import type { PumpReport, TransportKind } from './pump';
import type { TapPiece } from './tap';

let sessions = 0;

class MseEngine implements Engine {
  private readonly session = ++sessions;
  private readonly host: PumpHost;
  private objectUrl: string | null = null;
  private taker: ((piece: TapPiece) => void) | null = null;
  private state: Omit<EngineReadout, 'inWorker'> = { live: null, bytes: 0, piece: 0, late: 0, arrived: 0 };

  readonly switchTo?: (offer: EngineOffer) => void;

  constructor(
    offer: EngineOffer,
    transport: TransportKind,
    private readonly context: EngineContext,
  ) {
    this.host = context.host();
    this.host.onreport = (report) => this.handle(report);
    context.video.addEventListener('error', this.onVideoError);
    const url = absoluteUrl(offer.url, transport, location.href);
    this.host.post({ kind: 'start', session: this.session, transport, url, mime: offer.mime ?? null });
    // An HTTP response cannot be talked to.
    if (transport === 'ws') {
      this.switchTo = (other) =>
        this.host.post({ kind: 'switch', session: this.session, url: absoluteUrl(other.url, transport, location.href) });
    }
  }

  readout(): EngineReadout {
    return { ...this.state, inWorker: this.host.inWorker };
  }

  tick(currentTime: number): void {
    this.host.post({ kind: 'clock', session: this.session, currentTime });
  }

  tap(taker: ((piece: TapPiece) => void) | null): void {
    this.taker = taker;
    this.host.post({ kind: 'tap', session: this.session, on: taker !== null });
  }

  stop(): void {
    const { video } = this.context;
    video.removeEventListener('error', this.onVideoError);
    this.host.onreport = null;
    this.host.post({ kind: 'stop', session: this.session });
    video.srcObject = null;
    if (this.objectUrl) {
      video.removeAttribute('src');
      URL.revokeObjectURL(this.objectUrl);
    }
    video.load();
  }

  private readonly onVideoError = (): void => {
    const error = this.context.video.error;
    if (error) this.context.events.fault({ code: 'decode', message: error.message, retry: true });
  };

  private handle(report: PumpReport): void {
    if (report.session !== this.session) return;
    const { events } = this.context;
    switch (report.kind) {
      case 'source':
        this.attach(report.source);
        break;
      case 'waiting':
        events.waiting();
        break;
      case 'tracks':
        events.tracks(report.mime, report.refused, report.again);
        break;
      case 'progress':
        this.state = { live: report.live, bytes: report.bytes, piece: report.piece, late: report.late, arrived: report.arrived };
        if (this.context.video.paused) this.context.play();
        break;
      case 'piece':
        this.taker?.(report.piece);
        break;
      case 'switched':
        events.switched();
        break;
      case 'switch-failed':
        events.switchFailed(report.fault);
        break;
      case 'fault':
        events.fault(report.fault);
        break;
    }
  }

  private attach(source: MediaSource | MediaSourceHandle): void {
    const { video } = this.context;
    const Source = mediaSource();
    if (Source && source instanceof Source) {
      this.objectUrl = URL.createObjectURL(source);
      video.src = this.objectUrl;
    } else {
      video.srcObject = source as MediaProvider;
    }
  }
}

/** A path on the page's own origin becomes an address with the transport's scheme. */
export function absoluteUrl(url: string, transport: TransportKind, base: string): string {
  const absolute = new URL(url, base);
  if (transport === 'ws') absolute.protocol = absolute.protocol.replace(/^http/, 'ws');
  else absolute.protocol = absolute.protocol.replace(/^ws/, 'http');
  return absolute.href;
}

function refuses(offer: EngineOffer): Reason | null {
  const Source = mediaSource();
  if (!Source) return { code: 'no_mse' };
  if (offer.mime && !Source.isTypeSupported(offer.mime)) return { code: 'codec', message: offer.mime };
  return null;
}

export const wsFmp4: EngineKind = {
  name: 'ws-fmp4',
  cost: 20,
  refuses: (offer) => (typeof WebSocket === 'function' ? refuses(offer) : { code: 'no_websocket' }),
  start: (offer, context) => new MseEngine(offer, 'ws', context),
};

export const httpFmp4: EngineKind = {
  name: 'http-fmp4',
  cost: 30,
  refuses,
  start: (offer, context) => new MseEngine(offer, 'http', context),
};
