import { describe, expect, it } from 'vitest';
import { backoffDelay, RECONNECT } from '../src/backoff';
import { LatencyEstimate } from '../src/latency';
import { catalogues, codecNames, createTranslator, reasonText } from '../src/messages';
import { offerExpires, sameKinds, type PlayOffer } from '../src/offer';
import { FrameWatchdog, stallLimit } from '../src/watchdog';

describe('watchdog', () => {
  it.each([
    ['playing', 0, 4_000],
    ['playing', 1_000, 4_000],
    ['playing', 4_000, 8_000],
    ['playing', 60_000, 20_000],
    ['playing', Number.NaN, 4_000],
    ['connecting', 1_000, 8_000],
    ['waiting', 1_000, 40_000],
  ] as const)('%s with a GOP of %d ms allows %d ms', (phase, gop_ms, limit) => {
    expect(stallLimit(phase, { gop_ms })).toBe(limit);
  });

  it('reports stillness only after the limit, and starts anew with each frame', () => {
    const dog = new FrameWatchdog();
    const limits = { gop_ms: 1000 };
    expect(dog.check(0, 1, 'playing', limits)).toBeNull();
    expect(dog.check(4000, 1, 'playing', limits)).toBeNull();
    expect(dog.check(4001, 2, 'playing', limits)).toBeNull();
    expect(dog.check(8002, 2, 'playing', limits)).toBe(4001);
    dog.reset();
    expect(dog.check(9000, 2, 'playing', limits)).toBeNull();
  });
});

describe('back-off', () => {
  it('doubles, is capped and keeps at least half of it', () => {
    for (let attempt = 0; attempt < 40; attempt++) {
      const full = Math.min(15_000, 500 * 2 ** attempt);
      expect(backoffDelay(RECONNECT, attempt, 0)).toBe(full / 2);
      expect(backoffDelay(RECONNECT, attempt, 0.999_999)).toBeLessThanOrEqual(full);
    }
  });
});

describe('latency estimate', () => {
  it('is the lag behind the fastest delivery and follows clock drift', () => {
    const latency = new LatencyEstimate(30);
    expect(latency.at(0, 0)).toBeNull();
    latency.arrived(100, 50.5);
    latency.arrived(101, 52);
    expect(latency.at(101.2, 51)).toBeCloseTo(1.2);
    for (let now = 102; now < 200; now++) latency.arrived(now, now - 60);
    expect(latency.at(200, 139)).toBeCloseTo(1);
  });
});

describe('offer', () => {
  const offer = { expires_at: new Date(10_000).toISOString() } as PlayOffer;
  it.each([[0, false], [4_000, false], [6_000, true], [20_000, true]])('at %d ms expires soon: %s', (now, expected) => {
    expect(offerExpires(offer, now, 5_000)).toBe(expected);
  });
  it('without an end never expires', () => {
    expect(offerExpires({} as PlayOffer, 1e15, 5_000)).toBe(false);
  });
});

describe('a switch within the session', () => {
  const video = 'video/mp4; codecs="avc1.64001F"';
  it.each([
    [video, 'video/mp4; codecs="hvc1.1.6.L93.B0"', true],
    [video, 'video/mp4; codecs="avc1.64001F,mp4a.40.2"', false],
    ['video/mp4; codecs="avc1.64001F,opus"', 'video/mp4; codecs="hvc1.1.6.L93.B0,mp4a.40.2"', true],
    ['audio/mp4; codecs="mp4a.40.2"', video, false],
  ])('keeps the number of pictures and sounds: %s, %s', (a, b, same) => {
    expect(sameKinds(a, b)).toBe(same);
  });
});

describe('texts', () => {
  it('exist in both languages and are not empty', () => {
    expect(Object.keys(catalogues['zh-CN']).sort()).toEqual(Object.keys(catalogues.en).sort());
    for (const catalogue of Object.values(catalogues)) for (const text of Object.values(catalogue)) expect(text).not.toBe('');
  });

  it('name codecs as people do and leave the last word to the server', () => {
    const en = createTranslator('en');
    expect(codecNames('video/mp4; codecs="hvc1.1.6.L93.B0,mp4a.40.2"')).toBe('H.265 + AAC');
    expect(reasonText(en, { code: 'unavailable', message: 'Wrong password.' })).toBe('Wrong password.');
    expect(reasonText(en, { code: 'connection_lost', message: 'TypeError' })).not.toContain('TypeError');
    expect(reasonText(en, { code: 'brand_new' })).toBe(en('reason.internal'));
  });
});
