/** What the parts of the element that stand beside playing (recording, replay, panorama) need of it. */
import type { TapPiece } from './engines/tap';
import type { Bar } from './bar';
import type { MessageKey, Translator } from './messages';
import type { PictureView } from './view/view';

export interface PlayerFrame {
  /** The live picture. */
  readonly video: HTMLVideoElement;
  readonly view: PictureView;
  readonly bar: Bar;
  readonly root: ShadowRoot;
  text(): Translator;
  /** Says something for a few seconds. */
  say(key: MessageKey, params?: Record<string, string | number>): void;
  emit(name: string, detail: unknown): void;
  /** Draws anew what depends on state. */
  render(): void;
  /** Hands out what is received until the returned function is called. */
  tap(taker: (piece: TapPiece) => void): () => void;
  /** Shows the pictures of another element, or with null the live ones. `offset_s` makes its times those of the stream. */
  showInstead(video: HTMLVideoElement | null, offset_s: number): void;
}

/** Hands what one tap gives to any number of takers. */
export class Takers {
  private readonly takers = new Set<(piece: TapPiece) => void>();

  /** `tap` opens or closes the one way out; opened again it begins with the initialisation segment again. */
  constructor(private readonly tap: (taker: ((piece: TapPiece) => void) | null) => void) {}

  add(taker: (piece: TapPiece) => void): () => void {
    this.takers.add(taker);
    this.tap(this.hand);
    return () => {
      this.takers.delete(taker);
      if (this.takers.size === 0) this.tap(null);
    };
  }

  private readonly hand = (piece: TapPiece): void => {
    for (const taker of this.takers) taker(piece);
  };
}
