import { describe, expect, it } from 'vitest';
import { initialModel, step, type Effect, type Env, type Model, type PlayerEvent } from '../src/machine';

const ws = { engine: 'ws-fmp4', url: '/a/b.mp4' };
const http = { engine: 'http-fmp4', url: '/a/b.mp4' };
const load: PlayerEvent = { kind: 'load', rungs: [ws, http], rejected: [] };
const lost: PlayerEvent = { kind: 'fault', reason: { code: 'connection_lost' }, retry: true };

/** Runs events one second apart and keeps the last effects. */
function run(events: PlayerEvent[], from: Model = initialModel(), apart_ms = 1000): { model: Model; effects: Effect[] } {
  let model = from;
  let effects: Effect[] = [];
  let env: Env = { now_ms: 0, random: 0.5 };
  for (const event of events) {
    env = { ...env, now_ms: env.now_ms + apart_ms };
    [model, effects] = step(model, event, env);
  }
  return { model, effects };
}

const started = (effects: Effect[]): string | undefined => {
  const effect = effects.find(({ kind }) => kind === 'start');
  return effect?.kind === 'start' ? effect.rung.engine : undefined;
};
const timer = (effects: Effect[], name: string): number | undefined => {
  const effect = effects.find((each) => each.kind === 'timer' && each.name === name);
  return effect?.kind === 'timer' ? effect.delay_ms : undefined;
};

