/**
 * Looks at pages whose things have hostile names, against a real server: `node tests/hostile.js URL USER PASSWORD PATH...`.
 * Prints a line of JSON: whether anything of a name ran, the faults of the console, and for how many pages a hostile name was on the screen.
 */
import { openBrowser } from './harness.js';

const [url, user, password, ...paths] = process.argv.slice(2);
const browser = await openBrowser();
const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN' })).newPage();
const faults = [];
page.on('pageerror', (error) => faults.push(`${new URL(page.url()).pathname}: ${error.message}`));
page.on('console', (message) => message.type() === 'error' && faults.push(`${new URL(page.url()).pathname}: ${message.text()}`));
page.on('dialog', (dialog) => (faults.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));

process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: String(error.message ?? error), at: page.url(), faults })}\n`);
  process.exit(1);
});

const ran = [];
let shown = 0;
async function look(path) {
  // The name of a script that ran would be gone with the next page, so each page is asked.
  if (await page.evaluate(() => window.pwned !== undefined)) ran.push(path);
  const inputs = await page.locator('input').evaluateAll((all) => all.map(({ value }) => value).join('\n'));
  if (`${await page.locator('body').innerText()}\n${inputs}`.includes('window.pwned')) shown += 1;
}

await page.goto(url);
await page.fill('input[autocomplete="username"]', user);
await look('/login');
await page.fill('input[type="password"]', password);
await page.keyboard.press('Enter');
await page.waitForURL((at) => !at.pathname.startsWith('/login'));
for (const path of paths) {
  await page.goto(url + path, { waitUntil: 'networkidle' });
  await page.waitForTimeout(300);
  await look(path);
}
process.stdout.write(`${JSON.stringify({ ran, shown, faults })}\n`);
await browser.close();
