/** Panoramas by their pixels: what the player shows of one is compared with what FFmpeg's filter v360 makes of it. */
import { spawnSync } from 'node:child_process';
import { clipFile } from '../mock/clips.js';
import { assert, until } from './harness.js';
import { bar, inPlayer, playing } from './player-view.js';

const WIDTH = 640;
const HEIGHT = 360;
/** Mean difference of a channel, of 255: both sample between pixels in their own way, and the picture was compressed. */
const DIFFERENCE_MAX = 5;

/** A frame of FFmpeg's, with the colours that Chromium takes for those of a picture that does not say, as red, green, blue, alpha of each pixel. */
function byFfmpeg(clip, { yaw, pitch, fov }) {
  const vertical = (2 * Math.atan((Math.tan((fov * Math.PI) / 360) * HEIGHT) / WIDTH) * 180) / Math.PI;
  const filter = `v360=e:flat:yaw=${yaw}:pitch=${pitch}:h_fov=${fov}:v_fov=${vertical}:w=${WIDTH}:h=${HEIGHT},scale=in_color_matrix=bt709`;
  const { stdout, status } = spawnSync('ffmpeg', ['-v', 'error', '-i', clipFile(clip), '-vf', filter, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'], { maxBuffer: 1e8 });
  assert(status === 0 && stdout.length === WIDTH * HEIGHT * 4, 'FFmpeg makes a picture');
  return stdout;
}

/** The same of the player's. */
async function byPlayer(page, look) {
  const text = await inPlayer(
    page,
    async (player, wanted) => {
      player.panoramaLook = wanted;
      const bitmap = await createImageBitmap(await player.snapshot());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let out = '';
      for (let at = 0; at < data.length; at += 32_768) out += String.fromCharCode(...data.subarray(at, at + 32_768));
      return btoa(out);
    },
    look,
  );
  return Buffer.from(text, 'base64');
}

function difference(a, b) {
  assert(a.length === b.length, `${a.length} and ${b.length} bytes`);
  let sum = 0;
  for (let at = 0; at < a.length; at++) if (at % 4 !== 3) sum += Math.abs(a[at] - b[at]);
  return sum / ((a.length * 3) / 4);
}

async function open(page, mock, clip, projection) {
  mock.live('demo', 'road1').media.clip = clip;
  await playing(page);
  await inPlayer(page, (player, [form, width, height]) => {
    Object.assign(player.style, { width: `${width}px`, height: `${height}px` });
    player.setAttribute('projection', form);
  }, [projection, WIDTH, HEIGHT]);
  await until(() => inPlayer(page, (player) => player.panoramaLook !== null), 'the panorama');
}

export const playerPanorama = [
  {
    name: 'player looks around in a panorama and shows what FFmpeg makes of it in that direction',
    run: async ({ page, mock }) => {
      await open(page, mock, 'round', 'equirect');
      const looks = [[0, 0, 90], [60, 20, 90], [-135, -35, 60], [178, 10, 100], [30, -75, 90]].map(([yaw, pitch, fov]) => ({ yaw, pitch, fov }));
      for (const look of looks) {
        const [ours, theirs] = [await byPlayer(page, look), byFfmpeg('round', look)];
        const apart = difference(ours, theirs);
        process.stdout.write(`      ${JSON.stringify(look)}: ${apart.toFixed(2)} of 255\n`);
        assert(apart < DIFFERENCE_MAX, `${JSON.stringify(look)}: ${apart}`);
      }
      // The measure tells a direction from another.
      assert(difference(await byPlayer(page, looks[1]), byFfmpeg('round', { ...looks[1], yaw: 64 })) > DIFFERENCE_MAX, 'four degrees beside');
    },
  },
  {
    name: 'player straightens the picture of a fisheye under a ceiling to what the panorama shows there',
    run: async ({ page, mock }) => {
      await open(page, mock, 'ceiling', 'fisheye-ceiling');
      for (const [yaw, pitch, fov] of [[0, -50, 60], [120, -60, 70], [-90, -45, 50]]) {
        // Made by FFmpeg of the same panorama, which the player has only through the lens.
        const apart = difference(await byPlayer(page, { yaw, pitch, fov }), byFfmpeg('round', { yaw, pitch, fov }));
        process.stdout.write(`      yaw ${yaw}, pitch ${pitch}, fov ${fov}: ${apart.toFixed(2)} of 255\n`);
        assert(apart < 2 * DIFFERENCE_MAX, `${yaw} ${pitch}: ${apart}`);
      }
    },
  },
  {
    name: 'player turns a panorama by drag, wheel and keys, from its menu, and a page has one',
    run: async ({ page, mock }) => {
      mock.live('demo', 'road1').media.clip = 'round';
      await playing(page);
      await bar(page, '画面').click();
      await page.locator('viaduct-player .menu select').selectOption('equirect');
      await until(() => inPlayer(page, (player) => player.panoramaLook !== null), 'the panorama');
      await page.keyboard.press('Escape');
      const look = () => inPlayer(page, (player) => player.panoramaLook);
      const box = await page.locator('viaduct-player').boundingBox();
      const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down();
      await page.mouse.move(middle.x - 200, middle.y + 50, { steps: 5 });
      await page.mouse.up();
      const dragged = await look();
      assert(dragged.yaw > 5 && dragged.pitch > 1, JSON.stringify(dragged));
      await page.mouse.wheel(0, -240);
      await until(async () => (await look()).fov < 85, 'closer');
      await page.locator('viaduct-player .surface').focus();
      await page.keyboard.press('ArrowRight');
      assert((await look()).yaw > dragged.yaw, 'to the right');
      await page.keyboard.press('0');
      assert((await look()).yaw === 0, 'back');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/panorama.png` });
      // Another one on the page takes the place of the first, which says so.
      await page.evaluate(() => {
        const other = document.createElement('viaduct-player');
        other.id = 'other';
        Object.assign(other.style, { width: '320px', height: '180px' });
        other.setAttribute('projection', 'equirect');
        document.body.append(other);
      });
      await until(() => inPlayer(page, (player) => player.panoramaLook === null && player.getAttribute('projection') === 'flat'), 'the first to be ordinary');
      await page.evaluate(() => document.querySelector('#other').remove());
    },
  },
  {
    name: 'player turns a panorama with the device, and says what it needs for that',
    run: async ({ page, mock }) => {
      await open(page, mock, 'round', 'equirect');
      const turn = async () => {
        if (!(await page.locator('viaduct-player .menu').isVisible())) await bar(page, '画面').click();
        await page.locator('viaduct-player .menu [data-item="gyroscope"]').click();
      };
      const hint = () => inPlayer(page, (player) => player.shadowRoot.querySelector('.hint').textContent);
      await turn();
      await until(async () => (await hint()).includes('未获准'), 'what was not permitted');
      await page.context().grantPermissions(['accelerometer', 'gyroscope']);
      await turn();
      await until(async () => (await hint()).includes('不提供'), 'a device without a sensor');
      const device = await page.context().newCDPSession(page);
      await device.send('DeviceOrientation.setDeviceOrientationOverride', { alpha: 0, beta: 90, gamma: 0 });
      await turn();
      await until(async () => (await page.locator('viaduct-player .menu [data-item="gyroscope"]').getAttribute('aria-pressed')) === 'true', 'it to be on');
      await device.send('DeviceOrientation.setDeviceOrientationOverride', { alpha: 330, beta: 100, gamma: 0 });
      await until(async () => {
        const { yaw, pitch } = await inPlayer(page, (player) => player.panoramaLook);
        return Math.abs(yaw - 30) < 1 && Math.abs(pitch - 10) < 1;
      }, 'the view to turn with it');
      await turn();
      await page.evaluate(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
      await turn();
      await until(async () => (await hint()).includes('HTTPS'), 'the need of HTTPS');
    },
  },
];
