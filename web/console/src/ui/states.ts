/** How a state looks: a tone (colour) and a shape that tells it without colour. */
export type Tone = 'live' | 'wait' | 'fail' | 'idle';

const DISC = 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z';
const RING = 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z';
const HALF = 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 1.8v6.400a3.200 3.200 0 0 1 0-6.400z';
const CROSS = 'M2.500 1L6 4.500 9.500 1 11 2.500 7.500 6 11 9.500 9.500 11 6 7.500 2.500 11 1 9.500 4.500 6 1 2.500z';

const MARKS: Record<string, { tone: Tone; shape: string }> = {
  live: { tone: 'live', shape: DISC },
  online: { tone: 'live', shape: DISC },
  playing: { tone: 'live', shape: DISC },
  sending: { tone: 'live', shape: DISC },
  delivered: { tone: 'live', shape: DISC },
  pending: { tone: 'wait', shape: HALF },
  waiting: { tone: 'wait', shape: HALF },
  connecting: { tone: 'wait', shape: HALF },
  backing_off: { tone: 'wait', shape: HALF },
  idle: { tone: 'idle', shape: RING },
  outside_schedule: { tone: 'idle', shape: RING },
  ended: { tone: 'idle', shape: RING },
  disabled: { tone: 'idle', shape: RING },
  unknown: { tone: 'idle', shape: RING },
  given_up: { tone: 'fail', shape: CROSS },
  offline: { tone: 'fail', shape: CROSS },
  failed: { tone: 'fail', shape: CROSS },
};

export function markOf(state: string): { tone: Tone; shape: string } {
  return MARKS[state] ?? MARKS['unknown']!;
}
