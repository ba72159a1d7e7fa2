/**
 * People sign in through an OpenID provider at a real server: `node tests/provider-sign-in.js URL LOGIN...`. Each has a browser window of
 * its own; a login of `-` does not get as far as the provider's form. Prints a line of JSON: what each has at the end.
 */
import { openBrowser, until } from './harness.js';

const [url, ...logins] = process.argv.slice(2);
const browser = await openBrowser();

async function signIn(login) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${url}/account`);
  await page.getByRole('link', { name: '省厅统一身份认证' }).click();
  if (login !== '-') {
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button').first().click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  const session = () => page.evaluate(() => JSON.parse(localStorage.getItem('viaduct.session') ?? 'null')).catch(() => null);
  const refusal = page.getByRole('alert');
  await until(async () => page.url().startsWith(url) && ((await session()) !== null || (await refusal.count()) > 0), 'a session or a refusal', 30_000);
  const me = (await session())?.user ?? null;
  if (me) await page.waitForURL('**/account');
  const result = { name: me?.name ?? null, permissions: me?.permissions.length ?? 0, token: (await session())?.token ?? null, path: new URL(page.url()).pathname, hash: new URL(page.url()).hash, refusal: me ? null : await refusal.first().innerText(), factor: await page.getByText('您通过统一身份认证平台登录').count(), faults };
  await context.close();
  return result;
}

const results = [];
for (const login of logins) results.push(await signIn(login));
process.stdout.write(`${JSON.stringify(results)}\n`);
await browser.close();
