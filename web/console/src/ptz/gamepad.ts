/** What a gamepad asks of a camera, by the browsers' standard mapping. Pure. */
import type { PtzMove } from '../api/types';

/** What is read of a gamepad. */
export interface Pad {
  axes: readonly number[];
  buttons: readonly { value: number }[];
  connected: boolean;
  mapping: string;
}

/** Sticks do not return to 0 exactly; up to here they count as let go. */
export const DEAD_ZONE = 0.15;
/** Speeds are told in so many steps: a hand is never quite still. */
const STEPS = 20;
/** Left stick: pan and tilt. */
const [PAN, TILT] = [0, 1];
/** Triggers: out and in. Shoulders: near and far. The cross steers as the stick does. */
const BUTTONS = { near: 4, far: 5, out: 6, in: 7, up: 12, down: 13, left: 14, right: 15 };

const stepped = (value: number): number => Math.round(Math.min(1, Math.max(-1, value)) * STEPS) / STEPS + 0;

/** 0 within the dead zone, and from there on from 0 to 1 of the fastest. */
function live(value: number): number {
  const size = Math.abs(value);
  return size <= DEAD_ZONE ? 0 : (Math.sign(value) * (size - DEAD_ZONE)) / (1 - DEAD_ZONE);
}

export const isStill = (move: PtzMove): boolean => Object.values(move).every((speed) => speed === 0);

const isSame = (one: PtzMove, other: PtzMove): boolean => (Object.keys(one) as (keyof PtzMove)[]).every((part) => one[part] === other[part]);

/** The speeds that the sticks and buttons mean, each from -1 to 1. */
export function moveOf(pad: Pad): PtzMove {
  const axis = (index: number): number => live(pad.axes[index] ?? 0);
  const pressed = (name: keyof typeof BUTTONS): number => live(pad.buttons[BUTTONS[name]]?.value ?? 0);
  return {
    pan: stepped(axis(PAN) + pressed('right') - pressed('left')),
    tilt: stepped(-axis(TILT) + pressed('up') - pressed('down')),
    zoom: stepped(pressed('in') - pressed('out')),
    focus: stepped(pressed('far') - pressed('near')),
    iris: 0,
  };
}

/** What to tell the camera when the speeds were `before`: new speeds, null to stop, undefined when nothing has changed. */
export function toldOf(before: PtzMove, now: PtzMove): PtzMove | null | undefined {
  if (isSame(before, now)) return undefined;
  return isStill(now) ? null : now;
}

/** The gamepad that is in use: the first that is moved, else the first there is. Others do not say which button is which. */
export function padOf(pads: readonly (Pad | null)[]): Pad | null {
  const usable = pads.filter((pad): pad is Pad => pad !== null && pad.connected && pad.mapping === 'standard');
  return usable.find((pad) => !isStill(moveOf(pad))) ?? usable[0] ?? null;
}
