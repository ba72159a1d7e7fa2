/** Cameras and devices: lists, changes of one and of many, import, and a camera's own page. */
import { assert, assertAccessible, closePage, openPage, PHONE, readCounter, until } from './harness.js';

const row = (page, name) => page.locator('.cameras tbody tr', { hasText: name }).first();
const count = (page) => page.locator('.cameras tbody tr').count();
const dialog = (page) => page.getByRole('dialog');

async function openCameras(page, query = '') {
  await page.at(`/cameras${query}`);
  await page.locator('.cameras tbody tr').first().waitFor();
}

const at = (path, selector, viewport) => ({
  name: `page ${path} ${viewport ? 'on a phone' : 'on a desk'} is accessible and fits`,
  options: viewport ? { viewport } : {},
  run: async ({ page }) => {
    await page.at(path);
    await page.locator(selector).first().waitFor();
    await page.waitForTimeout(400);
    await assertAccessible(page, path);
    assert((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, 'not too wide');
  },
});
const PLACES = [['/cameras', '.cameras tbody tr'], ['/cameras/1', '.facts div'], ['/devices', '.devices tbody tr']];

export const cameras = [
  ...PLACES.flatMap(([path, selector]) => [at(path, selector), at(path, selector, PHONE)]),
  {
    name: 'cameras are filtered, and the filters are part of the address',
    run: async ({ page }) => {
      await openCameras(page);
      assert((await count(page)) === 14, 'all');
      await page.fill('.search input', 'K12');
      await until(async () => (await count(page)) === 3, 'three');
      await page.waitForURL('**/cameras?q=K12');
      await page.reload();
      await until(async () => (await count(page)) === 3, 'three again');
      await page.fill('.search input', '');
      await page.getByRole('combobox', { name: '状态' }).selectOption('idle');
      await until(async () => (await count(page)) === 1, 'the idle one');
      await openCameras(page, '?tag=%E9%87%8D%E7%82%B9');
      assert((await count(page)) === 3, 'those with the tag');
      await openCameras(page, '?organisation=8');
      assert((await count(page)) === 2, 'those of the organisation');
    },
  },
  {
    name: 'many cameras are changed and deleted at once, and that is taken back',
    run: async ({ page, mock }) => {
      await openCameras(page);
      for (const name of ['匝道东', '匝道西']) await row(page, name).getByRole('checkbox').check();
      await assertAccessible(page, 'chosen cameras');
      await page.getByRole('button', { name: '停用' }).click();
      await until(async () => (await row(page, '匝道西').innerText()).includes('已停用'), 'the state');
      await page.getByRole('button', { name: '撤销' }).click();
      await until(async () => !(await row(page, '匝道西').innerText()).includes('已停用'), 'the state of before');
      await row(page, '服务区').getByRole('checkbox').check();
      await page.getByRole('textbox', { name: '标签' }).fill('检修');
      await page.getByRole('button', { name: '加标签' }).click();
      await row(page, '服务区').getByText('检修').waitFor();
      await page.getByLabel('选择本页全部').check();
      await page.locator('.bulk').getByRole('button', { name: '删除' }).click();
      await until(() => mock.world.channels.length === 0, 'none left');
      await page.getByRole('button', { name: '撤销' }).last().click();
      await until(async () => (await count(page)) === 14, 'all again');
    },
  },
  {
    name: 'a camera is tested, added and shown',
    run: async ({ page, mock }) => {
      await openCameras(page);
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#camera-main', 'rtsp://10.8.3.60/live');
      await page.fill('#camera-user', 'admin');
      await page.fill('#camera-password', 'secret');
      await page.fill('#camera-name', '跨江大桥');
      await page.locator('.test').click();
      await page.locator('.result.good').waitFor();
      await page.getByRole('button', { name: '更多信息' }).click();
      await page.fill('#camera-stake', '12km');
      await assertAccessible(page, 'the dialog of a camera');
      page.allowed.push(/400/);
      await dialog(page).locator('.btn.primary').click();
      await dialog(page).getByRole('alert').waitFor();
      await page.fill('#camera-stake', 'K12+300');
      await page.fill('#camera-tags', '重点，桥梁');
      await dialog(page).locator('.btn.primary').click();
      await page.waitForURL(/cameras\/\d+$/);
      await until(() => readCounter(page), 'its picture');
      const made = mock.world.channels.at(-1);
      assert(made.road.stake === 'K12+300' && made.tags.join() === '重点,桥梁' && made.main.address === 'rtsp://10.8.3.60/live', JSON.stringify(made));
      assert(mock.world.devices.at(-1).has_password, 'the password went along');
    },
  },
  {
    name: 'a change of a camera that somebody was faster than keeps what was typed',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      await openCameras(page);
      await page.getByRole('button', { name: '编辑 匝道东' }).click();
      await page.fill('#camera-name', '东匝道');
      Object.assign(mock.world.channels.find(({ name }) => name === '匝道东'), { version: 2, code: '99' });
      await dialog(page).locator('.btn.primary').click();
      await page.getByRole('button', { name: '载入最新内容' }).click();
      await until(async () => (await page.inputValue('#camera-code')) === '99', 'the code of the other');
      await dialog(page).locator('.btn.primary').click();
      await row(page, '东匝道').waitFor();
    },
  },
  {
    name: 'a table of cameras is checked cell by cell, imported and taken back',
    run: async ({ page, mock }) => {
      await openCameras(page);
      const table = (stake) => ({ name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(`name,address,stake,colour\n新一,rtsp://a/1,K1+100,red\n新二,rtsp://a/2,${stake},blue\n`) });
      await page.getByRole('button', { name: '导入', exact: true }).click();
      await page.setInputFiles('input[type=file]', table('1.5km'));
      await page.getByRole('button', { name: '检查' }).click();
      await page.locator('.rows .bad').waitFor();
      const cells = await page.locator('.rows tbody td').allInnerTexts();
      assert(cells.slice(0, 3).join() === '3,stake,1.5km', cells.join());
      await assertAccessible(page, 'the report of an import');
      assert(await dialog(page).locator('.btn.primary').isDisabled(), 'nothing is imported with a fault');
      await page.setInputFiles('input[type=file]', table('K1+500'));
      await page.getByRole('button', { name: '检查' }).click();
      await page.getByRole('button', { name: '导入 2 台' }).click();
      await row(page, '新二').waitFor();
      await page.getByRole('button', { name: '撤销' }).click();
      await until(() => mock.world.channels.length === 14, 'as before');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
      assert(download.suggestedFilename() === 'cameras.csv', 'the export');
    },
  },
  {
    name: 'a device is changed without its password, and deleted with its channels',
    run: async ({ page, mock }) => {
      await page.at('/devices');
      const recorder = page.locator('.devices tbody tr', { hasText: '收费站录像机' });
      assert((await recorder.locator('td.right').innerText()) === '4', 'four channels');
      await page.getByRole('button', { name: '编辑 收费站录像机' }).click();
      await page.fill('#device-model', 'DS-9632NI');
      await assertAccessible(page, 'the dialog of a device');
      await dialog(page).locator('.btn.primary').click();
      await until(() => mock.world.devices[0].model === 'DS-9632NI', 'the change');
      assert(mock.world.devices[0].has_password, 'the password is kept');
      await page.getByRole('button', { name: '删除 收费站录像机' }).click();
      await dialog(page).locator('.btn.primary').click();
      await until(() => mock.world.channels.length === 10, 'its channels are gone');
      await page.locator('.devices tbody tr', { hasText: '匝道东' }).locator('td.right a').click();
      await page.waitForURL(/cameras\?device=/);
    },
  },
  {
    name: 'a camera is steered while a button is held, and stops whatever happens',
    run: async ({ page, mock }) => {
      const told = (type) => mock.world.ptz.filter((each) => each.type === type);
      await page.at('/cameras/6');
      const right = page.getByRole('button', { name: '右', exact: true });
      await until(() => right.isEnabled(), 'the connection');
      await assertAccessible(page, 'the PTZ panel');
      await right.hover();
      await page.mouse.down();
      await until(() => told('move').length >= 3, 'a motion that is repeated');
      assert(told('move')[0].pan === 0.5 && told('move')[0].tilt === 0, JSON.stringify(told('move')[0]));
      await page.getByText('由你控制').waitFor();
      // The finger is lifted beside the button.
      await page.mouse.move(5, 500);
      await page.mouse.up();
      await until(() => told('stop').length === 1, 'the stop');
      await page.locator('h1').click();
      await page.keyboard.down('ArrowUp');
      await until(() => told('move').at(-1).tilt === 0.5, 'a motion by key');
      await page.evaluate(() => window.dispatchEvent(new Event('blur')));
      await until(() => told('stop').length === 2, 'the stop on leaving the window');
      const moves = told('move').length;
      await page.waitForTimeout(900);
      assert(told('move').length === moves, 'no motion goes on');
      await page.keyboard.up('ArrowUp');
      await page.getByRole('button', { name: '1 收费广场' }).click();
      await page.getByRole('button', { name: '归位' }).click();
      await until(() => told('preset')[0]?.number === 1 && told('home').length === 1, 'the preset and home');
      await page.getByRole('button', { name: '释放' }).click();
      await page.getByText('无人控制').waitFor();
    },
  },
  {
    name: 'a dialog that is higher than a phone scrolls between its title and its buttons',
    options: { viewport: PHONE },
    run: async ({ page }) => {
      await page.at('/cameras');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#camera-main', 'rtsp://10.8.3.31/live');
      await page.getByRole('button', { name: '更多信息' }).click();
      const dialog = page.getByRole('dialog');
      const body = dialog.locator('.el-dialog__body');
      await until(() => body.evaluate((each) => each.scrollHeight > each.clientHeight), 'more than fits');
      await body.evaluate((each) => each.scrollTo(0, each.scrollHeight));
      for (const part of [dialog.locator('.el-dialog__title'), dialog.locator('.btn.primary')]) {
        const box = await part.boundingBox();
        assert(box.y >= 0 && box.y + box.height <= PHONE.height, `at ${box.y}`);
      }
      await assertAccessible(page, 'a dialog that scrolls');
    },
  },
  {
    name: 'a camera is shown by a link to somebody without an account, until the link is ended',
    run: async ({ page, mock, browser }) => {
      await page.at('/cameras/1');
      await page.getByRole('button', { name: '分享' }).click();
      await page.fill('#share-watermark', '值班室');
      await page.getByRole('button', { name: '生成链接' }).click();
      await page.locator('.links li').waitFor();
      await assertAccessible(page, 'the dialog of links');
      const guest = await openPage(browser, mock, { signedIn: false, viewport: PHONE });
      await guest.at('/share/t1');
      await until(() => readCounter(guest), 'the picture');
      assert((await guest.locator('.share').innerText()).includes('值班室'), 'the watermark');
      await assertAccessible(guest, 'the page of a link');
      await page.getByRole('button', { name: '收回链接 1' }).click();
      await until(() => mock.world.shares.length === 0, 'the end');
      guest.allowed.push(/404/);
      await guest.reload();
      await guest.getByText('链接已失效').waitFor();
      await closePage(guest);
    },
  },
];
