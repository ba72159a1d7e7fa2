/**
 * Plays streams of a real server in Chromium: `node tests/live.js URL PASSWORD APP/NAME [VIDEO...]`.
 * The console's player opens the stream's page; each VIDEO (a path) goes into a bare <video>. Prints one line
 * of JSON for each: the frame numbers that were read from the pixels.
 */
import { closePage, openBrowser, openPage, readCounter, until } from './harness.js';

const [url, password, stream, ...videos] = process.argv.slice(2);
const answer = await fetch(`${url}/api/v1/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'admin', password }),
});
const session = JSON.stringify(await answer.json());
const browser = await openBrowser();

/** Frame numbers of the picture at `selector` until five differ: a busy machine may stop for a moment. */
async function watch(page, selector) {
  const numbers = [];
  await until(async () => {
    const number = await readCounter(page, selector);
    if (number !== null && number !== numbers.at(-1)) numbers.push(number);
    await page.waitForTimeout(600);
    return numbers.length >= 5;
  }, `five pictures after ${numbers}`, 45_000);
  return numbers;
}

async function report(what, work) {
  const page = await openPage(browser, { url }, { signedIn: false });
  let line;
  try {
    const numbers = await work(page);
    await closePage(page);
    line = { what, numbers };
  } catch (error) {
    line = { what, error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await report('console', async (page) => {
  await page.addInitScript((kept) => localStorage.setItem('viaduct.session', kept), session);
  await page.at(`/streams/${stream}`);
  return watch(page, 'viaduct-player');
});
for (const path of videos) {
  await report(path, async (page) => {
    // Browsers ask for an icon wherever they are.
    page.allowed.push(/status of 404/);
    await page.at('/healthz');
    await page.evaluate((source) => {
      const holder = document.createElement('div');
      const video = document.createElement('video');
      Object.assign(video, { src: source, muted: true, autoplay: true });
      holder.append(video);
      // Where the player element keeps its own.
      holder.video = video;
      holder.id = 'bare';
      document.body.append(holder);
    }, path);
    return watch(page, '#bare');
  });
}
await browser.close();
