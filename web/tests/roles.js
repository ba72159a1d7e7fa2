/** What people of each role see and are offered, without a refused request. */
import { assert, assertAccessible, LAPTOP, PHONE, until } from './harness.js';

const PLACES = { '': '总览', wall: '视频墙', cameras: '摄像机', patrols: '轮巡', devices: '设备', streams: '流', sources: '拉流源', snapshots: '快照', relays: '转推', sessions: '会话', applications: '规则', hosts: '虚拟主机', hooks: '回调', people: '人员', audit: '审计', server: '服务器' };
const ROLES = {
  viewer: { places: ['', 'wall', 'cameras', 'patrols', 'snapshots', 'streams'] },
  operator: { places: ['', 'wall', 'cameras', 'patrols', 'snapshots', 'devices', 'streams', 'sources', 'sessions', 'server'] },
  auditor: { places: ['', 'sessions', 'people', 'audit'] },
};
const SIZES = { desk: undefined, laptop: LAPTOP, phone: PHONE };

const byRole = Object.entries(ROLES).flatMap(([role, { places }]) => [
  ...Object.entries(SIZES).map(([size, viewport]) => ({
    name: `role ${role} is shown its places on a ${size}`,
    options: { token: `mock-${role}`, viewport },
    run: async ({ page }) => {
      await page.at('/');
      const links = page.locator('.nav a');
      await links.first().waitFor();
      // What the bar of a large window has stands in the menu of a small one too.
      const shown = [...new Set((await links.allTextContents()).map((text) => text.trim()))];
      assert(shown.join() === places.map((place) => PLACES[place]).join(), `places: ${shown}`);
      // A bar has room for five.
      assert((await page.locator('.nav .more').count()) === (places.length > 5 ? 1 : 0), 'a menu for the rest alone');
      await assertAccessible(page, role);
    },
  })),
  {
    name: `role ${role} opens its pages without a refusal, and is told of what it lacks for the others`,
    options: { token: `mock-${role}` },
    run: async ({ page }) => {
      const refused = [];
      page.on('response', (response) => response.status() >= 400 && refused.push(`${response.status()} ${response.url()}`));
      for (const place of [...Object.keys(PLACES), 'account']) {
        await page.at(`/${place}`);
        await page.locator('h1').first().waitFor({ state: 'attached' });
        await page.waitForTimeout(700);
        const lacks = await page.locator('.forbidden').count();
        assert((lacks === 0) === (place === 'account' || places.includes(place)), place);
      }
      assert(refused.length === 0, refused.join());
      await page.at('/hooks');
      assert((await page.locator('.forbidden').innerText()).includes('view:hook'), 'which right');
      await assertAccessible(page, 'a page that is not permitted');
      await page.locator('.forbidden .btn').click();
      await page.locator('.overview').waitFor();
    },
  },
]);

export const roles = [
  ...byRole,
  {
    name: 'role viewer watches, and is offered nothing that changes something',
    options: { token: 'mock-viewer' },
    run: async ({ page }) => {
      await page.at('/streams/demo/road1');
      await page.locator('.left tbody tr').first().waitFor();
      assert((await page.locator('viaduct-player').count()) === 1, 'the picture');
      for (const text of ['断开推流端', '踢出']) assert((await page.getByRole('button', { name: text }).count()) === 0, text);
    },
  },
  {
    name: 'role operator cuts and makes addresses to play, and leaves sources and the configuration as they are',
    options: { token: 'mock-operator' },
    run: async ({ page, mock }) => {
      await page.at('/streams/demo/road4');
      await page.getByRole('button', { name: '断开推流端' }).click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.streams.find(({ name }) => name === 'road4').publisher === null, 'the cut');
      await page.at('/sources');
      await page.locator('.sources tbody tr').first().waitFor();
      assert((await page.locator('.page button').count()) === 0, 'no button on the sources');
      await page.at('/server');
      await page.locator('#token-action').waitFor();
      assert((await page.locator('#token-action option').count()) === 1, 'addresses to play only');
      assert((await page.getByRole('button', { name: '重新加载' }).count()) === 0, 'no configuration');
    },
  },
  {
    name: 'role auditor looks at people and roles without a button that changes them, and exports the log',
    options: { token: 'mock-auditor' },
    run: async ({ page }) => {
      await page.at('/people');
      await page.locator('.users tbody tr').first().waitFor();
      for (const text of ['添加用户', '添加下级组织', '修改 admin', '删除 admin']) assert((await page.getByRole('button', { name: text }).count()) === 0, text);
      await page.at('/people/roles');
      await page.locator('.role.own').first().waitFor();
      assert((await page.locator('.role.own button').count()) === 0, 'no button on the roles');
      await page.at('/audit');
      await page.getByRole('button', { name: '导出 CSV' }).waitFor();
    },
  },
  {
    name: 'role of somebody changes while they look: pages and places follow',
    run: async ({ page, mock }) => {
      page.allowed.push(/403/);
      await page.at('/hooks');
      await page.locator('.hook').first().waitFor();
      // The page opened with a question for the rights, and asks again no sooner than ten seconds after.
      const admin = mock.world.accounts[0];
      admin.permissions = admin.permissions.filter((right) => !right.endsWith(':hook'));
      await page.locator('.forbidden').waitFor({ timeout: 25_000 });
      assert((await page.locator('.nav a', { hasText: '回调' }).count()) === 0, 'the place is gone');
    },
  },
];
