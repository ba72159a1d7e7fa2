/**
 * H.265 for browsers that cannot decode it, by a decoder of ours in WebAssembly. This file only says whether
 * it can be had; the engine, its workers and the decoder are fetched when it is chosen.
 */
import type { Engine, EngineContext, EngineKind } from './engine';
import type { EngineOffer } from '../offer';
import type { Reason } from '../machine';

/** The smallest module with an instruction of SIMD128: a function that returns `i8x16.splat 0`. */
// prettier-ignore
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

/** What the decoder decodes: Main and Main 10 (H.265 Annex A.3). */
const DECODED = /codecs="(hvc1|hev1)\.[12]\./;

function refuses(offer: EngineOffer): Reason | null {
  if (typeof WebSocket !== 'function' || typeof Worker !== 'function') return { code: 'no_websocket' };
  const able = typeof WebAssembly === 'object' && typeof WebAssembly.compileStreaming === 'function' && WebAssembly.validate(SIMD);
  if (!able) return { code: 'no_wasm' };
  return offer.mime && !DECODED.test(offer.mime) ? { code: 'codec', message: offer.mime } : null;
}

/** Codecs that the decoder can decode here, by the first part of their RFC 6381 names. */
export function decodedHere(): string[] {
  return refuses({ engine: 'software', url: '' }) ? [] : ['hvc1'];
}

/** Stands for the engine until it is there. */
class Arriving implements Engine {
  private engine: Engine | null = null;
  private stopped = false;

  constructor(offer: EngineOffer, context: EngineContext) {
    void this.fetch(offer, context);
  }

  private async fetch(offer: EngineOffer, context: EngineContext): Promise<void> {
    try {
      const { SoftwareEngine, decoderModule } = await import('./software/engine');
      const module = await decoderModule();
      if (!this.stopped) this.engine = new SoftwareEngine(offer, module, context);
    } catch (error) {
      if (!this.stopped) context.events.fault({ code: 'no_decoder', message: String(error), retry: true });
    }
  }

  readout = (): ReturnType<Engine['readout']> => this.engine?.readout() ?? { live: null, bytes: 0, piece: 0, late: 0, arrived: 0, inWorker: true };
  position = (): number | null => this.engine?.position?.() ?? null;
  decoder = (): ReturnType<NonNullable<Engine['decoder']>> => this.engine?.decoder?.() ?? null;
  tick = (currentTime: number): void => this.engine?.tick(currentTime);
  switchTo = (offer: EngineOffer): void => this.engine?.switchTo?.(offer);

  stop(): void {
    this.stopped = true;
    this.engine?.stop();
  }
}

export const software: EngineKind = {
  name: 'software',
  cost: 60,
  refuses,
  start: (offer, context) => new Arriving(offer, context),
};
