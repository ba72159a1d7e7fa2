/**
 * Speaks to a device at a real server for some seconds: `node tests/talk-live.js URL USER PASSWORD PATH SECONDS`. Prints a line of JSON with what
 * was seen.
 */
import { assert, openBrowser, signIn, until } from './harness.js';
import { hearTone } from './microphone.js';

const [url, user, password, path, seconds] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-GB' })).newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url(), faults })}\n`);
  process.exit(1);
});

await hearTone(page);
await signIn(page, url, user, password);
await page.goto(url + path);
const speak = page.locator('.talk .speak');
await until(() => speak.isEnabled(), 'the connection');
await speak.hover();
await page.mouse.down();
await page.getByText(/speak now|请讲话/).waitFor();
await page.waitForTimeout(Number(seconds) * 1000);
const level = Number(await page.locator('.talk .meter').getAttribute('aria-valuenow'));
await page.mouse.up();
await until(async () => /Nobody speaks|空闲/.test(await page.locator('.talk .stands').innerText()), 'the end');
assert(faults.length === 0, faults.join('; '));
await browser.close();
process.stdout.write(`${JSON.stringify({ level })}\n`);
