import { onBeforeUnmount, onMounted } from 'vue';
import { isElsewhere } from '../ui/shortcuts';
import type { Direction } from './model';

export interface WallKeys {
  /** More pictures, or with -1 fewer. */
  step(by: 1 | -1): void;
  move(direction: Direction): void;
  clear(): void;
  enlarge(): void;
  shrink(): void;
  fullscreen(): void;
  undo(): void;
  /** A view is called by its number. */
  call(number: number): void;
  /** Whether a number of two digits may begin so. */
  goesOn(digit: number): boolean;
}

const ARROWS: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
/** A second digit is waited for this long. */
const SECOND_DIGIT_MS = 900;

/** Keyboard of the wall, silent while a text is being typed or a control is in use. */
export function useWallKeys(keys: WallKeys): void {
  let first: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function call(number: number): void {
    clearTimeout(timer);
    first = null;
    if (number > 0) keys.call(number);
  }

  function digit(value: number): void {
    if (first !== null) return call(first * 10 + value);
    if (!keys.goesOn(value)) return call(value);
    first = value;
    timer = setTimeout(() => call(value), SECOND_DIGIT_MS);
  }

  const onKey = (event: KeyboardEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target : null;
    if (event.defaultPrevented || event.altKey || event.metaKey || isElsewhere(event)) return;
    const arrow = ARROWS[event.key];
    if (event.ctrlKey) {
      if (event.key !== 'z') return;
      keys.undo();
    } else if (arrow && !at?.closest('[role="tree"]')) keys.move(arrow);
    else if (/^\d$/.test(event.key)) digit(Number(event.key));
    else if (event.key === '+' || event.key === '=') keys.step(1);
    else if (event.key === '-') keys.step(-1);
    else if (event.key === 'Delete' || event.key === 'Backspace') keys.clear();
    else if (event.key === 'Enter' && !at?.matches('button, a, [role="button"]')) keys.enlarge();
    else if (event.key === 'Escape') keys.shrink();
    else if (event.key === 'f' || event.key === 'F') keys.fullscreen();
    else return;
    event.preventDefault();
  };
  onMounted(() => window.addEventListener('keydown', onKey));
  onBeforeUnmount(() => {
    clearTimeout(timer);
    window.removeEventListener('keydown', onKey);
  });
}
