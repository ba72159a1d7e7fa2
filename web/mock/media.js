/** One live stream per name: an ffmpeg process while it has viewers, and its cached GOP. */
import { spawnClip } from './clips.js';
import { Boxes, readInit, shiftFragment } from './fmp4.js';

/** Time stamps start this late, as on a stream that has run for days. */
const TIME_OFFSET_S = 1_000_000;
const LINGER_MS = 1000;

/** Noise in the pictures of an `mdat`, and a length in it that leads out of it. */
function spoil(mdat, length) {
  for (let at = 40; at < mdat.length; at += 31) mdat[at] ^= 0x55;
  if (length) mdat[9] ^= 0x40;
}

export class LiveStream {
  viewers = new Set();
  init = null;
  mime = null;
  gop = [];
  process = null;
  started = Date.now();
  spoil = 0;

  constructor(clip) {
    this.clip = clip;
  }

  join(viewer) {
    this.viewers.add(viewer);
    clearTimeout(this.linger);
    if (!this.process) this.start();
    if (this.init) {
      viewer.init(this.init, this.mime);
      for (const fragment of this.gop) viewer.media(fragment);
    } else viewer.waiting?.();
    return () => {
      this.viewers.delete(viewer);
      if (this.viewers.size === 0) this.linger = setTimeout(() => this.stop(), LINGER_MS);
    };
  }

  /** Changes to another clip in the running stream: new parameters, same time line. */
  change(clip) {
    this.clip = clip;
    if (this.process) this.start();
  }

  /** Spoils the pictures of so many fragments, which keep their boxes. */
  damage(fragments) {
    this.spoil = fragments;
  }

  stop() {
    this.process?.kill('SIGKILL');
    this.process = null;
    this.init = null;
    this.gop = [];
  }

  start() {
    this.stop();
    const boxes = new Boxes();
    const child = spawnClip(this.clip);
    this.process = child;
    let ftyp = null;
    let moof = null;
    let clocks = null;
    let key = false;
    const offset_s = TIME_OFFSET_S + (Date.now() - this.started) / 1000;
    child.stdout.on('data', (chunk) => {
      if (child !== this.process) return;
      for (const box of boxes.push(chunk)) {
        if (box.type === 'ftyp') ftyp = box.bytes;
        if (box.type === 'moov') {
          this.init = Buffer.concat([ftyp, box.bytes]);
          ({ clocks, mime: this.mime } = readInit(this.init));
          for (const viewer of this.viewers) viewer.init(this.init, this.mime);
        }
        if (box.type === 'moof') {
          moof = box.bytes;
          key = shiftFragment(moof, clocks, offset_s);
        }
        if (box.type === 'mdat' && moof) {
          if (this.spoil-- > 0) spoil(box.bytes, this.spoil % 2 === 0);
          const fragment = Buffer.concat([moof, box.bytes]);
          if (key) this.gop = [];
          this.gop.push(fragment);
          for (const viewer of this.viewers) viewer.media(fragment);
          moof = null;
        }
      }
    });
  }
}
