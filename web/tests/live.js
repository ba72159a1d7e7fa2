/**
 * Plays streams of a real server in Chromium: `node tests/live.js URL PASSWORD APP/NAME [VIDEO...]`.
 * The console's player opens the stream's page; each VIDEO (a path) goes into a bare <video>, a playlist by way
 * of hls.js in its low-latency mode, a manifest by way of dash.js. Prints one line of JSON for each: the frame numbers that were read from the
 * pixels, and for a playlist by which protocols it was read, how far hls.js is behind the live edge, how far it wants to be, and how far the
 * picture is behind the time at which it arrived at the server, in seconds. Where a stream has several sounds, they are
 * listed with the tone that is heard when each is chosen, in Hz.
 */
import { createRequire } from 'node:module';
import { closePage, openBrowser, openPage, readCounter, until } from './harness.js';

const [url, password, stream, ...videos] = process.argv.slice(2);
const answer = await fetch(`${url}/api/v1/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'admin', password }),
});
const session = JSON.stringify(await answer.json());
const browser = await openBrowser();
const { resolve } = createRequire(import.meta.url);
const HLS = resolve('hls.js/dist/hls.min.js');
const DASH = resolve('dashjs').replace(/[^/]*$/, 'dash.all.min.js');

/** Frame numbers of the picture at `selector` until five differ: a busy machine may stop for a moment. */
async function watch(page, selector) {
  const numbers = [];
  await until(async () => {
    const number = await readCounter(page, selector);
    if (number !== null && number !== numbers.at(-1)) numbers.push(number);
    await page.waitForTimeout(600);
    return numbers.length >= 5;
  }, `five pictures after ${numbers}`, 45_000);
  return numbers;
}

/** Begins to listen; browsers let a page be heard once somebody has clicked into it. */
async function listen(page) {
  await page.mouse.click(5, 5);
  await page.evaluate(() => {
    const { video } = document.querySelector('#bare');
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaElementSource(video).connect(analyser).connect(context.destination);
    video.muted = false;
    window.tone = () => {
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      return (levels.indexOf(Math.max(...levels)) * context.sampleRate) / analyser.fftSize;
    };
    return context.resume();
  });
}

/** The tone that is heard once it is another one than before, and stays. */
async function tone(page, before) {
  const heard = [];
  await until(async () => {
    await page.waitForTimeout(400);
    heard.push(await page.evaluate(() => window.tone()));
    const last = heard.slice(-3);
    return last.length === 3 && last.every((hz) => hz > 100 && Math.abs(hz - before) > 50 && Math.abs(hz - last[0]) < 20);
  }, `another tone than ${before} after ${heard}`, 30_000);
  return heard.at(-1);
}

/** The sounds that hls.js or dash.js offers, each with its tone. */
async function sounds(page) {
  const offered = await page.evaluate(() =>
    window.hls
      ? window.hls.audioTracks.map(({ name, lang }) => ({ name, language: lang }))
      : window.dash.getTracksFor('audio').map(({ labels, lang }) => ({ name: labels[0]?.text, language: lang })),
  );
  if (offered.length < 2) return {};
  await listen(page);
  let before = 0;
  for (const [index, sound] of offered.entries()) {
    await page.evaluate((wanted) => {
      if (window.hls) window.hls.audioTrack = wanted;
      else window.dash.setCurrentTrack(window.dash.getTracksFor('audio')[wanted]);
    }, index);
    before = await tone(page, before);
    sound.tone_hz = before;
  }
  return { sounds: offered };
}

async function report(what, work) {
  const page = await openPage(browser, { url }, { signedIn: false });
  let line;
  try {
    const seen = await work(page);
    await closePage(page);
    line = { what, ...seen };
  } catch (error) {
    line = { what, error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await report('console', async (page) => {
  await page.addInitScript((kept) => localStorage.setItem('viaduct.session', kept), session);
  await page.at(`/streams/${stream}`);
  return { numbers: await watch(page, 'viaduct-player') };
});
for (const path of videos) {
  await report(path, async (page) => {
    // Browsers ask for an icon wherever they are.
    page.allowed.push(/status of 404/);
    await page.at('/healthz');
    const playlist = path.endsWith('.m3u8');
    const manifest = path.endsWith('.mpd');
    if (playlist) await page.addScriptTag({ path: HLS });
    if (manifest) await page.addScriptTag({ path: DASH });
    await page.evaluate(({ source, playlist, manifest }) => {
      const holder = document.createElement('div');
      const video = document.createElement('video');
      Object.assign(video, { muted: true, autoplay: true });
      if (playlist) {
        window.hls = new window.Hls({ lowLatencyMode: true });
        window.hls.loadSource(source);
        window.hls.attachMedia(video);
      } else if (manifest) {
        window.dash = window.dashjs.MediaPlayer().create();
        window.dash.initialize(video, source, true);
      } else {
        video.src = source;
      }
      holder.append(video);
      // Where the player element keeps its own.
      holder.video = video;
      holder.id = 'bare';
      document.body.append(holder);
    }, { source: path, playlist, manifest });
    const numbers = await watch(page, '#bare');
    if (manifest) {
      const seen = await page.evaluate(() => ({
        latency_s: window.dash.getCurrentLiveLatency(),
        tracks: ['video', 'audio'].filter((kind) => window.dash.getCurrentTrackFor(kind)),
        buffered_s: ['video', 'audio'].map((kind) => window.dash.getBufferLength(kind)),
      }));
      return { numbers, ...seen, ...(await sounds(page)) };
    }
    if (!playlist) return { numbers };
    const lag = await page.evaluate(() => {
      const { latency, targetLatency, playingDate } = window.hls;
      const protocols = [...new Set(performance.getEntriesByType('resource').map((entry) => entry.nextHopProtocol))];
      return { protocols, latency_s: latency, target_s: targetLatency, behind_s: (Date.now() - playingDate.getTime()) / 1000 };
    });
    return { numbers, ...lag, ...(await sounds(page)) };
  });
}
await browser.close();
