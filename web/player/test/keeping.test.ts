import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Tap, type TapPiece } from '../src/engines/tap';
import { boxAt, boxesIn, readDefaults, readFragment, readTracks } from '../src/record/fragment';
import { Discontinuity, Mp4Writer } from '../src/record/mp4';
import { Recorder, type RecordingEnd, type RecordingState } from '../src/record/recorder';
import type { Target } from '../src/record/target';
import { ReplayRing } from '../src/replay/ring';
import { ascii, box, concat, full, u32, u64 } from '../src/record/write';

/** Made by ffmpeg, see golden/README.md: a picture (track 1) and sound (track 2). */
const init = new Uint8Array(readFileSync(new URL('./golden/h264-aac.mp4', import.meta.url)));
const clocks = new Map(readTracks(init).map(({ id, timescale }) => [id, timescale]));
const PICTURE = 1;
const SOUND = 2;

/** One sample in a fragment as our server writes it; synthetic. */
function fragment(track: number, at_s: number, { key = true, bytes = 10, duration_s = 0.04 } = {}): Uint8Array<ArrayBuffer> {
  const clock = clocks.get(track)!;
  const payload = new Uint8Array(bytes).fill(Math.round(at_s * 25) & 255);
  const moof = (offset: number): Uint8Array => {
    const trun = full('trun', 1, 0xf01, u32(1, offset, Math.round(duration_s * clock), bytes, key ? 0x2000000 : 0x1010000, 0));
    return box('moof', full('mfhd', 0, 0, u32(1)), box('traf', full('tfhd', 0, 0x20000, u32(track)), full('tfdt', 1, 0, u64(Math.round(at_s * clock))), trun));
  };
  return concat([moof(moof(0).length + 8), box('mdat', payload)]);
}

const picture = (at: number, over = {}): Uint8Array<ArrayBuffer> => fragment(PICTURE, 1000 + at * 0.04, { key: at % 25 === 0, ...over });

