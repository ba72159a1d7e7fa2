import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { mimeOfInit } from '../src/engines/boxes';
import { fragmentOf, FragmentReader, isDisposable, isRandomAccess, sliceType, type FragmentEvent, type Unit } from '../src/engines/fragments';
import { initOf, joined } from '../src/engines/tracks';

/** Made by ffmpeg, its packets listed by ffprobe; see golden/README.md. */
const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));
const file = golden('h265-aac-fragments.mp4');
const packets = new TextDecoder().decode(golden('h265-aac-fragments.csv')).trim().split('\n').map((line) => line.split(','));

function read(bytes: Uint8Array, chunk = bytes.length): { units: Unit[]; inits: Extract<FragmentEvent, { kind: 'init' }>[] } {
  const reader = new FragmentReader();
  const events: FragmentEvent[] = [];
  for (let at = 0; at < bytes.length; at += chunk) events.push(...reader.push(bytes.slice(at, at + chunk)));
  return {
    units: events.flatMap((event) => (event.kind === 'units' ? event.units : [])),
    inits: events.flatMap((event) => (event.kind === 'init' ? [event] : [])),
  };
}

const seen = ({ pts, dts, bytes, key }: Unit): string[] => [pts, dts, bytes.length, key ? 'K_' : '__'].map(String);

describe('fragments of ffmpeg', () => {
  it.each([7, 1000, file.length])('give the units that ffprobe lists, in chunks of %d bytes', (chunk) => {
    const { units, inits } = read(file, chunk);
    expect(inits[0]?.tracks.map(({ kind, format, timescale }) => [kind, format, timescale])).toEqual([['video', 'hvc1', 12800], ['audio', 'mp4a', 48000]]);
    // Durations of sound are those of the codec in ffprobe's list; the pictures' are as written.
    expect(new Set(units.filter(({ track }) => track.kind === 'video').map(({ duration }) => duration))).toEqual(new Set([512]));
    for (const stream of [0, 1]) {
      const listed = packets.filter(([index]) => Number(index) === stream).map(([, pts, dts, , size, flags]) => [pts, dts, size, flags]);
      expect(units.filter(({ track }) => track.id === stream + 1).map(seen)).toEqual(listed);
    }
  });

  it('tell key frames and pictures that no other needs by their NAL units', () => {
    const video = read(file).units.filter(({ track }) => track.kind === 'video');
    expect(video.map(({ bytes }) => isRandomAccess(sliceType(bytes)))).toEqual(video.map(({ key }) => key));
    const disposable = video.filter(({ bytes }) => isDisposable(sliceType(bytes))).length;
    expect(disposable).toBeGreaterThan(5);
    expect(disposable).toBeLessThan(video.length / 2 + 3);
  });

  it('never do more than refuse damaged bytes', () => {
    for (let at = 0; at < 4000; at++) {
      const damaged = file.slice();
      damaged[at] = damaged[at]! ^ 0xff;
      try {
        for (const { bytes } of read(damaged).units) sliceType(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

describe('sound alone', () => {
  const { units, inits } = read(file);
  const sound = units.filter(({ track }) => track.kind === 'audio');
  const { moov, tracks } = inits[0]!;
  const init = initOf(moov, tracks[1]!);

  it('is announced by a segment with its track only', () => {
    expect(mimeOfInit(init)).toBe('audio/mp4; codecs="mp4a.40.2"');
    expect(read(init).inits[0]?.tracks.map(({ id, kind }) => [id, kind])).toEqual([[2, 'audio']]);
  });

  it('has the same units, later by what is asked for', () => {
    const shift = 2 ** 33;
    const again = read(joined([init, ...sound.map((unit, index) => fragmentOf(unit, index + 1, shift))])).units;
    expect(again.map(({ dts, duration }) => [dts - shift, duration])).toEqual(sound.map(({ dts, duration }) => [dts, duration]));
    expect(again.map(({ bytes }) => bytes)).toEqual(sound.map(({ bytes }) => bytes));
  });
});
