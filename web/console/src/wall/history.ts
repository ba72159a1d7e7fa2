import { ref, shallowRef, type Ref } from 'vue';
import type { Wall } from './model';

/** Edits that can be taken back. */
const UNDO_MAX = 50;

/** A wall whose edits, not its selection, can be taken back. */
export function useWallHistory(first: Wall): { wall: Ref<Wall>; change(next: Wall): void; undo(): void; undoable: Ref<boolean> } {
  const wall = ref(first);
  const past = shallowRef<Wall[]>([]);
  const undoable = ref(false);

  function change(next: Wall): void {
    const { layout, tiles } = wall.value;
    if (next.layout !== layout || next.tiles.some((content, tile) => content !== tiles[tile])) past.value = [...past.value, wall.value].slice(-UNDO_MAX);
    undoable.value = past.value.length > 0;
    wall.value = next;
  }

  function undo(): void {
    const before = past.value.at(-1);
    if (!before) return;
    past.value = past.value.slice(0, -1);
    undoable.value = past.value.length > 0;
    wall.value = before;
  }

  return { wall, change, undo, undoable };
}
