/**
 * The player's state machine. Pure: an event and the outside facts go in, the next
 * model and the effects to carry out come out. It owns no timer and no element.
 *
 *     idle -load-> connecting -waiting-> waiting -frame-> playing
 *                       ^                                    |
 *                       +--retry-- reconnecting <--fault-----+      suspended <-> (hidden)
 */
import { backoffDelay, CLIMB, RECONNECT, RETRY_REFUSED } from './backoff';
import type { EngineOffer } from './offer';

export type PlayerState =
  | 'idle'
  | 'connecting'
  | 'waiting'
  | 'playing'
  | 'reconnecting'
  | 'suspended'
  | 'failed';

/** Why something ended or is being waited for. `code` is stable, `message` is the server's. */
export interface Reason {
  code: string;
  message?: string | undefined;
}

/** One step on the ladder of engines, kept for the overlay and for support. */
export interface LadderStep {
  at_ms: number;
  engine: string;
  /** What happened: `start`, `playing`, `fault`, `down`, `climb`, `unsupported`, `parameters`, `behind`, `switch`, `switched`. */
  what: string;
  reason?: Reason | undefined;
}

export interface Model {
  state: PlayerState;
  /** Engines that this browser can run for this offer, best first. */
  rungs: EngineOffer[];
  rung: number;
  /** Consecutive failures of the current rung without a frame. */
  rungFailures: number;
  /** Consecutive failures without stable playing; sets the delay. */
  failures: number;
  climbs: number;
  reconnects: number;
  playingSince_ms: number | null;
  reason: Reason | null;
  /** The next attempt needs a fresh offer (the token was refused). */
  renew: boolean;
  /** No picture has come since the offer, so it is of the stream as it is now. */
  fresh: boolean;
  steps: LadderStep[];
}

export type PlayerEvent =
  | { kind: 'load'; rungs: EngineOffer[]; rejected: { engine: string; reason: Reason }[] }
  | { kind: 'open' }
  | { kind: 'renewed'; rungs: EngineOffer[]; rejected: { engine: string; reason: Reason }[] }
  | { kind: 'waiting' }
  /** Another stream is asked for within the session; its rungs count from now on. */
  | { kind: 'switch'; rungs: EngineOffer[]; rung: number }
  | { kind: 'switched' }
  | { kind: 'parameters' }
  /** This machine does not keep up with the present way of playing; `lasting` when that goes on. */
  | { kind: 'behind'; lasting: boolean }
  | { kind: 'frame' }
  | { kind: 'fault'; reason: Reason; retry: boolean }
  | { kind: 'retry' }
  | { kind: 'climb' }
  | { kind: 'hidden' }
  | { kind: 'visible' }
  | { kind: 'stop' };

export type Effect =
  | { kind: 'start'; rung: EngineOffer }
  | { kind: 'halt' }
  | { kind: 'renew' }
  | { kind: 'timer'; name: 'retry' | 'climb'; delay_ms: number }
  | { kind: 'cancel'; name: 'retry' | 'climb' };

/** Facts of the moment that a pure function cannot fetch. */
export interface Env {
  now_ms: number;
  random: number;
}

const STEPS_KEPT = 20;
/** Failures of one rung, before its first frame, until the next one is tried. */
const FAILURES_PER_RUNG = 2;
/** Playing this long clears the memory of failures. */
const STABLE_MS = 20_000;

/** The viewer was cut on purpose or may not watch: asking again by itself would be rude. */
const FINAL_CODES = new Set(['kicked', 'forbidden']);
/** A new token may help. */
const RENEW_CODES = new Set(['unauthorized', 'expired', 'changed']);
/** Trying the same way again leads to the same end. */
const BARRED_CODES = new Set(['unsupported', 'no_path']);

export function initialModel(): Model {
  return {
    state: 'idle',
    rungs: [],
    rung: 0,
    rungFailures: 0,
    failures: 0,
    climbs: 0,
    reconnects: 0,
    playingSince_ms: null,
    reason: null,
    renew: false,
    fresh: false,
    steps: [],
  };
}

type Next = [Model, Effect[]];
const STAY: Effect[] = [];
const HALT: Effect = { kind: 'halt' };
const CANCEL_ALL: Effect[] = [
  { kind: 'cancel', name: 'retry' },
  { kind: 'cancel', name: 'climb' },
];

