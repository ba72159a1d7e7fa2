import { onBeforeUnmount, onMounted } from 'vue';
import { LAYOUTS, type Direction, type Layout } from './model';

export interface WallKeys {
  layout(layout: Layout): void;
  move(direction: Direction): void;
  clear(): void;
  enlarge(): void;
  shrink(): void;
  fullscreen(): void;
}

const ARROWS: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** Keyboard of the wall, silent while a text is being typed or a control is in use. */
export function useWallKeys(keys: WallKeys): void {
  const onKey = (event: KeyboardEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target : null;
    if (event.ctrlKey || event.altKey || event.metaKey || at?.matches('input, textarea, select')) return;
    const arrow = ARROWS[event.key];
    const layout = LAYOUTS[Number(event.key) - 1];
    if (arrow) keys.move(arrow);
    else if (layout !== undefined) keys.layout(layout);
    else if (event.key === 'Delete' || event.key === 'Backspace') keys.clear();
    else if (event.key === 'Enter' && !at?.matches('button, a, [role="button"]')) keys.enlarge();
    else if (event.key === 'Escape') keys.shrink();
    else if (event.key === 'f' || event.key === 'F') keys.fullscreen();
    else return;
    event.preventDefault();
  };
  onMounted(() => window.addEventListener('keydown', onKey));
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey));
}
