/** Sound: its level on a meter, and one tile of a wall at a time. */
import { assert, assertAccessible, readCounter, until } from './harness.js';
import { bar, inPlayer, playing } from './player-view.js';

export const playerSound = [
  {
    name: 'player shows how loud the sound is while it is on',
    run: async ({ page }) => {
      await playing(page, '/streams/demo/road2');
      await until(() => inPlayer(page, (player) => player.stats), 'statistics');
      const meter = page.locator('viaduct-player .meter');
      assert(!(await meter.isVisible()), 'nothing to show while it is off');
      await bar(page, '打开声音').click();
      await meter.waitFor();
      // ffmpeg's sine is an eighth of full scale: 18 dB below it at its peak, 21 dB as root mean square.
      const level = () => page.locator('viaduct-player .meter').getAttribute('aria-valuenow').then(Number);
      await until(async () => Math.abs((await level()) + 21) <= 3, 'the level of the tone', 10_000).catch(async () => assert(false, `${await level()} dB`));
      await assertAccessible(page, 'the meter');
      await page.locator('viaduct-player .bar input').fill('0.5');
      await until(async () => Math.abs((await level()) + 27) <= 3, 'half as loud');
      await bar(page, '静音').click();
      assert(!(await meter.isVisible()), 'nothing to show when it is off again');
    },
  },
  {
    name: 'one tile of a wall sounds at a time, the one that was turned on last',
    run: async ({ page }) => {
      await page.addInitScript(() => localStorage.setItem('viaduct.wall', JSON.stringify({ layout: '4', tiles: ['demo/road2', 'demo/road1', 'demo/road4'] })));
      await page.at('/wall');
      await until(() => readCounter(page, '[data-tile="1"] viaduct-player'), 'pictures');
      const audible = () => page.evaluate(() => [...document.querySelectorAll('viaduct-player')].map((player) => !player.muted));
      const turnOn = async (tile) => {
        await page.locator(`[data-tile="${tile}"] viaduct-player`).hover();
        await page.locator(`[data-tile="${tile}"] viaduct-player .bar [aria-label="打开声音"]`).click();
      };
      await turnOn(0);
      assert(JSON.stringify(await audible()) === '[true,false,false]', JSON.stringify(await audible()));
      await turnOn(2);
      assert(JSON.stringify(await audible()) === '[false,false,true]', JSON.stringify(await audible()));
    },
  },
];