export function step(model: Model, event: PlayerEvent, env: Env): Next {
  switch (event.kind) {
    case 'load':
      return load(model, event, env);
    case 'renewed':
      return renewed(model, event, env);
    case 'open':
      return [
        { ...initialModel(), state: 'connecting' },
        [...CANCEL_ALL, ...(model.state === 'idle' ? [] : [HALT]), { kind: 'renew' }],
      ];
    case 'waiting':
      return model.state === 'connecting' ? [{ ...model, state: 'waiting' }, STAY] : [model, STAY];
    case 'switch':
      return [noted({ ...model, rungs: event.rungs, rung: event.rung }, env, 'switch'), STAY];
    case 'switched':
      return [noted(model, env, 'switched'), STAY];
    case 'parameters':
      return [noted(model, env, 'parameters'), STAY];
    case 'behind':
      return behind(model, event.lasting, env);
    case 'frame':
      return firstFrame(model, env);
    case 'fault':
      return fault(model, event.reason, event.retry, env);
    case 'retry':
      return retry(model, env);
    case 'climb':
      return climb(model, env);
    case 'hidden':
      return hide(model);
    case 'visible':
      return show(model, env);
    case 'stop':
      return [{ ...initialModel(), steps: model.steps }, [...CANCEL_ALL, HALT]];
  }
}

type Offered = { rungs: EngineOffer[]; rejected: { engine: string; reason: Reason }[] };

function load(model: Model, offered: Offered, env: Env): Next {
  const halted: Effect[] = model.state === 'idle' ? CANCEL_ALL : [...CANCEL_ALL, HALT];
  return begin({ ...initialModel(), rungs: offered.rungs, fresh: true }, offered, env, halted);
}

function renewed(model: Model, offered: Offered, env: Env): Next {
  if (model.state !== 'reconnecting' && model.state !== 'connecting') return [model, STAY];
  // The way that was to be tried keeps its turn, wherever it stands now.
  const present = model.rungs[model.rung]?.engine;
  const rung = Math.max(0, offered.rungs.findIndex(({ engine }) => engine === present));
  return begin({ ...model, rungs: offered.rungs, rung, renew: false, fresh: true }, offered, env, []);
}

/** Starts the present rung, or says why there is none. */
function begin(model: Model, { rejected }: Offered, env: Env, before: Effect[]): Next {
  let next = model;
  for (const { engine, reason } of rejected) {
    next = { ...next, steps: keepSteps(next.steps, { at_ms: env.now_ms, engine, what: 'unsupported', reason }) };
  }
  if (next.rungs.length > 0) return start(next, env, 'start', before);
  const reason = rejected[0]?.reason ?? { code: 'no_engine' };
  const later = retryLater(next, env);
  return [{ ...next, state: 'failed', reason, failures: next.failures + 1 }, [...before, ...later]];
}

function show(model: Model, env: Env): Next {
  if (model.state !== 'suspended') return [model, STAY];
  if (model.rungs.length === 0 || model.renew) return [{ ...model, state: 'connecting' }, [{ kind: 'renew' }]];
  return start({ ...model, rung: 0, rungFailures: 0 }, env, 'start', []);
}

function start(model: Model, env: Env, what: string, before: Effect[]): Next {
  const rung = model.rungs[model.rung];
  if (!rung) return [{ ...model, state: 'failed', reason: { code: 'no_engine' } }, before];
  const next: Model = { ...noted(model, env, what), state: 'connecting', playingSince_ms: null };
  return [next, [...before, { kind: 'start', rung }]];
}

function firstFrame(model: Model, env: Env): Next {
  if (model.state !== 'connecting' && model.state !== 'waiting') return [model, STAY];
  const next: Model = {
    ...noted(model, env, 'playing'),
    state: 'playing',
    playingSince_ms: env.now_ms,
    rungFailures: 0,
    reason: null,
    fresh: false,
  };
  if (next.rung === 0) return [next, STAY];
  const delay_ms = backoffDelay(CLIMB, next.climbs, env.random);
  return [next, [{ kind: 'timer', name: 'climb', delay_ms }]];
}

