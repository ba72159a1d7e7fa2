import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** The pointer is hidden after so long without moving. */
const STILL_MS = 3_000;
/** A page that breaks again and again is loaded anew this often at most. */
const RELOAD_EVERY_MS = 60_000;
const KEY = 'viaduct.kiosk.reloaded';

/** Loads the page anew after a fault that it cannot mend itself, such as a file of a version that was replaced. */
function reload(): void {
  if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < RELOAD_EVERY_MS) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}

/** What a window needs that nobody sits at: no pointer, no sleeping screen, mending itself. Returns whether the pointer is still. */
export function useKiosk(on: boolean): Ref<boolean> {
  const still = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function moved(): void {
    still.value = false;
    clearTimeout(timer);
    timer = setTimeout(() => (still.value = true), STILL_MS);
  }

  async function stayAwake(): Promise<void> {
    // On plain HTTP there is none; the screen's own settings decide then.
    if (document.visibilityState === 'visible') await navigator.wakeLock?.request('screen').catch(() => undefined);
  }

  const events = { pointermove: moved, error: reload, unhandledrejection: reload, 'vite:preloadError': reload, visibilitychange: stayAwake };
  onMounted(() => {
    if (!on) return;
    for (const [name, listener] of Object.entries(events)) window.addEventListener(name, listener);
    moved();
    void stayAwake();
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    for (const [name, listener] of Object.entries(events)) window.removeEventListener(name, listener);
  });
  return still;
}
