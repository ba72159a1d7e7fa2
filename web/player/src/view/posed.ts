/** Draws a picture turned and mirrored as it is shown. */
import type { Pose, Size } from './geometry';

/** Fills a canvas of `size` (as shown) with the whole picture. */
export function drawPosed(context: CanvasRenderingContext2D, image: CanvasImageSource, size: Size, { turn, mirror }: Pick<Pose, 'turn' | 'mirror'>): void {
  const isSideways = turn === 90 || turn === 270;
  const own = isSideways ? { width: size.height, height: size.width } : size;
  context.setTransform(1, 0, 0, 1, size.width / 2, size.height / 2);
  if (mirror) context.scale(-1, 1);
  context.rotate((turn * Math.PI) / 180);
  context.drawImage(image, -own.width / 2, -own.height / 2, own.width, own.height);
  context.setTransform(1, 0, 0, 1, 0, 0);
}
