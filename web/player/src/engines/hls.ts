/**
 * HLS by the browser itself, for browsers without Media Source Extensions: iPhones before iOS 17.1 and what is built on them. The browser
 * fetches, buffers and catches up on its own, so this engine knows no live range and hands out no media.
 */
import type { EngineOffer } from '../offer';
import type { Engine, EngineContext, EngineKind, EngineReadout } from './engine';
import { absoluteUrl } from './mse';

const PLAYLIST = 'application/vnd.apple.mpegurl';
/** MediaError of HTML: the network, and a source that is none. */
const NETWORK = [2, 4];

class HlsEngine implements Engine {
  constructor(
    offer: EngineOffer,
    private readonly context: EngineContext,
  ) {
    const { video } = context;
    video.addEventListener('error', this.onError);
    video.addEventListener('loadedmetadata', this.onReady);
    video.src = absoluteUrl(offer.url, 'http', location.href);
    // Without a wish to play, iPhones fetch nothing.
    context.play();
  }

  readout(): EngineReadout {
    return { live: null, bytes: 0, piece: 0, late: 0, arrived: 0, inWorker: false };
  }

  tick(): void {
    if (this.context.video.paused) this.context.play();
  }

  stop(): void {
    const { video } = this.context;
    video.removeEventListener('error', this.onError);
    video.removeEventListener('loadedmetadata', this.onReady);
    video.removeAttribute('src');
    video.load();
  }

  private readonly onReady = (): void => this.context.play();

  private readonly onError = (): void => {
    const { error } = this.context.video;
    if (!error) return;
    const code = NETWORK.includes(error.code) ? 'connection_lost' : 'decode';
    this.context.events.fault({ code, message: error.message, retry: true });
  };
}

export const nativeHls: EngineKind = {
  name: 'll-hls',
  cost: 60,
  refuses: () => (document.createElement('video').canPlayType(PLAYLIST) === '' ? { code: 'no_hls' } : null),
  start: (offer, context) => new HlsEngine(offer, context),
};
