/** What the browser tests share: one mock, one Chromium, pages that fail on console errors. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { meOf } from '../mock/accounts.js';
import { startMock } from '../mock/server.js';

const require = createRequire(import.meta.url);
const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
export const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const DESK = { width: 1920, height: 1080 };
export const LAPTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

export { startMock };

/** A page whose console errors and failed scripts are collected in `page.faults`; signed in as whom a token of the mock belongs to. */
export async function openPage(browser, mock, { viewport = DESK, signedIn = true, locale, token = 'mock-token' } = {}) {
  const context = await browser.newContext({ viewport, ignoreHTTPSErrors: true, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.faults = [];
  page.allowed = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !page.allowed.some((pattern) => pattern.test(message.text()))) page.faults.push(message.text());
  });
  page.on('pageerror', (error) => page.faults.push(String(error)));
  await page.addInitScript(
    ([kept, language]) => {
      if (sessionStorage.getItem('seeded')) return;
      sessionStorage.setItem('seeded', '1');
      if (kept) localStorage.setItem('viaduct.session', kept);
      if (language) localStorage.setItem('viaduct.locale', language);
    },
    [signedIn ? JSON.stringify({ token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), user: meOf(mock.world, token) }) : null, locale ?? null],
  );
  page.at = (path) => page.goto(mock.url + path, { waitUntil: 'load' });
  return page;
}

/** Signs in at a real server by its form. */
export async function signIn(page, url, user, password) {
  await page.goto(url);
  await page.fill('input[autocomplete="username"]', user);
  await page.fill('input[type="password"]', password);
  await page.keyboard.press('Enter');
  await page.waitForURL((at) => !at.pathname.startsWith('/login'));
}

/** A session of the console of a real server, as it keeps it in `localStorage`. */
export async function sessionText(url, password) {
  const answer = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password }),
  });
  return JSON.stringify(await answer.json());
}

/** Has the page's WebRTC go to `relay`, address and port, by UDP alone, wherever the server says that it is. */
export async function sendWebRtcTo(page, relay) {
  const [host, port] = relay.split(':');
  await page.route(/\/whep(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const lines = (await answer.text()).split('\r\n').filter((line) => !/^a=candidate:.* tcp /.test(line));
    const body = lines.map((line) => line.replace(/^(a=candidate:\S+ 1 udp \S+) \S+ \d+/, `$1 ${host} ${port}`)).join('\r\n');
    await route.fulfill({ response: answer, body });
  });
}

export async function closePage(page) {
  await (page.context?.() ?? page).close();
  if (page.faults.length > 0) throw new Error(`console errors:\n  ${page.faults.join('\n  ')}`);
}

/** Waits until nothing fades or slides in any more: half-transparent text has no contrast yet. */
export async function settle(page) {
  await page.evaluate(async () => {
    const finite = () => document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity && each.playState === 'running');
    // A transition's class is set in the frame after the element appears, so two quiet frames in a row are asked for.
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const running = finite();
      quiet = running.length === 0 ? quiet + 1 : 0;
      await Promise.allSettled(running.map((each) => each.finished));
    }
  });
}

/** Fails on any accessibility violation that axe-core finds. */
export async function assertAccessible(page, what) {
  await settle(page);
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.any.map((a) => a.message).join('; ')}`).slice(0, 4).join(' | ')}`);
  });
  if (violations.length > 0) throw new Error(`axe on ${what}:\n  ${violations.join('\n  ')}`);
}

/** The frame number in the bar code of a player's picture, or null without a picture. */
export function readCounter(page, selector = 'viaduct-player') {
  return page.evaluate((at) => {
    const video = document.querySelector(at)?.video;
    if (!video || video.readyState < 2 || video.videoWidth === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0);
    const bits = 12;
    const side = Math.floor(video.videoWidth / bits / 2) * 2;
    let value = 0;
    for (let bit = 0; bit < bits; bit++) {
      const [red] = context.getImageData(bit * side + side / 2, side / 2, 1, 1).data;
      if (red > 128) value |= 1 << bit;
    }
    return value;
  }, selector);
}

export async function until(check, what, timeout_ms = 15_000) {
  const end = Date.now() + timeout_ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeout_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}
