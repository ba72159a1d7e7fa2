/** `node tests/screenshots.js [folder [part of a name]]`: every page at three sizes, for looking at. */
import { mkdirSync } from 'node:fs';
import { DESK, LAPTOP, PHONE, openBrowser, openPage, startMock } from './harness.js';

const out = process.argv[2] ?? new URL('./out', import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const wanted = process.argv[3] ?? '';
const browser = await openBrowser();
const wall = JSON.stringify({ layout: 9, tiles: ['demo/road1', 'demo/road2', 'demo/road3', 'demo/road4', 'hwy/h265-only', 'hwy/waiting-cam', 'hwy/broken-cam', 'g4/ramp-east'] });
const SIZES = { desk: DESK, laptop: LAPTOP, phone: PHONE };

const SHOTS = {
  code: {
    path: '/login', signedIn: false,
    act: async (page, mock) => {
      mock.world.accounts[0].second_factor = true;
      await page.fill('#password', mock.world.password);
      await page.locator('.btn.primary').click();
    },
  },
  account: { path: '/account', act: async (page) => page.getByRole('button', { name: '开启' }).click() },
  key: { path: '/account', act: async (page) => page.getByRole('button', { name: '新建密钥' }).click() },
  menu: { path: '/streams', act: async (page) => page.locator('.who').click() },
  forbidden: { path: '/hooks', token: 'mock-viewer' },
  login: { path: '/login', signedIn: false },
  'provider-login': { path: '/login', signedIn: false, act: async (page, mock) => { mock.world.provider = '省厅统一身份认证'; await page.goto(`${mock.url}/api/v1/login/options`); await page.goto(`${mock.url}/login#sign-in=disabled`); await page.getByRole('link', { name: /省厅/ }).waitFor(); } },
  'provider-people': { path: '/people', act: async (page, mock) => { mock.world.provider = '省厅统一身份认证'; await page.reload(); await page.getByRole('button', { name: '统一认证账号 li.na' }).waitFor(); } },
  'provider-link': { path: '/people', act: async (page, mock) => { mock.world.provider = '省厅统一身份认证'; await page.reload(); await page.getByRole('button', { name: '统一认证账号 zhang.wei' }).click(); } },
  'provider-unlink': { path: '/people', act: async (page, mock) => { mock.world.provider = '省厅统一身份认证'; await page.reload(); await page.getByRole('button', { name: '统一认证账号 li.na' }).click(); } },
  'provider-user': { path: '/people', act: async (page) => page.getByRole('button', { name: '编辑 li.na' }).click() },
  'provider-account': { path: '/account', act: async (page, mock) => { mock.world.accounts[0].provider = true; await page.evaluate(() => { const kept = JSON.parse(localStorage.getItem('viaduct.session')); kept.user.provider = true; localStorage.setItem('viaduct.session', JSON.stringify(kept)); }); await page.reload(); } },
  setup: { path: '/setup?code=428913', signedIn: false, setup: true },
  wall: { path: '/wall', wait: 3500, act: async (page) => { for (const name of ['江海高速运营公司', 'G15 沈海高速管理处', '北段']) await page.locator('.row.branch', { hasText: name }).first().click(); } },
  patrols: { path: '/patrols', wait: 800 },
  patrol: { path: '/patrols', act: async (page) => { await page.getByRole('button', { name: '编辑 收费站早检' }).click(); await page.waitForTimeout(800); } },
  patrol_run: { path: '/patrols/1/run', wait: 3500 },
  patrol_log: { path: '/patrols/1/log', wait: 800 },
  views: { path: '/wall', wait: 2500, act: async (page) => page.locator('.views-button').click() },
  view: { path: '/wall', act: async (page) => { await page.locator('.views-button').click(); await page.getByRole('button', { name: '把当前画面存为视图' }).click(); await page.getByLabel('共享', { exact: true }).check(); } },
  grid: { path: '/wall', wait: 2500, act: async (page) => { await page.locator('.own').click(); await page.selectOption('#wall-columns', '4'); await page.getByRole('button', { name: '向右合并' }).click(); await page.getByRole('button', { name: '向下合并' }).click(); } },
  kiosk: { path: '/wall?kiosk=1&screen=west', wait: 2500 },
  cameras: { path: '/cameras', act: async (page) => page.locator('tbody input').first().check() },
  groups: { path: '/cameras/groups', act: async (page) => page.locator('.members tbody input').first().check() },
  'group-members': { path: '/cameras/groups?group=2', act: async (page) => { await page.getByRole('button', { name: '添加摄像机' }).click(); for (const name of ['江海高速运营公司', 'G15 沈海高速管理处', '北段']) await page.getByRole('dialog').locator('.row.branch', { hasText: name }).first().click(); await page.waitForTimeout(500); await page.getByRole('dialog').locator('.row.channel').first().click(); } },
  'group-add': { path: '/cameras/groups', act: async (page) => page.getByRole('button', { name: '新建分组' }).click() },
  'plan-cameras': { path: '/snapshots/plans', act: async (page) => { await page.getByRole('button', { name: '添加计划' }).click(); await page.fill('#plan-name', '隧道巡检'); await page.selectOption('#plan-group', { label: '隧道洞口' }); await page.waitForTimeout(500); } },
  targets: { path: '/snapshots/targets', wait: 800 },
  target: { path: '/snapshots/targets', act: async (page) => page.getByRole('button', { name: '编辑 省平台' }).click() },
  camera: { path: '/cameras/5', wait: 2500 },
  'camera-add': { path: '/cameras', act: async (page) => { await page.getByRole('button', { name: '添加摄像机' }).click(); await page.fill('#camera-main', 'rtsp://10.8.3.31/live'); await page.getByRole('button', { name: '更多信息' }).click(); await page.locator('.btn.test').click(); } },
  devices: { path: '/devices' },
  streams: { path: '/streams' },
  stream: { path: '/streams/demo/road1', wait: 3000 },
  failed: { path: '/streams/hwy/broken-cam', wait: 1500 },
  sources: { path: '/sources' },
  add: {
    path: '/sources',
    act: async (page) => {
      await page.locator('.btn.primary').click();
      await page.fill('#source-url', 'rtsp://10.8.3.31/live');
      await page.fill('#source-name', 'k1203-500');
      await page.locator('.btn.test').click();
    },
  },
  import: {
    path: '/sources',
    act: async (page) => {
      await page.getByRole('button', { name: '导入列表' }).click();
      await page.fill('#import-list', '#EXTM3U\n#EXTINF:-1,K12+300\nrtsp://10.8.3.56/live\n#EXTINF:-1,收费站\nnothing');
      await page.getByRole('button', { name: '检查' }).click();
    },
  },
  relays: { path: '/relays' },
  relay: { path: '/relays', act: async (page) => page.getByRole('button', { name: '添加转推' }).click() },
  applications: { path: '/applications' },
  rule: { path: '/applications', act: async (page) => page.getByRole('button', { name: '添加规则' }).click() },
  hooks: { path: '/hooks', act: async (page) => page.locator('.counts').first().click() },
  hook: { path: '/hooks', act: async (page) => page.getByRole('button', { name: '添加回调' }).click() },
  sessions: { path: '/sessions' },
  people: { path: '/people' },
  user: { path: '/people', act: async (page) => page.getByRole('button', { name: '编辑 chen.jing' }).click() },
  'user-group': { path: '/people', act: async (page) => page.getByRole('button', { name: '编辑 traffic-platform' }).click() },
  roles: { path: '/people/roles' },
  role: { path: '/people/roles', act: async (page) => page.getByRole('button', { name: '编辑 设备维护' }).click() },
  audit: { path: '/audit', act: async (page) => page.getByRole('button', { name: '校验日志' }).click() },
  overview: { path: '/', wait: 2000, act: async (page, mock) => { for (const each of mock.world.channels.slice(6, 9)) Object.assign(each, { state: 'offline', state_reason: '连接超时' }); mock.emit('channels', 'changed', {}); } },
  first: { path: '/', act: async (page, mock) => { mock.world.channels = []; await page.reload(); await page.locator('.steps').waitFor(); } },
  settings: { path: '/server/settings' },
  'settings-edited': { path: '/server/settings', act: async (page, mock) => { mock.world.settings.pending = ['hls.part_ms']; await page.reload(); await page.locator('#setting-hls-segments').fill('61'); await page.locator('#setting-log-level').fill('debug'); await page.locator('#setting-hls-segments').scrollIntoViewIfNeeded(); } },
  licence: { path: '/server/licence' },
  server: { path: '/server', act: async (page) => page.locator('form .btn.primary').click() },
};

for (const setup of [false, true]) {
  const mock = await startMock({ setup });
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const [name, shot] of Object.entries(SHOTS)) {
      if ((shot.setup ?? false) !== setup || !name.includes(wanted)) continue;
      const page = await openPage(browser, mock, { viewport, signedIn: shot.signedIn ?? true, locale: process.env.LOCALE, token: shot.token });
      await page.addInitScript((kept) => localStorage.setItem('viaduct.wall', kept), wall);
      await page.at(shot.path);
      await page.waitForTimeout(900);
      await shot.act?.(page, mock);
      await page.waitForTimeout(shot.wait ?? 600);
      await page.screenshot({ path: `${out}/${name}-${size}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) process.stdout.write(`${name}-${size}: ${overflow} px too wide\n`);
      await page.context().close();
    }
  }
  await mock.close();
}
await browser.close();
