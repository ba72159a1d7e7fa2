/** Every page against the mock, with accessibility. */
import { gzipSync } from 'node:zlib';
import jsQR from 'jsqr';
import { delivery } from '../mock/state.js';
import { assert, assertAccessible, closePage, LAPTOP, openPage, PHONE, settle, until } from './harness.js';

/** What a scanner reads from the picture of an element. */
async function scan(page, element) {
  const picture = (await element.screenshot()).toString('base64');
  const { pixels, width, height } = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return { pixels: [...context.getImageData(0, 0, image.width, image.height).data], width: image.width, height: image.height };
  }, picture);
  return jsQR(Uint8ClampedArray.from(pixels), width, height)?.data;
}

/** Scripts and styles of the first page, compressed: control rooms open it over narrow lines too. The map and the charts come later. */
const FIRST_LOAD_BYTES = 250_000;
const SIZES = { desk: undefined, laptop: LAPTOP, phone: PHONE };
const PATHS = { '': '.overview .ring', wall: '.tile', streams: '.streams tbody tr', 'streams/demo/road1': '.picture', 'streams/hwy/broken-cam': '.verdict', sources: '.sources tbody tr', relays: '.relay', sessions: '.ended tbody tr', applications: '.rule', hosts: '.host', hooks: '.hook', snapshots: '.snapshot', 'snapshots/plans': '.plan', server: '.tiles', 'server/licence': '.terms', 'server/settings': '.setting', nowhere: '.empty' };

