/** Says something over the picture for a few seconds. */
const SHOWN_MS = 6_000;

export class Hint {
  readonly root = document.createElement('div');
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.root.className = 'hint';
    this.root.setAttribute('role', 'status');
    this.root.hidden = true;
  }

  say(text: string): void {
    this.root.textContent = text;
    this.root.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.root.hidden = true), SHOWN_MS);
  }
}
