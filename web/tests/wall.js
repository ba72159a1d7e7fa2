/** The live wall: filling, dragging, keyboard, memory. */
import { addMany } from '../mock/channels.js';
import { assert, assertAccessible, closePage, openPage, PHONE, readCounter, until } from './harness.js';

const shown = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('viaduct.wall') ?? '{"tiles":[]}').tiles.slice(0, 16));
const item = (page, name) => page.locator('.item', { hasText: name }).first();
const tile = (page, number) => page.locator(`[data-tile="${number}"]`);

const camera = (page, name) => page.locator('.row.channel', { hasText: name }).first();

/** The wall with the list of streams, which the mock has pictures of, or with that of cameras. */
async function openWall(page, list = 'streams', path = '/wall') {
  await page.addInitScript((which) => localStorage.setItem('viaduct.wall.list', which), list);
  await page.at(path);
  await page.locator('.tile').first().waitFor();
}

/** Opens organisations of the tree one after the other. */
async function unfold(page, ...names) {
  for (const name of names) await page.locator('.row.branch', { hasText: name }).first().click();
}

export const wall = [
  {
    name: 'clicks fill the wall, and every tile shows moving pictures',
    run: async ({ page }) => {
      await openWall(page);
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
      await openWall(page);
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
      await openWall(page);
      await item(page, 'road1').click();
      await page.locator('.tools').click();
      for (let presses = 0; presses < 3; presses++) await page.keyboard.press('+');
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
    name: 'in full screen the wall shows its tiles alone, and dialogs stand in front of them',
    run: async ({ page }) => {
      await openWall(page);
      await item(page, 'road1').click();
      await page.locator('.tools').click();
      await page.keyboard.press('f');
      await until(() => page.evaluate(() => document.fullscreenElement !== null), 'full screen');
      for (const left of ['.nav', '.stage .tools', '.item']) await page.locator(left).first().waitFor({ state: 'hidden' });
      const { width, height } = page.viewportSize();
      const grid = await page.locator('.grid').boundingBox();
      assert(grid.width === width && grid.height === height, `the tiles fill the screen, not ${grid.width} x ${grid.height}`);
      // What is in front at the middle of a dialog is the dialog: `isVisible` knows nothing of full screen.
      const inFront = async (what) => {
        const box = await page.getByRole('dialog').boundingBox();
        const inside = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('[role=dialog]') !== null, [box.x + box.width / 2, box.y + box.height / 2]);
        assert(inside, `${what} is in front of the wall`);
      };
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: '页面、摄像机、桩号或视图' }).waitFor();
      await inFront('the palette');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('?');
      await page.getByText('按编号调用视图').waitFor();
      await inFront('the keyboard map');
      await page.evaluate(() => document.exitFullscreen());
      await page.locator('.nav').waitFor();
      await page.locator('.stage .tools').waitFor();
    },
  },
  {
    name: 'a double click enlarges, hidden tiles stop, and a second one shrinks',
    run: async ({ page }) => {
      await openWall(page);
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
      await openWall(page);
      await page.keyboard.press('-');
      await item(page, 'road2').click();
      await page.reload();
      await page.locator('.tile viaduct-player').waitFor();
      assert((await page.locator('.tile').count()) === 1, 'one tile');
      assert((await tile(page, 0).innerText()).includes('road2'), 'the same stream');
    },
  },
  {
    name: 'cameras are found in the tree and by search, marked, and put on the wall',
    run: async ({ page }) => {
      await openWall(page, 'cameras');
      await unfold(page, '江海高速运营公司', 'G15 沈海高速管理处', '北段', '江口收费站');
      const branch = page.locator('.row.branch', { hasText: 'G15' }).first();
      assert(/^\d+\/11$/.test(await branch.locator('.count').innerText()), 'counts roll up');
      await assertAccessible(page, 'the tree');
      await camera(page, '江口收费站入口').click();
      await until(() => readCounter(page, '[data-tile="0"] viaduct-player'), 'a picture');
      assert((await tile(page, 0).innerText()).includes('江口收费站入口'), 'its name');
      await camera(page, '江口收费站出口').hover();
      await camera(page, '江口收费站出口').locator('.do').click();
      for (const [text, name] of [['cqsd', '长桥隧道北洞口'], ['K1207', '北段 K1207+200'], ['重点', '海湾收费站']]) {
        await page.fill('.cameras input[type=search]', text);
        await page.locator('.cameras .note').waitFor();
        await camera(page, name).waitFor();
      }
      await camera(page, '海湾收费站').dragTo(tile(page, 3));
      await until(async () => (await shown(page))[3] === '#4', 'the drop');
      await page.fill('.cameras input[type=search]', '');
      await page.getByRole('button', { name: '收藏', exact: true }).click();
      await camera(page, '江口收费站出口').waitFor();
      await page.getByRole('button', { name: '最近', exact: true }).click();
      await camera(page, '江口收费站入口').waitFor();
    },
  },
  {
    name: 'the tree is walked by the keyboard',
    run: async ({ page }) => {
      await openWall(page, 'cameras');
      await page.locator('.row.branch').first().waitFor();
      await page.getByRole('tree').focus();
      for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'End', 'Home']) await page.keyboard.press(key);
      assert((await page.locator('.row.active').innerText()).includes('全部'), 'the first row');
      await page.keyboard.press('ArrowLeft');
      await until(async () => (await page.locator('.row').count()) === 1, 'the closed tree');
    },
  },
  {
    name: 'an organisation and several cameras fill the wall, and edits are taken back',
    run: async ({ page }) => {
      await openWall(page, 'cameras');
      await unfold(page, '江海高速运营公司', 'G15 沈海高速管理处', '南段');
      await page.locator('.row.branch', { hasText: '南段' }).dragTo(tile(page, 0));
      await until(async () => (await shown(page)).slice(0, 4).every(Boolean), 'a full wall');
      await page.getByRole('button', { name: '撤销（Ctrl+Z）' }).click();
      await until(async () => (await shown(page)).every((content) => content === null), 'the empty wall');
      for (const name of ['匝道东', '匝道西']) await camera(page, name).click({ modifiers: ['Control'] });
      await camera(page, '匝道西').dragTo(tile(page, 1));
      await until(async () => (await shown(page)).slice(1, 3).join() === '#10,#11', 'both');
      await page.keyboard.press('Control+z');
      await until(async () => (await shown(page))[1] === null, 'the empty tiles');
    },
  },
  {
    name: 'a grid of one\'s own has tiles that span cells',
    run: async ({ page }) => {
      await openWall(page);
      await page.locator('.own').click();
      await page.selectOption('#wall-columns', '4');
      await page.selectOption('#wall-rows', '3');
      await until(async () => (await page.locator('.tile').count()) === 12, 'twelve tiles');
      await page.getByRole('button', { name: '向右合并' }).click();
      await page.getByRole('button', { name: '向下合并' }).click();
      await assertAccessible(page, 'the grid');
      await until(async () => (await page.locator('.tile').count()) === 9, 'nine tiles');
      const [large, small] = [await tile(page, 0).boundingBox(), await tile(page, 1).boundingBox()];
      assert(large.width > small.width * 1.9 && large.height > small.height * 1.9, 'a tile of four cells');
      await page.keyboard.press('Escape');
      await tile(page, 8).click({ position: { x: 20, y: 60 } });
      await tile(page, 7).click({ modifiers: ['Shift'], position: { x: 20, y: 60 } });
      await until(async () => (await page.locator('.tile').count()) === 8, 'eight tiles');
      for (const layout of ['6', '8', '13', '25']) {
        await page.locator('.named .btn', { hasText: new RegExp(`^${layout}$`) }).click();
        await until(async () => (await page.locator('.tile').count()) === Number(layout), `${layout} tiles`);
      }
    },
  },
  {
    name: 'views are called by number, saved, changed and deleted',
    run: async ({ page, mock }) => {
      await openWall(page);
      await page.waitForLoadState('networkidle');
      await page.keyboard.press('1');
      await page.keyboard.press('2');
      await until(async () => (await page.locator('.tile').count()) === 6, 'the view with number 12');
      assert((await shown(page)).slice(0, 3).join() === '#4,#1,#3', 'its cameras');
      await page.keyboard.press('7');
      await page.getByText('没有编号为 7 的视图').waitFor();
      await item(page, 'road2').click();
      await page.locator('.views-button').click();
      await page.getByText('收费站', { exact: true }).waitFor();
      await assertAccessible(page, 'the views');
      await page.getByRole('button', { name: '把当前画面存为视图' }).click();
      await page.fill('#view-name', '夜班');
      await page.fill('#view-number', '12');
      await page.getByLabel('共享', { exact: true }).check();
      await page.locator('#view-organisation').waitFor();
      await assertAccessible(page, 'the dialog of a view');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.views.some(({ name }) => name === '夜班'), 'the view');
      const saved = mock.world.views.find(({ name }) => name === '夜班');
      assert(saved.organisation_id === 1 && saved.number === 12 && saved.layout === '6' && saved.tiles[3].stream === 'demo/road2', JSON.stringify(saved));
      await page.getByRole('button', { name: '编辑 早高峰' }).click();
      await page.fill('#view-number', '5');
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.views[0].number === 5, 'the other number');
      assert(mock.world.views[0].layout === '4', 'what it shows stays');
      await page.getByRole('button', { name: '删除 早高峰' }).click();
      await page.locator('.list', { hasText: '早高峰' }).waitFor({ state: 'detached' });
      // Leaving the page is agreement.
      await page.locator('.nav a', { hasText: '流' }).first().click();
      await until(() => mock.world.views.every(({ id }) => id !== 1), 'the deletion');
    },
  },
  {
    name: 'another desk sends a view and a wall to a screen',
    run: async ({ page, mock, browser }) => {
      const screen = await openPage(browser, mock);
      await openWall(screen, 'streams', '/wall?kiosk=1&screen=west');
      await until(() => mock.world.screens.has('west'), 'the screen');
      assert((await screen.locator('.bar, .tools, .wall-list').count()) === 0, 'nothing but the wall');
      await openWall(page);
      await page.waitForLoadState('networkidle');
      // Number 12 begins so as well, so a second digit is waited for.
      await page.keyboard.press('1');
      await until(async () => (await shown(page))[0] === '#1', 'the view');
      await page.locator('.views-button').click();
      await page.getByRole('button', { name: '送上屏 west' }).click();
      await until(() => readCounter(screen, '[data-tile="0"] viaduct-player'), 'the picture on the screen');
      assert(mock.world.screens.get('west').view_id === 1, 'the server knows the view');
      await page.keyboard.press('Escape');
      await item(page, 'road4').click();
      await page.locator('.views-button').click();
      await page.getByRole('button', { name: '送上屏 west' }).click();
      await until(async () => (await screen.locator('[data-tile="3"]').innerText()).includes('road4'), 'the edited wall');
      await until(async () => (await screen.locator('.wall').getAttribute('class')).includes('still'), 'the pointer to hide');
      await assertAccessible(screen, 'the screen');
      await closePage(screen);
    },
  },
  {
    name: 'a viewer calls views and sees no button that changes them',
    options: { token: 'mock-viewer' },
    run: async ({ page }) => {
      await openWall(page, 'cameras');
      await page.locator('.views-button').click();
      await page.getByText('收费站', { exact: true }).waitFor();
      assert((await page.locator('#wall-views .list .btn').count()) === 0, 'no button');
    },
  },
  {
    name: 'the wall with views and tree fits a phone',
    options: { viewport: PHONE },
    run: async ({ page }) => {
      await openWall(page, 'cameras');
      await unfold(page, '江海高速运营公司');
      await page.locator('.views-button').click();
      await assertAccessible(page, 'the wall on a phone');
      assert((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, 'not too wide');
    },
  },
  {
    name: 'pages, cameras and views are found from anywhere',
    run: async ({ page }) => {
      await page.at('/streams');
      await page.locator('.streams tbody tr').first().waitFor();
      await page.keyboard.press('Control+k');
      const input = page.getByRole('combobox', { name: '页面、摄像机、桩号或视图' });
      await input.fill('K1207');
      await page.getByRole('option', { name: '北段 K1207+200' }).waitFor();
      await assertAccessible(page, 'the palette');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/cameras/8');
      await page.keyboard.press('Control+k');
      await input.fill('收费站');
      await page.getByRole('option', { name: '收费站 视图 12' }).click();
      await page.waitForURL('**/wall?view=2');
      await until(async () => (await page.locator('.tile').count()) === 6, 'the view');
      await page.keyboard.press('?');
      await page.getByText('按编号调用视图').waitFor();
      await assertAccessible(page, 'the keyboard map');
    },
  },
];

/** Tells how long it took, and keeps the mock busy for long. */
export const hugeTree = [
  {
    name: 'the tree of a hundred thousand cameras opens and is searched',
    run: async ({ page, mock }) => {
      addMany(mock.world, 100_000, 500);
      const begun = performance.now();
      await openWall(page, 'cameras');
      await unfold(page, '江海高速运营公司');
      await page.locator('.row.branch', { hasText: '路段 3' }).first().click();
      await page.locator('.row.channel').first().waitFor();
      const opened = performance.now() - begun;
      const found = await page.evaluate(async () => {
        const input = document.querySelector('.cameras input[type=search]');
        const typed = performance.now();
        input.value = 'K9999+500';
        input.dispatchEvent(new Event('input'));
        while (!document.querySelector('.cameras .note')) await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - typed;
      });
      const held = await page.locator('.row').count();
      process.stdout.write(`      opened ${Math.round(opened)} ms after the page was asked for, searched in ${Math.round(found)} ms with the pause in typing, ${held} rows in the document\n`);
      assert(held < 100, `${held} rows in the document`);
    },
  },
];
