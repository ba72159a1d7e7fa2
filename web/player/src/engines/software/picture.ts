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

function frameOf({ width, height, memory, offsets }: HevcPicture, timestamp: number): VideoFrame {
  const hd = height >= HD_ROWS;
  return new VideoFrame(memory, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp,
    layout: offsets.map((offset, plane) => ({ offset, stride: plane === 0 ? width : width / 2 })),
    colorSpace: { matrix: hd ? 'bt709' : 'smpte170m', primaries: hd ? 'bt709' : 'smpte170m', transfer: hd ? 'bt709' : 'smpte170m', fullRange: false },
  });
}
