/** Every page against the mock, with accessibility. */
import { assert, assertAccessible, LAPTOP, PHONE, until } from './harness.js';

const SIZES = { desk: undefined, laptop: LAPTOP, phone: PHONE };
const PATHS = { wall: '.tile', streams: '.streams tbody tr', 'streams/demo/road1': '.picture', 'streams/hwy/broken-cam': '.verdict', sources: '.sources tbody tr', relays: '.relay', sessions: '.ended tbody tr', applications: '.rule', hooks: '.hook', server: '.tiles', nowhere: '.empty' };

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
    name: 'a viewer is cut after a question',
    run: async ({ page }) => {
      await page.at('/streams/demo/road1');
      const rows = page.locator('.left tbody tr');
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
    name: 'the server page makes addresses, reloads and changes the password',
    run: async ({ page, mock }) => {
      await page.at('/server');
      await page.selectOption('#token-action', 'publish');
      await page.fill('#token-name', 'cam9');
      await page.locator('form', { has: page.locator('#token-name') }).locator('.btn').click();
      await page.locator('.made code', { hasText: 'rtmp://10.8.0.5/demo/cam9?token=' }).waitFor();
      await page.getByRole('button', { name: '重新加载' }).click();
      await page.locator('.toast', { hasText: 'log.level' }).waitFor();
      await page.fill('#password-current', 'correct-horse');
      await page.fill('#password-next', 'another password');
      await page.fill('#password-again', 'another password');
      await page.locator('form', { has: page.locator('#password-next') }).locator('.btn').click();
      await until(() => mock.world.password === 'another password', 'the new password');
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
      for (const output of ['RTMP', 'RTSP', 'TS', 'HLS', 'DASH']) await page.getByLabel(output, { exact: true }).uncheck();
      await page.selectOption('#rule-encrypt', 'true');
      await page.fill('#rule-idle_close_ms', '45000');
      await assertAccessible(page, 'rule dialog');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.applications.length === 3, 'the rule');
      const { settings } = mock.world.applications[2];
      assert(JSON.stringify(settings.outputs) === '["flv","fmp4"]' && settings.play === 'open' && settings.encrypt_hls === true && settings.idle_close_ms === 45_000, JSON.stringify(settings));
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
    name: 'the first load stays small',
    options: { signedIn: false },
    run: async ({ page }) => {
      const { gzipSync } = await import('node:zlib');
      const sizes = [];
      page.on('requestfinished', (request) => {
        if (request.url().includes('/api/')) return;
        sizes.push(request.response().then(async (response) => gzipSync(await response.body()).length));
      });
      await page.at('/login');
      await page.locator('form').waitFor();
      await page.waitForLoadState('networkidle');
      const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      assert(total > 10_000 && total < 200_000, `${total} bytes`);
    },
  },
];
