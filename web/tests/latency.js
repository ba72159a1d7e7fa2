/**
 * From the simulated camera's clock to the screen: `node tests/latency.js URL USER PASSWORD CAMERA ENGINE SECONDS JOINS [RELAY]` plays a
 * camera that stamps its pictures with the time at which they were drawn, by one engine only, and reads the stamps from the pixels.
 * RELAY (address and port) stands where the server's WebRTC candidates were. Prints a line of JSON: how old the pictures were when they
 * were shown, in ms, how many a second, the share of the time in which the picture stood, and how long JOINS new connections took
 * until their first picture.
 */
import { DESK, openBrowser, sendWebRtcTo, signIn, until } from './harness.js';

const [url, user, password, camera, engine, seconds, joins, relay] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: DESK })).newPage();

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url() })}\n`);
  process.exit(1);
});

/** Frames older than these are of no use to anybody: their stamp was misread. */
const OLDEST_MS = 60_000;

/** The part of the page: notes each frame's age (`window.ages`) and when it was shown (`window.shown`). */
function watch() {
  const [columns, rows, across, down] = [50, 2, 4, 4];
  const canvas = new OffscreenCanvas(columns * across, rows * down);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const crc16 = (bytes) => bytes.reduce((sum, byte) => {
    for (let value = (sum ^= byte << 8), bit = 0; bit < 8; bit++, sum = value) value = value & 0x8000 ? ((value << 1) ^ 0x1021) & 0xffff : (value << 1) & 0xffff;
    return sum;
  }, 0xffff);
  /** Unix time in the strip along the lower edge (`sim::barcode`), or null. */
  const stamp = (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    context.drawImage(video, 0, (height * 43) / 45, width, (height * 2) / 45, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const level = (column, row) => [[1, 1], [2, 1], [1, 2], [2, 2]].reduce((sum, [x, y]) => sum + data[4 * ((row * down + y) * canvas.width + column * across + x) + 1], 0);
    const bits = [];
    for (let row = 0; row < rows; row++) {
      const middle = (level(0, row) + level(columns - 1, row)) / 2;
      for (let column = 1; column < columns - 1; column++) bits.push(level(column, row) > middle ? 1 : 0);
    }
    const number = (from, to) => bits.slice(from, to).reduce((sum, bit) => sum * 2 + bit, 0);
    const bytes = Array.from({ length: 10 }, (_, index) => number(index * 8, index * 8 + 8));
    return crc16(bytes) === number(80, 96) ? number(32, 80) : null;
  };
  window.ages = [];
  window.shown = [];
  window.unread = 0;
  const look = (_now, { expectedDisplayTime }) => {
    const { video } = window.player;
    const drawn_ms = stamp(video);
    window.shown.push(expectedDisplayTime);
    if (drawn_ms === null) window.unread++;
    else window.ages.push(Date.now() - performance.now() + expectedDisplayTime - drawn_ms);
    video.requestVideoFrameCallback(look);
  };
  window.player = document.querySelector('viaduct-player');
  window.player.video.requestVideoFrameCallback(look);
}

/** Loads the offer anew, which begins a new connection, and waits for its first picture. */
const join = () => page.evaluate(() => new Promise((resolve) => {
  const begin = performance.now();
  window.player.addEventListener('firstframe', () => resolve(performance.now() - begin), { once: true });
  window.player.load(structuredClone(window.offer));
}));

/** For how long the picture stood, in ms: longer than a frame and 150 ms, as `freezeCount` of WebRTC's statistics has it. */
function stops(shown, frame_ms) {
  const gaps = shown.slice(1).map((at, index) => at - shown[index]);
  return gaps.filter((gap) => gap > frame_ms + 150);
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const share = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]);
  return sorted.length === 0 ? null : { p50: share(0.5), p95: share(0.95), p99: share(0.99), least: share(0), most: share(1), of: sorted.length };
}

let offer = null;
await page.route(/\/play(\?|$)/, async (route) => {
  const answer = await route.fetch();
  offer = await answer.json();
  offer.engines = offer.engines.filter((each) => each.engine === engine);
  await route.fulfill({ response: answer, json: offer });
});
if (relay) await sendWebRtcTo(page, relay);
await signIn(page, url, user, password);
await page.goto(`${url}/cameras/${camera}`);
await page.locator('viaduct-player').waitFor();
await page.evaluate(watch);
await until(() => page.evaluate(() => window.ages.length > 25), 'pictures', 60_000);
await page.evaluate((kept) => (window.offer = kept), offer);
// What came while it began is not how it goes on.
await page.waitForTimeout(5_000);
await page.evaluate(() => Object.assign(window, { ages: [], shown: [], unread: 0 }));
await page.waitForTimeout(Number(seconds) * 1000);
const { ages, shown, unread, stats, size, steps } = await page.evaluate(() => ({
  ages: window.ages, shown: window.shown, unread: window.unread, stats: window.player.stats,
  size: [window.player.video.videoWidth, window.player.video.videoHeight], steps: window.player.model.steps,
}));
const first_ms = [];
for (let turn = 0; turn < Number(joins); turn++) {
  first_ms.push(await join());
  await page.waitForTimeout(500);
}
const fps = shown.length / Number(seconds);
const stood = stops(shown, 1000 / 25);
process.stdout.write(`${JSON.stringify({
  engine: stats?.engine, size, fps: Number(fps.toFixed(1)), age_ms: spread(ages.filter((age) => Math.abs(age) < OLDEST_MS)), unread,
  stood_share: Number((stood.reduce((sum, gap) => sum + gap, 0) / 1000 / Number(seconds)).toFixed(4)), stood_longest_ms: Math.round(Math.max(0, ...stood)), first_ms: spread(first_ms), steps: steps.length,
})}\n`);
await browser.close();
