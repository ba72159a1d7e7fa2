/**
 * Media for who keeps it where the way of playing hands out none: WebRTC gives a page pictures, not what they were made of. A
 * connection of its own, only while something is kept.
 */
import type { EngineOffer, PlayOffer } from '../offer';
import { mediaSource } from './media-source';
import { absoluteUrl } from './mse';
import { Tap, type TapPiece } from './tap';
import { openWebSocket, type Transport } from './transport';

/** After a loss it is tried again; a refusal is not: the offer is as good as it was, until the engine that plays gets a new one. */
const AGAIN_MS = 2_000;

/** The engine of an offer whose media can be kept. */
export function keepable(offer: PlayOffer | null): EngineOffer | null {
  if (!offer || typeof WebSocket !== 'function') return null;
  const find = (name: string): EngineOffer | undefined => offer.engines.find(({ engine }) => engine === name);
  // They have the same address; the second is there alone where the browser does not decode the stream.
  return find('ws-fmp4') ?? find('software') ?? null;
}

/** Whether the browser plays what was kept of it. */
export function replayable(offer: EngineOffer | null): boolean {
  return offer !== null && mediaSource()?.isTypeSupported(offer.mime ?? '') === true;
}

export class SideTap {
  private transport: Transport | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly tap: Tap;

  constructor(
    private readonly offer: EngineOffer,
    taker: (piece: TapPiece) => void,
  ) {
    this.tap = new Tap(taker);
    this.tap.open();
    this.connect();
  }

  /** For another who keeps media: the initialisation segment again. */
  repeat(): void {
    this.tap.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.transport?.close();
    this.tap.close();
  }

  private connect(): void {
    this.transport = openWebSocket(absoluteUrl(this.offer.url, 'ws', location.href), {
      waiting: () => undefined,
      tracks: () => undefined,
      media: (bytes) => this.tap.media(bytes),
      switched: () => undefined,
      switchFailed: () => undefined,
      fault: ({ code, retry }) => {
        if (retry && code !== 'unauthorized') this.timer = setTimeout(() => this.connect(), AGAIN_MS);
      },
    });
  }
}
