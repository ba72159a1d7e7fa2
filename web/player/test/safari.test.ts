// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nativeHls } from '../src/engines/hls';
import { mediaSource } from '../src/engines/media-source';
import { wsFmp4 } from '../src/engines/mse';
import { Sink } from '../src/engines/sink';

const MIME = 'video/mp4; codecs="avc1.64001F"';

/** What iPhones have since iOS 17.1 instead of MediaSource, as far as the sink uses it; a stand-in, not Safari's own. */
class Managed extends EventTarget {
  static isTypeSupported = (): boolean => true;
  readyState = 'open';
  streaming = false;
  readonly appended: number[] = [];
  addSourceBuffer(): object {
    const buffer = Object.assign(new EventTarget(), {
      updating: false, buffered: { length: 0 }, timestampOffset: 0,
      appendBuffer: (bytes: Uint8Array) => {
        this.appended.push(bytes.length);
        queueMicrotask(() => buffer.dispatchEvent(new Event('updateend')));
      },
    });
    return buffer;
  }
}

afterEach(() => vi.unstubAllGlobals());

describe('a browser with ManagedMediaSource alone', () => {
  it('is played by it, and its media waits until it is wanted', async () => {
    vi.stubGlobal('MediaSource', undefined);
    vi.stubGlobal('ManagedMediaSource', Managed);
    expect(mediaSource()).toBe(Managed);
    expect(wsFmp4.refuses({ engine: 'ws-fmp4', url: '/a/b.mp4', mime: MIME })).toBeNull();
    const source = new Managed();
    const sink = new Sink(source as unknown as MediaSource, { appended: () => undefined, failed: () => undefined });
    sink.type(MIME);
    sink.append(new Uint8Array(3));
    sink.append(new Uint8Array(4));
    expect(source.appended).toEqual([]);
    source.streaming = true;
    source.dispatchEvent(new Event('startstreaming'));
    expect(source.appended).toEqual([7]);
    await Promise.resolve();
    source.streaming = false;
    sink.append(new Uint8Array(5));
    expect(source.appended).toEqual([7]);
  });
});

describe('a browser without Media Source Extensions', () => {
  it('says so, and plays HLS where it can', () => {
    vi.stubGlobal('MediaSource', undefined);
    expect(wsFmp4.refuses({ engine: 'ws-fmp4', url: '/a/b.mp4', mime: MIME })).toEqual({ code: 'no_mse' });
    const canPlay = vi.spyOn(HTMLVideoElement.prototype, 'canPlayType').mockReturnValue('');
    expect(nativeHls.refuses({ engine: 'll-hls', url: '/a/b/index.m3u8' })).toEqual({ code: 'no_hls' });
    canPlay.mockReturnValue('maybe');
    expect(nativeHls.refuses({ engine: 'll-hls', url: '/a/b/index.m3u8' })).toBeNull();
  });

  it('is told of a lost connection and of a stream that it cannot decode', () => {
    const video = document.createElement('video');
    const faults: string[] = [];
    const events = { waiting: vi.fn(), tracks: vi.fn(), switched: vi.fn(), switchFailed: vi.fn(), behind: vi.fn(), fault: ({ code }: { code: string }) => void faults.push(code) };
    const engine = nativeHls.start({ engine: 'll-hls', url: '/a/b/index.m3u8?token=t' }, { video, host: vi.fn() as never, play: vi.fn(), events });
    expect(new URL(video.src).pathname).toBe('/a/b/index.m3u8');
    for (const code of [2, 3]) {
      Object.defineProperty(video, 'error', { value: { code, message: '' }, configurable: true });
      video.dispatchEvent(new Event('error'));
    }
    expect(faults).toEqual(['connection_lost', 'decode']);
    engine.stop();
    video.dispatchEvent(new Event('error'));
    expect(faults).toHaveLength(2);
    expect(video.hasAttribute('src')).toBe(false);
  });
});
