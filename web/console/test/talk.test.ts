import { describe, expect, it } from 'vitest';
import { Downsampler } from '../src/talk/downsampler';
import { wav } from '../src/talk/file';
import { to16Bits, toALaw } from '../src/talk/g711';

/** A byte as a sample, by the table of the standard. */
function sampleOf(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

const sine = (hz: number, rate_hz: number, seconds: number): Float32Array => Float32Array.from({ length: rate_hz * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / rate_hz));

/** Piece by piece, as the audio thread does. */
function downsampled(samples: Float32Array, rate_hz: number): number[] {
  const downsampler = new Downsampler(rate_hz);
  const made: number[] = [];
  for (let at = 0; at < samples.length; at += 128) made.push(...downsampler.push(samples.subarray(at, at + 128)));
  return made;
}

const rms = (samples: number[]): number => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe('G.711 A-law', () => {
  it('has the bytes of the standard for silence and full scale', () => {
    expect([0, -1, 32_767, -32_768, 1000, -1000].map(toALaw)).toEqual([0xd5, 0x55, 0xaa, 0x2a, 0xfa, 0x7a]);
  });

  it('is near every sample', () => {
    for (let sample = -32_768; sample < 32_768; sample++) {
      const off = Math.abs(sampleOf(toALaw(sample)) - sample);
      expect(off, String(sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 32 + 1));
    }
  });

  it('cuts what is too loud', () => {
    expect([-2, -1, 0, 1, 2].map(to16Bits)).toEqual([-32_767, -32_767, 0, 32_767, 32_767]);
  });
});

describe('the way down to 8 kHz', () => {
  it.each([16_000, 44_100, 48_000, 96_000])('keeps tones of a voice, and makes none of what is too high, from %i Hz', (rate_hz) => {
    for (const hz of [300, 1000, 3000]) {
      const heard = downsampled(sine(hz, rate_hz, 1), rate_hz);
      expect(heard.length).toBeGreaterThan(7900);
      const middle = heard.slice(1000, 7000);
      expect(rms(middle), `${hz} Hz`).toBeCloseTo(0.5 / Math.SQRT2, 1);
      const rises = middle.filter((sample, at) => at > 0 && (middle[at - 1] as number) < 0 && sample >= 0).length;
      expect(Math.abs(rises / 0.75 - hz), `${hz} Hz`).toBeLessThan(3);
    }
    for (const hz of [4600, 6000, 7900]) expect(rms(downsampled(sine(hz, rate_hz, 1), rate_hz).slice(100)), `${hz} Hz`).toBeLessThan(0.01);
  });

  it('leaves 8 kHz as it is', () => {
    expect(downsampled(sine(440, 8000, 1), 8000).length).toBeGreaterThan(7900);
  });
});

describe('WAV files', () => {
  it('say what they hold', () => {
    const bytes = wav([0, 1, -1]);
    const view = new DataView(bytes.buffer);
    expect(String.fromCharCode(...bytes.slice(0, 4), ...bytes.slice(8, 16), ...bytes.slice(36, 40))).toBe('RIFFWAVEfmt data');
    expect([view.getUint32(4, true), view.getUint32(24, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([42, 8000, 16, 6]);
    expect([44, 46, 48].map((at) => view.getInt16(at, true))).toEqual([0, 32_767, -32_767]);
  });
});
