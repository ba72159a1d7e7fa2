import { describe, expect, it } from 'vitest';
import { PlaybackMeter, STALL_MS, type Observation } from '../src/telemetry';

/** Looks four times a second; `frames` are those presented in each quarter. */
function watched(frames: number[], over: (index: number) => Partial<Observation> = () => ({})): PlaybackMeter {
  const meter = new PlaybackMeter('viewer', 1000);
  meter.pictureCame(1320);
  let presented = 0;
  frames.forEach((count, index) => {
    presented += count;
    meter.observe({ now_ms: 1500 + index * 250, state: 'playing', engine: 'ws-fmp4', presented, dropped: 0, latency_s: 0.8, visible: true, ...over(index) });
  });
  return meter;
}

describe('what a session was like', () => {
  it('counts from asking to the first picture, and what was watched', () => {
    expect(watched(Array(41).fill(6)).report(true)).toEqual({
      viewer: 'viewer', engine: 'ws-fmp4', first_picture_ms: 320, watched_s: 10, stalls: 0, stalled_ms: 0, latency_ms: 800, dropped: 0, ended: true,
    });
  });

  it('counts each stall once, with all of its time', () => {
    const still = Array(8).fill(0);
    const { stalls, stalled_ms } = watched([6, 6, ...still, 6, 6, ...still, 6]).report(false);
    expect(stalls).toBe(2);
    expect(stalled_ms).toBe(4000);
    expect(watched([6, 6, 0, 0, 6, 6]).report(false).stalls).toBe(0);
    expect(STALL_MS).toBeLessThan(1000);
  });

  it('does not take a page that nobody sees for a stall', () => {
    const frames = [6, 6, ...Array(12).fill(0), 6, 6];
    expect(watched(frames, (index) => ({ visible: index < 2 || index > 13 })).report(false).stalls).toBe(0);
    expect(watched(frames, (index) => ({ state: index < 2 || index > 13 ? 'playing' : 'suspended' })).report(false).stalls).toBe(0);
    expect(watched(frames, (index) => ({ state: index < 2 || index > 13 ? 'playing' : 'reconnecting' })).report(false).stalls).toBe(1);
  });

  it('adds up what was dropped by one source after another', () => {
    const dropped = [0, 2, 5, 1, 4];
    expect(watched(Array(5).fill(6), (index) => ({ dropped: dropped[index]! })).report(false).dropped).toBe(9);
  });

  it('has nothing to tell before anything was tried, and no first picture before there was one', () => {
    const meter = new PlaybackMeter('viewer', 0);
    meter.observe({ now_ms: 100, state: 'connecting', engine: '', presented: 0, dropped: 0, latency_s: null, visible: true });
    expect(meter.isWorthTelling).toBe(false);
    meter.observe({ now_ms: 900, state: 'connecting', engine: 'ws-fmp4', presented: 0, dropped: 0, latency_s: null, visible: true });
    expect(meter.isWorthTelling).toBe(true);
    expect(meter.report(true)).toMatchObject({ first_picture_ms: null, stalls: 0, watched_s: 0 });
  });
});
