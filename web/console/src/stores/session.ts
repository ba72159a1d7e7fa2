import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { useCredentials } from '../api/client';
import * as api from '../api/session';
import type { Session } from '../api/types';

const KEY = 'viaduct.session';

/** The signed-in user. Kept in the browser, so that a second screen needs no second sign-in. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(stored());
  const ended = ref(false);

  const signedIn = computed(() => session.value !== null && Date.parse(session.value.expires_at) > Date.now());

  function keep(next: Session | null): void {
    session.value = next;
    if (next) localStorage.setItem(KEY, JSON.stringify(next));
    else localStorage.removeItem(KEY);
  }

  async function logIn(username: string, password: string): Promise<void> {
    keep(await api.logIn(username, password));
    ended.value = false;
  }

  async function setUp(password: string, code: string): Promise<void> {
    keep(await api.setUp(password, code));
    ended.value = false;
  }

  async function logOut(): Promise<void> {
    // The token is forgotten here even if the server cannot be told.
    await api.logOut().catch(() => undefined);
    keep(null);
  }

  /** The server refused the token: the sign-in page takes over and comes back afterwards. */
  function expire(): void {
    if (!session.value) return;
    keep(null);
    ended.value = true;
  }

  useCredentials({ token: () => session.value?.token ?? null, expired: expire });

  return { session, signedIn, ended, logIn, setUp, logOut, expire };
});

function stored(): Session | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Session | null;
    return value && Date.parse(value.expires_at) > Date.now() ? value : null;
  } catch {
    return null;
  }
}