describe('state machine', () => {
  it('starts the best rung and plays at the first frame', () => {
    const connecting = run([load]);
    expect(started(connecting.effects)).toBe('ws-fmp4');
    expect(connecting.model.state).toBe('connecting');
    const { model } = run([load, { kind: 'waiting' }, { kind: 'frame' }]);
    expect(model.state).toBe('playing');
    expect(model.steps.map(({ what }) => what)).toEqual(['start', 'playing']);
  });

  it('reconnects on the same rung after a loss while playing', () => {
    const { model, effects } = run([load, { kind: 'frame' }, lost]);
    expect(model.state).toBe('reconnecting');
    expect(timer(effects, 'retry')).toBeGreaterThan(0);
    expect(started(run([{ kind: 'retry' }], model).effects)).toBe('ws-fmp4');
  });

  it('climbs down after two failures without a frame, and says why', () => {
    const { model } = run([load, lost, { kind: 'retry' }, lost]);
    expect(model.rungs[model.rung]?.engine).toBe('http-fmp4');
    expect(model.steps.at(-1)).toMatchObject({ what: 'down', engine: 'http-fmp4', reason: { code: 'connection_lost' } });
  });

  it('climbs up again from a lower rung after a time, and wraps to the top from the last', () => {
    const low = run([load, lost, { kind: 'retry' }, lost, { kind: 'retry' }, { kind: 'frame' }]);
    expect(timer(low.effects, 'climb')).toBeGreaterThanOrEqual(30_000);
    expect(started(run([{ kind: 'climb' }], low.model).effects)).toBe('ws-fmp4');
    const { model } = run([load, lost, { kind: 'retry' }, lost, { kind: 'retry' }, lost, { kind: 'retry' }, lost]);
    expect(model.rung).toBe(0);
  });

  it('goes straight back down when the climb fails once', () => {
    const low = run([load, lost, { kind: 'retry' }, lost, { kind: 'retry' }, { kind: 'frame' }, { kind: 'climb' }, lost]);
    expect(low.model.rungs[low.model.rung]?.engine).toBe('http-fmp4');
  });

  it('waits longer with every failure and forgets them after stable playing', () => {
    const delays: number[] = [];
    let model = run([load]).model;
    for (let i = 0; i < 8; i++) {
      const failed = run([lost], model);
      delays.push(timer(failed.effects, 'retry') ?? 0);
      model = run([{ kind: 'retry' }], failed.model).model;
    }
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBeLessThanOrEqual(15_000);
    const played = run([{ kind: 'frame' }, lost], model, 30_000);
    expect(timer(played.effects, 'retry')).toBeLessThanOrEqual(500);
  });

  it('asks for a new offer at once when the camera changes to a codec that this way cannot play', () => {
    const codec: PlayerEvent = { kind: 'fault', reason: { code: 'codec', message: 'hvc1' }, retry: false };
    const { model, effects } = run([load, { kind: 'frame' }, codec]);
    expect(model.state).toBe('reconnecting');
    expect(timer(effects, 'retry')).toBeLessThanOrEqual(500);
    expect(run([{ kind: 'retry' }], model).effects).toContainEqual({ kind: 'renew' });
    // Before a first frame nothing has changed: there is no hurry.
    const refused = run([load, codec]);
    expect(refused.model.state).toBe('failed');
    expect(timer(refused.effects, 'retry')).toBeGreaterThan(5_000);
  });

  it('asks for a new offer when the stream came back as one that the present ways do not lead to', () => {
    const software = { engine: 'software', url: '/a/b.mp4' };
    const refused = (code: string): PlayerEvent => ({ kind: 'fault', reason: { code }, retry: code === 'unsupported' });
    for (const code of ['unsupported', 'codec']) {
      const again = run([load, { kind: 'frame' }, lost, { kind: 'retry' }, refused(code)]);
      expect(again.model.state, code).toBe('reconnecting');
      const asked = run([{ kind: 'retry' }], again.model);
      expect(asked.effects, code).toContainEqual({ kind: 'renew' });
      expect(started(run([{ kind: 'renewed', rungs: [software], rejected: [] }], asked.model).effects), code).toBe('software');
    }
  });

  it('keeps the turn of a way whose place is another in a new offer', () => {
    const expired: PlayerEvent = { kind: 'fault', reason: { code: 'expired' }, retry: true };
    const { model } = run([load, lost, { kind: 'retry' }, lost, { kind: 'retry' }, expired, { kind: 'retry' }]);
    expect(model.rungs[model.rung]?.engine).toBe('http-fmp4');
    expect(started(run([{ kind: 'renewed', rungs: [http, ws], rejected: [] }], model).effects)).toBe('http-fmp4');
  });

  it('goes down when this machine does not keep up for good, and stays where there is nothing below', () => {
    const behind = (lasting: boolean): PlayerEvent => ({ kind: 'behind', lasting });
    const once = run([load, { kind: 'frame' }, behind(false)]);
    expect(once.model.state).toBe('playing');
    expect(once.model.steps.at(-1)).toMatchObject({ what: 'behind', reason: { code: 'overflow' } });
    const down = run([load, { kind: 'frame' }, behind(true)]);
    expect(started(down.effects)).toBe('http-fmp4');
    expect(down.effects[1]).toEqual({ kind: 'halt' });
    const last = run([{ ...load, rungs: [ws] }, { kind: 'frame' }, behind(true)]);
    expect(last.model.state).toBe('playing');
  });

  it('asks for a new offer when the token was refused', () => {
    const { model } = run([load, { kind: 'fault', reason: { code: 'unauthorized' }, retry: true }]);
    expect(run([{ kind: 'retry' }], model).effects).toContainEqual({ kind: 'renew' });
    const renewed = run([{ kind: 'retry' }, { kind: 'renewed', rungs: [ws], rejected: [] }], model);
    expect(started(renewed.effects)).toBe('ws-fmp4');
    expect(renewed.model.renew).toBe(false);
  });

  it.each(['kicked', 'forbidden'])('does not come back by itself after %s, but on request', (code) => {
    const { model, effects } = run([load, { kind: 'frame' }, { kind: 'fault', reason: { code }, retry: false }]);
    expect(model.state).toBe('failed');
    expect(timer(effects, 'retry')).toBeUndefined();
    expect(run([{ kind: 'retry' }], model).effects).toContainEqual({ kind: 'renew' });
  });

  it('asks again slowly after a refusal that may end', () => {
    const { model, effects } = run([load, { kind: 'fault', reason: { code: 'not_found' }, retry: false }]);
    expect(model.state).toBe('failed');
    expect(timer(effects, 'retry')).toBeGreaterThanOrEqual(7_500);
  });

  it('says why when no engine fits, and asks for another offer later', () => {
    const rejected = [{ engine: 'ws-fmp4', reason: { code: 'codec', message: 'hvc1' } }];
    const { model, effects } = run([{ kind: 'load', rungs: [], rejected }]);
    expect(model).toMatchObject({ state: 'failed', reason: { code: 'codec' } });
    expect(timer(effects, 'retry')).toBeGreaterThan(0);
  });

  it('keeps the reason of a refused opening and tries to open again', () => {
    const { model } = run([{ kind: 'open' }, { kind: 'fault', reason: { code: 'unavailable', message: 'x' }, retry: true }]);
    expect(model).toMatchObject({ state: 'reconnecting', reason: { code: 'unavailable', message: 'x' } });
    expect(run([{ kind: 'retry' }], model).effects).toContainEqual({ kind: 'renew' });
  });

  it('gives the stream back while hidden and takes it again when seen', () => {
    const hidden = run([load, { kind: 'frame' }, { kind: 'hidden' }]);
    expect(hidden.model.state).toBe('suspended');
    expect(hidden.effects).toContainEqual({ kind: 'halt' });
    expect(run([lost], hidden.model).model).toBe(hidden.model);
    expect(started(run([{ kind: 'visible' }], hidden.model).effects)).toBe('ws-fmp4');
  });

  it('keeps a bounded list of steps', () => {
    let model = run([load]).model;
    for (let i = 0; i < 100; i++) model = run([lost, { kind: 'retry' }], model).model;
    expect(model.steps.length).toBeLessThanOrEqual(20);
  });

  it('ignores every event after a stop', () => {
    const { model } = run([load, { kind: 'stop' }]);
    for (const event of [lost, { kind: 'retry' }, { kind: 'frame' }, { kind: 'climb' }, { kind: 'visible' }, { kind: 'renewed', rungs: [ws], rejected: [] }] as PlayerEvent[]) {
      const [next, effects] = step(model, event, { now_ms: 0, random: 0 });
      expect(next.state).toBe('idle');
      expect(effects).toEqual([]);
    }
  });
});
