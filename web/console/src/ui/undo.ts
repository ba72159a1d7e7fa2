import { onBeforeUnmount, ref, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { asProblem } from '../api/problem';
import { useToasts } from '../stores/toasts';
import { useProblemText } from './problems';

/** Time to change one's mind after deleting. */
const UNDO_MS = 6_000;

/** Deletes after the time for undoing; until then a row is only hidden. Leaving the page is agreement. */
export function useRemoveLater<K>(remove: (key: K) => Promise<unknown>, refresh: () => Promise<void>): {
  leaving: Ref<Map<K, ReturnType<typeof setTimeout>>>;
  removeLater(key: K, text: string): void;
} {
  const { t } = useI18n();
  const toasts = useToasts();
  const problemText = useProblemText();
  const leaving = ref(new Map()) as Ref<Map<K, ReturnType<typeof setTimeout>>>;

  async function now(key: K): Promise<void> {
    leaving.value.delete(key);
    try {
      await remove(key);
    } catch (error) {
      const text = problemText(asProblem(error));
      toasts.show({ tone: 'bad', text: text.sentence, detail: text.next });
    }
    await refresh();
  }

  function undo(key: K): void {
    clearTimeout(leaving.value.get(key));
    leaving.value.delete(key);
  }

  function removeLater(key: K, text: string): void {
    leaving.value.set(key, setTimeout(() => void now(key), UNDO_MS));
    toasts.show({ tone: 'plain', text, action: { label: t('action.undo'), run: () => undo(key) } }, UNDO_MS);
  }

  onBeforeUnmount(() => {
    for (const [key, timer] of leaving.value) {
      clearTimeout(timer);
      void now(key);
    }
  });
  return { leaving, removeLater };
}
