/** Devices of GB/T 28181: who is there and who was refused, catalogs, recordings, alarms, the trace of SIP. */
import { assert, assertAccessible, PHONE, until } from './harness.js';

const RECORDER = '/devices/gb28181/34020000001180000001';
const PLACES = [['/devices/gb28181', '.gb-devices tbody tr'], [RECORDER, '.catalog tbody tr'], ['/devices/gb28181/alarms', '.alarms tbody tr'], ['/devices/gb28181/trace', '.trace li']];
const row = (page, name) => page.locator('.catalog tbody tr', { hasText: name });

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

export const gb28181 = [
  ...PLACES.flatMap(([path, selector]) => [at(path, selector), at(path, selector, PHONE)]),
  {
    name: 'a device that was refused is added with its code, and the sheet says what to set in it',
    run: async ({ page, mock }) => {
      await page.at('/devices/gb28181');
      await page.locator('.refused li', { hasText: '34020000001320000077' }).getByRole('button', { name: '添加设备' }).click();
      assert((await page.inputValue('#device-code')) === '34020000001320000077', 'its code');
      await page.fill('#device-name', '新建匝道');
      await page.fill('#device-password', 'secret-1');
      await assertAccessible(page, 'the dialog of a device of GB/T 28181');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.devices.at(-1).name === '新建匝道', 'the device');
      assert(mock.world.devices.at(-1).driver === 'gb28181', 'its driver');
      await page.getByRole('button', { name: '摄像机接入参数' }).click();
      await page.getByText('34020000002000000001').waitFor();
      await page.getByText('10000-10199').waitFor();
      await assertAccessible(page, 'the sheet');
    },
  },
  {
    name: 'a catalog is imported: what is new, changed and gone',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      await row(page, '收费站入口').getByText('位置').waitFor();
      await page.getByRole('button', { name: /^新增/ }).click();
      await until(async () => (await page.locator('.catalog tbody tr').count()) === 2, 'the new ones');
      await page.getByLabel('选择全部').check();
      await page.getByLabel(/旧匝道/).check();
      await page.getByText('已选 3 项').waitFor();
      await assertAccessible(page, 'chosen lines');
      await page.getByRole('button', { name: '导入', exact: true }).click();
      await until(() => mock.world.gb28181.gone.length === 0, 'the removal');
      assert(mock.world.gb28181.items.filter(({ change }) => change === 'new').length === 0, 'all are imported');
    },
  },
  {
    name: 'orders go to the device, and a restart asks before',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      await page.getByRole('button', { name: '布防', exact: true }).click();
      await page.getByRole('button', { name: '重启' }).click();
      await page.getByRole('dialog').locator('.btn.primary, .btn.danger').last().click();
      await until(() => mock.world.gb28181.orders.join() === 'guard,reboot', 'the orders');
    },
  },
  {
    name: 'on a phone a device fits: its catalog to its last column, and the page into the window',
    options: { viewport: PHONE },
    run: async ({ page }) => {
      await page.at(RECORDER);
      const here = page.locator('.catalog tbody tr td:last-child').first();
      await here.scrollIntoViewIfNeeded();
      const { x, width } = await here.boundingBox();
      assert(x + width <= PHONE.width, `it ends at ${x + width}`);
      const [document, main] = await page.evaluate(() => [window.document.documentElement, window.document.querySelector('main')].map((it) => [it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight]));
      assert(document.join() === '0,0' && main[0] === 0, `the document is longer by ${document}, what is in it wider by ${main[0]}`);
    },
  },
  {
    name: 'the catalog of a device is fetched once for all that shows it',
    run: async ({ page }) => {
      let times = 0;
      page.on('request', (request) => void (times += request.url().endsWith('/catalog') ? 1 : 0));
      await page.at(RECORDER);
      for (const panel of ['.catalog tbody tr', '.snap option', '.config option:nth-child(2)']) await page.locator(panel).first().waitFor({ state: 'attached' });
      assert(times === 1, `${times} times`);
    },
  },
  {
    name: 'recordings of a day are found, shown on a line, and played from where the line is clicked',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      await page.getByRole('button', { name: '查询' }).click();
      await until(async () => (await page.locator('.line .bar').count()) === 3, 'three recordings');
      await assertAccessible(page, 'recordings');
      // The mock plays no recordings.
      page.allowed.push(/404/);
      const line = page.locator('.line');
      const { width } = await line.boundingBox();
      await line.click({ position: { x: width * (10 / 24), y: 15 } });
      await page.locator('.line .bar.on').waitFor();
      await page.getByRole('button', { name: '暂停' }).click();
      await page.getByLabel('倍速').selectOption('4');
      await line.click({ position: { x: width * (11 / 24), y: 15 } });
      await until(() => mock.world.gb28181.controls.length === 3, 'the controls');
      const [pause, speed, seek] = mock.world.gb28181.controls;
      assert(pause.action === 'pause' && speed.scale === 4 && seek.action === 'seek' && Math.abs(seek.seconds - 7200) < 200, JSON.stringify(mock.world.gb28181.controls));
    },
  },
  {
    name: 'a recording is fetched with its progress, saved and deleted',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      await page.getByRole('button', { name: '查询' }).click();
      await page.getByRole('button', { name: '下载', exact: true }).nth(1).click();
      const whole = await page.inputValue('#gb-part-from');
      await page.fill('#gb-part-from', `${whole.slice(0, 13)}:10:00`);
      await page.getByText('将下载 00:20:00（整段 00:30:00）').waitFor();
      await assertAccessible(page, 'the dialog of a download');
      await page.fill('#gb-part-to', whole);
      await page.getByText('请选择录像之内的一段').waitFor();
      assert(await page.getByRole('dialog').locator('.btn.primary').isDisabled(), 'it must end after it begins');
      await page.fill('#gb-part-to', `${whole.slice(0, 13)}:12:30`);
      await page.getByRole('dialog').locator('.btn.primary').click();
      const [first, second] = [page.locator('.downloads li').first(), page.locator('.downloads li').nth(1)];
      await first.getByText('下载中').waitFor();
      await second.getByText('已完成').waitFor();
      const [, begin, end] = mock.world.gb28181.downloads[0].stream.split('_').map(Number);
      assert(end - begin === 150 && new Date(begin * 1000).getMinutes() === 10, `${begin} to ${end}`);
      await assertAccessible(page, 'downloads');
      await first.getByText('已完成').waitFor();
      const [file] = await Promise.all([page.waitForEvent('download'), first.getByRole('button', { name: '保存' }).click()]);
      assert(file.url().endsWith('/downloads/2/file.mp4?token=x'), file.url());
      // The mock has no files.
      page.allowed.push(/404/);
      await first.getByRole('button', { name: '删除' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
      await until(() => mock.world.gb28181.downloads.length === 1, 'one is left');
    },
  },
  {
    name: 'the way of a moving device is drawn, with its last places',
    run: async ({ page, mock }) => {
      await page.at('/devices/gb28181/34020000001320000090');
      await page.locator('svg polyline').waitFor();
      await page.getByText(/60 个位置/).waitFor();
      assert((await page.locator('svg polyline').getAttribute('points')).split(' ').length === 60, 'its points');
      await assertAccessible(page, 'positions');
      // Further ones alone are asked for.
      const asked = page.waitForRequest(/positions\?.*after=60/);
      const { positions } = mock.world.gb28181;
      positions.push({ ...positions.at(-1), id: 61, at: new Date().toISOString() });
      await asked;
      await page.getByText(/61 个位置/).waitFor();
    },
  },
  {
    name: 'the configuration of a device is read block by block, and what it takes is changed',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      const panel = page.locator('.config');
      page.allowed.push(/503/, /400/);
      await panel.getByRole('button', { name: '读取配置' }).click();
      await panel.getByText('设备未提供').waitFor();
      await panel.getByText('设备回复无法执行').waitFor();
      await panel.getByText('H.265 · 1080P · 25 fps · VBR · 4096 kbit/s').waitFor();
      await assertAccessible(page, 'a configuration');
      await panel.getByRole('button', { name: '编辑' }).click();
      await page.fill('#gb-config-heartbeat_interval_s', '180');
      await assertAccessible(page, 'the dialog of a configuration');
      const save = page.getByRole('dialog').locator('.btn.primary');
      await save.click();
      await page.getByText('设备 180 秒没有消息即视为离线').waitFor();
      await page.fill('#gb-config-heartbeat_interval_s', '30');
      await page.selectOption('#gb-config-mirror', '2');
      await page.fill('#gb-config-texts', 'K128+100 上行\n收费站');
      await save.click();
      await panel.getByText('开 · K128+100 上行 · 收费站').waitFor();
      const [{ basic, mirror, osd }] = mock.world.gb28181.configured;
      assert(JSON.stringify(basic) === '{"heartbeat_interval_s":30}' && mirror === 2, JSON.stringify(basic));
      assert(osd.texts.length === 2 && osd.texts[0].y === 1000 && osd.window_width === 1920, 'texts keep their places');
    },
  },
  {
    name: 'memory cards are shown and formatted, home is set, firmware is upgraded',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      const panel = page.locator('.equipment');
      page.allowed.push(/504/, /400/);
      await panel.getByRole('button', { name: '读取' }).click();
      await panel.getByText('无人控制 60 秒后转到预置位 3').waitFor();
      await panel.getByText('可用 31.0 GB，共 128.0 GB').waitFor();
      await assertAccessible(page, 'memory cards');
      await panel.getByRole('button', { name: '格式化' }).nth(1).click();
      await page.getByRole('dialog').locator('.btn.primary, .btn.danger').last().click();
      await panel.getByText('正在格式化 10 %').waitFor();
      await panel.getByRole('button', { name: '编辑' }).click();
      await page.fill('#gb-home-reset', '4');
      assert(await page.getByRole('dialog').locator('.btn.primary').isDisabled(), 'four seconds are too few');
      await page.fill('#gb-home-reset', '120');
      await assertAccessible(page, 'the dialog of a home position');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await panel.getByText('无人控制 120 秒后转到预置位 3').waitFor();
      await panel.getByRole('button', { name: '自动跟踪' }).click();
      await until(() => mock.world.gb28181.orders.join() === 'format_card,track', 'the orders');
      await panel.getByRole('button', { name: '升级固件' }).click();
      await page.fill('#gb-upgrade-url', 'v6.bin');
      await page.fill('#gb-upgrade-firmware', 'V6');
      const start = page.getByRole('dialog').locator('.btn.primary');
      await start.click();
      await page.getByText('应为 http、https 或 ftp 地址').waitFor();
      await page.fill('#gb-upgrade-url', 'http://10.8.0.5/bad.bin');
      await start.click();
      await panel.getByText('正在升级到 V6').waitFor();
      await panel.getByText('请确认是该型号的文件').waitFor();
      await panel.getByLabel('读取的对象').selectOption('34020000001320000003');
      await panel.getByRole('button', { name: '读取' }).click();
      await panel.getByText('设备接受了消息但没有回复').waitFor();
    },
  },
  {
    name: 'a device takes pictures and sends them, and why none came is said',
    run: async ({ page, mock }) => {
      await page.at(RECORDER);
      const panel = page.locator('.snap');
      await panel.getByLabel('张数').fill('2');
      await panel.getByRole('button', { name: '让设备抓拍' }).click();
      await panel.getByText('已收到 2 / 2 张').waitFor();
      await until(async () => (await panel.locator('.snapshot').count()) === 2, 'two pictures');
      assert(mock.world.snapshots.filter(({ origin }) => origin === 'device').length === 2, 'they are kept');
      await assertAccessible(page, 'pictures of a device');
      await panel.locator('.snapshot').first().click();
      await page.getByRole('dialog').getByText('设备抓拍').first().waitFor();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await panel.getByLabel('摄像机').selectOption('34020000001320000003');
      await panel.getByRole('button', { name: '让设备抓拍' }).click();
      await panel.getByText('未在规定时间内回传图片').waitFor();
      page.allowed.push(/503/);
      await panel.getByLabel('摄像机').selectOption('34020000001320000004');
      await panel.getByRole('button', { name: '让设备抓拍' }).click();
      await panel.getByText('设备回复无法执行').waitFor();
    },
  },
  {
    name: 'messages are searched, opened, and kept of one device alone',
    run: async ({ page, mock }) => {
      await page.at('/devices/gb28181/trace');
      await until(async () => (await page.locator('.trace li').count()) === 3, 'three messages');
      await page.fill('.search input', '34020000001320000095');
      await until(async () => (await page.locator('.trace li').count()) === 1, 'one message');
      await page.locator('.trace .head').click();
      await page.getByText('response="***"').waitFor();
      await page.getByRole('button', { name: '只保留 34020000001320000095' }).click();
      await until(() => mock.world.gb28181.trace.only === '34020000001320000095', 'the choice');
      await page.getByRole('button', { name: '保留全部' }).waitFor();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()]);
      assert(download.suggestedFilename() === 'sip-trace.txt', 'the export');
    },
  },
  {
    name: 'an operator sees devices, alarms and messages, and is offered no change',
    options: { token: 'mock-operator' },
    run: async ({ page }) => {
      await page.at('/devices/gb28181');
      await page.locator('.gb-devices tbody tr').first().waitFor();
      assert((await page.locator('.tabs a').allTextContents()).join() === '全部设备,GB/T 28181,设备报警,SIP 信令', 'the tabs');
      await page.locator('.tabs a', { hasText: '设备报警' }).click();
      await page.locator('.alarms tbody tr').first().waitFor();
      assert((await page.getByRole('button', { name: '添加设备' }).count()) === 0, 'nothing to change');
    },
  },
];
