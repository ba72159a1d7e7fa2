/**
 * Watches one stream of a real server in Chromium until it is ended: `node tests/watch.js URL PASSWORD [HOST/]APP/NAME`. Writes a line of
 * JSON to standard error a few times a second: the number in the picture, what the player says, and how loud the sound is that is heard.
 */
import { openBrowser, openPage, readCounter, sessionText } from './harness.js';

const [url, password, stream] = process.argv.slice(2);
const session = await sessionText(url, password);

/** Keeps hold of every element that may sound, so that it can be listened to, and of what is fetched. */
function hearAll() {
  const { createElement } = Document.prototype;
  window.sounding = [];
  Document.prototype.createElement = function (name, ...rest) {
    const element = createElement.call(this, name, ...rest);
    if (name === 'audio' || name === 'video') window.sounding.push(element);
    return element;
  };
  /** Largest sample lately of all that sounds, from 0 to 1. */
  window.loudness = () => {
    window.context ??= new AudioContext();
    let loudest = 0;
    for (const element of window.sounding) {
      // A stream of pictures alone cannot be listened to.
      if (element.srcObject instanceof MediaStream || element.muted || element.paused) continue;
      element.analyser ??= window.context.createMediaElementSource(element).connect(new AnalyserNode(window.context, { fftSize: 2048 }));
      element.analyser.connect(window.context.destination);
      const samples = new Float32Array(2048);
      element.analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, ...samples.map(Math.abs));
    }
    return loudest;
  };
}

const browser = await openBrowser();
const page = await openPage(browser, { url }, { signedIn: false });
// Browsers ask for an icon wherever they are.
page.allowed.push(/status of 404/);
await page.addInitScript(hearAll);
await page.goto(`${url}/healthz`);
await page.evaluate((kept) => localStorage.setItem('viaduct.session', kept), session);
await page.goto(`${url}/streams/${stream}`);
const started = performance.now();
await page.locator('viaduct-player').waitFor();
// Browsers let a page be heard once somebody has clicked into it.
await page.mouse.click(5, 5);
await page.evaluate(() => (document.querySelector('viaduct-player').muted = false));

for (;;) {
  const number = await readCounter(page).catch(() => null);
  const said = await page
    .evaluate(() => {
      const player = document.querySelector('viaduct-player');
      const { state, steps, reconnects } = player.model;
      const wasm = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;
      return { state, reconnects, step: steps.at(-1), stats: player.stats, loudness: window.loudness(), wasm, hidden: document.hidden };
    })
    .catch((error) => ({ error: String(error.message ?? error) }));
  process.stderr.write(`${JSON.stringify({ at_ms: Math.round(performance.now() - started), number, ...said, faults: page.faults })}\n`);
  await new Promise((resolve) => setTimeout(resolve, 250));
}
