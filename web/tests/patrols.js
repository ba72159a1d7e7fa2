/** Patrols: plans, runs, log. */
import { assert, assertAccessible, PHONE, until } from './harness.js';

const channelsOf = (page, which) => page.locator(`[data-page="${which}"] .tile`).evaluateAll((tiles) => tiles.map((each) => Number(each.dataset.channel)));

export const patrols = [
  {
    name: 'a patrol is put together from the tree, ordered and saved',
    run: async ({ page, mock }) => {
      await page.at('/patrols');
      await page.getByText('收费站早检').waitFor();
      await assertAccessible(page, 'the patrols');
      await page.getByRole('button', { name: '新建轮巡' }).click();
      await page.fill('#patrol-name', '收费站');
      await page.locator('.tree input[type=search], .tree input').first().fill('收费站');
      const found = page.locator('.tree [role=treeitem]');
      await until(async () => (await found.count()) >= 3, 'the cameras that are found');
      await found.nth(0).click();
      await found.nth(1).click();
      await until(async () => (await page.locator('.steps li .name').count()) === 2, 'two steps');
      const before = await page.locator('.steps li .name').allTextContents();
      await page.getByRole('button', { name: '下移 1' }).click();
      assert((await page.locator('.steps li .name').allTextContents()).join() === before.reverse().join(), 'the order');
      await page.fill('#patrol-dwell', '2');
      const save = page.getByRole('dialog').locator('.btn.primary').last();
      assert(await save.isDisabled(), 'two seconds are too short');
      await page.fill('#patrol-dwell', '20');
      await assertAccessible(page, 'the dialog of a patrol');
      await save.click();
      await until(() => mock.world.patrols.some(({ name, steps }) => name === '收费站' && steps.length === 2), 'the patrol');
    },
  },
  {
    name: 'a patrol goes page after page, passes over what is offline, and writes its log',
    run: async ({ page, mock }) => {
      const off = mock.world.channels.find(({ id }) => id === 3);
      off.state = 'offline';
      Object.assign(mock.world.patrols[0], { layout: '1', dwell_s: 4, steps: [1, 2, 3, 4].map((channel_id) => ({ channel_id, preset: null })) });
      await page.at('/patrols/1/run');
      await until(async () => (await channelsOf(page, 'now')).join() === '1', 'the first camera');
      await assertAccessible(page, 'a patrol on its way');
      await until(async () => (await channelsOf(page, 'ahead')).join() === '2', 'the next one is connected before it is shown');
      const video = await page.locator('[data-page="ahead"] viaduct-player').elementHandle();
      await until(async () => (await channelsOf(page, 'now')).join() === '2', 'the next page');
      assert(await video.evaluate((each) => each.isConnected && each.closest('[data-page]').dataset.page === 'now'), 'the player that was connected is the one that is shown');
      await page.keyboard.press('ArrowRight');
      await until(async () => (await channelsOf(page, 'now')).join() === '4', 'what is offline is passed over');
      await page.keyboard.press('ArrowLeft');
      await until(async () => (await channelsOf(page, 'now')).join() === '2', 'back by hand');
      await page.keyboard.press(' ');
      const held = await channelsOf(page, 'now');
      await page.waitForTimeout(5_000);
      assert((await channelsOf(page, 'now')).join() === held.join(), 'paused');
      await until(() => mock.world.patrol_stops.some(({ channel_id, outcome }) => channel_id === 1 && outcome === 'shown'), 'the stop that was seen');
      await until(() => mock.world.patrol_stops.some(({ channel_id, outcome }) => channel_id === 3 && outcome === 'offline'), 'the stop that was offline');
      await page.keyboard.press('Escape');
      await until(() => mock.world.patrol_runs[0].ended, 'the end of the run');
      await page.at('/patrols/1/log');
      await page.getByText('离线，跳过').first().waitFor();
      await assertAccessible(page, 'the log');
    },
  },
  {
    name: 'a hundred pages of a patrol leave no players behind',
    run: async ({ page, mock }) => {
      Object.assign(mock.world.patrols[0], { layout: '1', dwell_s: 60, steps: [1, 2, 4].map((channel_id) => ({ channel_id, preset: null })) });
      await page.at('/patrols/1/run');
      await page.locator('[data-page="now"] viaduct-player').waitFor();
      let most = 0;
      for (let turn = 0; turn < 100; turn++) {
        await page.keyboard.press('ArrowRight');
        most = Math.max(most, await page.locator('viaduct-player').count());
      }
      assert(most <= 2, `${most} players at a time`);
      await until(() => mock.sockets.size <= 2, 'no more connections than pictures');
    },
  },
  {
    name: 'a patrol waits outside its time, also on a phone',
    options: { viewport: PHONE },
    run: async ({ page, mock }) => {
      await page.at('/patrols/2/run');
      await page.getByText('现在不在这个轮巡的运行时段').waitFor();
      mock.world.patrols[1].open = true;
      await page.at('/patrols/2/run');
      await page.locator('[data-page="now"] .tile').waitFor();
      assert((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'fits');
    },
  },
];
