/**
 * Annotations in time with the picture: for each of many frames a row of lines is drawn that spells its number in bits, like the bar code
 * in the picture does. Pictures of the page must have the same number in both.
 */
import { assert, until } from './harness.js';
import { inPlayer, playing } from './player-view.js';

/** Bars of three quarters of full colour: what is drawn is brighter. */
const PAGE = '/streams/demo/road2';
const BITS = 12;
const WIDTH = 640;
const HEIGHT = 360;
const ROW = 0.9;

/** Numbers in a picture of the page: of the bar code, and of the lines; null where the lines say nothing. */
async function read(page, png) {
  return page.evaluate(
    async ([data, bits, width, row]) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const side = Math.floor(width / bits / 2) * 2;
      let [picture, lines] = [0, 0];
      for (let bit = 0; bit < bits; bit++) {
        const x = bit * side + side / 2;
        if (context.getImageData(x, side / 2, 1, 1).data[0] > 128) picture |= 1 << bit;
        const [red, green, blue] = context.getImageData(x, row, 1, 1).data;
        if (red > 220 && blue > 220 && green < 60) lines |= 1 << bit;
      }
      return { picture, lines };
    },
    [png.toString('base64'), BITS, WIDTH, Math.round(HEIGHT * ROW)],
  );
}

/** Media time at which the bar code would be 0. */
const zeroOf = (page) =>
  inPlayer(page, (player) => new Promise((resolve) => {
    const canvas = new OffscreenCanvas(640, 360);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const found = new Map();
    const look = (_now, { mediaTime }) => {
      context.drawImage(player.video, 0, 0);
      let value = 0;
      for (let bit = 0; bit < 12; bit++) if (context.getImageData(bit * 52 + 26, 26, 1, 1).data[0] > 128) value |= 1 << bit;
      const zero = Math.round(mediaTime * 25) - value;
      found.set(zero, (found.get(zero) ?? 0) + 1);
      // What most frames say; a drawing may be of the next frame already.
      const best = [...found].sort((a, b) => b[1] - a[1])[0];
      if (best[1] >= 12) resolve({ frames: best[0], now: mediaTime });
      else player.video.requestVideoFrameCallback(look);
    };
    player.video.requestVideoFrameCallback(look);
  }));

const size = (page) => inPlayer(page, (player, [width, height]) => {
  // Beside the page's own things, so that nothing lies over it.
  Object.assign(player.style, { position: 'fixed', left: '0', top: '0', width: `${width}px`, height: `${height}px`, zIndex: '99' });
  player.removeAttribute('controls');
}, [WIDTH, HEIGHT]);
const shoot = (page) => page.screenshot({ clip: { x: 0, y: 0, width: WIDTH, height: HEIGHT } });

/** Bits of the frame's number as lines, each for the time of that frame; `late` frames too late. */
const spell = (page, zero, late) =>
  inPlayer(page, (player, [{ frames, now }, bits, row, delay]) => {
    const items = [];
    const first = Math.ceil(now * 25) - frames;
    for (let number = first; number < first + 300; number++) {
      const value = number % 1000;
      for (let bit = 0; bit < bits; bit++) {
        if (!(value & (1 << bit))) continue;
        const [left, right] = [bit * 52 + 6, bit * 52 + 46];
        items.push({ pts: (frames + number + delay) / 25, duration_s: 0.04, kind: 'line', colour: '#ff00ff', points: [{ x: left / 640, y: row }, { x: right / 640, y: row }] });
      }
    }
    player.annotate(items);
  }, [zero, BITS, ROW, late]);

async function distances(page) {
  const out = [];
  for (let look = 0; look < 12; look++) {
    const { picture, lines } = await read(page, await shoot(page));
    if (lines > 0) out.push(((lines - picture + 1500) % 1000) - 500);
  }
  return out;
}

export const playerAnnotate = [
  {
    name: 'player draws annotations on the frame that they belong to',
    run: async ({ page }) => {
      await playing(page, PAGE);
      await size(page);
      await spell(page, await until(() => zeroOf(page), 'the time of the frames'), 0);
      await page.waitForTimeout(300);
      const apart = await distances(page);
      process.stdout.write(`      frames apart: ${apart.join(' ')}\n`);
      assert(apart.length >= 6, `${apart.length} pictures with lines`);
      assert(apart.every((each) => Math.abs(each) <= 1), apart.join());
      // The check sees what is out of time.
      await inPlayer(page, (player) => player.clearAnnotations());
      await spell(page, await zeroOf(page), 5);
      await page.waitForTimeout(500);
      const late = await distances(page);
      assert(late.length > 0 && late.every((each) => each <= -4), `five frames late: ${late.join()}`);
    },
  },
  {
    name: 'player keeps annotations in their place when the picture is turned, mirrored and enlarged',
    run: async ({ page }) => {
      await playing(page, PAGE);
      await size(page);
      const mark = (wanted) => inPlayer(page, (player, [x, y]) => {
        player.clearAnnotations();
        player.annotate([{ pts: player.video.currentTime - 1, duration_s: 60, kind: 'box', colour: '#ff00ff', points: [{ x: x - 0.02, y: y - 0.02 }, { x: x + 0.02, y: y + 0.02 }], label: 'A1' }]);
      }, wanted);
      /** The middle of what is magenta on the screen. */
      const seen = async () => page.evaluate(async (data) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const { data: pixels } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        let box = [Infinity, Infinity, -1, -1];
        for (let at = 0; at < pixels.length; at += 4) {
          if (pixels[at] < 235 || pixels[at + 1] > 30 || pixels[at + 2] < 235) continue;
          const [x, y] = [(at / 4) % bitmap.width, Math.floor(at / 4 / bitmap.width)];
          box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
        }
        return box;
      }, (await shoot(page)).toString('base64'));
      await mark([0.25, 0.6]);
      for (const [what, set, x, y] of [
        ['upright', {}, 160, 216],
        ['mirrored', { mirror: '' }, 480, 216],
        // Turned by 180 degrees.
        ['upside down', { rotate: '180' }, 480, 144],
        // All of it stands 202.5 wide in the middle: the upper edge is to the right.
        ['turned', { rotate: '90' }, 320 - 101.25 + 0.4 * 202.5, 90],
      ]) {
        await inPlayer(page, (player, attributes) => {
          for (const name of ['mirror', 'rotate']) player.removeAttribute(name);
          for (const [name, value] of Object.entries(attributes)) player.setAttribute(name, value);
        }, set);
        await page.waitForTimeout(250);
        const [left, , right, bottom] = await seen();
        // The label stands above the box, so its lower edge is measured.
        const half = what === 'turned' ? { width: 0.02 * 202.5, height: 0.02 * 360 } : { width: 0.02 * 640, height: 0.02 * 360 };
        assert(Math.abs((left + Math.min(right, left + 2 * half.width)) / 2 - x) < 4 && Math.abs(bottom - half.height - y) < 4, `${what}: ${[left, right, bottom]} for ${x}, ${y}`);
      }
      await inPlayer(page, (player) => {
        player.removeAttribute('rotate');
        player.look = { zoom: 4, x: 0.25, y: 0.6 };
      });
      await page.waitForTimeout(250);
      const [left, , right, bottom] = await seen();
      assert(Math.abs((left + right) / 2 - 320) < 12 && Math.abs(bottom - 180 - 0.02 * 360 * 4) < 5, `enlarged: ${[left, right, bottom]}`);
    },
  },
];
