import { beforeAll, describe, expect, it } from 'vitest';
import { buildLadder, registerEngine, type EngineKind } from '../src/engines/engine';
import { codecsOf } from '../src/engines/webrtc';
import { initialModel, step, type Env, type PlayerEvent } from '../src/machine';
import type { EngineOffer, PlayOffer } from '../src/offer';

const kind = (name: string, cost: number): EngineKind => ({
  name,
  cost,
  refuses: ({ mime }) => (mime === 'unknown' ? { code: 'codec', message: 'x' } : null),
  start: () => {
    throw new Error('not started here');
  },
});

const offer = (engines: EngineOffer[], left_out?: PlayOffer['left_out']): PlayOffer => ({ app: 'a', name: 'b', tracks: [], gop_ms: 0, engines, left_out });
const rung = (engine: string, reason?: string): EngineOffer => ({ engine, url: '/', mime: '', reason });
const names = (rungs: EngineOffer[]): string[] => rungs.map(({ engine }) => engine);

beforeAll(() => {
  registerEngine(kind('cheap', 1));
  registerEngine(kind('dear', 9));
});

describe('ladder', () => {
  it('goes by cost where the server has no plan', () => {
    expect(names(buildLadder(offer([rung('dear'), rung('cheap')])).rungs)).toEqual(['cheap', 'dear']);
  });

  it('keeps the order of a plan', () => {
    expect(names(buildLadder(offer([rung('dear', 'shortest_delay'), rung('cheap', 'steady')])).rungs)).toEqual(['dear', 'cheap']);
  });

  it('names what the server left out and what the browser refuses after all', () => {
    const { rungs, rejected } = buildLadder(offer([{ ...rung('dear', 'native'), mime: 'unknown' }], [{ engine: 'cheap', code: 'codec', message: 'hvc1' }, { engine: 'unheard-of', code: 'codec', message: '' }]));
    expect(rungs).toEqual([]);
    expect(rejected).toEqual([{ engine: 'cheap', reason: { code: 'codec', message: 'hvc1' } }, { engine: 'dear', reason: { code: 'codec', message: 'x' } }]);
  });
});

describe('a barred way', () => {
  const env: Env = { now_ms: 0, random: 0.5 };
  const run = (events: PlayerEvent[]) => events.reduce((model, event) => step(model, event, env)[0], initialModel());
  const load: PlayerEvent = { kind: 'load', rungs: [rung('dear'), rung('cheap')], rejected: [] };

  it.each(['unsupported', 'no_path'])('is left at once for %s', (code) => {
    const model = run([load, { kind: 'fault', reason: { code }, retry: true }]);
    expect(model.rung).toBe(1);
    expect(model.state).toBe('reconnecting');
  });

  it('asks for a new plan when the codec changed', () => {
    const model = run([load, { kind: 'frame' }, { kind: 'fault', reason: { code: 'changed' }, retry: true }]);
    expect([model.rung, model.renew]).toEqual([0, true]);
  });
});

describe('codecs of an offer', () => {
  it.each([
    ['video/webrtc; codecs="H264,OPUS"', ['H264', 'OPUS']],
    ['audio/webrtc; codecs="pcma"', ['PCMA']],
    ['', []],
  ])('%s', (mime, codecs) => {
    expect(codecsOf(mime)).toEqual(codecs);
  });
});
