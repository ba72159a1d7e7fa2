/** The way to the sign-in provider and back: the server does it by redirects, and comes back with a code behind the #. */
import { returnPath } from '../router';

/** Leads to the provider. */
export const PROVIDER_PATH = '/api/v1/login/oidc';
const MARK = '#sign-in=';
const NEXT = 'viaduct.next';

/** Notes where to go once the provider has sent us back. */
export function rememberNext(next: unknown): void {
  sessionStorage.setItem(NEXT, returnPath(next));
}

/** Where to go now. */
export function takeNext(): string {
  const next = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  return returnPath(next);
}

/** The code with which the browser came back, which leaves the address at once. */
export function takeCode(): string | null {
  if (!location.hash.startsWith(MARK)) return null;
  const code = location.hash.slice(MARK.length);
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}
