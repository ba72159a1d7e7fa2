/** Steering cameras, on their page and on the wall. */
import { assert, assertAccessible, closePage, openPage, PHONE, readCounter, until } from './harness.js';

/** The page of a camera that can be turned, with its picture. */
export async function openCamera(page, id) {
  await page.at(`/cameras/${id}`);
  await until(() => readCounter(page), 'a picture');
}

const told = (mock, type) => mock.world.ptz.filter((each) => each.type === type);

export const ptz = [
  {
    name: 'a rectangle drawn on the picture is what the camera turns and zooms to',
    run: async ({ page, mock }) => {
      await openCamera(page, 3);
      await page.locator('.framing.able').waitFor();
      const box = await page.locator('.framing').boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.75, { steps: 4 });
      await page.locator('.band').waitFor();
      await page.mouse.up();
      await until(() => told(mock, 'frame').length === 1, 'the frame');
      const frame = told(mock, 'frame')[0];
      // The picture is wider than its place: bars above and below are no part of it.
      const ratio = await page.evaluate(() => { const { video } = document.querySelector('viaduct-player'); return video.videoWidth / video.videoHeight; });
      assert(ratio >= box.width / box.height, `a wide picture, not ${ratio}`);
      for (const [side, wanted] of Object.entries({ x: 0.5, y: 0.5, width: 0.25, height: (0.25 * box.height * ratio) / box.width })) assert(Math.abs(frame[side] - wanted) < 0.02, JSON.stringify(frame));
      await page.mouse.click(box.x + 60, box.y + 60);
      assert((await page.locator('.band').count()) === 0, 'a click draws nothing');
      assert(told(mock, 'frame').length === 1, 'a click is no rectangle');
    },
  },
  {
    name: 'presets and cruises are saved, changed and deleted',
    run: async ({ page, mock }) => {
      await openCamera(page, 3);
      const tours = () => mock.world.tours.get('3');
      const save = () => page.locator('.el-dialog .btn.primary').last().click();
      await page.getByRole('button', { name: '读取设备自带的巡航' }).click();
      await page.getByRole('button', { name: '0 白天' }).waitFor();
      await page.getByRole('button', { name: '编辑预置位和巡航' }).click();
      await assertAccessible(page, 'presets being edited');
      await page.getByRole('button', { name: '添加预置位' }).click();
      assert((await page.inputValue('#preset-number')) === '3', 'the next free number');
      await page.fill('#preset-name', '匝道口');
      await assertAccessible(page, 'the dialog of a preset');
      await save();
      await page.getByRole('button', { name: '3 匝道口', exact: true }).waitFor();
      await page.getByRole('button', { name: '编辑 3 匝道口' }).click();
      await page.getByRole('button', { name: '转到该预置位' }).click();
      await until(() => told(mock, 'preset')[0]?.number === 3, 'the camera to go there');
      await page.fill('#preset-name', '匝道');
      await save();
      await until(() => tours().presets[2].name === '匝道', 'the new name');
      await page.getByRole('button', { name: '守望' }).click();
      await page.getByLabel('无人控制后').selectOption('preset 3');
      await page.fill('#idle-after', '3');
      assert(await page.getByRole('dialog').getByRole('button', { name: '保存' }).isDisabled(), 'too short a time is not sent');
      await page.fill('#idle-after', '90');
      await assertAccessible(page, 'the dialog of the idle return');
      await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
      await until(() => JSON.stringify(tours().idle) === JSON.stringify({ action: 'preset', after_s: 90, number: 3 }), 'the idle return');
      await page.getByText('90 秒无人控制后：预置位 3 匝道').waitFor();
      await page.getByRole('button', { name: '添加巡航' }).click();
      await page.fill('#cruise-name', '夜间');
      await page.getByRole('spinbutton', { name: '第 1 步的停留秒数' }).fill('0');
      assert(await page.locator('.el-dialog .btn.primary').last().isDisabled(), 'no stay of no time');
      await page.getByRole('spinbutton', { name: '第 1 步的停留秒数' }).fill('45');
      await page.getByRole('button', { name: '移除第 2 步' }).click();
      await page.getByRole('button', { name: '添加一步' }).click();
      await page.getByRole('combobox', { name: '第 3 步的预置位' }).selectOption('2');
      await assertAccessible(page, 'the dialog of a cruise');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/cruise.png` });
      await save();
      await until(() => tours().cruises.length === 2, 'the cruise');
      assert(JSON.stringify(tours().cruises[1]) === JSON.stringify({ number: 2, name: '夜间', steps: [{ preset: 1, dwell_s: 45 }, { preset: 3, dwell_s: 10 }, { preset: 2, dwell_s: 10 }] }), JSON.stringify(tours().cruises[1]));
      await page.getByRole('button', { name: '删除 夜间' }).click();
      await save();
      await until(() => tours().cruises.length === 1, 'the cruise to be gone');
      await page.getByRole('button', { name: '删除 3 匝道' }).click();
      await save();
      await until(() => tours().presets.length === 2, 'the preset to be gone');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/edit.png` });
    },
  },
  {
    name: 'an enlarged camera is steered on the wall, and Escape leaves',
    run: async ({ page, mock }) => {
      await page.addInitScript(() => localStorage.setItem('viaduct.wall', JSON.stringify({ layout: '4', tiles: ['#3', '#1'] })));
      await page.at('/wall');
      const steer = page.getByRole('button', { name: '云台', exact: true });
      const [camera, fixed] = [page.locator('[data-tile="0"]'), page.locator('[data-tile="1"]')];
      await until(() => readCounter(page, '[data-tile="0"] viaduct-player'), 'a picture');
      assert((await steer.count()) === 0, 'a small tile has no room');
      await fixed.dblclick();
      await page.locator('.tile.enlarged').waitFor();
      assert((await steer.count()) === 0, 'one that cannot be turned');
      await fixed.dblclick();
      await camera.dblclick();
      await steer.click();
      await until(() => page.getByRole('button', { name: '右', exact: true }).isEnabled(), 'the connection');
      await assertAccessible(page, 'the panel over the picture');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/wall.png` });
      await page.keyboard.down('ArrowRight');
      await until(() => told(mock, 'move').at(-1)?.pan === 0.5, 'a motion by key');
      await page.keyboard.down('ArrowRight');
      await page.keyboard.up('ArrowRight');
      await until(() => told(mock, 'stop').length === 1, 'the stop');
      assert((await camera.getAttribute('class')).includes('enlarged'), 'the wall leaves the arrows alone');
      const box = await camera.boundingBox();
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.4);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.6, { steps: 4 });
      await page.mouse.up();
      await until(() => told(mock, 'frame').length === 1, 'the frame');
      await page.keyboard.press('Escape');
      await until(async () => (await page.locator('.ptz').count()) === 0, 'the panel to go');
      assert((await page.locator('.tile.enlarged').count()) === 1, 'the picture stays');
      await page.keyboard.press('Escape');
      await until(async () => (await page.locator('.tile.enlarged').count()) === 0, 'the small tile');
    },
  },
  {
    name: 'a gamepad steers while the panel is shown',
    run: async ({ page, mock }) => {
      // A synthetic gamepad: the test's browser has none.
      await page.addInitScript(() => {
        window.pad = { axes: [0.05, 0, 0, 0], buttons: Array.from({ length: 17 }, () => ({ value: 0 })), connected: true, mapping: 'standard' };
        navigator.getGamepads = () => [null, window.pad];
      });
      await openCamera(page, 3);
      await page.getByText('手柄已连接').waitFor();
      await until(() => page.getByRole('button', { name: '右', exact: true }).isEnabled(), 'the connection');
      await page.evaluate(() => (window.pad.axes = [1, 0, 0, 0]));
      await until(() => told(mock, 'move').filter(({ pan }) => pan === 0.5).length >= 2, 'a motion that is repeated');
      await page.evaluate(() => (window.pad.axes = [0, 0.05, 0, 0]));
      await until(() => told(mock, 'stop').length === 1, 'the stop');
      await page.evaluate(() => (window.pad.buttons[7] = { value: 1 }));
      await until(() => told(mock, 'move').at(-1).zoom === 0.5, 'the zoom');
      await page.evaluate(() => (window.pad.connected = false));
      await until(() => told(mock, 'stop').length === 2, 'the stop when it is unplugged');
    },
  },
  {
    name: 'PTZ fits a phone, on the page and on the wall',
    run: async ({ mock, browser }) => {
      const phone = await openPage(browser, mock, { viewport: PHONE });
      await openCamera(phone, 3);
      await phone.getByRole('button', { name: '编辑预置位和巡航' }).click();
      await assertAccessible(phone, 'the panel on a phone');
      assert(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone');
      if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/phone.png`, fullPage: true });
      await phone.evaluate(() => localStorage.setItem('viaduct.wall', JSON.stringify({ layout: '1', tiles: ['#3'] })));
      await phone.at('/wall');
      await phone.locator('.tile.filled').dblclick();
      await phone.getByRole('button', { name: '云台', exact: true }).click();
      await phone.locator('.ptz .rose').waitFor();
      await assertAccessible(phone, 'the panel over the wall on a phone');
      if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/phone-wall.png` });
      await closePage(phone);
    },
  },
  {
    name: 'a picture of a camera is taken on its page, and its message leads to the gallery',
    run: async ({ page, mock }) => {
      await openCamera(page, 1);
      await page.getByRole('button', { name: '截图存入图库' }).click();
      await until(() => mock.world.snapshots[0].app === 'demo' && mock.world.snapshots[0].name === 'road1' && mock.world.snapshots.length === 10, 'the picture');
      await assertAccessible(page, 'the page of a camera');
      await page.getByRole('button', { name: '图库', exact: true }).click();
      await page.waitForURL(/\/snapshots$/);
    },
  },
];