describe('fragments', () => {
  it('say their times, sizes and whether a key frame begins them', () => {
    const bytes = picture(3, { bytes: 77 });
    const [run] = readFragment(bytes, readDefaults(init));
    const clock = clocks.get(PICTURE)!;
    expect(run).toMatchObject({ track: PICTURE, decodeTime: Math.round(1000.12 * clock), samples: [{ size: 77, key: false, composition: 0 }] });
    expect(bytes[run!.offset]).toBe(Math.round(1000.12 * 25) & 255);
  });

  it('that are damaged throw a RangeError and nothing else', () => {
    const whole = picture(0);
    const defaults = readDefaults(init);
    const judge = (bytes: Uint8Array): void => {
      try {
        readFragment(bytes, defaults);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    };
    for (let length = 0; length < whole.length; length++) judge(whole.slice(0, length));
    for (let at = 0; at < whole.length; at++) for (const flip of [0x01, 0x80, 0xff]) judge(whole.map((byte, index) => (index === at ? byte ^ flip : byte)));
  });
});

describe('the tap of a pump', () => {
  it('gives the segment first, whenever it is opened, and whole fragments however the bytes are cut', () => {
    const out: TapPiece[] = [];
    const tap = new Tap((piece) => out.push(piece));
    tap.media(init);
    tap.media(picture(0));
    expect(out).toHaveLength(0);
    tap.open();
    const bytes = concat([picture(1), picture(2)]);
    for (let at = 0; at < bytes.length; at += 7) tap.media(bytes.slice(at, at + 7));
    expect(out.map(({ kind }) => kind)).toEqual(['init', 'fragment', 'fragment']);
    expect(out[0]!.bytes).toEqual(init);
    expect(out[2]!.bytes).toEqual(picture(2));
    tap.close();
    tap.media(picture(3));
    expect(out).toHaveLength(3);
  });
});

describe('a recording', () => {
  const table = (moov: Uint8Array, track: number, type: string): number[] => {
    const trak = boxesIn(moov, 8, moov.length).filter((each) => each.type === 'trak')[track]!;
    const found = boxAt(moov, ['mdia', 'minf', 'stbl', type], trak.body, trak.end)!;
    const data = new DataView(moov.buffer, moov.byteOffset + found.body, found.end - found.body);
    return Array.from({ length: data.byteLength / 4 }, (_, index) => data.getUint32(index * 4));
  };

  it('begins at a key frame and has no sound from before it', () => {
    const writer = new Mp4Writer(init);
    expect(writer.add(picture(24)).length).toBe(0);
    expect(writer.add(fragment(SOUND, 1000.98, { duration_s: 0.02 })).length).toBe(0);
    expect(writer.add(picture(25)).length).toBe(10);
    expect(writer.add(fragment(SOUND, 1001.01, { duration_s: 0.02 })).length).toBe(10);
    expect(writer.add(picture(26)).length).toBe(10);
    const { moov } = writer.finish();
    expect(table(moov, 0, 'stsz')).toEqual([0, 0, 2, 10, 10]);
    expect(table(moov, 0, 'stss')).toEqual([0, 1, 1]);
    expect(table(moov, 1, 'stsz')).toEqual([0, 0, 1, 10]);
    expect(boxAt(moov, ['mvex'], 8)).toBeNull();
  });

  it('leaves out what a stream repeats that was joined again, and keeps the time of a pause', () => {
    const writer = new Mp4Writer(init);
    for (const at of [0, 1, 2, 0, 1, 2, 3]) writer.add(picture(at));
    expect(writer.seconds).toBeCloseTo(0.16);
    writer.add(picture(50));
    expect(writer.seconds).toBeCloseTo(2.04);
    const clock = clocks.get(PICTURE)!;
    expect(table(writer.finish().moov, 0, 'stts')).toEqual([0, 3, 3, 0.04 * clock, 1, Math.round(1.88 * clock), 1, 0.04 * clock]);
  });

  it('does not go on after a jump of time', () => {
    for (const at of [10_000, -10_000]) {
      const writer = new Mp4Writer(init);
      writer.add(picture(0));
      expect(() => writer.add(picture(at))).toThrow(Discontinuity);
    }
  });

  function record(cap_bytes: number | null): { recorder: Recorder; ends: [RecordingEnd, RecordingState][]; size: () => number } {
    let size = 0;
    const ends: [RecordingEnd, RecordingState][] = [];
    const target: Target = { cap_bytes, append: (bytes) => (size += bytes.length), finish: () => Promise.resolve() };
    return { recorder: new Recorder(target, (...end) => ends.push(end)), ends, size: () => size };
  }

  it('ends by itself at the cap, and says so', async () => {
    const { recorder, ends, size } = record(2_000);
    recorder.take({ kind: 'init', bytes: init.slice() });
    for (let at = 0; at < 100; at++) recorder.take({ kind: 'fragment', bytes: picture(at, { bytes: 500 }) });
    await Promise.resolve();
    expect(ends.map(([why]) => why)).toEqual(['full']);
    expect(ends[0]![1].bytes).toBeLessThan(2_600);
    // What comes after the samples are the tables alone.
    expect(size()).toBeLessThan(5_000);
  });

  it('ends with other parameters, but not with the same ones again', async () => {
    const { recorder, ends } = record(null);
    const other = init.slice();
    other[other.length - 1]! ^= 1;
    for (const bytes of [init, init, picture(0), init, picture(1), other]) recorder.take({ kind: bytes.length === init.length ? 'init' : 'fragment', bytes: bytes.slice() });
    await Promise.resolve();
    expect(ends).toMatchObject([['parameters', { seconds: expect.closeTo(0.08) }]]);
  });

  it('of damaged media ends and keeps what was good', async () => {
    const { recorder, ends } = record(null);
    recorder.take({ kind: 'init', bytes: init.slice() });
    recorder.take({ kind: 'fragment', bytes: picture(0) });
    recorder.take({ kind: 'fragment', bytes: concat([ascii('nonsense'), ascii('nonsense')]) });
    await Promise.resolve();
    expect(ends[0]![0]).toBe('damaged');
  });
});

describe('what is kept for a replay', () => {
  const filled = (pictures: number, ring = new ReplayRing(2, 1_000_000)): ReplayRing => {
    ring.take({ kind: 'init', bytes: init.slice() });
    for (let at = 0; at < pictures; at++) ring.take({ kind: 'fragment', bytes: picture(at, { bytes: 1_000 }) });
    return ring;
  };

  it('is at least the time that was asked for, and begins with a key frame', () => {
    const content = filled(25 * 10 + 7).content()!;
    expect((content.start_s - 1000) % 1).toBeCloseTo(0);
    expect(content.end_s - content.start_s).toBeGreaterThanOrEqual(2);
    expect(content.end_s - content.start_s).toBeLessThan(3.1);
    expect(content.frame_s).toBeCloseTo(0.04);
  });

  it('stays below its cap of bytes at any bit rate', () => {
    const ring = new ReplayRing(1_000, 60_000);
    for (let at = 0; at < 1_000; at++) {
      if (at === 0) ring.take({ kind: 'init', bytes: init.slice() });
      ring.take({ kind: 'fragment', bytes: picture(at, { bytes: 1_000 }) });
      expect(ring.size).toBeLessThanOrEqual(60_000);
    }
    expect(ring.content()!.fragments.length).toBeGreaterThan(20);
  });

  it('leaves out repeats and damage, and begins anew after a hole or with new parameters', () => {
    const ring = filled(60);
    const before = ring.content()!.fragments.length;
    for (const bytes of [picture(50), new Uint8Array(12)]) ring.take({ kind: 'fragment', bytes });
    expect(ring.content()!.fragments.length).toBe(before);
    ring.take({ kind: 'fragment', bytes: picture(125) });
    expect(ring.content()!.fragments.length).toBe(1);
    const other = init.slice();
    other[other.length - 1]! ^= 1;
    ring.take({ kind: 'init', bytes: other });
    expect(ring.content()).toBeNull();
    expect(ring.size).toBe(0);
  });
});
