/**
 * The seam between the player and its ways of getting pictures. An engine registers
 * with a capability test and a cost; the ladder is the capable ones by cost.
 */
import type { Span } from '../catchup';
import type { EngineOffer, PlayOffer, Refusal } from '../offer';
import type { Reason } from '../machine';
import type { Fault } from './transport';
import type { PumpHost } from './host';
import type { TapPiece } from './tap';

export interface EngineEvents {
  waiting(): void;
  /** `again` on a change of parameters in a running stream. */
  tracks(mime: string, refused: Refusal[], again: boolean): void;
  /** The other stream is here, or cannot be had while the present one goes on. */
  switched(): void;
  switchFailed(fault: Fault): void;
  /** Pictures were left out because this machine does not keep up; `lasting` when that goes on. */
  behind(lasting: boolean): void;
  fault(fault: Fault): void;
}

export interface EngineReadout {
  live: Span | null;
  bytes: number;
  /** Largest media time between two arrivals lately, in seconds. */
  piece: number;
  /** How much later than the fastest of its media an arrival was at most lately, in seconds. */
  late: number;
  /** Newest arrival in seconds of the shared clock, 0 before any. */
  arrived: number;
  inWorker: boolean;
}

/** What a decoder of ours has done since the engine began. */
export interface DecoderReadout {
  decoded: number;
  /** Time spent on it, in milliseconds. */
  spent_ms: number;
  /** Access units left out because it fell behind. */
  skipped: number;
  /** Pictures that came too late to be shown. */
  late: number;
  damaged: number;
  /** Decoders that were lost to damaged units. */
  traps: number;
  /** How far the picture is ahead of the sound that is heard, in milliseconds; null without sound. */
  ahead_of_sound_ms: number | null;
  /** Share of the last moment that its worker spent decoding, for all tiles together. */
  busy: number;
}

export interface Engine {
  readout(): EngineReadout;
  /** Called a few times a second while it runs. */
  tick(currentTime: number): void;
  /** Media time of the picture on the screen, of engines that do not go by the clock of the element; null before any. */
  position?(): number | null;
  decoder?(): DecoderReadout | null;
  /** Asks for another stream within the present session, where the engine can. */
  switchTo?(offer: EngineOffer): void;
  /** Hands out what is received, beginning with the initialisation segment, where the engine receives fragmented MP4; null ends it. */
  tap?(taker: ((piece: TapPiece) => void) | null): void;
  stop(): void;
}

export interface EngineContext {
  video: HTMLVideoElement;
  /** The player's own pump host, opened on first use. */
  host(): PumpHost;
  /** Starts playback, muted where the browser's autoplay rule demands it. */
  play(): void;
  events: EngineEvents;
}

export interface EngineKind {
  name: string;
  /** Orders the ladder: smaller is tried first. */
  cost: number;
  /** Null when this browser can play the offer this way, else the reason why not. */
  refuses(offer: EngineOffer): Reason | null;
  start(offer: EngineOffer, context: EngineContext): Engine;
}

const registered = new Map<string, EngineKind>();

export function registerEngine(kind: EngineKind): void {
  registered.set(kind.name, kind);
}

export function engineKind(name: string): EngineKind | undefined {
  return registered.get(name);
}

export interface Ladder {
  rungs: EngineOffer[];
  rejected: { engine: string; reason: Reason }[];
}

/** Engines of an offer that this browser can run, in the order of the server's plan or else cheapest first, and why the others cannot. */
export function buildLadder(offer: PlayOffer): Ladder {
  const leftOut = (offer.left_out ?? []).filter(({ engine }) => registered.has(engine));
  const ladder: Ladder = { rungs: [], rejected: leftOut.map(({ engine, code, message }) => ({ engine, reason: { code, message } })) };
  for (const candidate of offer.engines) {
    const kind = registered.get(candidate.engine);
    // The server may offer engines that this build does not have.
    if (!kind) continue;
    const reason = kind.refuses(candidate);
    if (reason) ladder.rejected.push({ engine: candidate.engine, reason });
    else ladder.rungs.push(candidate);
  }
  if (ladder.rungs.some(({ reason }) => reason)) return ladder;
  const cost = (rung: EngineOffer): number => registered.get(rung.engine)?.cost ?? Infinity;
  ladder.rungs.sort((a, b) => cost(a) - cost(b));
  return ladder;
}
