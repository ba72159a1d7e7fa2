/** Runs on the audio thread: what the microphone hears leaves as G.711 A-law, a message each 40 ms. */
import { Downsampler } from './downsampler';
import { RATE_HZ, to16Bits, toALaw } from './g711';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** What the audio thread sends. */
export interface Piece {
  a_law: Uint8Array<ArrayBuffer>;
  /** The loudest sample, 0 to 1. */
  peak: number;
}

const PIECE_BYTES = 0.04 * RATE_HZ;

class Microphone extends AudioWorkletProcessor {
  private readonly downsampler = new Downsampler(sampleRate);
  private waiting: number[] = [];

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (channel) this.waiting.push(...this.downsampler.push(channel));
    while (this.waiting.length >= PIECE_BYTES) this.tell(this.waiting.splice(0, PIECE_BYTES));
    return true;
  }

  private tell(samples: number[]): void {
    const a_law = Uint8Array.from(samples, (sample) => toALaw(to16Bits(sample)));
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    this.port.postMessage({ a_law, peak } satisfies Piece, [a_law.buffer]);
  }
}

registerProcessor('microphone', Microphone);
