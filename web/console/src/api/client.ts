/** The one place that sends requests. */
import createClient from 'openapi-fetch';
import { asProblem, problemOf } from './problem';
import type { paths } from './generated';

interface Credentials {
  token(): string | null;
  /** The server no longer accepts the token. */
  expired(): void;
  /** The server refused something for want of a right. */
  forbidden(): void;
}

/** These ask for the password once more: a refusal is about that one, and the token may be as good as before. */
const ASK_AGAIN = /\/me\/(password|second-factor\/\w+)$/;

let credentials: Credentials = { token: () => null, expired: () => undefined, forbidden: () => undefined };

export function useCredentials(next: Credentials): void {
  credentials = next;
}

export const client = createClient<paths>({ baseUrl: location.origin });

client.use({
  onRequest({ request }) {
    const token = credentials.token();
    if (token) request.headers.set('Authorization', `Bearer ${token}`);
    // The server's sentences come in the language of the console, not of the browser.
    request.headers.set('Accept-Language', document.documentElement.lang);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 403) credentials.forbidden();
    if (response.status === 401 && request.headers.has('Authorization') && !ASK_AGAIN.test(new URL(request.url).pathname)) credentials.expired();
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or a thrown ApiProblem. */
export async function answer<T>(request: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await request;
  } catch (error) {
    throw asProblem(error);
  }
  if (!result.response.ok) throw problemOf(result.response, result.error);
  return result.data as T;
}
