/** A refusal of the mock, as problem JSON. */
export class Problem extends Error {
  constructor(status, code, detail, field, retry_after_s) {
    super(detail);
    this.body = { type: 'about:blank', title: code, status, detail, code, ...(field ? { field } : {}) };
    this.status = status;
    this.headers = retry_after_s ? { 'retry-after': String(retry_after_s) } : {};
  }
}
