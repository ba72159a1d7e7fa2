/** The gallery of pictures and their plans. */
import { assert, assertAccessible, until } from './harness.js';

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
];