const everywhere = Object.entries(PATHS).flatMap(([path, selector]) =>
  Object.entries(SIZES).map(([size, viewport]) => ({
    name: `page ${path} on a ${size} is accessible and not too wide`,
    options: { viewport },
    run: async ({ page }) => {
      // The browser itself reports the refused offer of the broken camera.
      if (path.includes('broken')) page.allowed.push(/503/);
      await page.at(`/${path}`);
      await page.locator(selector).first().waitFor();
      await page.waitForTimeout(500);
      await assertAccessible(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(over <= 0, `${over} px too wide`);
    },
  })),
);

export const pages = [
  ...everywhere,
  {
    name: 'streams are searched and follow the event feed',
    run: async ({ page, mock }) => {
      await page.at('/streams');
      await page.locator('.streams tbody tr').first().waitFor();
      await page.fill('input[type=search]', 'road');
      await until(async () => (await page.locator('.streams tbody tr').count()) === 4, 'four rows');
      const stream = mock.world.streams.find(({ name }) => name === 'road1');
      stream.state = 'failed';
      mock.announce(stream, 'down');
      await until(async () => (await page.locator('.streams tbody tr').first().innerText()).includes('故障'), 'the new state');
      mock.emit('streams', 'removed', { app: 'demo', name: 'road1' });
      await until(async () => (await page.locator('.streams tbody tr').count()) === 3, 'three rows');
    },
  },
  {
    name: 'a lost event feed is said and comes back without missing anything',
    run: async ({ page, mock }) => {
      await page.at('/streams');
      await page.locator('.streams tbody tr').first().waitFor();
      await page.waitForTimeout(500);
      mock.dropFeeds();
      await page.locator('.stale').waitFor();
      mock.world.streams = mock.world.streams.slice(0, 2);
      mock.emit('streams', 'removed', { app: 'demo', name: 'road3' });
      await page.locator('.stale').waitFor({ state: 'detached' });
      await until(async () => (await page.locator('.streams tbody tr').count()) === 2, 'the list of the server');
    },
  },
  {
    name: 'a sound says its language in that of the reader',
    run: async ({ page }) => {
      await page.at('/streams/demo/road2');
      await page.getByText('48 kHz · 1 声道 · 英语').waitFor();
    },
  },
  {
    name: 'a viewer is cut after a question',
    run: async ({ page }) => {
      await page.at('/streams/demo/road1');
      const rows = page.locator('.left table:not(.playback) tbody tr');
      await rows.first().waitFor();
      assert((await rows.count()) === 3, 'three viewers');
      await rows.first().getByRole('button').click();
      await page.getByRole('dialog').waitFor();
      await assertAccessible(page, 'question');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(async () => (await rows.count()) === 2, 'two viewers');
    },
  },
  {
    name: 'a publisher is cut after a question',
    run: async ({ page, mock }) => {
      await page.at('/streams/demo/road4');
      await page.getByRole('button', { name: '断开推流端' }).click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.streams.find(({ name }) => name === 'road4').publisher === null, 'the cut');
    },
  },
  {
    name: 'the diagnosis of a broken camera says what to do',
    run: async ({ page }) => {
      page.allowed.push(/503/);
      await page.at('/streams/hwy/broken-cam');
      await page.locator('.verdict.failed').waitFor();
      const text = await page.locator('.right .panel').first().innerText();
      assert(text.includes('摄像机拒绝') && text.includes('改正密码'), text);
    },
  },
  {
    name: 'addresses are copied',
    run: async ({ page }) => {
      await page.at('/streams/demo/road1');
      await page.locator('.copy button').first().click();
      assert((await page.evaluate(() => navigator.clipboard.readText())) === 'rtsp://10.8.0.5:8554/demo/road1', 'the address');
    },
  },
  {
    name: 'a camera is tested and added',
    run: async ({ page, mock }) => {
      await page.at('/sources');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#source-url', 'rtsp://10.8.3.55/live');
      await page.fill('#source-name', 'k1300');
      await page.locator('.test').click();
      await page.locator('.result.good').waitFor();
      assert((await page.locator('.result li.good').count()) === 6, 'six good legs');
      await assertAccessible(page, 'camera dialog');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.sources.some(({ name }) => name === 'k1300'), 'the source');
      await page.locator('.sources', { hasText: 'k1300' }).waitFor();
    },
  },
  {
    name: 'a schedule is put together from presets and rows',
    run: async ({ page, mock }) => {
      await page.at('/sources');
      const row = page.locator('.sources tbody tr', { hasText: 'school-gate' });
      const shown = await row.innerText();
      for (const text of ['不在计划时段', '周一 07:00 开启', '周一–周五 07:00–19:00', '周五–周六 22:00–02:00']) assert(shown.includes(text), text);
      await row.getByRole('button', { name: '编辑' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Asia/Shanghai').waitFor();
      assert((await dialog.locator('.window').count()) === 2, 'two windows');
      assert((await dialog.locator('.window').nth(1).innerText()).includes('次日'), 'the night ends on the next day');
      await assertAccessible(page, 'schedule');
      await dialog.getByRole('button', { name: '每天 6–22 点' }).click();
      const third = dialog.locator('.window').nth(2);
      for (const day of ['周一', '周二', '周三', '周四', '周五']) await third.getByText(day, { exact: true }).click();
      await third.locator('.input').nth(1).fill('25:00');
      assert(await dialog.locator('.btn.primary').isDisabled(), 'no such time');
      await third.locator('.input').nth(1).fill('24:00');
      await dialog.locator('.window').nth(1).locator('.danger').click();
      await dialog.locator('.btn.primary').click();
      const saved = () => mock.world.sources.find(({ name }) => name === 'school-gate').schedule;
      await until(() => JSON.stringify(saved()) === JSON.stringify([{ days: [1, 2, 3, 4, 5], from: '07:00', to: '19:00' }, { days: [6, 7], from: '06:00', to: '24:00' }]), 'the schedule');
      await dialog.waitFor({ state: 'detached' });
      await page.setViewportSize(PHONE);
      await row.getByRole('button', { name: '编辑' }).click();
      await dialog.locator('.window').first().waitFor();
      const inside = await dialog.evaluate((element) => [...element.querySelectorAll('.days, .times, .more')].every((each) => each.getBoundingClientRect().right <= innerWidth && each.scrollWidth <= each.clientWidth + 1));
      assert(inside, 'nothing sticks out on a phone');
      await dialog.getByText('任何时间').click();
      assert((await dialog.locator('.window').count()) === 0, 'no windows');
      await dialog.locator('.btn.primary').click();
      await until(() => saved() === null, 'no schedule');
    },
  },
  {
    name: 'a camera that fails the test is saved after a question only',
    run: async ({ page, mock }) => {
      await page.at('/sources');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#source-url', 'rtsp://10.8.3.90/broken');
      await page.fill('#source-name', 'k1400');
      await page.locator('.test').click();
      await page.locator('.result.bad li.bad').waitFor();
      await page.getByRole('dialog').locator('.btn.primary').click();
      const question = page.getByRole('dialog', { name: '测试未通过' });
      await question.waitFor();
      assert(!mock.world.sources.some(({ name }) => name === 'k1400'), 'not saved yet');
      await question.locator('.btn.primary').click();
      await until(() => mock.world.sources.some(({ name }) => name === 'k1400'), 'the source');
    },
  },
  {
    name: 'a source of any protocol is left to the server to judge',
    run: async ({ page, mock }) => {
      page.allowed.push(/422/);
      await page.at('/sources');
      const urls = ['rtsp://10.8.3.55/live', 'rtsps://10.8.3.55/live', 'rtmp://10.8.3.55/live/1', 'rtmps://10.8.3.55/live/1', 'http://10.8.3.55/1.flv', 'https://10.8.3.55/1.m3u8', 'udp://239.0.0.1:5000', 'file:clips/road.mp4'];
      for (const [index, url] of urls.entries()) {
        await page.getByRole('button', { name: '添加摄像机' }).click();
        const dialog = page.getByRole('dialog');
        await page.fill('#source-url', url);
        await page.fill('#source-name', `any-${index}`);
        assert(await dialog.locator('.test').isEnabled(), `${url} is tested`);
        await dialog.locator('.btn.primary').click();
        await until(() => mock.world.sources.some(({ name }) => name === `any-${index}`), url);
        await dialog.waitFor({ state: 'detached' });
      }
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#source-url', 'gopher://10.8.3.55/1');
      await page.fill('#source-name', 'refused');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('不支持这种地址').waitFor();
      assert((await page.getAttribute('#source-url', 'aria-invalid')) === 'true', 'the field is marked');
    },
  },
  {
    name: 'a list of channels is checked, then imported',
    run: async ({ page, mock }) => {
      await page.at('/sources');
      await page.getByRole('button', { name: '导入列表' }).click();
      const dialog = page.getByRole('dialog');
      await page.fill('#import-list', '#EXTM3U\nrtsp://10.8.3.56/live\nnothing');
      await dialog.getByRole('button', { name: '检查' }).click();
      await dialog.getByText('将添加 1 路，已存在 0 路，不可用 1 路。').waitFor();
      await assertAccessible(page, 'import');
      assert(!mock.world.sources.some(({ name }) => name === 'line-2'), 'nothing is added yet');
      await dialog.getByRole('button', { name: '导入 1 路' }).click();
      await until(() => mock.world.sources.some(({ name }) => name === 'line-2'), 'the source');
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('已添加 1 个拉流源').waitFor();
    },
  },
  {
    name: 'a taken name is refused with the next step',
    run: async ({ page }) => {
      page.allowed.push(/409/);
      await page.at('/sources');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#source-url', 'rtsp://10.8.3.55/live');
      await page.fill('#source-app', 'demo');
      await page.fill('#source-name', 'road3');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.getByRole('alert').waitFor();
      assert((await page.getByRole('alert').innerText()).includes('换一个名称'), 'the next step');
    },
  },
  {
    name: 'a deleted source can be brought back, and goes after the time',
    run: async ({ page, mock }) => {
      await page.at('/sources');
      const row = page.locator('.sources tbody tr', { hasText: 'toll-lane-3' });
      await row.locator('.danger').click();
      await until(async () => (await row.count()) === 0, 'the row to go');
      await page.getByRole('button', { name: '撤销' }).click();
      await row.waitFor();
      await row.locator('.danger').click();
      assert(mock.world.sources.some(({ name }) => name === 'toll-lane-3'), 'not deleted yet');
      await until(() => !mock.world.sources.some(({ name }) => name === 'toll-lane-3'), 'the deletion', 10_000);
    },
  },
  {
    name: 'the server page makes addresses and reloads',
    run: async ({ page }) => {
      await page.at('/server');
      await page.selectOption('#token-action', 'publish');
      await page.fill('#token-name', 'cam9');
      await page.locator('form', { has: page.locator('#token-name') }).locator('.btn').click();
      await page.locator('.made code', { hasText: 'rtmp://10.8.0.5/demo/cam9?token=' }).waitFor();
      await page.getByRole('link', { name: '设置' }).click();
      await page.getByRole('button', { name: '重新加载' }).click();
      await page.locator('.toast', { hasText: 'log.level' }).waitFor();
    },
  },
  {
    name: 'a relay is added, switched off, and deleted after the time to undo',
    run: async ({ page, mock }) => {
      page.allowed.push(/400/);
      await page.at('/relays');
      await page.locator('.relay').first().waitFor();
      assert((await page.locator('.relay').first().innerText()).includes('拒绝连接'), 'why a push fails');
      await page.getByRole('button', { name: '添加转推' }).click();
      await page.fill('#relay-pattern', 'hwy/*');
      await page.fill('#relay-target', 'rtmp://10.20.0.9/up/one');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.getByRole('alert').waitFor();
      await page.fill('#relay-target', 'rtmp://10.20.0.9/up/{name}');
      await assertAccessible(page, 'relay dialog');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.relays.some(({ pattern }) => pattern === 'hwy/*'), 'the relay');
      await page.locator('.relay', { hasText: 'hwy/*' }).locator('input[type=checkbox]').click();
      await until(() => mock.world.relays.some(({ pattern, enabled }) => pattern === 'hwy/*' && !enabled), 'the switch');
      await page.getByRole('button', { name: '删除 hwy/*' }).click();
      await until(async () => (await page.locator('.relay').count()) === 2, 'the row to go');
      assert(mock.world.relays.length === 3, 'not deleted yet');
      await until(() => mock.world.relays.length === 2, 'the deletion', 10_000);
    },
  },
  {
    name: 'a rule is made, and what holds for a stream is shown',
    run: async ({ page, mock }) => {
      await page.at('/applications');
      await page.locator('.rule').first().waitFor();
      await page.getByRole('button', { name: '添加规则' }).click();
      await page.fill('#rule-pattern', 'hwy/*');
      await page.selectOption('#rule-play', 'open');
      await page.getByLabel('只开放部分输出').check();
      for (const output of ['RTMP', 'RTSP', 'TS', 'HLS', 'DASH', 'WebRTC']) await page.getByLabel(output, { exact: true }).uncheck();
      await page.selectOption('#rule-encrypt', 'true');
      await page.selectOption('#rule-hls-always', 'true');
      await page.selectOption('#rule-record', 'true');
      await page.fill('#rule-idle_close_ms', '45000');
      await page.fill('#rule-origins', 'rtmp://10.20.0.9/{app}/{name}');
      await assertAccessible(page, 'rule dialog');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.applications.length === 3, 'the rule');
      const { settings } = mock.world.applications[2];
      assert(JSON.stringify(settings.outputs) === '["flv","fmp4"]' && settings.play === 'open' && settings.encrypt_hls === true && settings.hls_always === true && settings.record === true && settings.idle_close_ms === 45_000, JSON.stringify(settings));
      assert(settings.publish === undefined && settings.gop_cap_bytes === undefined, 'what was left open is left open');
      await page.locator('.ask input').fill('g4/ramp-east');
      await page.locator('.ask .btn').click();
      await page.getByText('g4/ramp* → g4/*').waitFor();
    },
  },
  {
    name: 'a hook is made, its secret shown once, tested, and a delivery repeated',
    run: async ({ page, mock }) => {
      await page.at('/hooks');
      await page.locator('.hook').first().waitFor();
      await page.getByRole('button', { name: '添加回调' }).click();
      await page.fill('#hook-url', 'https://other.example/hook');
      await page.getByLabel('播放前').check();
      await assertAccessible(page, 'hook dialog');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.getByText('whsec_mock-secret-shown-once').waitFor();
      assert(mock.world.hooks[2].events.join() === 'play', 'the event');
      await page.locator('.hook').nth(1).getByRole('button', { name: '测试' }).click();
      await page.getByText('HTTP 200').waitFor();
      await page.locator('.hook').first().locator('.counts').click();
      const failed = page.locator('.deliveries tbody tr', { hasText: '流上线' });
      await failed.getByRole('button', { name: '流上线' }).click();
      await page.locator('pre', { hasText: 'ramp-east' }).waitFor();
      await failed.getByRole('button', { name: '重新投递' }).click();
      await until(() => mock.world.deliveries.find(({ id }) => id === 1).state === 'pending', 'the repetition');
    },
  },
  {
    name: 'a relay is edited, and its password is kept when none is given',
    run: async ({ page, mock }) => {
      let sent;
      page.on('request', (request) => request.method() === 'PUT' && (sent = request.postDataJSON()));
      await page.at('/relays');
      await page.getByRole('button', { name: '编辑 demo/road1' }).click();
      const dialog = page.getByRole('dialog', { name: '修改转推' });
      assert((await dialog.locator('#relay-target').inputValue()) === 'rtsp://10.20.0.12:554/live/road1', 'the target as it is');
      assert((await dialog.locator('#relay-user').inputValue()) === 'relay', 'the user as it is');
      assert((await dialog.locator('#relay-password').getAttribute('placeholder')).includes('保持不变'), 'what an empty password means');
      await page.fill('#relay-target', 'rtmp://10.20.0.13/live/road1');
      await page.keyboard.press('Enter');
      await page.locator('.relay', { hasText: 'rtmp://10.20.0.13/live/road1' }).waitFor();
      assert(mock.world.relays.length === 2 && sent.enabled === false && !('password' in sent), JSON.stringify(sent));
    },
  },
  {
    name: 'a rule is edited, and what is set back to default is left out',
    run: async ({ page, mock }) => {
      await page.at('/applications');
      await page.getByRole('button', { name: '编辑 g4/ramp*' }).click();
      await page.getByRole('dialog', { name: '修改规则' }).waitFor();
      assert(await page.getByLabel('FLV', { exact: true }).isChecked(), 'the outputs as they are');
      assert((await page.inputValue('#rule-publisher_grace_ms')) === '30000', 'the time as it is');
      await page.fill('#rule-publisher_grace_ms', '');
      await page.selectOption('#rule-audio', 'drop');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.locator('.rule', { hasText: 'g4/ramp*' }).getByText('去除').waitFor();
      const { settings } = mock.world.applications.find(({ id }) => id === 2);
      assert(JSON.stringify(settings) === '{"audio":"drop","outputs":["flv","fmp4"]}', JSON.stringify(settings));
    },
  },
  {
    name: 'a hook is edited and switched off, and keeps the rest',
    run: async ({ page, mock }) => {
      await page.at('/hooks');
      const hook = page.locator('.hook').nth(1);
      await hook.getByRole('button', { name: '编辑' }).click();
      await page.getByRole('dialog', { name: '修改回调' }).waitFor();
      assert((await page.getByLabel('推流前').isChecked()) && !(await page.getByLabel('流上线').isChecked()), 'the events as they are');
      await page.getByLabel('流上线').check();
      await page.fill('#hook-timeout', '1500');
      await page.selectOption('#hook-failure', 'deny');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await hook.getByText('超时 1.5 s').waitFor();
      await hook.getByRole('checkbox').click();
      await until(() => mock.world.hooks[1].enabled === false, 'the switch');
      const { events, pattern, timeout_ms, on_failure } = mock.world.hooks[1];
      const kept = { events, pattern, timeout_ms, on_failure };
      assert(JSON.stringify(kept) === '{"events":["publish","play","stream_up"],"pattern":"hwy/*","timeout_ms":1500,"on_failure":"deny"}', JSON.stringify(kept));
      await until(async () => !(await hook.getByRole('checkbox').isChecked()), 'the box');
    },
  },
  {
    name: 'a new secret is made after a question only, and a failed test tells why',
    run: async ({ page }) => {
      await page.at('/hooks');
      const hook = page.locator('.hook').first();
      let asked = 0;
      page.on('request', (request) => request.url().endsWith('/secret') && asked++);
      await hook.getByRole('button', { name: '更换密钥' }).click();
      const question = page.getByRole('dialog', { name: '更换签名密钥' });
      await question.getByRole('button', { name: '取消' }).click();
      await question.waitFor({ state: 'detached' });
      assert(asked === 0, 'nothing was asked of the server');
      await hook.getByRole('button', { name: '更换密钥' }).click();
      await question.locator('.btn.primary').click();
      await hook.getByText('whsec_another-mock-secret').waitFor();
      await hook.getByRole('button', { name: '测试' }).click();
      await hook.locator('.bad', { hasText: '对方没有接收（502）：Bad Gateway' }).waitFor();
      await assertAccessible(page, 'secret and failed test');
    },
  },
  ...[
    { path: 'relays', list: 'relays', row: '.relay', text: 'demo/road1' },
    { path: 'applications', list: 'applications', row: '.rule', text: 'g4/ramp*' },
    { path: 'hooks', list: 'hooks', row: '.hook', text: 'http://10.8.0.30:9000/auth' },
  ].map(({ path, list, row, text }) => ({
    name: `what is deleted of ${path} can be brought back, and goes after the time or when one leaves`,
    run: async ({ page, mock }) => {
      await page.at(`/${path}`);
      const found = page.locator(row, { hasText: text });
      await found.getByRole('button', { name: '删除' }).click();
      await until(async () => (await found.count()) === 0, 'the row to go');
      await page.getByRole('button', { name: '撤销' }).click();
      await found.waitFor();
      await page.waitForTimeout(6_500);
      assert(mock.world[list].length === 2 && (await found.count()) === 1, 'kept');
      await found.getByRole('button', { name: '删除' }).click();
      assert(mock.world[list].length === 2, 'not deleted yet');
      await until(() => mock.world[list].length === 1, 'the deletion', 10_000);
      await page.locator(row).first().getByRole('button', { name: '删除' }).click();
      await page.locator('nav').getByRole('link', { name: '视频墙' }).click();
      await until(() => mock.world[list].length === 0, 'the deletion on leaving', 2_000);
    },
  })),
  {
    name: 'traffic is added up over the days that are chosen',
    run: async ({ page, mock }) => {
      const days = (count) => new Date(Date.now() - count * 86_400_000).toISOString();
      const [like] = mock.world.sessions;
      mock.world.sessions = [like, ...[3, 20].map((ago, i) => ({ ...like, id: 100 + i, since: days(ago), app: 'old', name: `d${ago}` }))];
      await page.at('/sessions');
      const rows = page.locator('.traffic tbody tr');
      const total = page.locator('.traffic tfoot td').nth(3);
      await until(async () => (await rows.count()) === 1, 'today');
      await page.selectOption('#traffic-days', '7');
      await until(async () => (await rows.count()) === 2, 'a week');
      await page.selectOption('#traffic-days', '30');
      await until(async () => (await rows.count()) === 3 && (await total.innerText()) === '3', 'a month');
      await page.selectOption('#traffic-by', 'day');
      await page.locator('.traffic tbody tr', { hasText: days(20).slice(0, 10) }).waitFor();
    },
  },
  ...[undefined, PHONE].map((viewport) => ({
    name: `an open delivery log is accessible ${viewport ? 'on a phone' : 'on a desk'}`,
    options: { viewport },
    run: async ({ page }) => {
      await page.at('/hooks');
      await page.locator('.hook').first().locator('.counts').click();
      await page.locator('.deliveries tbody tr').first().getByRole('button').first().click();
      await page.locator('.deliveries pre').waitFor();
      await assertAccessible(page, 'delivery log with a body');
      assert((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'too wide');
    },
  })),
  {
    name: 'older deliveries stay in the log while it refreshes, and questions cannot be sent again',
    run: async ({ page, mock }) => {
      const { world } = mock;
      world.page_rows = 3;
      world.deliveries = Array.from({ length: 8 }, (_, i) => delivery(8 - i, 1, i === 1 ? 'play' : 'stream_up', 'failed', { answer: `row ${8 - i}.` }));
      await page.at('/hooks');
      await page.locator('.hook').first().locator('.counts').click();
      const log = page.locator('.deliveries tbody tr');
      const older = page.getByRole('button', { name: '更早的' });
      const shown = async () => (await log.locator('.answer').allInnerTexts()).map((text) => Number(/row (\d+)/.exec(text)[1])).join();
      await until(async () => (await shown()) === '8,7,6', 'the newest page');
      await older.click();
      await until(async () => (await shown()) === '8,7,6,5,4,3', 'an older page');
      await assertAccessible(page, 'delivery log');
      assert((await log.filter({ hasText: 'row 7.' }).getByRole('button', { name: '重新投递' }).count()) === 0, 'a question is not sent again');
      world.deliveries.unshift(delivery(10, 1, 'stream_down', 'pending', { answer: 'row 10.' }), delivery(9, 1, 'stream_up', 'pending', { answer: 'row 9.' }));
      await until(async () => (await shown()) === '10,9,8,7,6,5,4,3', 'news above, and all rows below');
      const deep = log.filter({ hasText: 'row 4.' });
      await deep.getByRole('button', { name: '重新投递' }).click();
      await until(async () => (await deep.innerText()).includes('等待'), 'the new state of an older row');
      await older.click();
      await until(async () => (await shown()) === '10,9,8,7,6,5,4,3,2,1', 'the last page');
      await until(async () => (await older.count()) === 0, 'the end');
    },
  },
  {
    name: 'older sessions are added, and a search begins anew',
    run: async ({ page, mock }) => {
      mock.world.page_rows = 5;
      await page.at('/sessions');
      const rows = page.locator('.ended tbody tr');
      const older = page.getByRole('button', { name: '更早的' });
      await until(async () => (await rows.count()) === 5, 'the newest page');
      await older.click();
      await until(async () => (await rows.count()) === 10, 'two pages');
      await older.click();
      await until(async () => (await rows.count()) === 12 && (await older.count()) === 0, 'all');
      await page.fill('input[type=search]', 'road1');
      await until(async () => (await rows.count()) === 4 && (await older.count()) === 0, 'what fits');
    },
  },
  {
    name: 'on a phone the rest of the menu opens, leads on, and closes',
    options: { viewport: PHONE },
    run: async ({ page }) => {
      await page.at('/streams');
      const more = page.getByRole('button', { name: '更多' });
      const hooks = page.locator('nav').getByRole('link', { name: '回调' });
      await more.waitFor();
      assert(!(await hooks.isVisible()), 'closed at first');
      await more.click();
      for (const name of ['会话', '规则', '回调', '服务器']) assert(await page.locator('nav').getByRole('link', { name }).isVisible(), name);
      await assertAccessible(page, 'open menu');
      await page.keyboard.press('Escape');
      assert(!(await hooks.isVisible()) && (await more.evaluate((each) => each === document.activeElement)), 'Escape closes it');
      await more.click();
      await page.locator('h1').click();
      assert(!(await hooks.isVisible()), 'a touch elsewhere closes it');
      await more.click();
      await hooks.click();
      await page.locator('.hook').first().waitFor();
      assert(!(await hooks.isVisible()) && (await more.getAttribute('class')).includes('on'), 'closed, and marked as the place');
    },
  },
  {
    name: 'the bar fits every width in both languages, with each place in sight or behind more',
    run: async ({ page, mock, browser }) => {
      await page.at('/streams');
      for (const locale of ['zh-CN', 'en']) {
        const other = await openPage(browser, mock, { locale });
        await other.at('/hooks');
        await other.locator('.hook').first().waitFor();
        for (const width of [360, 600, 761, 900, 1024, 1121, 1241, 1280, 1366, 1501, 1561, 1601, 1721, 1920]) {
          await other.setViewportSize({ width, height: 768 });
          await settle(other);
          const over = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert(over <= 0, `${over} px too wide at ${width} in ${locale}`);
          const more = other.locator('.nav .more');
          if (await more.isVisible()) await more.click();
          assert((await other.locator('nav a:visible').count()) === 16, `sixteen places at ${width} in ${locale}`);
          await other.keyboard.press('Escape');
        }
        await closePage(other);
      }
    },
  },
  {
    name: 'on a phone bars of traffic are legible, and what is done to a hook stands in one row',
    options: { viewport: PHONE },
    run: async ({ page }) => {
      await page.at('/sessions');
      await page.locator('.traffic .bar span').first().waitFor();
      const widths = await page.locator('.traffic .bar span').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
      assert(Math.max(...widths) > 300 && new Set(widths).size > 2, widths.join());
      for (const [path, owner] of [['hooks', '.hook'], ['relays', '.relay']]) {
        await page.at(`/${path}`);
        await page.locator(owner).first().waitFor();
        const middles = await page.locator(owner).first().locator('.tools > *').evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ top, height }) => top + height / 2));
        assert(middles.length >= 3 && Math.max(...middles) - Math.min(...middles) < 4, `${path}: ${middles}`);
      }
    },
  },
  ...Object.entries(SIZES).map(([size, viewport]) => ({
    name: `on a ${size} each address of a stream is shown as a QR code that can be read`,
    options: { viewport },
    run: async ({ page }) => {
      await page.at('/streams/demo/road1');
      const fields = page.locator('.right .copy');
      await fields.first().waitFor();
      for (let i = 0; i < (await fields.count()); i++) {
        const field = fields.nth(i);
        const box = field.locator('[popover]');
        await field.scrollIntoViewIfNeeded();
        await field.getByRole('button', { name: '二维码' }).click();
        await box.getByRole('img').waitFor();
        await settle(page);
        const { left, right, top, bottom, wide, high } = await box.evaluate((each) => ({ ...each.getBoundingClientRect().toJSON(), wide: innerWidth, high: innerHeight }));
        assert(left >= 0 && right <= wide && top >= 0 && bottom <= high, `in the window: ${[left, right, top, bottom]}`);
        const read = await scan(page, box.getByRole('img'));
        assert(read === (await field.locator('code').innerText()), `${read}`);
        if (i === 0) await assertAccessible(page, 'QR code');
        await page.keyboard.press('Escape');
        await box.getByRole('img').waitFor({ state: 'detached' });
      }
      await fields.first().getByRole('button', { name: '二维码' }).click();
      await page.locator('[popover] [role=img]').waitFor();
      await page.locator('.main').evaluate((main) => main.scrollBy(0, -60));
      await page.locator('[popover] [role=img]').waitFor({ state: 'detached' });
    },
  })),
  {
    name: 'addresses stand in a fixed order, and those of new protocols have a name',
    run: async ({ page, mock }) => {
      mock.world.urls = { zip_zap: 'zip://10.8.0.5/x', hls: 'http://10.8.0.5/x.m3u8', rtsps: 'rtsps://10.8.0.5/x', rtmp: null };
      await page.at('/streams/demo/road1');
      const labels = page.locator('.right .copy > .label');
      await labels.first().waitFor();
      const text = (await labels.allInnerTexts()).join();
      assert(text === 'RTSP,RTSPS,HTTP-FLV,WS-FLV,HTTP-fMP4,WS-fMP4,HLS,ZIP-ZAP', text);
    },
  },
  {
    name: 'times are in units for people, and failures of a relay are counted',
    run: async ({ page }) => {
      await page.at('/applications');
      await page.locator('.rule', { hasText: '30 s' }).waitFor();
      await page.locator('.defaults', { hasText: '100 ms' }).waitFor();
      await page.at('/hooks');
      await page.locator('.hook', { hasText: '超时 3 s' }).waitFor();
      await page.at('/relays');
      await page.locator('.pushes li', { hasText: 'ramp-west' }).getByText('连续失败 4 次').waitFor();
      assert((await page.locator('.pushes li', { hasText: 'ramp-east' }).innerText()).includes('失败') === false, 'none where all is well');
    },
  },
  {
    name: 'sessions are searched, traffic is added up, and a viewer is cut',
    run: async ({ page, mock }) => {
      await page.at('/sessions');
      await page.locator('.ended tbody tr').first().waitFor();
      assert((await page.locator('.traffic tbody tr').count()) > 2, 'streams');
      await page.selectOption('#traffic-by', 'protocol');
      await until(async () => (await page.locator('.traffic tbody tr').count()) === 4, 'four protocols');
      await page.fill('input[type=search]', 'road1');
      await until(async () => (await page.locator('.ended tbody tr').count()) === 4, 'four sessions');
      await page.locator('.now tbody tr').first().getByRole('button').click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.viewers.length === 3, 'the cut');
    },
  },
  {
    name: 'virtual hosts are added, changed and removed',
    run: async ({ page, mock }) => {
      page.allowed.push(/40[09]/);
      await page.at('/hosts');
      await page.locator('.host', { hasText: '*.tenant-a.example' }).waitFor();
      await page.getByRole('button', { name: '添加虚拟主机' }).click();
      const dialog = page.getByRole('dialog');
      await page.fill('#host-name', 'Tenant-B');
      await page.fill('#host-domains', 'cam.tenant-a.example');
      await dialog.locator('.btn.primary').click();
      await dialog.getByText('已属于虚拟主机 tenant-a').waitFor();
      assert((await page.getAttribute('#host-domains', 'aria-invalid')) === 'true', 'the field at fault is marked');
      await assertAccessible(page, 'host dialog');
      await page.fill('#host-domains', 'b.example\n*.b.example');
      await dialog.locator('.btn.primary').click();
      await page.locator('.host', { hasText: 'tenant-b' }).getByText('*.b.example').waitFor();
      await page.getByRole('button', { name: '编辑 tenant-b' }).click();
      await page.fill('#host-domains', '');
      await dialog.locator('.btn.primary').click();
      await page.locator('.host', { hasText: 'tenant-b' }).getByText('vhost=tenant-b').waitFor();
      await page.getByRole('button', { name: '删除 tenant-a' }).click();
      await dialog.getByText('1 路流').waitFor();
      await dialog.locator('.btn.primary').click();
      await page.getByText('还有 1 个拉流源').waitFor();
      await page.getByRole('button', { name: '删除 tenant-b' }).click();
      await dialog.locator('.btn.primary').click();
      await until(async () => (await page.locator('.host').count()) === 1, 'one host');
      assert(mock.world.hosts.length === 1, 'the server has one');
    },
  },
  {
    name: 'a stream of a virtual host is found by it, shown and played',
    run: async ({ page, mock }) => {
      await page.at('/hosts');
      await page.locator('.host a').first().click();
      const row = page.locator('.streams tbody tr');
      await until(async () => (await row.count()) === 1, 'the one stream of the host');
      assert((await page.inputValue('#streams-host')) === 'tenant-a', 'the host is chosen');
      assert((await row.innerText()).includes('tenant-a/g4/tunnel-n1'), 'it is named with its host');
      await row.getByRole('link').click();
      await page.locator('h1', { hasText: 'tenant-a/g4/tunnel-n1' }).waitFor();
      await until(() => mock.log.includes('ws tenant-a/g4/tunnel-n1'), 'the picture of the host');
      await until(() => mock.sockets.size > 0, 'a viewer');
      assert(!mock.log.includes('ws g4/tunnel-n1'), 'not that of the default one');
    },
  },
  {
    name: 'sources, sessions and tokens of a virtual host are apart',
    run: async ({ page, mock }) => {
      mock.world.sources.push({ ...mock.world.sources.find(({ vhost }) => vhost === 'tenant-a'), vhost: 'default' });
      await page.at('/sources');
      await page.locator('.sources tbody tr').first().waitFor();
      await page.selectOption('#sources-host', 'tenant-a');
      await until(async () => (await page.locator('.sources tbody tr').count()) === 1, 'the one source of the host');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.fill('#source-url', 'rtsp://10.8.3.55/live');
      await page.fill('#source-name', 'road3');
      await page.fill('#source-app', 'demo');
      await page.selectOption('#source-host', 'tenant-a');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.sources.some(({ vhost, name }) => vhost === 'tenant-a' && name === 'road3'), 'the source');
      await page.getByRole('button', { name: '删除 tenant-a/g4/tunnel-n1' }).click();
      // Leaving the page is agreement.
      await page.locator('nav').getByRole('link', { name: '会话' }).click();
      await until(() => mock.world.sources.every(({ vhost, name }) => vhost !== 'tenant-a' || name !== 'tunnel-n1'), 'the source to be gone');
      assert(mock.world.sources.some(({ vhost, name }) => vhost === 'default' && name === 'tunnel-n1'), 'the other one stays');
      await page.selectOption('#traffic-by', 'vhost');
      await until(async () => (await page.locator('.traffic tbody tr').count()) === 2, 'two hosts');
      await page.selectOption('#sessions-host', 'tenant-a');
      await until(async () => (await page.locator('.ended tbody tr').count()) === 1, 'one session');
      await page.at('/server');
      await page.selectOption('#token-host', 'tenant-a');
      await page.fill('#token-name', 'tunnel-n1');
      await page.getByRole('button', { name: '生成地址' }).click();
      await page.getByText('&vhost=tenant-a').first().waitFor();
    },
  },
  {
    name: 'without a virtual host nothing asks for one',
    run: async ({ page, mock }) => {
      mock.world.hosts = [];
      mock.world.streams = mock.world.streams.filter(({ vhost }) => vhost === 'default');
      for (const [path, selector] of [['streams', '.streams tbody tr'], ['sources', '.sources tbody tr'], ['sessions', '.ended tbody tr'], ['server', '.tiles']]) {
        await page.at(`/${path}`);
        await page.locator(selector).first().waitFor();
        assert((await page.locator('.host-select').count()) === 0, path);
      }
      await page.at('/sources');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.locator('#source-app').waitFor();
      assert((await page.locator('#source-host').count()) === 0, 'the dialog');
      await page.at('/hosts');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'the first load stays small',
    run: async ({ page }) => {
      const sizes = [];
      page.on('requestfinished', (request) => {
        if (/\.(js|css)$/.test(request.url())) sizes.push(request.response().then(async (response) => gzipSync(await response.body()).length));
      });
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      await page.waitForLoadState('networkidle');
      const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      process.stdout.write(`      the wall loads ${sizes.length} scripts and styles, ${Math.round(total / 1000)} KB of ${FIRST_LOAD_BYTES / 1000} KB compressed\n`);
      assert(total > 10_000 && total < FIRST_LOAD_BYTES, `${total} bytes`);
    },
  },
];