function fault(model: Model, reason: Reason, retryable: boolean, env: Env): Next {
  if (model.state === 'idle' || model.state === 'suspended' || model.state === 'failed') return [model, STAY];
  const stable = model.playingSince_ms !== null && env.now_ms - model.playingSince_ms >= STABLE_MS;
  const played = model.playingSince_ms !== null;
  // The camera changed its codec: the server knows which ways lead to the new one.
  const changed = reason.code === 'codec' && (played || !model.fresh);
  const outdated = reason.code === 'unsupported' && !model.fresh;
  let next: Model = {
    ...noted(model, env, 'fault', reason),
    reason,
    playingSince_ms: null,
    failures: stable ? 0 : model.failures + 1,
    rungFailures: played ? 0 : BARRED_CODES.has(reason.code) ? FAILURES_PER_RUNG : model.rungFailures + 1,
    reconnects: model.reconnects + 1,
    renew: model.renew || changed || outdated || RENEW_CODES.has(reason.code),
  };
  const halt: Effect[] = [{ kind: 'cancel', name: 'climb' }, HALT];
  if (FINAL_CODES.has(reason.code)) return [{ ...next, state: 'failed' }, halt];
  // A fault of the stream itself is the same on every rung; only faults of the way climb down.
  const ofTheWay = retryable || reason.code === 'codec' || reason.code === 'decode';
  if (ofTheWay && next.rungFailures >= FAILURES_PER_RUNG && next.rungs.length > 1) {
    const rung = (next.rung + 1) % next.rungs.length;
    next = noted({ ...next, rung, rungFailures: 0 }, env, rung === 0 ? 'climb' : 'down', reason);
  }
  if (!retryable && !changed) return [{ ...next, state: 'failed' }, [...halt, ...retryLater(next, env)]];
  const delay_ms = backoffDelay(RECONNECT, Math.max(0, next.failures - 1), env.random);
  return [{ ...next, state: 'reconnecting' }, [...halt, { kind: 'timer', name: 'retry', delay_ms }]];
}

/** Pictures are skipped, and where there is a way below that costs less it is taken. */
function behind(model: Model, lasting: boolean, env: Env): Next {
  const reason = { code: 'overflow' };
  const next = noted(model, env, 'behind', reason);
  if (!lasting || model.state !== 'playing' || model.rung + 1 >= model.rungs.length) return [next, STAY];
  return start({ ...next, rung: model.rung + 1, rungFailures: 0 }, env, 'down', [{ kind: 'cancel', name: 'climb' }, HALT]);
}

function retryLater(model: Model, env: Env): Effect[] {
  const delay_ms = backoffDelay(RETRY_REFUSED, Math.max(0, model.failures - 1), env.random);
  return [{ kind: 'timer', name: 'retry', delay_ms }];
}

function retry(model: Model, env: Env): Next {
  if (model.state !== 'reconnecting' && model.state !== 'failed') return [model, STAY];
  const cancel: Effect[] = [{ kind: 'cancel', name: 'retry' }];
  // After a refusal the server may know better now: other tracks, other engines.
  if (model.renew || model.state === 'failed' || model.rungs.length === 0) {
    return [{ ...model, state: 'reconnecting' }, [...cancel, { kind: 'renew' }]];
  }
  return start(model, env, 'start', cancel);
}

function climb(model: Model, env: Env): Next {
  if (model.state !== 'playing' || model.rung === 0) return [model, STAY];
  const next = { ...model, rung: 0, rungFailures: FAILURES_PER_RUNG - 1, climbs: model.climbs + 1 };
  return start(next, env, 'climb', [HALT]);
}

function hide(model: Model): Next {
  const final = model.state === 'failed' && FINAL_CODES.has(model.reason?.code ?? '');
  if (model.state === 'idle' || model.state === 'suspended' || final) return [model, STAY];
  return [{ ...model, state: 'suspended', playingSince_ms: null, failures: 0 }, [...CANCEL_ALL, HALT]];
}

function noted(model: Model, env: Env, what: string, reason?: Reason): Model {
  const engine = model.rungs[model.rung]?.engine ?? '';
  return { ...model, steps: keepSteps(model.steps, { at_ms: env.now_ms, engine, what, reason }) };
}

function keepSteps(steps: LadderStep[], added: LadderStep): LadderStep[] {
  return [...steps, added].slice(-STEPS_KEPT);
}
