/**
 * A new operator's first hour against a real server: `node tests/operator.js URL USER PASSWORD`. Signs in, finds a camera by its stake, puts
 * nine cameras on the wall and moves one, turns a camera, starts a patrol, takes a picture. Prints a line of JSON with what was seen.
 */
import { assert, openBrowser, readCounter, signIn, until } from './harness.js';

const [url, user, password] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN' })).newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));

const tile = (number) => page.locator(`.tile[data-tile="${number - 1}"]`);
const nameOf = (number) => tile(number).locator('.name').innerText();

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url(), faults })}\n`);
  process.exit(1);
});

await signIn(page, url, user, password);
await page.locator('.overview').waitFor();
await page.getByRole('link', { name: '视频墙' }).first().click();
await page.locator('.wall').waitFor();

// A camera by its stake: its picture moves.
await page.getByRole('button', { name: '9', exact: true }).first().click();
await page.locator('.search input').fill('K5+500');
const found = page.locator('[role=treeitem]').first();
page.setDefaultTimeout(30_000);
await until(async () => (await found.count()) && (await found.innerText()).includes('K5+500'), 'the camera at K5+500');
await found.click();
const first = await until(() => readCounter(page), 'its picture');
await until(async () => ((await readCounter(page)) ?? first) !== first, 'a picture that moves');

// Nine on the wall, and one moved.
await page.locator('.search input').fill('');
await page.locator('.row.branch .all, .row.branch button').first().click();
await until(async () => (await page.locator('.tile.filled').count()) === 9, 'nine tiles');
const playing = () => page.locator('viaduct-player').evaluateAll((all) => all.filter(({ video }) => video?.readyState >= 2 && video.videoWidth > 0).length);
await until(async () => (await playing()) === 9, 'nine pictures', 60_000);
const before = [await nameOf(1), await nameOf(5)];
await tile(1).dragTo(tile(5));
await until(async () => (await nameOf(5)) === before[0] && (await nameOf(1)) === before[1], 'the two tiles to change places');

// A camera turns while its button is held.
await page.goto(`${url}/cameras?q=${encodeURIComponent('云台')}`);
await page.locator('.cameras tbody tr a, .cameras tbody tr td').first().waitFor();
await page.getByText('云台', { exact: false }).first().click();
await page.locator('.ptz .hold:not([disabled])').first().waitFor({ timeout: 30_000 });
const camera = Number(new URL(page.url()).pathname.split('/').pop());
const right = page.getByRole('button', { name: '右', exact: true });
const box = await right.boundingBox();
await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
await page.mouse.down();
await page.waitForTimeout(1_500);
await page.mouse.up();

// A patrol of all cameras.
await page.goto(`${url}/patrols`);
await page.getByRole('button', { name: '新建轮巡' }).click();
await page.fill('#patrol-name', '早检');
await page.locator('.tree .row.branch button').first().click();
await until(async () => (await page.locator('.steps li .name').count()) >= 9, 'the cameras of the patrol');
await page.getByRole('dialog').locator('.btn.primary').last().click();
await page.getByRole('link', { name: '开始 早检' }).click();
await until(async () => (await page.locator('[data-page="now"] .tile').count()) === 4, 'a page of the patrol');
await until(async () => (await playing()) >= 3, 'pictures of the patrol', 40_000);
await page.keyboard.press('Escape');
await page.waitForURL('**/patrols');

// A picture that is kept.
await page.goto(`${url}/snapshots`);
await page.getByRole('searchbox').first().fill('live/cam1');
await page.getByRole('button', { name: /截图|拍照|截取|快照/ }).last().click();
const shot = page.locator('.page img').first();
await shot.waitFor({ timeout: 30_000 });
await until(() => shot.evaluate((each) => each.naturalWidth > 0), 'the thumbnail');

assert(faults.length === 0, `the console complained: ${faults.join(' | ')}`);
process.stdout.write(`${JSON.stringify({ camera })}\n`);
await browser.close();
