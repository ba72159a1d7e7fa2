/** An answer that is a refusal: problem JSON (RFC 9457), or no answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly code: string,
    readonly status: number,
    /** The server's own sentence, empty when it gave none. */
    readonly detail: string,
    /** The input that the refusal is about. */
    readonly field: string | null = null,
    readonly retry_after_s: number | null = null,
  ) {
    super(detail || code);
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retry(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function problemOf(response: Response, body: unknown): ApiProblem {
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (key: string): string | null => (typeof problem[key] === 'string' ? problem[key] : null);
  const retryAfter = Number(response.headers.get('retry-after'));
  return new ApiProblem(
    text('code') ?? (response.status === 401 ? 'unauthorized' : 'internal'),
    response.status,
    text('detail') ?? text('title') ?? '',
    text('field'),
    retryAfter > 0 ? retryAfter : null,
  );
}

/** Any thrown value as a problem; what is no answer of the server is `offline`. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof TypeError) return new ApiProblem('offline', 0, '');
  return new ApiProblem('internal', 0, error instanceof Error ? error.message : String(error));
}
