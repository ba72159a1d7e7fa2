/**
 * A tile of the wall is enlarged and made small again, against a real server: `node tests/enlarge.js URL USER PASSWORD`.
 * Prints a line of JSON: the widths of the picture, how many media connections there were, and for how long at most the picture
 * stood still, by the frame numbers in its pixels.
 */
import { openBrowser, readCounter, signIn, until } from './harness.js';

const [url, user, password] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN' })).newPage();
const sockets = [];
page.on('websocket', (socket) => socket.url().includes('.mp4') && sockets.push(socket.url()));

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url() })}\n`);
  process.exit(1);
});

await signIn(page, url, user, password);
await page.goto(`${url}/wall`);
await page.locator('.wall').waitFor();
await page.getByRole('button', { name: '9', exact: true }).first().click();
await page.locator('.row.branch .all, .row.branch button').first().click();
const width = () => page.evaluate(() => document.querySelector('viaduct-player')?.video.videoWidth ?? 0);
const shows = (wanted) => until(async () => (await width()) === wanted, `a picture of ${wanted}`, 30_000);
await shows(192);
await until(() => readCounter(page), 'the frame number');

let still = { number: null, since: Date.now() };
let longest_still_ms = 0;
let watching = true;
const watched = (async () => {
  while (watching) {
    const number = await readCounter(page);
    if (number !== null && number !== still.number) still = { number, since: Date.now() };
    longest_still_ms = Math.max(longest_still_ms, Date.now() - still.since);
    await page.waitForTimeout(40);
  }
})();
const tile = page.locator('.tile.filled').first();
const widths = [await width()];
for (const wanted of [384, 192]) {
  await tile.dblclick({ position: { x: 60, y: 80 } });
  await shows(wanted);
  await page.waitForTimeout(3_000);
  widths.push(await width());
}
watching = false;
await watched;
process.stdout.write(`${JSON.stringify({ widths, sockets: sockets.length, longest_still_ms })}\n`);
await browser.close();
