import { onBeforeUnmount, onMounted } from 'vue';

/** Whether a key is for a text that is being typed or for a dialog, not for the page. */
export function isElsewhere(event: KeyboardEvent): boolean {
  const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  return typing || document.querySelector('.el-overlay:not([style*="display: none"])') !== null;
}

/** Keys that do the same on every page; `?` only while no text is being typed. */
export function useShortcuts(keys: { palette(): void; shortcuts(): void }): void {
  const onKey = (event: KeyboardEvent): void => {
    const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') keys.palette();
    else if (event.key === '?' && !typing) keys.shortcuts();
    else return;
    event.preventDefault();
  };
  onMounted(() => window.addEventListener('keydown', onKey));
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey));
}
