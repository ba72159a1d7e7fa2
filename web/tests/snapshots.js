/** The gallery of pictures and their plans. */
import { assert, assertAccessible, PHONE, until } from './harness.js';

const VIEWER = { token: 'mock-viewer' };

export const snapshots = [
  {
    name: 'snapshots are shown, filtered, opened, taken and deleted',
    run: async ({ page, mock }) => {
      await page.at('/snapshots');
      const tiles = page.locator('.snapshot');
      await until(async () => (await tiles.count()) === 9, 'nine pictures');
      await until(async () => (await page.locator('.snapshot img').count()) > 0, 'thumbnails');
      await page.locator('select.origin').selectOption('plan');
      await until(async () => (await tiles.count()) === 4, 'those of plans');
      await page.locator('select.origin').selectOption('');
      await page.fill('input.stream', 'g4/toll-lane-3');
      await until(async () => (await tiles.count()) === 3, 'those of one camera');
      await page.getByRole('button', { name: '截图', exact: true }).click();
      await until(async () => (await tiles.count()) === 4, 'the new one');
      assert(mock.world.snapshots.length === 10, 'it was taken');
      await tiles.first().click();
      await page.locator('img.large').waitFor();
      await assertAccessible(page, 'a picture');
      await page.getByRole('button', { name: '删除' }).click();
      await until(async () => (await tiles.count()) === 3, 'it is gone');
    },
  },
  {
    name: 'snapshots of a camera bear its name, others that of their stream',
    run: async ({ page, mock }) => {
      mock.world.snapshots[0].channel_id = 1;
      await page.at('/snapshots');
      const name = page.locator('.snapshot .name');
      await until(async () => (await name.first().innerText()) === '江口收费站入口', 'the name of the camera');
      assert((await name.nth(1).innerText()) === 'demo/road2', await name.nth(1).innerText());
      await page.locator('.snapshot').first().click();
      await page.getByRole('dialog', { name: '江口收费站入口' }).waitFor();
    },
  },
  {
    name: 'snapshots of a viewer are looked at and not taken',
    options: VIEWER,
    run: async ({ page }) => {
      await page.at('/snapshots');
      await page.locator('.snapshot').first().waitFor();
      assert((await page.getByRole('button', { name: '截图', exact: true }).count()) === 0, 'no button');
      await page.at('/snapshots/plans');
      await page.locator('.plan').first().waitFor();
      assert((await page.getByRole('button', { name: '添加计划' }).count()) === 0, 'no button');
    },
  },
  {
    name: 'snapshots plan is added, refused with its field, changed and switched off',
    run: async ({ page, mock }) => {
      // The browser itself reports the refused plan.
      page.allowed.push(/400/);
      await page.at('/snapshots/plans');
      await page.getByText('已截 124').waitFor();
      await page.getByRole('button', { name: '添加计划' }).click();
      await page.fill('#plan-name', '每分钟');
      await page.fill('#plan-streams', 'demo/road1\na/b/c/d');
      await page.getByRole('button', { name: '保存' }).click();
      await page.locator('#plan-streams[aria-invalid=true]').waitFor();
      await page.fill('#plan-streams', 'demo/road1\ndemo/road2');
      await page.fill('#plan-count', '5');
      await assertAccessible(page, 'the dialog');
      await page.getByRole('button', { name: '保存' }).click();
      await until(() => mock.world.snapshot_plans.length === 2, 'the plan');
      const [, made] = mock.world.snapshot_plans;
      assert(made.interval_ms === 300_000 && made.streams.join() === 'demo/road1,demo/road2' && made.schedule === null, JSON.stringify(made));
      await page.locator('.plan', { hasText: '每分钟' }).getByRole('checkbox').click();
      await until(() => mock.world.snapshot_plans[1].enabled === false, 'switched off');
    },
  },
  {
    name: 'snapshots plan is about cameras from the tree, an organisation and a group, and keeps them when it is changed',
    run: async ({ page, mock }) => {
      await page.at('/snapshots/plans');
      await page.getByRole('button', { name: '添加计划' }).click();
      await page.fill('#plan-name', '隧道');
      assert(await page.getByRole('button', { name: '保存' }).isDisabled(), 'of nothing');
      await page.selectOption('#plan-group', { label: '隧道洞口' });
      await page.selectOption('#plan-organisation', '13');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('名称、拼音首字母、编码、桩号或标签').fill('匝道');
      await dialog.locator('.row.channel', { hasText: '匝道西' }).click();
      await dialog.locator('.picked', { hasText: '匝道西' }).waitFor();
      await assertAccessible(page, 'the dialog with cameras');
      await page.getByRole('button', { name: '保存' }).click();
      await until(() => mock.world.snapshot_plans.length === 2, 'the plan');
      const made = mock.world.snapshot_plans[1];
      const subjects = ({ streams, channels, organisation_id, group_id }) => JSON.stringify({ streams, channels, organisation_id, group_id });
      const expected = '{"streams":[],"channels":[11],"organisation_id":13,"group_id":1}';
      assert(subjects(made) === expected, subjects(made));
      const plan = page.locator('.plan', { hasText: '隧道' });
      await plan.getByText('4 路').waitFor();
      await plan.getByRole('button', { name: '编辑' }).click();
      await dialog.locator('.picked', { hasText: '匝道西' }).waitFor();
      await page.fill('#plan-count', '7');
      await page.getByRole('button', { name: '保存' }).click();
      await until(() => made.interval_ms === 420_000, 'the change');
      assert(subjects(made) === expected, subjects(made));
      await plan.getByRole('checkbox').click();
      await until(() => !made.enabled, 'off');
      assert(subjects(made) === expected, 'switching it off changes nothing else');
    },
  },
  ...[undefined, PHONE].map((viewport) => ({
    name: `snapshots targets ${viewport ? 'on a phone' : 'on a desk'} are accessible and fit`,
    options: viewport ? { viewport } : {},
    run: async ({ page }) => {
      await page.at('/snapshots/targets');
      await page.locator('.target').first().waitFor();
      await page.waitForTimeout(400);
      await assertAccessible(page, 'targets');
      assert((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, 'not too wide');
      await page.getByRole('button', { name: '编辑 省平台' }).click();
      await page.waitForTimeout(400);
      await assertAccessible(page, 'a target');
    },
  })),
  {
    name: 'snapshots target is added, refused with its field, tested, changed without its secret, and stays while a plan uses it',
    run: async ({ page, mock }) => {
      // The browser itself reports what was refused.
      page.allowed.push(/400/, /409/);
      await page.at('/snapshots/targets');
      await page.getByRole('button', { name: '添加上传目标' }).click();
      await page.fill('#target-name', '省平台');
      await page.fill('#target-url', 'ftp://10.8.0.10/in/');
      await page.getByRole('button', { name: '保存' }).click();
      await page.locator('#target-name[aria-invalid=true]').waitFor();
      await page.fill('#target-name', '市平台');
      await page.getByRole('button', { name: '保存' }).click();
      await page.locator('#target-url[aria-invalid=true]').waitFor();
      await page.fill('#target-url', 'https://city.example/in/');
      await page.selectOption('#target-proof', 'token');
      await page.fill('#target-token', 's3cret');
      await page.getByRole('button', { name: '添加请求头' }).click();
      await page.getByLabel('请求头 1 的名称').fill('bad name');
      await page.getByRole('button', { name: '保存' }).click();
      await page.locator('[aria-invalid=true]', { hasText: '' }).first().waitFor();
      await page.getByLabel('请求头 1 的名称').fill('X-Site');
      await page.getByLabel('请求头 1 的值').fill('7');
      await page.getByRole('button', { name: '保存' }).click();
      await until(() => mock.world.upload_targets.length === 3, 'the target');
      assert(mock.world.secrets.token === 's3cret' && mock.world.upload_targets[2].headers[0].value === '7', 'what was typed');
      assert(!(await page.content()).includes('s3cret'), 'the secret is nowhere on the page');
      const target = page.locator('.target', { hasText: '市平台' });
      await target.getByRole('button', { name: '测试' }).click();
      await target.getByText('最近一张截图已送达').waitFor();
      await target.getByRole('button', { name: '编辑' }).click();
      assert((await page.inputValue('#target-token')) === '', 'a secret is not shown');
      await page.fill('#target-name', '市平台二');
      await page.getByRole('button', { name: '保存' }).click();
      await until(() => mock.world.upload_targets[2].name === '市平台二', 'the new name');
      assert(mock.world.secrets.token === undefined && mock.world.upload_targets[2].has_token, 'the secret is kept');
      await page.getByRole('button', { name: '删除 省平台' }).click();
      await page.at('/snapshots');
      await until(() => mock.world.upload_targets.length === 3, 'it stays');
    },
  },
  {
    name: 'snapshots target says why nothing is taken, and is retried at once',
    run: async ({ page, mock }) => {
      await page.at('/snapshots/targets');
      const target = page.locator('.target', { hasText: '备份服务器' });
      await target.getByText('等待 37').waitFor();
      await target.getByText('没有响应').waitFor();
      await target.getByRole('button', { name: '测试' }).click();
      await target.getByText('未送达').waitFor();
      await target.getByRole('button', { name: '立即重试' }).click();
      await until(() => mock.world.upload_targets[1].waiting === 0, 'what waited');
      await target.getByText('等待 0').waitFor();
      assert((await target.getByRole('button', { name: '立即重试' }).count()) === 0, 'nothing waits any more');
    },
  },
  {
    name: 'snapshots targets are not offered to those who may not manage them',
    options: VIEWER,
    run: async ({ page }) => {
      await page.at('/snapshots');
      await page.locator('.snapshot').first().waitFor();
      assert((await page.getByRole('link', { name: '上传目标' }).count()) === 0, 'no tab');
      await page.at('/snapshots/targets');
      await page.locator('.forbidden').waitFor();
    },
  },
];
