import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Toast {
  id: number;
  tone: 'good' | 'bad' | 'plain';
  text: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

const SHOWN_MS = 5_000;

/** Short messages in the corner, some with one action such as undo. */
export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([]);
  let next = 1;

  function dismiss(id: number): void {
    items.value = items.value.filter((toast) => toast.id !== id);
  }

  function show(toast: Omit<Toast, 'id'>, shown_ms = SHOWN_MS): number {
    const id = next++;
    items.value = [...items.value, { ...toast, id }];
    setTimeout(() => dismiss(id), shown_ms);
    return id;
  }

  return { items, show, dismiss };
});
