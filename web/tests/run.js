/**
 * Browser tests against the mock: `npm run test:browser [-- part of a name]`. The console
 * must be built first. Each test gets its own mock and its own page.
 */
import { account } from './account.js';
import { cameras } from './cameras.js';
import { gb28181 } from './gb28181.js';
import { groups } from './groups.js';
import { hevc } from './hevc.js';
import { closePage, openBrowser, openPage, startMock } from './harness.js';
import { licence } from './licence.js';
import { overview } from './overview.js';
import { packaged } from './package.js';
import { pages } from './pages.js';
import { patrols } from './patrols.js';
import { people } from './people.js';
import { player } from './player.js';
import { playerAnnotate } from './player-annotate.js';
import { playerKeeping } from './player-keeping.js';
import { playerPanorama } from './player-panorama.js';
import { playerSound } from './player-sound.js';
import { playerView } from './player-view.js';
import { ptz } from './ptz.js';
import { roles } from './roles.js';
import { session } from './session.js';
import { settings } from './settings.js';
import { snapshots } from './snapshots.js';
import { software } from './software.js';
import { wall } from './wall.js';

const wanted = process.argv[2] ?? '';
const tests = [...session, ...account, ...roles, ...people, ...pages, ...licence, ...overview, ...settings, ...cameras, ...groups, ...gb28181, ...patrols, ...snapshots, ...wall, ...player, ...playerView, ...playerSound, ...playerPanorama, ...playerKeeping, ...playerAnnotate, ...packaged, ...hevc, ...software, ...ptz].filter(({ name }) => name.includes(wanted));
const browser = await openBrowser();
let failed = 0;
for (const { name, options = {}, run } of tests) {
  const started = performance.now();
  const mock = await startMock({ setup: options.setup });
  const page = await openPage(browser, mock, options);
  try {
    await run({ page, mock, browser });
    await closePage(page);
    process.stdout.write(`ok    ${name} (${Math.round(performance.now() - started)} ms)\n`);
  } catch (error) {
    failed++;
    process.stdout.write(`FAIL  ${name}\n      ${String(error.message ?? error).replaceAll('\n', '\n      ')}\n`);
    if (page.faults.length > 0) process.stdout.write(`      console: ${page.faults.join(' | ')}\n`);
    await page.context().close().catch(() => undefined);
  }
  await mock.close();
}
await browser.close();
process.stdout.write(`${tests.length - failed} of ${tests.length} passed\n`);
process.exit(failed > 0 ? 1 : 0);
