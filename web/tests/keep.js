/**
 * Records and replays what a camera's page of a real server plays by WebRTC: `node tests/keep.js URL USER PASSWORD CAMERA FILE`. The
 * recording is saved as FILE. Prints a line of JSON: the way of playing, and the frame numbers that the replay showed.
 */
import { DESK, openBrowser, readCounter, signIn, until } from './harness.js';
import { bar, inPlayer } from './player-view.js';

const [url, user, password, camera, file] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: DESK, locale: 'zh-CN' })).newPage();

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url() })}\n`);
  process.exit(1);
});

// The dialog of a headless browser cannot be answered.
await page.addInitScript(() => delete window.showSaveFilePicker);
await signIn(page, url, user, password);
await page.goto(`${url}/cameras/${camera}`);
await until(() => readCounter(page), 'a picture', 30_000);
await bar(page, '录制到文件').click();
await page.waitForTimeout(6_000);
const [download] = await Promise.all([page.waitForEvent('download'), bar(page, '停止录制').click()]);
await download.saveAs(file);
await bar(page, '回看最近 30 秒').click();
await page.locator('viaduct-player .strip').waitFor();
// Where the frame number is read from: the element of the replay.
await page.evaluate(() => void Object.assign(document.body, { video: document.querySelector('viaduct-player').shadowRoot.querySelectorAll('video')[1] }));
const replayed = [];
await until(async () => {
  const number = await readCounter(page, 'body');
  if (number !== null && number !== replayed.at(-1)) replayed.push(number);
  await page.waitForTimeout(500);
  return replayed.length >= 4;
}, 'the replay');
const { engine } = await inPlayer(page, (player) => player.stats);
process.stdout.write(`${JSON.stringify({ engine, replayed })}\n`);
await browser.close();
