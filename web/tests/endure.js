/**
 * Long runs against a real server: `node tests/endure.js URL USER PASSWORD wall MINUTES` fills the wall with all cameras and watches
 * it; `... patrol SWITCHES PATROL` runs a patrol and turns its pages as soon as the next one is connected. Prints a line of JSON: samples of memory (the page's
 * heap after a collection, and all of the browser's processes), how many pictures moved, and how long page changes took.
 */
import { execFileSync } from 'node:child_process';
import { openBrowser, signIn, until } from './harness.js';

const [url, user, password, what, much, patrol] = process.argv.slice(2);
const MIB = 1024 * 1024;
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN' });
const page = await context.newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
page.setDefaultTimeout(60_000);
const tools = await context.newCDPSession(page);
await tools.send('Performance.enable');

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url(), faults })}\n`);
  process.exit(1);
});

/** Resident memory of everything that was started from here, the browser's processes that is. */
function browserBytes() {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,rss=']).toString().trim().split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const below = new Set([process.pid]);
  for (let before = 0; before !== below.size; ) {
    before = below.size;
    for (const [pid, parent] of rows) if (below.has(parent)) below.add(pid);
  }
  below.delete(process.pid);
  return rows.filter(([pid]) => below.has(pid)).reduce((sum, [, , rss]) => sum + rss * 1024, 0);
}

async function memory() {
  await tools.send('HeapProfiler.collectGarbage');
  const { metrics } = await tools.send('Performance.getMetrics');
  const metric = (name) => metrics.find((each) => each.name === name).value;
  return { heap_mib: metric('JSHeapUsedSize') / MIB, nodes: metric('Nodes'), browser_mib: browserBytes() / MIB };
}

/** Frames that each player has presented; pixels are looked at by the everyday tests. */
const frames = () => page.locator('viaduct-player').evaluateAll((all) => all.map(({ video }) => video.getVideoPlaybackQuality().totalVideoFrames));

async function wall(minutes) {
  await page.goto(`${url}/wall`);
  await page.getByRole('button', { name: '25', exact: true }).first().click();
  await page.locator('.row.branch .all, .row.branch button').first().click();
  await until(async () => (await frames()).filter((count) => count > 0).length === 25, '25 pictures', 120_000);
  const samples = [];
  const begin = Date.now();
  let before = await frames();
  while (Date.now() - begin < minutes * 60_000) {
    await page.waitForTimeout(15_000);
    const now = await frames();
    const moving = now.filter((count, index) => count > (before[index] ?? 0)).length;
    const fps = now.reduce((sum, count, index) => sum + Math.max(0, count - (before[index] ?? 0)), 0) / 15 / 25;
    before = now;
    samples.push({ at_s: Math.round((Date.now() - begin) / 1000), moving, fps: Number(fps.toFixed(1)), ...(await memory()) });
  }
  return { samples };
}

async function tour(switches) {
  await page.goto(`${url}/patrols/${patrol}/run`);
  const ready = (which) => page.evaluate((at) => {
    const all = [...document.querySelectorAll(`[data-page="${at}"] viaduct-player`)];
    return all.length > 0 && all.every(({ video }) => video.readyState >= 2 && video.videoWidth > 0);
  }, which);
  await until(() => ready('now'), 'the first page', 60_000);
  const samples = [];
  const took_ms = [];
  const seen = () => {
    const sorted = took_ms.toSorted((a, b) => a - b);
    const share = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]);
    return { samples, turned: took_ms.length, took_ms: { p50: share(0.5), p99: share(0.99), longest: share(1) } };
  };
  // Who has waited long enough still gets what was seen.
  process.on('SIGTERM', () => {
    process.stdout.write(`${JSON.stringify({ ...seen(), faults })}\n`);
    process.exit(0);
  });
  while (took_ms.length < switches) {
    await until(() => ready('ahead'), `the page after ${took_ms.length}`, 60_000);
    // From the key until the other page's pictures have been painted; null when the page has just turned by itself.
    const took = await page.evaluate(() => new Promise((resolve) => {
      const shown = document.querySelector('[data-page="ahead"]');
      if (!shown) return resolve(null);
      const begin = performance.now();
      const look = () => {
        const all = [...shown.querySelectorAll('viaduct-player')];
        const here = shown.dataset.page === 'now' && all.every(({ video }) => video.readyState >= 2);
        if (here) requestAnimationFrame(() => resolve(performance.now() - begin));
        else requestAnimationFrame(look);
      };
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      look();
    }));
    if (took === null) continue;
    took_ms.push(took);
    if (took_ms.length % 50 === 0) {
      samples.push({ turned: took_ms.length, ...(await memory()) });
      process.stderr.write(`${JSON.stringify(seen().took_ms)} after ${took_ms.length}\n`);
    }
  }
  return seen();
}

await signIn(page, url, user, password);
const seen = what === 'wall' ? await wall(Number(much)) : await tour(Number(much));
process.stdout.write(`${JSON.stringify({ ...seen, faults })}\n`);
await browser.close();
