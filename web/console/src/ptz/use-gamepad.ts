import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';
import type { PtzMove } from '../api/types';
import { moveOf, padOf, toldOf } from './gamepad';

/** Browsers tell nothing when a stick moves: it is asked for so often. */
const POLL_MS = 50;
const STILL: PtzMove = { pan: 0, tilt: 0, zoom: 0, focus: 0, iris: 0 };

/** Steers by gamepad while the caller is shown. Returns whether there is one. */
export function useGamepad(begin: (move: PtzMove) => void, stop: () => void): Ref<boolean> {
  const there = ref(false);
  let before = STILL;
  let timer: ReturnType<typeof setInterval> | undefined;

  function poll(): void {
    const pad = padOf(navigator.getGamepads());
    there.value = pad !== null;
    // Of a window in the background nobody means the camera.
    const now = pad && document.hasFocus() ? moveOf(pad) : STILL;
    const told = toldOf(before, now);
    before = now;
    if (told) begin(told);
    else if (told === null) stop();
  }

  onMounted(() => {
    // Plain HTTP has no gamepads in some browsers.
    if ('getGamepads' in navigator) timer = setInterval(poll, POLL_MS);
  });
  onBeforeUnmount(() => clearInterval(timer));
  return there;
}
