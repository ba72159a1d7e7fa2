/** `node tests/screenshots.js [folder [part of a name [size]]]`: every page of `shots.js` at three sizes, the main ones in English too, for looking at. */
import { mkdirSync } from 'node:fs';
import { DESK, LAPTOP, PHONE, openBrowser, openPage, startMock } from './harness.js';
import { SHOTS } from './shots.js';

const [out = new URL('./out', import.meta.url).pathname, wanted = '', only] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const SIZES = { desk: DESK, laptop: LAPTOP, phone: PHONE };
const sizes = Object.entries(SIZES).filter(([size]) => only === undefined || size === only);
const browser = await openBrowser();

/** What a page keeps in the browser: the wall that its operator left. */
const keep = (page, { wall, screen, list }) =>
  page.addInitScript((kept) => { for (const [key, value] of kept) localStorage.setItem(key, value); }, [
    ...(wall ? [[screen ? `viaduct.wall.${screen}` : 'viaduct.wall', JSON.stringify(wall)]] : []),
    ...(list ? [['viaduct.wall.list', list]] : []),
  ]);

async function take(name, shot, size, viewport, locale) {
  const mock = await startMock({ setup: shot.setup ?? false });
  shot.prepare?.(mock);
  const page = await openPage(browser, mock, { viewport, signedIn: shot.signedIn ?? true, locale, token: shot.token });
  const file = `${name}-${size}${locale === 'en' ? '-en' : ''}`;
  try {
    await keep(page, shot);
    await page.at(shot.path);
    await page.waitForTimeout(900);
    page.setDefaultTimeout(8_000);
    await shot.act?.(page, mock);
    await page.waitForTimeout(shot.wait ?? 600);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) process.stdout.write(`${file}: ${overflow} px too wide\n`);
  } catch (error) {
    process.stdout.write(`${file}: ${String(error.message ?? error).split('\n')[0]}\n`);
  }
  await page.screenshot({ path: `${out}/${file}.png` });
  await page.context().close();
  await mock.close();
}

for (const [name, shot] of Object.entries(SHOTS)) {
  if (!name.includes(wanted)) continue;
  for (const [size, viewport] of sizes) {
    for (const locale of shot.english && size !== 'laptop' ? ['zh-CN', 'en'] : ['zh-CN']) await take(name, shot, size, viewport, locale);
  }
}
await browser.close();
