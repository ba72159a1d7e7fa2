/** A refusal as the server words it. */
export class Problem extends Error {
  constructor(status, code, detail, field) {
    super(detail);
    this.body = { type: 'about:blank', title: code, status, detail, code, ...(field ? { field } : {}) };
    this.status = status;
  }
}
