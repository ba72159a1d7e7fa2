import { describe, expect, it, vi } from 'vitest';
import { software } from '../../src/engines/software';

const offer = (mime: string) => ({ engine: 'software', url: '/a/b.mp4', mime });

/** Node has no workers of this kind, and in version 20 no sockets. */
function browser(): void {
  vi.stubGlobal('Worker', class {});
  vi.stubGlobal('WebSocket', class {});
}

describe('what the software engine takes', () => {
  it.each([
    ['video/mp4; codecs="hvc1.1.6.L93.B0,mp4a.40.2"', undefined],
    ['video/mp4; codecs="hev1.2.4.L120.90"', undefined],
    ['video/mp4; codecs="hvc1.4.10.L93.9D.8"', 'codec'],
    ['video/mp4; codecs="avc1.4D401E"', 'codec'],
    ['audio/mp4; codecs="mp4a.40.2"', 'codec'],
  ])('%s', (mime, code) => {
    browser();
    expect(software.refuses(offer(mime))?.code).toBe(code);
    vi.unstubAllGlobals();
  });

  it('needs SIMD in WebAssembly', () => {
    browser();
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(software.refuses(offer('video/mp4; codecs="hvc1.1.6.L93.B0"'))?.code).toBe('no_wasm');
    validate.mockRestore();
    vi.unstubAllGlobals();
  });
});
