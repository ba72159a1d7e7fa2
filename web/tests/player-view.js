/** Looking at the picture: digital zoom, the view menu, picture in picture. Places are proven by pixels of the page. */
import { assert, assertAccessible, readCounter, until } from './harness.js';
import { openCamera } from './ptz.js';

const PAGE = '/streams/demo/road1';

export const inPlayer = (page, work, arg) => page.evaluate(`(${work})(document.querySelector('viaduct-player'), ${JSON.stringify(arg) ?? ''})`);
export const bar = (page, name) => page.locator(`viaduct-player .bar [aria-label="${name}"]`);

export async function playing(page, path = PAGE) {
  await page.at(path);
  await until(() => readCounter(page), 'a picture');
  await until(async () => (await inPlayer(page, (player) => player.model.state)) === 'playing', 'playing');
}

const zoomOf = (page) => inPlayer(page, (player) => player.look.zoom);
const boxOf = (page) => page.locator('viaduct-player').boundingBox();

export const playerView = [
  {
    name: 'player zooms by wheel where the pointer stands, and shows on a small map what is looked at',
    run: async ({ page }) => {
      await playing(page);
      const box = await boxOf(page);
      const at = { x: box.x + box.width * 0.25, y: box.y + box.height * 0.4 };
      const place = (point) => inPlayer(page, (player, { x, y }) => player.placeAt(x, y), point);
      const before = await place(at);
      await page.mouse.move(at.x, at.y);
      for (let notch = 0; notch < 6; notch++) await page.mouse.wheel(0, -120);
      await until(async () => (await zoomOf(page)) > 2.5, 'the zoom');
      const after = await place(at);
      assert(Math.abs(after.x - before.x) < 0.01 && Math.abs(after.y - before.y) < 0.01, `${JSON.stringify(before)} became ${JSON.stringify(after)}`);
      const map = await page.locator('viaduct-player .minimap').boundingBox();
      const cut = await page.locator('viaduct-player .cutout').boundingBox();
      const zoom = await zoomOf(page);
      assert(Math.abs(map.width / cut.width - zoom) < zoom * 0.1, `${map.width} / ${cut.width} at ${zoom}`);
      for (let notch = 0; notch < 40; notch++) await page.mouse.wheel(0, -240);
      await until(async () => (await zoomOf(page)) === 8, 'the limit');
      await assertAccessible(page, 'an enlarged picture');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/zoom.png` });
      for (let notch = 0; notch < 60; notch++) await page.mouse.wheel(0, 240);
      await until(async () => (await zoomOf(page)) === 1, 'the whole picture');
      assert(!(await page.locator('viaduct-player .minimap').isVisible()), 'no map of what is all there');
    },
  },
  {
    name: 'player is dragged, double clicked and steered by keys, and stays so through engines and full screen',
    run: async ({ page, mock }) => {
      await playing(page);
      const box = await boxOf(page);
      const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      await page.mouse.dblclick(middle.x, middle.y);
      await until(async () => (await zoomOf(page)) === 2.5, 'closer');
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down();
      await page.mouse.move(middle.x + 90, middle.y + 40, { steps: 4 });
      await page.mouse.up();
      const look = await inPlayer(page, (player) => player.look);
      assert(Math.abs(look.x - (0.5 - 90 / (box.width * 2.5))) < 0.01, JSON.stringify(look));
      mock.dropMedia();
      await until(async () => (await inPlayer(page, (player) => player.model.state)) === 'reconnecting', 'reconnecting');
      await until(async () => (await inPlayer(page, (player) => player.model.state)) === 'playing', 'playing again', 20_000);
      assert((await zoomOf(page)) === 2.5, 'another engine shows the same place');
      await bar(page, '全屏').click();
      await until(() => page.evaluate(() => document.fullscreenElement !== null), 'full screen');
      assert((await zoomOf(page)) === 2.5, 'so does full screen');
      await page.mouse.move(700, 400);
      await page.mouse.wheel(0, -240);
      await until(async () => (await zoomOf(page)) > 2.5, 'the wheel in full screen');
      await page.evaluate(() => document.exitFullscreen());
      await page.locator('viaduct-player .surface').focus();
      await page.keyboard.press('0');
      assert((await zoomOf(page)) === 1, 'the key 0');
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      assert(Math.abs((await zoomOf(page)) - 1.25 ** 2) < 0.001, 'the key +');
      const before = (await inPlayer(page, (player) => player.look)).x;
      await page.keyboard.press('ArrowRight');
      assert((await inPlayer(page, (player) => player.look)).x > before, 'to the right');
      await page.keyboard.press('-');
      assert(Math.abs((await zoomOf(page)) - 1.25) < 0.001, 'the key -');
    },
  },
  {
    name: 'player is pinched with two fingers',
    run: async ({ page }) => {
      await playing(page);
      const box = await boxOf(page);
      const touch = await page.context().newCDPSession(page);
      const fingers = (apart) => [-1, 1].map((side, id) => ({ id, x: box.x + box.width / 2 + (side * apart) / 2, y: box.y + box.height / 2 }));
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(80) });
      for (const apart of [110, 140, 180, 240]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      const zoom = await zoomOf(page);
      assert(zoom > 2.2 && zoom < 4, `three times as far apart: ${zoom}`);
    },
  },
  {
    name: 'player leaves a drag to the camera that is steered by it, and tells it the right part of a turned picture',
    run: async ({ page, mock }) => {
      await openCamera(page, 3);
      await page.locator('.framing.able').waitFor();
      const box = await page.locator('.framing').boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      for (let notch = 0; notch < 4; notch++) await page.mouse.wheel(0, -240);
      await until(async () => (await zoomOf(page)) > 1, 'the zoom');
      const look = await inPlayer(page, (player) => player.look);
      await inPlayer(page, (player) => player.setAttribute('rotate', '180'));
      await inPlayer(page, (player, kept) => (player.look = kept), { ...look, x: 0.5, y: 0.5 });
      const corners = [{ x: box.x + box.width * 0.5, y: box.y + box.height * 0.5 }, { x: box.x + box.width * 0.75, y: box.y + box.height * 0.8 }];
      const places = await Promise.all(corners.map((corner) => inPlayer(page, (player, { x, y }) => player.placeAt(x, y), corner)));
      await page.mouse.move(corners[0].x, corners[0].y);
      await page.mouse.down();
      await page.mouse.move(corners[1].x, corners[1].y, { steps: 4 });
      await page.mouse.up();
      const frame = await until(() => mock.world.ptz.find(({ type }) => type === 'frame'), 'the frame');
      assert(Math.abs(frame.x - places[1].x) < 0.01 && Math.abs(frame.y - places[1].y) < 0.01, `${JSON.stringify(frame)} of ${JSON.stringify(places)}`);
      assert(frame.x < 0.5 && frame.y < 0.5, 'turned by 180 degrees, the lower right is the upper left');
      const moved = await inPlayer(page, (player) => player.look);
      assert(moved.x === 0.5 && moved.y === 0.5, 'the picture stayed where it was');
    },
  },
  {
    name: 'a tile of the wall is enlarged by a double click, and its picture moved once it was gone into',
    run: async ({ page }) => {
      await page.addInitScript(() => localStorage.setItem('viaduct.wall', JSON.stringify({ layout: '4', tiles: ['demo/road1', 'demo/road4'] })));
      await page.at('/wall');
      await until(() => readCounter(page), 'a picture');
      const tile = page.locator('[data-tile="0"]');
      const box = await tile.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      for (let notch = 0; notch < 4; notch++) await page.mouse.wheel(0, -240);
      await until(async () => (await tile.getAttribute('draggable')) === 'false', 'the tile to hold still');
      const before = (await inPlayer(page, (player) => player.look)).x;
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2, { steps: 4 });
      await page.mouse.up();
      assert((await inPlayer(page, (player) => player.look)).x > before, 'the picture moved');
      await page.keyboard.press('-');
      await until(async () => (await page.locator('.tile').count()) === 1, 'the keys are the wall\'s').catch(async () => assert(false, `${await page.locator('.tile').count()} tiles, ${await page.evaluate(() => [document.activeElement?.outerHTML.slice(0, 80), localStorage.getItem('viaduct.wall')])}`));
      await page.keyboard.press('+');
      await until(async () => (await page.locator('.tile').count()) > 1, 'the wall of four');
      await tile.dblclick();
      await page.locator('.tile.enlarged').waitFor();
    },
  },
  {
    name: 'player turns, mirrors and fits by its menu, in the snapshot too, and the console remembers it for the camera',
    run: async ({ page }) => {
      await playing(page);
      await bar(page, '画面').click();
      await assertAccessible(page, 'the view menu');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/menu.png` });
      const choose = (item) => page.locator(`viaduct-player .menu [data-item="${item}"]`).click();
      for (const item of ['rotate-90', 'mirror', 'fit-cover']) await choose(item);
      const settings = () => inPlayer(page, (player) => player.viewSettings);
      assert(JSON.stringify(await settings()) === JSON.stringify({ fit: 'cover', rotate: 90, mirror: true, projection: 'flat' }), JSON.stringify(await settings()));
      // Turned by 90 degrees and mirrored, the bar code of the upper edge runs down the left one; its first bit is at the top.
      const shot = await inPlayer(page, async (player) => {
        const bitmap = await createImageBitmap(await player.snapshot());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const bits = Array.from({ length: 12 }, (_, bit) => context.getImageData(26, bit * 52 + 26, 1, 1).data[0] > 128);
        return { width: bitmap.width, height: bitmap.height, value: bits.reduce((sum, on, bit) => sum + (on ? 2 ** bit : 0), 0) };
      });
      const counter = await readCounter(page);
      assert(shot.width === 360 && shot.height === 640, JSON.stringify(shot));
      assert((counter - shot.value + 1000) % 1000 < 30, `${shot.value} in the snapshot, ${counter} on the screen`);
      await page.keyboard.press('Escape');
      assert(!(await page.locator('viaduct-player .menu').isVisible()), 'Escape closes the menu');
      assert(await page.evaluate(() => document.querySelector('viaduct-player').shadowRoot.activeElement?.title === '画面'), 'and goes back to its button');
      await playing(page);
      assert((await settings()).rotate === 90 && (await settings()).mirror, 'the camera is seen as before');
      await playing(page, '/streams/demo/road4');
      assert((await settings()).rotate === 0, 'another camera is not');
    },
  },
  {
    name: 'player covers, stretches and takes forms, as measured on the screen',
    run: async ({ page }) => {
      await playing(page);
      await inPlayer(page, (player) => Object.assign(player.style, { width: '800px', height: '600px' }));
      for (const [fit, rotate, width, height] of [['contain', 0, 800, 450], ['cover', 0, 1066.7, 600], ['fill', 0, 800, 600], ['4:3', 0, 800, 600], ['16:9', 90, 337.5, 600]]) {
        await inPlayer(page, (player, set) => { player.setAttribute('fit', set.fit); player.setAttribute('rotate', set.rotate); }, { fit, rotate });
        const box = await until(() => inPlayer(page, (player) => { const { width: w, height: h } = player.video.getBoundingClientRect(); return { w, h }; }), 'the box');
        assert(Math.abs(box.w - width) < 1 && Math.abs(box.h - height) < 1, `${fit} ${rotate}: ${JSON.stringify(box)}`);
      }
    },
  },
  {
    name: 'player goes on in a small window while its page is elsewhere, where the browser has one',
    run: async ({ page }) => {
      await playing(page);
      const button = bar(page, '画中画');
      if (!(await page.evaluate(() => document.pictureInPictureEnabled))) {
        assert(!(await button.isVisible()), 'no button for what is not there');
        return;
      }
      // A headless browser may refuse the window itself; what is said then is a part of this.
      await button.click();
      const outcome = await until(() => inPlayer(page, (player) => (player.shadowRoot.pictureInPictureElement === player.video ? 'open' : player.shadowRoot.querySelector('.hint:not([hidden])')?.textContent)), 'an answer');
      assert(outcome === 'open' || outcome === '浏览器拒绝了画中画。', outcome);
      process.stdout.write(`      picture in picture: ${outcome}\n`);
    },
  },
];
