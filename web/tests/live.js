/**
 * Plays streams of a real server in a browser: `node tests/live.js chromium|firefox URL PASSWORD [HOST/]APP/NAME [VIDEO...]`.
 * The console's player opens the stream's page. Each VIDEO is a path (and query) that goes into a bare <video>: a playlist by way of hls.js
 * in its low-latency mode, a manifest by way of dash.js, either by way of Shaka Player after `shaka:`, an address of WHEP by way of
 * WebRTC after `whep:`, anything else as it is.
 * Prints one line of JSON for each: the frame numbers that were read from the pixels, and what the player says of itself. Where
 * hls.js or dash.js in Chromium finds several sounds, they are listed with the tone that is heard when each is chosen, in Hz.
 * The word `heard` as a VIDEO opens the console once more, turns the sound on, and adds its level (the root of the mean square,
 * 1 is full scale) and its tone. The word `software` opens it in a browser whose Media Source Extensions take no H.265.
 */
import { createRequire } from 'node:module';
import { openFirefox } from './firefox.js';
import { closePage, openBrowser, openPage, readCounter, sessionText, until } from './harness.js';

const [name, url, password, stream, ...videos] = process.argv.slice(2);
const session = await sessionText(url, password);
const { resolve } = createRequire(import.meta.url);

// Browsers ask for an icon wherever they are.
const ICON = /status of 404/;

/** How each library is loaded, started on a <video>, and asked how it does; the last two run in the page. */
const PLAYERS = {
  hls: {
    script: resolve('hls.js/dist/hls.min.js'),
    start: (video, source) => {
      window.hls = new window.Hls({ lowLatencyMode: true });
      window.troubles = [];
      window.hls.on(window.Hls.Events.ERROR, (_, { details, error, reason }) => window.troubles.push(`${details}: ${error?.message ?? reason}`));
      window.hls.loadSource(source);
      window.hls.attachMedia(video);
    },
    // Behind the live edge, how far it wants to be, and the picture behind the time at which it reached the server.
    says: () => {
      const { latency, targetLatency, playingDate } = window.hls;
      const protocols = [...new Set(performance.getEntriesByType('resource').map((entry) => entry.nextHopProtocol))];
      return { protocols, latency_s: latency, target_s: targetLatency, behind_s: (Date.now() - playingDate.getTime()) / 1000 };
    },
    sounds: {
      list: () => window.hls.audioTracks.map(({ name, lang }) => ({ name, language: lang })),
      choose: (index) => {
        window.hls.audioTrack = index;
      },
    },
  },
  dash: {
    script: resolve('dashjs').replace(/[^/]*$/, 'dash.all.min.js'),
    start: (video, source) => {
      window.dash = window.dashjs.MediaPlayer().create();
      window.dash.initialize(video, source, true);
    },
    says: () => ({
      latency_s: window.dash.getCurrentLiveLatency(),
      tracks: ['video', 'audio'].filter((kind) => window.dash.getCurrentTrackFor(kind)),
      buffered_s: ['video', 'audio'].map((kind) => window.dash.getBufferLength(kind)),
    }),
    sounds: {
      list: () => window.dash.getTracksFor('audio').map(({ labels, lang }) => ({ name: labels[0]?.text, language: lang })),
      choose: (index) => {
        window.dash.setCurrentTrack(window.dash.getTracksFor('audio')[index]);
      },
    },
  },
  shaka: {
    script: resolve('shaka-player'),
    start: async (video, source) => {
      window.player = new window.shaka.Player();
      await window.player.attach(video);
      await window.player.load(new URL(source, location.href).href);
    },
    says: () => ({
      latency_s: window.player.getStats().liveLatency,
      tracks: window.player.getVariantTracks().filter(({ active }) => active).map(({ videoCodec, audioCodec }) => [videoCodec, audioCodec].join()),
    }),
  },
  whep: {
    // What is muted is not decoded.
    audible: true,
    start: async (video, source) => {
      const peer = new RTCPeerConnection();
      window.peer = peer;
      video.srcObject = new MediaStream();
      peer.ontrack = ({ track }) => video.srcObject.addTrack(track);
      for (const kind of ['video', 'audio']) peer.addTransceiver(kind, { direction: 'recvonly' });
      await peer.setLocalDescription();
      const answer = await fetch(source, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: peer.localDescription.sdp });
      if (!answer.ok) throw new Error(`${answer.status} ${(await answer.json()).detail}`);
      await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    },
    // What was received, how loud it was decoded, and by which transport it came.
    says: async () => {
      const reports = [...(await window.peer.getStats()).values()];
      const received = (kind) => reports.find((each) => each.type === 'inbound-rtp' && each.kind === kind) ?? {};
      const pair = reports.find((each) => each.type === 'candidate-pair' && each.nominated) ?? {};
      return {
        transport: reports.find((each) => each.id === pair.remoteCandidateId)?.protocol,
        lost: received('video').packetsLost,
        buffer_s: received('video').jitterBufferDelay / received('video').jitterBufferEmittedCount,
        energy: received('audio').totalAudioEnergy ?? 0,
        codecs: reports.filter((each) => each.type === 'codec').map(({ mimeType }) => mimeType),
      };
    },
  },
  none: {
    start: (video, source) => {
      video.src = source;
    },
    says: () => ({}),
  },
};

