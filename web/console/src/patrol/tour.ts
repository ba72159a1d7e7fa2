/** Which cameras a patrol shows next. Pure. */
import type { PatrolStep } from '../api/types';

/** A page of a patrol. */
export interface TourPage {
  /** Counts up; no two pages of a run have the same. */
  serial: number;
  steps: PatrolStep[];
  /** Cameras that were passed over on the way to it. */
  skipped: PatrolStep[];
  /** Place of its first step in the round, from 1. */
  first: number;
  /** Where the next page begins. */
  next: number;
  round: number;
}

/** The steps of a round: as they are listed, or in another order each time. `random` is at least 0 and below 1. */
export function roundOf(steps: readonly PatrolStep[], shuffled: boolean, random: () => number): PatrolStep[] {
  const order = steps.slice();
  if (!shuffled) return order;
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** The next cameras of a round that are there, from a place on; fewer than a page at its end, none when nothing is left. */
export function pageOf(order: readonly PatrolStep[], from: number, size: number, isThere: (step: PatrolStep) => boolean): Omit<TourPage, 'serial' | 'round'> {
  const steps: PatrolStep[] = [];
  const skipped: PatrolStep[] = [];
  let at = from;
  let first = from;
  for (; at < order.length && steps.length < size; at++) {
    const step = order[at]!;
    if (!isThere(step)) skipped.push(step);
    else {
      if (steps.length === 0) first = at;
      steps.push(step);
    }
  }
  return { steps, skipped, first: first + 1, next: at };
}

/** Takes page after page, round after round. */
export class Tour {
  private order: PatrolStep[] = [];
  private at = 0;
  private serial = 0;
  private round = 0;

  constructor(
    private readonly steps: readonly PatrolStep[],
    private readonly size: number,
    private readonly shuffled: boolean,
    private readonly isThere: (step: PatrolStep) => boolean,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next page; null when no camera of the patrol is there. */
  next(): TourPage | null {
    const skipped: PatrolStep[] = [];
    for (let tries = 0; tries < 2; tries++) {
      if (this.at >= this.order.length) this.begin();
      const page = pageOf(this.order, this.at, this.size, this.isThere);
      this.at = page.next;
      skipped.push(...page.skipped);
      if (page.steps.length > 0) return { ...page, skipped, serial: ++this.serial, round: this.round };
    }
    return null;
  }

  private begin(): void {
    this.order = roundOf(this.steps, this.shuffled, this.random);
    this.at = 0;
    this.round++;
  }
}
