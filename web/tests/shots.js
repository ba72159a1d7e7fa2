/** Every page, tab and dialog that `screenshots.js` takes a picture of: where it is and what is done there first. */
const HOURS_MS = 3_600_000;
const button = (page, name) => page.getByRole('button', { name });
const press = (name) => (page) => button(page, name).first().click();
const BRANCHES = ['江海高速运营公司', 'G15 沈海高速管理处', '北段'];

async function unfold(where) {
  for (const name of BRANCHES) await where.locator('.row.branch', { hasText: name }).first().click();
}

async function withProvider(page, mock) {
  mock.world.provider = '省厅统一身份认证';
  await page.reload();
}

/** The wall as an operator left it; the mock has pictures of streams. */
const STREAMS = ['demo/road1', 'demo/road2', 'demo/road3', 'demo/road4', 'g4/bridge-deck', 'g4/ramp-east', 'g4/ramp-west', 'hwy/h265-only', 'hwy/broken-cam', 'hwy/waiting-cam'];
const wallOf = (layout, count) => ({ layout, tiles: Array.from({ length: count }, (_, index) => STREAMS[index % STREAMS.length]) });
const NINE = wallOf(9, 8);

/**
 * `english`: taken in English too, so nothing in its `act` goes by a Chinese name. `wall`: what the wall shows, on
 * `screen` where one is named, beside the `list`. `prepare`: changes the mock before the page opens. `wait`: how long
 * until pictures have come.
 */