function playerOf(source) {
  const [path] = source.split('?');
  if (path.endsWith('.m3u8')) return 'hls';
  return path.endsWith('.mpd') ? 'dash' : 'none';
}

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

/** How loud the element's sound is within some seconds at most, and its tone then. */
async function loudness(page) {
  await page.evaluate(async () => {
    const player = document.querySelector('viaduct-player');
    player.muted = false;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaElementSource(player.video).connect(analyser).connect(context.destination);
    window.level = () => {
      const [samples, bins] = [new Float32Array(analyser.fftSize), new Float32Array(analyser.frequencyBinCount)];
      analyser.getFloatTimeDomainData(samples);
      analyser.getFloatFrequencyData(bins);
      return {
        level: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
        tone_hz: (bins.indexOf(Math.max(...bins)) * context.sampleRate) / analyser.fftSize,
      };
    };
    await context.resume();
  });
  let loudest = { level: 0 };
  for (let round = 0; round < 10; round++) {
    await page.waitForTimeout(300);
    const now = await page.evaluate(() => window.level());
    if (now.level > loudest.level) loudest = now;
  }
  return loudest;
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

/** The sounds that a player offers, each with its tone. */
async function sounds(page, { list, choose }) {
  const offered = await page.evaluate(list);
  if (offered.length < 2) return {};
  await listen(page);
  let before = 0;
  for (const [index, sound] of offered.entries()) {
    await page.evaluate(choose, index);
    before = await tone(page, before);
    sound.tone_hz = before;
  }
  return { sounds: offered };
}

/** What a bare <video> is at; runs in the page. */
function condition() {
  const { video } = document.querySelector('#bare');
  const { currentTime, readyState, networkState, paused, seeking, buffered, error, videoWidth } = video;
  const ranges = Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
  const troubles = (window.troubles ?? []).slice(-20);
  return { currentTime, readyState, networkState, paused, seeking, ranges, videoWidth, error: error?.message, visible: document.visibilityState, troubles };
}

const browser = await (name === 'firefox' ? openFirefox({ audible: videos.includes('heard') }) : openBrowser());
const newPage = () => (name === 'firefox' ? browser.newPage() : openPage(browser, { url }, { signedIn: false }));

async function report(what, work) {
  const page = await newPage();
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

async function openConsole(page) {
  page.allowed.push(ICON);
  await page.goto(`${url}/healthz`);
  await page.evaluate((kept) => localStorage.setItem('viaduct.session', kept), session);
  await page.goto(`${url}/streams/${stream}`);
}

const engine = (page) => page.evaluate(() => document.querySelector('viaduct-player').stats?.engine);

/** Opens the stream's page in the console and watches its player. */
async function watchConsole(page) {
  await openConsole(page);
  return { numbers: await watch(page, 'viaduct-player'), engine: await engine(page) };
}

/** A browser without the system's decoder says so. */
function withoutH265() {
  const { isTypeSupported } = MediaSource;
  MediaSource.isTypeSupported = (type) => !/hvc1|hev1/.test(type) && isTypeSupported.call(MediaSource, type);
}

await report('console', async (page) => {
  const seen = await watchConsole(page);
  // Leaving, the player says how it went.
  await page.goto(`${url}/healthz`);
  return seen;
});
for (const video of videos) {
  if (video === 'heard') {
    await report(video, async (page) => {
      const seen = await watchConsole(page);
      // Chromium lets a page be heard once somebody has done something in it; Firefox was told so.
      await page.keyboard?.press('F8');
      return { ...seen, ...(await loudness(page)) };
    });
    continue;
  }
  if (video === 'software') {
    await report(video, async (page) => {
      await page.addInitScript(withoutH265);
      return watchConsole(page);
    });
    continue;
  }
  await report(video, async (page) => {
    const [, wanted, source] = /^(?:(\w+):)?(.*)$/.exec(video);
    const player = PLAYERS[wanted ?? playerOf(source)];
    page.allowed.push(ICON);
    await page.goto(`${url}/healthz`);
    if (player.script) await page.addScriptTag({ path: player.script });
    await page.evaluate(() => {
      const holder = document.createElement('div');
      const element = document.createElement('video');
      Object.assign(element, { muted: true, autoplay: true });
      // Where the player element keeps its own.
      Object.assign(holder, { id: 'bare', video: element });
      holder.append(element);
      document.body.append(holder);
    });
    await page.evaluate(`(${player.start})(document.querySelector('#bare').video, ${JSON.stringify(source)})`);
    const numbers = await watch(page, '#bare').catch(async (error) => {
      throw new Error(`${error.message}; ${JSON.stringify(await page.evaluate(condition))}`);
    });
    if (player.audible) {
      await page.mouse.click(5, 5);
      await page.evaluate(() => {
        document.querySelector('#bare').video.muted = false;
      });
      await page.waitForTimeout(2_000);
    }
    const said = await page.evaluate(player.says);
    return { numbers, ...said, ...(player.sounds ? await sounds(page, player.sounds) : {}) };
  });
}
await browser.close();
