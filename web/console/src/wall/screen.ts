import { onBeforeUnmount } from 'vue';
import { announceScreen } from '../api/views';
import { useLive } from '../stores/live';

/** The server forgets a screen that it has not heard of for thirty seconds. */
const ANNOUNCE_MS = 10_000;

/** Makes this window a screen of that name while the page is shown, to which other desks may send. */
export function useScreen(name: string | null): void {
  if (name === null) return;
  const live = useLive();
  // A server that cannot be reached now hears of it the next time.
  const announce = (): void => void announceScreen(name).catch(() => undefined);
  live.screen = name;
  announce();
  const timer = setInterval(announce, ANNOUNCE_MS);
  onBeforeUnmount(() => {
    live.screen = null;
    clearInterval(timer);
  });
}
