/** Delay before a retry: doubling from `first_ms` to `cap_ms`, with the upper half random. */
export interface Backoff {
  first_ms: number;
  cap_ms: number;
}

export const RECONNECT: Backoff = { first_ms: 500, cap_ms: 15_000 };
/** A refusal that is not expected to heal by itself is asked again, but rarely. */
export const RETRY_REFUSED: Backoff = { first_ms: 15_000, cap_ms: 60_000 };
/** How long a lower rung plays before the upper ones are tried again. */
export const CLIMB: Backoff = { first_ms: 60_000, cap_ms: 600_000 };

/**
 * `attempt` counts from 0; `random` is uniform in [0, 1). The jitter spreads the
 * viewers of one server over time after it restarts.
 */
export function backoffDelay(backoff: Backoff, attempt: number, random: number): number {
  const full = Math.min(backoff.cap_ms, backoff.first_ms * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * random);
}
