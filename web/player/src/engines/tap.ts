/** A second way out of a pump: the media as it was received, for who keeps it. Works the same in a page and in a worker. */
import { BoxSplitter, isInit } from './boxes';

/** An initialisation segment, or one fragment of `moof` and `mdat`. The bytes belong to who gets them. */
export interface TapPiece {
  kind: 'init' | 'fragment';
  bytes: Uint8Array<ArrayBuffer>;
}

export class Tap {
  private init: Uint8Array<ArrayBuffer> | null = null;
  private splitter = new BoxSplitter();
  private head: Uint8Array | null = null;
  private isOpen = false;

  constructor(private readonly out: (piece: TapPiece) => void) {}

  /** The newest initialisation segment comes first; asked for again, for another who keeps media, it comes again. */
  open(): void {
    if (!this.isOpen) {
      this.isOpen = true;
      this.head = null;
      this.splitter = new BoxSplitter();
    }
    if (this.init) this.out({ kind: 'init', bytes: this.init.slice() });
  }

  close(): void {
    this.isOpen = false;
  }

  /** What the transport delivered. Damaged media closes the tap; the decoder says what is wrong with it. */
  media(bytes: Uint8Array): void {
    if (isInit(bytes)) {
      this.splitter = new BoxSplitter();
      this.head = null;
    } else if (!this.isOpen) return;
    try {
      for (const box of this.splitter.push(bytes)) this.box(box.type, box.bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.close();
    }
  }

  private box(type: string, bytes: Uint8Array): void {
    if (type === 'ftyp' || type === 'moof') {
      this.head = bytes.slice();
    } else if (type === 'moov' || type === 'mdat') {
      const whole = this.head ? joined(this.head, bytes) : bytes.slice();
      const isMedia = type === 'mdat';
      // A fragment whose beginning was missed is no fragment.
      const hasHead = this.head !== null;
      this.head = null;
      if (!isMedia) this.init = whole;
      if (!this.isOpen || (isMedia && !hasHead)) return;
      this.out({ kind: isMedia ? 'fragment' : 'init', bytes: isMedia ? whole : whole.slice() });
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}
