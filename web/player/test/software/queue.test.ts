import { describe, expect, it } from 'vitest';
import { DecodeQueue, MAX_BYTES, MAX_UNITS, type Waiting } from '../../src/engines/software/queue';
import type { InitTrack } from '../../src/engines/tracks';

const track = {} as InitTrack;

function unit(index: number, arrived_ms: number, over: Partial<Waiting> = {}): Waiting {
  return { track, pts_s: index / 25, key: index % 25 === 0, disposable: false, bytes: new Uint8Array(10), arrived_ms, ...over };
}

/** Takes everything that there is at a time. */
function drain(queue: DecodeQueue, now_ms: number): number[] {
  const out: number[] = [];
  for (let next = queue.take(now_ms); next; next = queue.take(now_ms)) out.push(Math.round(next.unit.pts_s * 25));
  return out;
}

describe('decode queue', () => {
  it('begins at a key frame, and says that it begins', () => {
    const queue = new DecodeQueue();
    for (const index of [23, 24, 25, 26]) queue.push(unit(index, 0));
    expect(queue.take(0)).toMatchObject({ fresh: true, unit: { pts_s: 1 } });
    expect(queue.take(0)).toMatchObject({ fresh: false });
    expect(queue.skipped).toBe(2);
  });

  it('decodes a cached GOP that comes at once, however long it takes', () => {
    const queue = new DecodeQueue();
    for (let index = 0; index < 25; index++) queue.push(unit(index, 0));
    expect(queue.take(0)).not.toBeNull();
    expect(drain(queue, 5000)).toHaveLength(24);
    expect(queue.falls).toBe(0);
  });

  it('lets only some pictures of a cached GOP be seen on the way to the live edge', () => {
    const queue = new DecodeQueue();
    for (let index = 0; index < 50; index++) queue.push(unit(index, 0));
    const shown = [];
    for (let index = 0; index < 50; index++) if (queue.take(index * 10)?.shown) shown.push(index);
    expect(shown).toEqual([0, 25, ...Array.from({ length: 11 }, (_, index) => 39 + index)]);
  });

  it('skips to the newest key frame when units wait too long', () => {
    const queue = new DecodeQueue();
    for (let index = 0; index < 80; index++) queue.push(unit(index, index * 40));
    expect(queue.take(0)).toMatchObject({ unit: { pts_s: 0 } });
    expect(queue.take(3200)).toMatchObject({ fresh: true, unit: { pts_s: 3 } });
    expect(queue).toMatchObject({ falls: 1, skipped: 74 });
  });

  it('leaves out in a hurry what no other picture needs', () => {
    const queue = new DecodeQueue();
    for (let index = 0; index < 10; index++) queue.push(unit(index, 0, { disposable: index % 2 === 1 }));
    expect(drain(queue, 600)).toEqual([0, 2, 4, 6, 8]);
    expect(queue).toMatchObject({ falls: 0, skipped: 5 });
  });

  it('is bounded in units and in bytes, without any key frame too', () => {
    const many = new DecodeQueue();
    for (let index = 0; index < 2000; index++) many.push(unit(1, 0, { key: index === 0 }));
    expect(drain(many, 0).length).toBeLessThanOrEqual(MAX_UNITS);
    const large = new DecodeQueue();
    for (let index = 0; index < 10; index++) large.push(unit(index, 0, { key: true, bytes: new Uint8Array(MAX_BYTES / 4) }));
    expect(drain(large, 0).length).toBeLessThanOrEqual(4);
    expect(large.falls).toBeGreaterThan(0);
  });

  it('waits for a key frame after what was decoded is lost', () => {
    const queue = new DecodeQueue();
    for (let index = 0; index < 30; index++) queue.push(unit(index, 0));
    queue.take(0);
    queue.restart();
    expect(queue.take(0)).toMatchObject({ fresh: true, unit: { pts_s: 1 } });
  });
});