export const SHOTS = {
  // Before signing in
  setup: { path: '/setup?code=428913', signedIn: false, setup: true, english: true },
  login: { path: '/login', signedIn: false, english: true },
  'login-provider': { path: '/login#sign-in=disabled', signedIn: false, prepare: (mock) => (mock.world.provider = '省厅统一身份认证') },
  'login-code': {
    path: '/login', signedIn: false, prepare: (mock) => (mock.world.accounts[0].second_factor = true),
    act: async (page, mock) => {
      await page.fill('#password', mock.world.password);
      await page.locator('.btn.primary').click();
    },
  },
  share: {
    path: '/share/t1', signedIn: false, wait: 2500,
    prepare: (mock) => mock.world.shares.push({ id: 1, token: 't1', channel: 1, user: 'admin', rendition: 'main', watermark: '值班室', created_at: new Date().toISOString(), expires_at: new Date(Date.now() + HOURS_MS).toISOString() }),
  },
  'share-ended': { path: '/share/t9', signedIn: false },
  // Overview
  overview: { path: '/', wait: 2000, english: true, act: async (_, mock) => { for (const each of mock.world.channels.slice(6, 9)) Object.assign(each, { state: 'offline', state_reason: '连接超时' }); mock.emit('channels', 'changed', {}); } },
  'overview-first': { path: '/', english: true, prepare: (mock) => (mock.world.channels = []) },
  'overview-viewer': { path: '/', token: 'mock-viewer', wait: 1500 },
  menu: { path: '/streams', act: (page) => page.locator('.who').click() },
  more: { path: '/streams', act: (page) => page.locator('.more').click({ timeout: 1000 }).catch(() => undefined) },
  palette: { path: '/cameras', act: async (page) => { await page.keyboard.press('Control+k'); await page.getByRole('combobox', { name: '页面、摄像机、桩号或视图' }).fill('收费'); } },
  keyboard: { path: '/wall', english: true, act: (page) => page.keyboard.press('?') },
  // Wall
  wall: { path: '/wall', wait: 3500, wall: NINE, act: unfold },
  'wall-1': { path: '/wall', wait: 2500, wall: wallOf(1, 1) },
  'wall-9': { path: '/wall', wait: 3500, wall: NINE, list: 'streams', english: true },
  'wall-25': { path: '/wall', wait: 5000, wall: wallOf(25, 22), list: 'streams' },
  'wall-grid': { path: '/wall', wait: 2500, wall: NINE, act: async (page) => { await page.locator('.own').click(); await page.selectOption('#wall-columns', '4'); await button(page, '向右合并').click(); await button(page, '向下合并').click(); } },
  'wall-views': { path: '/wall', wait: 2500, wall: NINE, act: (page) => page.locator('.views-button').click() },
  'wall-view': { path: '/wall', wall: NINE, act: async (page) => { await page.locator('.views-button').click(); await button(page, '把当前画面存为视图').click(); await page.getByLabel('共享', { exact: true }).check(); } },
  'wall-empty': { path: '/wall', wall: { layout: 4, tiles: [] } },
  kiosk: { path: '/wall?kiosk=1&screen=west', wait: 2500, screen: 'west', wall: NINE },
  // Cameras
  cameras: { path: '/cameras', english: true, act: (page) => page.locator('tbody input').first().check() },
  'cameras-none': { path: '/cameras', prepare: (mock) => (mock.world.channels = []) },
  'camera-ptz': { path: '/cameras/3', wait: 2500, english: true },
  'camera-fixed': { path: '/cameras/5', wait: 2500 },
  'camera-preset': { path: '/cameras/3', wait: 1500, act: async (page) => { await button(page, '编辑预置位和巡航').click(); await button(page, '添加预置位').click(); } },
  'camera-cruise': { path: '/cameras/3', wait: 1500, act: async (page) => { await button(page, '编辑预置位和巡航').click(); await button(page, '添加巡航').click(); } },
  'gb-device-configuration': { path: '/devices/gb28181/34020000001180000001', english: true, wait: 2500, act: async (page) => { await page.locator('.config .btn').first().click(); await page.waitForTimeout(1500); await page.locator('.config').scrollIntoViewIfNeeded(); } },
  'gb-device-equipment': { path: '/devices/gb28181/34020000001180000001', wait: 2500, act: async (page) => { await page.locator('.equipment .btn').first().click(); await page.waitForTimeout(800); await page.locator('.equipment').scrollIntoViewIfNeeded(); } },
  'gb-device-configure': { path: '/devices/gb28181/34020000001180000001', wait: 1000, act: async (page) => { await page.locator('.config .btn').first().click(); await page.waitForTimeout(1500); await button(page, '编辑').click(); } },
  'gb-device-downloads': { path: '/devices/gb28181/34020000001180000001', english: true, wait: 4500, act: async (page) => { await button(page, /查询|Search/).first().click(); await button(page, /^(下载|Download)$/).first().click(); await page.getByRole('dialog').locator('.btn.primary').click(); await page.locator('.downloads').scrollIntoViewIfNeeded(); } },
  'gb-device-download-part': { path: '/devices/gb28181/34020000001180000001', english: true, act: async (page) => { await button(page, /查询|Search/).first().click(); await button(page, /^(下载|Download)$/).first().click(); } },
  'gb-device-positions': { path: '/devices/gb28181/34020000001320000090', english: true, act: async (page) => { await page.locator('svg polyline').scrollIntoViewIfNeeded(); } },
  'gb-device-snapshots': { path: '/devices/gb28181/34020000001180000001', english: true, wait: 3500, act: async (page) => { await page.locator('.snap input').first().fill('2'); await page.locator('.snap .btn').click(); await page.locator('.snap').scrollIntoViewIfNeeded(); } },
  'camera-share': { path: '/cameras/1', act: async (page) => { await button(page, '分享').click(); await button(page, '生成链接').click(); } },
  'camera-add': { path: '/cameras', act: async (page) => { await button(page, '添加摄像机').click(); await page.fill('#camera-main', 'rtsp://10.8.3.31/live'); await button(page, '更多信息').click(); await page.locator('.btn.test').click(); } },
  'camera-import': { path: '/cameras', act: press('导入') },
  groups: { path: '/cameras/groups', act: (page) => page.locator('.members tbody input').first().check() },
  'groups-none': { path: '/cameras/groups', prepare: (mock) => (mock.world.groups = []) },
  'group-add': { path: '/cameras/groups', act: press('新建分组') },
  'group-members': { path: '/cameras/groups?group=2', act: async (page) => { await button(page, '添加摄像机').click(); await unfold(page.getByRole('dialog')); await page.waitForTimeout(500); await page.getByRole('dialog').locator('.row.channel').first().click(); } },
  devices: { path: '/devices' },
  'device-add': { path: '/devices', act: press('添加设备') },
  // Patrols
  patrols: { path: '/patrols', wait: 800, english: true },
  'patrols-none': { path: '/patrols', prepare: (mock) => (mock.world.patrols = []) },
  patrol: { path: '/patrols', act: async (page) => { await button(page, '编辑 收费站早检').click(); await page.waitForTimeout(800); } },
  'patrol-run': { path: '/patrols/1/run', wait: 3500 },
  'patrol-log': { path: '/patrols/1/log', wait: 800, prepare: (mock) => mock.world.patrol_stops.push(...patrolStops()) },
  'patrol-log-none': { path: '/patrols/1/log', wait: 800 },
  // Snapshots
  snapshots: { path: '/snapshots', wait: 1500, english: true },
  snapshot: { path: '/snapshots', act: (page) => page.locator('.snapshot').first().click() },
  'snapshots-none': { path: '/snapshots', prepare: (mock) => (mock.world.snapshots = []) },
  plans: { path: '/snapshots/plans' },
  plan: { path: '/snapshots/plans', act: async (page) => { await button(page, '添加计划').click(); await page.fill('#plan-name', '隧道巡检'); await page.selectOption('#plan-group', { label: '隧道洞口' }); await page.waitForTimeout(500); } },
  targets: { path: '/snapshots/targets', wait: 800 },
  target: { path: '/snapshots/targets', act: press('编辑 省平台') },
  // Streams
  streams: { path: '/streams', english: true },
  stream: { path: '/streams/demo/road1', wait: 3000, english: true },
  'stream-failed': { path: '/streams/hwy/broken-cam', wait: 1500 },
  sources: { path: '/sources' },
  'source-add': {
    path: '/sources',
    act: async (page) => {
      await page.locator('.btn.primary').click();
      await page.fill('#source-url', 'rtsp://10.8.3.31/live');
      await page.fill('#source-name', 'k1203-500');
      await page.locator('.btn.test').click();
    },
  },
  'source-import': {
    path: '/sources',
    act: async (page) => {
      await button(page, '导入列表').click();
      await page.fill('#import-list', '#EXTM3U\n#EXTINF:-1,K12+300\nrtsp://10.8.3.56/live\n#EXTINF:-1,收费站\nnothing');
      await button(page, '检查').click();
    },
  },
  relays: { path: '/relays' },
  'relay-add': { path: '/relays', act: press('添加转推') },
  sessions: { path: '/sessions' },
  rules: { path: '/applications' },
  'rule-add': { path: '/applications', act: press('添加规则') },
  hosts: { path: '/hosts' },
  'host-add': { path: '/hosts', act: press('添加虚拟主机') },
  hooks: { path: '/hooks', act: (page) => page.locator('.counts').first().click() },
  'hook-add': { path: '/hooks', act: press('添加回调') },
  // People
  people: { path: '/people', english: true },
  'people-provider': { path: '/people', act: async (page, mock) => { await withProvider(page, mock); await button(page, '统一认证账号 li.na').waitFor(); } },
  'provider-link': { path: '/people', act: async (page, mock) => { await withProvider(page, mock); await button(page, '统一认证账号 zhang.wei').click(); } },
  'provider-unlink': { path: '/people', act: async (page, mock) => { await withProvider(page, mock); await button(page, '统一认证账号 li.na').click(); } },
  'user-mapped': { path: '/people', act: press('编辑 li.na') },
  'user-organisation': { path: '/people', act: press('编辑 chen.jing') },
  'user-group': { path: '/people', act: press('编辑 traffic-platform') },
  'user-sessions': { path: '/people', act: press('登录会话 zhang.wei') },
  roles: { path: '/people/roles' },
  role: { path: '/people/roles', act: press('编辑 设备维护') },
  audit: { path: '/audit', english: true, act: (page) => page.locator('.page-head .btn').last().click() },
  account: { path: '/account', english: true },
  'account-factor': { path: '/account', act: press('开启') },
  'account-key': { path: '/account', act: press('新建密钥') },
  'account-provider': { path: '/account', act: async (page, mock) => { mock.world.accounts[0].provider = true; await page.evaluate(() => { const kept = JSON.parse(localStorage.getItem('viaduct.session')); kept.user.provider = true; localStorage.setItem('viaduct.session', JSON.stringify(kept)); }); await page.reload(); } },
  // Server
  server: { path: '/server', english: true, act: (page) => page.locator('form .btn.primary').click() },
  settings: { path: '/server/settings', english: true },
  'settings-edited': { path: '/server/settings', prepare: (mock) => (mock.world.settings.pending = ['hls.part_ms']), act: async (page) => { await page.locator('#setting-hls-segments').fill('61'); await page.locator('#setting-log-level').fill('debug'); await page.locator('#setting-hls-segments').scrollIntoViewIfNeeded(); } },
  licence: { path: '/server/licence', english: true },
  'licence-none': { path: '/server/licence', prepare: (mock) => Object.assign(mock.world.licence, { terms: null, days_left: null }) },
  // Where nothing is
  forbidden: { path: '/hooks', token: 'mock-viewer' },
  'not-found': { path: '/nowhere', english: true },
};

function patrolStops() {
  const names = ['江口收费站入口', '江口收费站出口', '青浦收费站广场', '海湾收费站', '长桥隧道北洞口'];
  return Array.from({ length: 9 }, (_, index) => ({ patrol: 1, id: index + 1, run_id: 1, at: new Date(Date.now() - (9 - index) * 15_000).toISOString(), user: 'admin', channel_id: 1 + (index % 5), channel_name: names[index % 5], outcome: ['shown', 'shown', 'offline', 'shown', 'skipped'][index % 5], snapshot_id: index % 5 === 0 ? 1 : null }));
}
