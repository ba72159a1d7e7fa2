/** Planes in the decoder's memory to something that a page can draw. */
import type { HevcDecoder, HevcPicture } from './hevc';
import type { Picture } from './protocol';

/** A stream that says nothing of its colours is taken for what browsers take it for: BT.709 from this height on. */
const HD_ROWS = 720;

export function makePicture(picture: HevcPicture, pts_s: number, decoder: HevcDecoder): Picture | Promise<Picture> {
  if (typeof VideoFrame === 'function') return frameOf(picture, Math.round(pts_s * 1e6));
  const { width, height } = picture;
  return createImageBitmap(new ImageData(decoder.rgba(picture).slice(), width, height));
}

/** Planes without gaps, used again for each picture: a frame copies what it is made of. */
let planes = new Uint8Array(0);

function frameOf({ width, height, memory, offsets }: HevcPicture, timestamp: number): VideoFrame {
  const hd = height >= HD_ROWS;
  const luma = width * height;
  if (planes.length !== luma * 1.5) planes = new Uint8Array(luma * 1.5);
  // Firefox (ESR 153) takes planes from the beginning, whatever `layout` says.
  const copy = (from: number, length: number, to: number): void => planes.set(memory.subarray(from, from + length), to);
  const [y, cb, cr] = offsets;
  copy(y, luma, 0);
  copy(cb, luma / 4, luma);
  copy(cr, luma / 4, luma * 1.25);
  return new VideoFrame(planes, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp,
    colorSpace: { matrix: hd ? 'bt709' : 'smpte170m', primaries: hd ? 'bt709' : 'smpte170m', transfer: hd ? 'bt709' : 'smpte170m', fullRange: false },
  });
}
