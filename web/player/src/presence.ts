/** Whether somebody can see a player: on the screen, in a page in front, or in a window of its own. */

/** A player that nobody sees is given this long before its stream is given back. */
const HIDDEN_GRACE_MS = 5_000;

export interface PresenceHooks {
  show(): void;
  hide(): void;
  /** It is seen wherever its page is. */
  isInPicture(): boolean;
}

export class Presence {
  private hiddenTimer: ReturnType<typeof setTimeout> | null = null;
  private onScreen = true;
  private readonly observer: IntersectionObserver;

  constructor(
    private readonly element: HTMLElement,
    private readonly hooks: PresenceHooks,
  ) {
    this.observer = new IntersectionObserver((entries) => {
      this.onScreen = entries[entries.length - 1]?.isIntersecting ?? true;
      this.check();
    });
  }

  connect(): void {
    this.observer.observe(this.element);
    document.addEventListener('visibilitychange', this.check);
    window.addEventListener('pageshow', this.onPageShow);
  }

  disconnect(): void {
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.check);
    window.removeEventListener('pageshow', this.onPageShow);
    this.wake();
  }

  readonly check = (): void => {
    const visible = this.hooks.isInPicture() || (this.onScreen && document.visibilityState === 'visible');
    if (visible) {
      this.wake();
      this.hooks.show();
    } else {
      this.hiddenTimer ??= setTimeout(() => {
        this.hiddenTimer = null;
        this.hooks.hide();
      }, HIDDEN_GRACE_MS);
    }
  };

  private wake(): void {
    if (this.hiddenTimer !== null) clearTimeout(this.hiddenTimer);
    this.hiddenTimer = null;
  }

  /** A page that comes out of the browser's cache has dead sockets and decoders: all is built anew. */
  private readonly onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) this.hooks.hide();
    this.check();
  };
}
