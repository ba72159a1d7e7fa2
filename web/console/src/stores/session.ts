import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { useCredentials } from '../api/client';
import * as api from '../api/session';
import type { Me, Session } from '../api/types';

const KEY = 'viaduct.session';
/** A refusal asks for the present rights, but a page that asks on and on does not do so each time. */
const REFRESH_EVERY_MS = 10_000;

/** The signed-in user. Kept in the browser, so that a second screen needs no second sign-in. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(stored());
  const ended = ref(false);

  let refreshedAt_ms = -Infinity;

  /** Who is signed in and what they may do. */
  const me = computed<Me | null>(() => session.value?.user ?? null);
  /** A session lasts while it is used; when it has ended, the server says so. */
  const signedIn = computed(() => session.value !== null);

  function keep(next: Session | null): void {
    session.value = next;
    if (next) localStorage.setItem(KEY, JSON.stringify(next));
    else localStorage.removeItem(KEY);
  }

  async function logIn(username: string, password: string, code?: string): Promise<void> {
    keep(await api.logIn(username, password, code));
    ended.value = false;
  }

  /** Ends a sign-in at the provider. */
  async function redeem(code: string): Promise<void> {
    keep(await api.redeemProviderLogin(code));
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

  /** Asks for the present name and rights; those that are known stay while the server cannot be asked. */
  async function refresh(): Promise<void> {
    const { token } = session.value ?? {};
    if (!token) return;
    refreshedAt_ms = Date.now();
    const user = await api.getMe().catch(() => null);
    if (!user || session.value?.token !== token) return;
    const next = { ...session.value, user };
    // Another window may have signed in as somebody else since; what it keeps stays.
    if (stored()?.token === token) keep(next);
    else session.value = next;
  }

  /** The server has ended the session as it was told to: there is no token any more. */
  function forget(): void {
    keep(null);
  }

  function forbidden(): void {
    if (Date.now() - refreshedAt_ms >= REFRESH_EVERY_MS) void refresh();
  }

  /** The server refused the token: the sign-in page takes over and comes back afterwards. */
  function expire(): void {
    if (!session.value) return;
    keep(null);
    ended.value = true;
  }

  useCredentials({ token: () => session.value?.token ?? null, expired: expire, forbidden });

  return { session, me, signedIn, ended, logIn, redeem, setUp, logOut, refresh, forget, expire };
});

function stored(): Session | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Session | null;
    // What earlier versions kept says nothing of rights.
    return value && Array.isArray(value.user?.permissions) ? value : null;
  } catch {
    return null;
  }
}
