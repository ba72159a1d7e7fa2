/**
 * Browser tests against the mock: `npm run test:browser [-- part of a name]`. The console
 * must be built first. Each test gets its own mock and its own page. Light tests run in
 * lanes side by side, each with its own browser; those that need the machine for themselves follow one by one.
 */
import { makeClips } from '../mock/clips.js';
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
import { talk } from './talk.js';
import { hugeTree, wall } from './wall.js';

const LANES = 2;
const light = [...session, ...account, ...roles, ...people, ...pages, ...licence, ...overview, ...settings, ...cameras, ...groups, ...gb28181, ...patrols, ...snapshots, ...wall];
/** They watch a picture's pace, measure time, act a slow machine, or stop this process while they wait for a program. */
const alone = [...hugeTree, ...player, ...playerView, ...playerSound, ...playerPanorama, ...playerKeeping, ...playerAnnotate, ...packaged, ...hevc, ...software, ...ptz, ...talk];

const wanted = process.argv[2] ?? '';
const results = [];

/** Runs the wanted ones of `tests`, each in the lane that is free first. */
async function runIn(lanes, tests) {
  const waiting = tests.filter(({ name }) => name.includes(wanted));
  const lane = async () => {
    const browser = await openBrowser();
    while (waiting.length > 0) results.push(await runTest(browser, waiting.shift()));
    await browser.close();
  };
  await Promise.all(Array.from({ length: Math.min(lanes, waiting.length) }, lane));
}

/** Whether the test passed; what it came to is printed in one piece, as another lane prints too. */
async function runTest(browser, { name, options = {}, run }) {
  const started = performance.now();
  const mock = await startMock({ setup: options.setup });
  const page = await openPage(browser, mock, options);
  let failure = null;
  try {
    await run({ page, mock, browser });
    await closePage(page);
  } catch (error) {
    failure = describe(error, page.faults);
    await page.context().close().catch(() => undefined);
  }
  await mock.close();
  const took = `(${Math.round(performance.now() - started)} ms)`;
  process.stdout.write(failure === null ? `ok    ${name} ${took}\n` : `FAIL  ${name} ${took}\n${failure}`);
  return failure === null;
}

function describe(error, faults) {
  const message = `      ${String(error.message ?? error).replaceAll('\n', '\n      ')}\n`;
  return faults.length > 0 ? `${message}      console: ${faults.join(' | ')}\n` : message;
}

makeClips();
const begun = performance.now();
await runIn(LANES, light);
await runIn(1, alone);
const passed = results.filter(Boolean).length;
process.stdout.write(`${passed} of ${results.length} passed in ${Math.round((performance.now() - begun) / 1000)} s\n`);
process.exit(passed < results.length ? 1 : 0);
