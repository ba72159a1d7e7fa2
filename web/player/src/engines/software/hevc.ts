/**
 * The decoder in WebAssembly (web/hevc). One instance decodes one stream: its memory only grows,
 * and after a trap it is not to be used again.
 */

/** What the module exports; see web/hevc/src/abi.rs. */
interface Exports {
  memory: WebAssembly.Memory;
  input(length: number): number;
  configure(length: number): number;
  decode(length: number): number;
  picture(): number;
  rgba(): number;
  reset(): void;
}

const PICTURE = 1;
const FAULTS: [number, HevcFault][] = [
  [2, 'damaged'],
  [4, 'unsupported'],
  [8, 'limit'],
];

export type HevcFault = 'damaged' | 'unsupported' | 'limit';

/** A picture in the decoder's memory, good until the next call. */
export interface HevcPicture {
  width: number;
  height: number;
  /** Bits of a sample as it was coded. */
  codedBits: number;
  /** All of the memory, and where Y, Cb and Cr begin in it; rows are `width` and `width / 2` long. */
  memory: Uint8Array<ArrayBuffer>;
  offsets: [number, number, number];
}

export interface HevcDecoded {
  picture: HevcPicture | null;
  fault: HevcFault | null;
}

export class HevcDecoder {
  /** Instances that were lost to a trap. */
  traps = 0;
  private exports: Exports;
  private hvcC: Uint8Array | null = null;

  constructor(private readonly module: WebAssembly.Module) {
    this.exports = instantiate(module);
  }

  configure(hvcC: Uint8Array): HevcFault | null {
    this.hvcC = hvcC;
    return this.guarded(() => (this.put(hvcC) ? fault(this.exports.configure(hvcC.length)) : 'limit'));
  }

  /** Decodes one access unit. Null after a trap: what follows must begin with a key frame. */
  decode(unit: Uint8Array): HevcDecoded | null {
    return this.guarded(() => {
      if (!this.put(unit)) return { picture: null, fault: 'limit' };
      const bits = this.exports.decode(unit.length);
      return { picture: bits & PICTURE ? this.picture() : null, fault: fault(bits) };
    });
  }

  /** RGBA of the picture that was decoded last. */
  rgba({ width, height }: HevcPicture): Uint8ClampedArray<ArrayBuffer> {
    // The memory may grow for it, and then has another buffer.
    const at = this.exports.rgba();
    return new Uint8ClampedArray(this.exports.memory.buffer as ArrayBuffer, at, width * height * 4);
  }

  /** What follows begins with a key frame. */
  reset(): void {
    this.guarded(() => this.exports.reset());
  }

  private picture(): HevcPicture {
    const at = this.exports.picture();
    const { buffer } = this.exports.memory;
    const layout = new Uint32Array(buffer, at, 6);
    const [width, height, codedBits, y, cb, cr] = layout as unknown as [number, number, number, number, number, number];
    return { width, height, codedBits, memory: new Uint8Array(buffer as ArrayBuffer), offsets: [y, cb, cr] };
  }

  /** Puts the input in its place; false when it is over the limit. */
  private put(bytes: Uint8Array): boolean {
    const at = this.exports.input(bytes.length);
    if (at === 0) return false;
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
    return true;
  }

  private guarded<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      this.traps++;
      this.exports = instantiate(this.module);
      if (this.hvcC && this.put(this.hvcC)) this.exports.configure(this.hvcC.length);
      return null;
    }
  }
}

function instantiate(module: WebAssembly.Module): Exports {
  return new WebAssembly.Instance(module, {}).exports as unknown as Exports;
}

function fault(bits: number): HevcFault | null {
  return FAULTS.find(([bit]) => bits & bit)?.[1] ?? null;
}
