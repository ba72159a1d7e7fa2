import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** A menu that closes on Escape and when one turns to something else. `button` is what opens it, within `root`. */
export function useMenu(root: Ref<HTMLElement | null>, button: string): { open: Ref<boolean>; escape(): void } {
  const open = ref(false);

  function leave(event: Event): void {
    if (event.target instanceof Node && !root.value?.contains(event.target)) open.value = false;
  }

  function escape(): void {
    if (!open.value) return;
    open.value = false;
    root.value?.querySelector<HTMLElement>(button)?.focus();
  }

  onMounted(() => {
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
  });
  onBeforeUnmount(() => {
    document.removeEventListener('pointerdown', leave);
    document.removeEventListener('focusin', leave);
  });
  return { open, escape };
}
