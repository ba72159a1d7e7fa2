import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface Question {
  title: string;
  text: string;
  /** Label of the button that goes ahead. */
  yes: string;
  danger?: boolean | undefined;
}

/** Asks before something that cannot be undone. One question at a time. */
export const useConfirm = defineStore('confirm', () => {
  const question = shallowRef<Question | null>(null);
  let settle: ((yes: boolean) => void) | null = null;

  function ask(next: Question): Promise<boolean> {
    settle?.(false);
    question.value = next;
    return new Promise((resolve) => (settle = resolve));
  }

  function answer(yes: boolean): void {
    question.value = null;
    settle?.(yes);
    settle = null;
  }

  return { question, ask, answer };
});
