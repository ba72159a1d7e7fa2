import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DecoderPool, type DecodeWorker } from '../../src/engines/software/pool';
import { Overload } from '../../src/engines/software/overload';
import type { DecodeCommand, DecodeReport } from '../../src/engines/software/protocol';

class FakeWorker implements DecodeWorker {
  sent: DecodeCommand[] = [];
  ended = false;
  onmessage: DecodeWorker['onmessage'] = null;
  onerror: DecodeWorker['onerror'] = null;

  postMessage(command: DecodeCommand): void {
    this.sent.push(command);
  }

  terminate(): void {
    this.ended = true;
  }

  say(data: DecodeReport): void {
    this.onmessage?.({ data });
  }
}

let made: FakeWorker[] = [];
let now_ms = 0;
const pool = (limit: number): DecoderPool =>
  new DecoderPool(
    () => {
      made.push(new FakeWorker());
      return made.at(-1)!;
    },
    limit,
    () => now_ms,
  );

beforeEach(() => {
  made = [];
  now_ms = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('pool of decoder workers', () => {
  it('makes workers as tiles come, and no more than its limit', () => {
    const shared = pool(2);
    const seats = [0, 1, 2, 3, 4].map(() => shared.seat(() => undefined));
    expect(made.length).toBe(2);
    expect(new Set(seats.map(({ session }) => session)).size).toBe(5);
  });

  it('gives a tile to the worker that is the least busy', () => {
    const shared = pool(2);
    shared.seat(() => undefined);
    shared.seat(() => undefined);
    made[0]?.say({ kind: 'beat', session: null, busy: 0.8 });
    made[1]?.say({ kind: 'beat', session: null, busy: 0.2 });
    const seat = shared.seat(() => undefined);
    seat.post({ kind: 'sound', session: seat.session, wanted: true });
    expect(made.map(({ sent }) => sent.length)).toEqual([0, 1]);
    expect(seat.busy()).toBe(0.2);
  });

  it('brings reports to their tile only, and closes pictures that nobody waits for', () => {
    const shared = pool(1);
    const heard: string[] = [];
    const one = shared.seat(({ kind }) => heard.push(`one ${kind}`));
    const other = shared.seat(({ kind }) => heard.push(`other ${kind}`));
    made[0]?.say({ kind: 'waiting', session: other.session });
    one.leave();
    const close = vi.fn();
    made[0]?.say({ kind: 'picture', session: one.session, pts_s: 1, picture: { close } as unknown as ImageBitmap });
    expect(heard).toEqual(['other waiting']);
    expect(close).toHaveBeenCalledOnce();
    expect(made[0]?.sent).toEqual([{ kind: 'close', session: one.session }]);
  });

  it('ends a worker that hangs and tells its tiles, which find another one', () => {
    const shared = pool(1);
    const faults: unknown[] = [];
    shared.seat((report) => faults.push(report));
    now_ms = 9_000;
    shared.look();
    expect(faults).toEqual([]);
    now_ms = 11_000;
    shared.look();
    expect(faults).toMatchObject([{ kind: 'fault', fault: { code: 'no_decoder', retry: true } }]);
    expect(made[0]?.ended).toBe(true);
    shared.seat(() => undefined);
    expect(made.length).toBe(2);
  });

  it('keeps a worker that was silent only because everything slept', () => {
    const shared = pool(1);
    const seat = vi.fn();
    shared.seat(seat);
    now_ms = 3_600_000;
    shared.look();
    made[0]?.say({ kind: 'beat', session: null, busy: 0 });
    now_ms += 2_000;
    shared.look();
    expect(seat).not.toHaveBeenCalled();
    expect(made[0]?.ended).toBe(false);
  });

  it('lets go of workers that have had no tile for a while', () => {
    const shared = pool(2);
    shared.seat(() => undefined).leave();
    now_ms = 5_000;
    made[0]?.say({ kind: 'beat', session: null, busy: 0 });
    shared.look();
    expect(shared.workers).toBe(1);
    now_ms = 12_000;
    shared.look();
    expect(shared.workers).toBe(0);
    expect(made[0]?.ended).toBe(true);
  });
});

describe('overload', () => {
  it('tells a single fall once, and many as lasting', () => {
    const overload = new Overload();
    expect(overload.judge(0, 0)).toBeNull();
    expect(overload.judge(1, 1)).toBe('once');
    expect(overload.judge(1, 2)).toBeNull();
    expect(overload.judge(2, 3)).toBeNull();
    expect(overload.judge(3, 4)).toBe('lasting');
    expect(overload.judge(4, 60)).toBe('once');
  });
});
