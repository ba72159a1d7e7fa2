/** Keeps the newest seconds of a player that was told to, and opens the replay. Its code is fetched with the attribute. */
import type { PlayerFrame } from '../feature';
import type { Replay } from './replay';
import { REPLAY_S, ReplayRing } from './ring';

export class ReplayControl {
  private readonly ring = new ReplayRing();
  private readonly button: HTMLButtonElement;
  private stopTap: (() => void) | null = null;
  private opened: { replay: Replay; close: () => void } | null = null;

  constructor(private readonly frame: PlayerFrame) {
    this.button = frame.bar.button('replay', 'action.replay', () => void this.open());
    frame.bar.label(this.button, 'action.replay', { seconds: REPLAY_S });
    frame.bar.add(this.button, 'tools');
  }

  get isOpen(): boolean {
    return this.opened !== null;
  }

  /** Whether what is received can be kept and played; nothing is kept in vain. */
  set possible(isPossible: boolean) {
    this.button.hidden = !isPossible;
    if (isPossible) this.stopTap ??= this.frame.tap((piece) => this.ring.take(piece));
    else this.stop();
  }

  async open(): Promise<void> {
    const content = this.ring.content();
    if (this.opened) return;
    if (!content) return this.frame.say('hint.replay_empty');
    const [{ Replay }, { Strip }] = await Promise.all([import('./replay'), import('./strip')]);
    if (this.opened) return;
    const replay = new Replay(content, () => {
      this.close();
      this.frame.say('hint.replay_failed');
    });
    const strip = new Strip(replay, this.frame.text(), () => this.close());
    this.opened = {
      replay,
      close: () => {
        strip.close();
        replay.close();
      },
    };
    this.frame.root.append(strip.root);
    this.frame.showInstead(replay.video, content.start_s);
    this.frame.emit('replay', { open: true, duration_s: replay.duration_s });
    void replay.video.play().catch(() => undefined);
  }

  /** Back to live. */
  close(): void {
    if (!this.opened) return;
    this.frame.showInstead(null, 0);
    this.opened.close();
    this.opened = null;
    this.frame.emit('replay', { open: false, duration_s: 0 });
  }

  /** What is kept is of another stream from now on. */
  forget(): void {
    this.close();
    this.ring.clear();
  }

  end(): void {
    this.forget();
    this.stop();
    this.button.remove();
  }

  private stop(): void {
    this.stopTap?.();
    this.stopTap = null;
  }
}
