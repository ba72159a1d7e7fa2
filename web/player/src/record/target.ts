/** Where a recording goes: into a file that the user chose, as it comes, or into memory and from there to the downloads. */

import { save } from '../save';

export interface Target {
  /** Bytes that it takes, or null when the disk is the limit. */
  readonly cap_bytes: number | null;
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Writes over what is there already, and keeps the file. */
  finish(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** A recording without a file of its own ends at this size. */
export const MEMORY_CAP_BYTES = 512 * 1024 * 1024;
/** More waiting for the disk means that it does not keep up. */
export const DISK_QUEUE_CAP_BYTES = 64 * 1024 * 1024;

interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string; types: { accept: Record<string, string[]> }[] }): Promise<FileSystemFileHandle>;
}

/** Asks for a file where the browser can (secure pages of Chromium); null when the user wants none. `failed` is told of a write that failed. */
export async function openTarget(name: string, failed: () => void): Promise<Target | null> {
  const { showSaveFilePicker } = window as SavePicker;
  if (!showSaveFilePicker) return new MemoryTarget(name);
  try {
    const handle = await showSaveFilePicker.call(window, { suggestedName: name, types: [{ accept: { 'video/mp4': ['.mp4'] } }] });
    return new FileTarget(await handle.createWritable(), failed);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    // A frame of another origin may not ask; memory is left.
    return new MemoryTarget(name);
  }
}

class MemoryTarget implements Target {
  readonly cap_bytes = MEMORY_CAP_BYTES;
  private blob = new Blob();
  private pending: Uint8Array<ArrayBuffer>[] = [];

  constructor(private readonly name: string) {}

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.pending.push(bytes);
    // A browser may keep a large Blob on disk, but not thousands of small arrays.
    if (this.pending.length >= 256) this.flush();
  }

  private flush(): void {
    this.blob = new Blob([this.blob, ...this.pending]);
    this.pending = [];
  }

  async finish(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.flush();
    const file = new Blob([this.blob.slice(0, at), bytes, this.blob.slice(at + bytes.length)], { type: 'video/mp4' });
    save(file, this.name);
  }
}

class FileTarget implements Target {
  readonly cap_bytes = null;
  private queued_bytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private isBroken = false;

  constructor(
    private readonly file: FileSystemWritableFileStream,
    private readonly failed: () => void,
  ) {}

  append(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.isBroken) return;
    this.queued_bytes += bytes.length;
    if (this.queued_bytes > DISK_QUEUE_CAP_BYTES) return this.break();
    this.writing = this.writing
      .then(() => this.file.write(bytes))
      .then(() => void (this.queued_bytes -= bytes.length))
      .catch(() => this.break());
  }

  private break(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.failed();
  }

  async finish(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.writing;
    await this.file.write({ type: 'write', position: at, data: bytes });
    await this.file.close();
  }
}
