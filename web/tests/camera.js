/**
 * Watches a camera's page of a real server for a while: `node tests/camera.js URL USER PASSWORD CAMERA SECONDS [relay=ADDRESS:PORT] [BROWSER ARGUMENT...]`.
 * WebRTC goes to the relay.
 * Prints a line of JSON: samples twice a second with the frame number in the pixels and the way of playing, the first picture's time,
 * and the steps that the player took.
 */
import { chromium } from 'playwright-core';
import { FLAGS, readCounter, sendWebRtcTo, signIn } from './harness.js';

const [url, user, password, camera, seconds, ...rest] = process.argv.slice(2);
const relay = rest.find((word) => word.startsWith('relay='))?.slice('relay='.length);
const flags = rest.filter((word) => !word.startsWith('relay='));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...flags] });
const page = await (await browser.newContext({ viewport: { width: 1366, height: 768 }, ignoreHTTPSErrors: true })).newPage();

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url() })}\n`);
  process.exit(1);
});

if (relay) await sendWebRtcTo(page, relay);
await signIn(page, url, user, password);
await page.goto(`${url}/cameras/${camera}`);
const opened = Date.now();
const samples = [];
let first_ms = null;
while (Date.now() - opened < Number(seconds) * 1000) {
  const number = await readCounter(page);
  if (number !== null) first_ms ??= Date.now() - opened;
  const engine = await page.evaluate(() => {
    const { model } = document.querySelector('viaduct-player') ?? {};
    return model?.state === 'playing' ? (model.rungs[model.rung]?.engine ?? null) : null;
  });
  samples.push({ at_ms: Date.now() - opened, number, engine });
  await page.waitForTimeout(500);
}
const steps = await page.evaluate(() => document.querySelector('viaduct-player').model.steps.map(({ engine, what, reason }) => [engine, what, reason?.code].filter(Boolean).join(' ')));
process.stdout.write(`${JSON.stringify({ first_ms, samples, steps })}\n`);
await browser.close();
