/** Sound of any rate at 8 kHz, piece by piece. Pure. */
import { RATE_HZ } from './g711';

/** What is above cannot be carried, and would be heard as other tones. */
const CUTOFF_HZ = 3_600;
/** The filter reaches so many samples of 8 kHz to either side. */
const REACH = 16;
/** Places between two samples that a sample of 8 kHz may fall on. */
const PHASES = 64;

export class Downsampler {
  /** Samples of `rate_hz` between two of 8 kHz. */
  private readonly step: number;
  private readonly reach: number;
  private readonly filters: Float32Array[];
  private kept: Float32Array;
  /** Where the next sample falls in what is kept. */
  private next: number;

  constructor(rate_hz: number) {
    this.step = rate_hz / RATE_HZ;
    this.reach = Math.ceil(REACH * Math.max(this.step, 1));
    this.filters = Array.from({ length: PHASES }, (_, phase) => filterOf(rate_hz, this.reach, phase / PHASES));
    this.kept = new Float32Array(this.reach);
    this.next = this.reach;
  }

  /** The samples that are known now; some of what was given waits for what follows. */
  push(samples: Float32Array): number[] {
    const all = new Float32Array(this.kept.length + samples.length);
    all.set(this.kept);
    all.set(samples, this.kept.length);
    const made: number[] = [];
    for (; this.next + this.reach + 1 < all.length; this.next += this.step) made.push(this.at(all, this.next));
    const passed = Math.floor(this.next) - this.reach;
    this.kept = all.slice(passed);
    this.next -= passed;
    return made;
  }

  private at(samples: Float32Array, place: number): number {
    const whole = Math.floor(place);
    const filter = this.filters[Math.floor((place - whole) * PHASES)] as Float32Array;
    let sum = 0;
    filter.forEach((weight, index) => (sum += weight * (samples[whole - this.reach + index] as number)));
    return sum;
  }
}

/** A low pass around a place `shift` behind a sample, of `2 * reach + 1` weights that add up to one. */
function filterOf(rate_hz: number, reach: number, shift: number): Float32Array {
  const cutoff = Math.min((2 * CUTOFF_HZ) / rate_hz, 1);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const distance = index - reach - shift;
    const turn = Math.PI * cutoff * distance;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1));
    return window * (turn === 0 ? 1 : Math.sin(turn) / turn);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
