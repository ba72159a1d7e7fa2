/** The live wall: filling, dragging, keyboard, memory. */
import { assert, readCounter, until } from './harness.js';

const shown = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('viaduct.wall') ?? '{"tiles":[]}').tiles.slice(0, 16));
const item = (page, name) => page.locator('.item', { hasText: name }).first();
const tile = (page, number) => page.locator(`[data-tile="${number}"]`);

export const wall = [
  {
    name: 'clicks fill the wall, and every tile shows moving pictures',
    run: async ({ page }) => {
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      for (const name of ['road1', 'road2', 'road3', 'road4']) await item(page, name).click();
      for (let number = 0; number < 4; number++) {
        const selector = `[data-tile="${number}"] viaduct-player`;
        const first = await until(() => readCounter(page, selector), `a picture in tile ${number}`);
        await until(async () => (await readCounter(page, selector)) > first + 10, `moving pictures in tile ${number}`);
      }
    },
  },
  {
    name: 'streams are dragged in and tiles are swapped by dragging',
    run: async ({ page }) => {
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      await item(page, 'road1').dragTo(tile(page, 2));
      await item(page, 'road4').dragTo(tile(page, 3));
      assert((await shown(page))[2] === 'demo/road1', 'dropped');
      await tile(page, 2).dragTo(tile(page, 3));
      await until(async () => (await shown(page))[3] === 'demo/road1', 'the swap');
      assert((await shown(page))[2] === 'demo/road4', 'swapped');
    },
  },
  {
    name: 'the keyboard drives layout, selection, enlarging and clearing',
    run: async ({ page }) => {
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      await item(page, 'road1').click();
      await page.locator('.tools').click();
      await page.keyboard.press('3');
      await until(async () => (await page.locator('.tile').count()) === 9, 'nine tiles');
      await page.keyboard.press('Enter');
      await page.locator('.tile.enlarged').waitFor();
      await page.keyboard.press('Escape');
      await until(async () => (await page.locator('.tile.enlarged').count()) === 0, 'the small tile');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await until(async () => (await tile(page, 4).getAttribute('class')).includes('selected'), 'tile 5 to be selected');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Delete');
      await until(async () => (await shown(page))[0] === null, 'the empty tile');
      await page.keyboard.press('f');
      await until(() => page.evaluate(() => document.fullscreenElement !== null), 'full screen');
    },
  },
  {
    name: 'a double click enlarges, hidden tiles stop, and a second one shrinks',
    run: async ({ page }) => {
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      for (const name of ['road1', 'road4']) await item(page, name).click();
      await until(() => readCounter(page, '[data-tile="1"] viaduct-player'), 'a picture');
      await tile(page, 0).dblclick();
      await page.locator('.tile.enlarged').waitFor();
      const state = () => page.evaluate(() => document.querySelector('[data-tile="1"] viaduct-player').model.state);
      await until(async () => (await state()) === 'suspended', 'the hidden tile to stop', 9_000);
      await tile(page, 0).dblclick();
      await until(async () => (await state()) === 'playing', 'the tile to play again');
    },
  },
  {
    name: 'the wall is remembered',
    run: async ({ page }) => {
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      await page.keyboard.press('1');
      await item(page, 'road2').click();
      await page.reload();
      await page.locator('.tile viaduct-player').waitFor();
      assert((await page.locator('.tile').count()) === 1, 'one tile');
      assert((await tile(page, 0).innerText()).includes('road2'), 'the same stream');
    },
  },
];
