/** The first page: what each may see, live figures, and a server without cameras. */
import { assert, assertAccessible, until } from './harness.js';

const titles = (page) => page.locator('.overview .tile h2').allTextContents();

export const overview = [
  {
    name: 'overview shows everything to administrators and leads on',
    run: async ({ page, mock }) => {
      const gone = mock.world.channels.find(({ state }) => state === 'idle');
      Object.assign(gone, { state: 'offline', state_reason: '连接超时' });
      await page.at('/');
      await page.locator('.overview .ring').waitFor();
      assert((await titles(page)).join() === '摄像机,实时,本机,最近一小时的负载,最近一天的在线摄像机,快照,视图快捷入口,轮巡,接入授权,最近操作', (await titles(page)).join());
      const online = mock.world.channels.filter(({ state }) => state === 'online').length;
      assert((await page.locator('.states li').first().innerText()).includes(String(online)), 'how many are online');
      await until(async () => (await page.locator('.overview canvas').count()) === 2, 'two curves');
      await until(async () => (await page.locator('.shots img').count()) === 4, 'four pictures');
      await assertAccessible(page, 'overview');
      await page.locator('.views a').first().click();
      await page.waitForURL('**/wall?view=1');
      await page.goBack();
      await page.locator('.lost a').first().click();
      await page.waitForURL(/cameras\/\d+$/);
    },
  },
  {
    name: 'overview follows what happens',
    run: async ({ page, mock }) => {
      await page.at('/');
      await page.locator('.overview .ring').waitFor();
      const camera = mock.world.channels.find(({ state }) => state === 'online');
      Object.assign(camera, { state: 'offline', name: '<b>刚刚离线</b>', state_reason: '连接超时' });
      mock.emit('channels', 'changed', {});
      await page.locator('.lost', { hasText: '<b>刚刚离线</b>' }).waitFor();
    },
  },
  {
    name: 'overview of an auditor has what auditors see',
    options: { token: 'mock-auditor' },
    run: async ({ page }) => {
      await page.at('/');
      await page.locator('.deeds li').first().waitFor();
      assert((await titles(page)).join() === '最近操作', (await titles(page)).join());
      await assertAccessible(page, 'overview of an auditor');
    },
  },
  {
    name: 'overview of a server without cameras says what to do first',
    run: async ({ page, mock }) => {
      mock.world.channels = [];
      await page.at('/');
      await page.locator('.steps').waitFor();
      assert((await page.locator('.steps a').count()) === 3, 'three steps');
      assert((await page.locator('.ring').count()) === 0, 'no ring of nothing');
      await assertAccessible(page, 'first steps');
      await page.locator('.steps a').first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'overview without cameras offers viewers nothing that they may not',
    options: { token: 'mock-viewer' },
    run: async ({ page, mock }) => {
      mock.world.channels = [];
      await page.at('/');
      await page.getByText('请管理员添加摄像机').waitFor();
      assert((await page.locator('.steps a').count()) === 0, 'no steps');
    },
  },
];
