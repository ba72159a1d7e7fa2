/** H.265 in a Chromium that has no decoder for it, against live media of the mock: frames are proven by the bar code in the pixels. */
import { assert, readCounter, until } from './harness.js';

const H265 = '/streams/hwy/h265-only';
const SOUND = '/streams/hwy/h265-sound';
const model = (page) => page.evaluate(() => document.querySelector('viaduct-player')?.model);
const stats = (page) => page.evaluate(() => document.querySelector('viaduct-player').stats);
const engine = async (page) => {
  const { state, rungs, rung } = (await model(page)) ?? {};
  return state === 'playing' ? rungs[rung].engine : state;
};

async function playing(page, wanted = 'software') {
  await until(async () => (await engine(page)) === wanted, `playing by ${wanted}`, 20_000);
  return until(() => readCounter(page), 'a picture');
}

/** Frames between two looks at the picture, on the clip's circle of 1000 frames. */
async function progress(page, wait_ms) {
  const first = await readCounter(page);
  await page.waitForTimeout(wait_ms);
  return ((await readCounter(page)) - first + 1000) % 1000;
}

/** Numbers of the pictures one after the other, as they are presented. */
function presented(page, count) {
  return page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const { video } = document.querySelector('viaduct-player');
        const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
        const context = canvas.getContext('2d', { willReadFrequently: true });
        const side = Math.floor(video.videoWidth / 24) * 2;
        const numbers = [];
        const next = () => {
          context.drawImage(video, 0, 0);
          let value = 0;
          for (let bit = 0; bit < 12; bit++) if (context.getImageData(bit * side + side / 2, side / 2, 1, 1).data[0] > 128) value |= 1 << bit;
          numbers.push(value);
          if (numbers.length < wanted) video.requestVideoFrameCallback(next);
          else resolve(numbers);
        };
        video.requestVideoFrameCallback(next);
      }),
    count,
  );
}

function wasmRequests(page) {
  const urls = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) urls.push(request.url());
  });
  return urls;
}

export const software = [
  {
    name: 'software decoder plays H.265 at the speed of the stream, and is fetched only then',
    run: async ({ page, mock }) => {
      const fetched = wasmRequests(page);
      await page.at('/streams/demo/road1');
      await playing(page, 'ws-fmp4');
      assert(fetched.length === 0, fetched.join());
      await page.at(H265);
      await playing(page);
      assert(fetched.length === 1, fetched.join());
      await page.waitForTimeout(1500);
      const frames = await progress(page, 3000);
      assert(frames > 60 && frames < 95, `${frames} frames in 3 s of 25 fps`);
      const numbers = await presented(page, 50);
      const back = numbers.slice(1).filter((number, index) => (number - numbers[index] + 1000) % 1000 > 500);
      assert(back.length === 0, `pictures ran backwards: ${numbers}`);
      await until(() => stats(page), 'statistics');
      const { decoder, latency_s, buffer_s, width, fps } = await stats(page);
      assert(decoder.fps > 20 && decoder.traps === 0 && decoder.damaged === 0 && decoder.skipped === 0, JSON.stringify(decoder));
      assert(decoder.picture_ms > 0 && decoder.busy > 0 && decoder.busy < 1, JSON.stringify(decoder));
      assert(width === 640 && fps > 18 && latency_s < 1 && buffer_s < 1, `${width} ${fps} ${latency_s} ${buffer_s}`);
      assert(mock.log.every((line) => line.startsWith('ws ')), mock.log.join());
    },
  },
  {
    name: 'software decoder plays on a canvas where a browser has no track generator',
    run: async ({ page }) => {
      await page.addInitScript(() => delete window.MediaStreamTrackGenerator);
      await page.at(H265);
      await playing(page);
      await page.waitForTimeout(1000);
      assert((await progress(page, 2000)) > 35, 'frames move on a canvas');
    },
  },
  {
    name: 'software decoder plays from bitmaps where a browser has no video frames',
    run: async ({ page, browser, mock }) => {
      await page.at('/streams');
      const seeded = await page.evaluate(() => localStorage.getItem('viaduct.session'));
      const other = await (await browser.newContext({ bypassCSP: true })).newPage();
      await other.addInitScript((kept) => {
        localStorage.setItem('viaduct.session', kept);
        delete window.MediaStreamTrackGenerator;
        const { Worker } = window;
        window.Worker = class extends Worker {
          constructor(url, options) {
            const parts = ['data:text/javascript,delete self.VideoFrame', new URL(url, location.href).href];
            super(URL.createObjectURL(new Blob(parts.map((part) => `import ${JSON.stringify(part)};\n`), { type: 'text/javascript' })), options);
          }
        };
      }, seeded);
      await other.goto(mock.url + H265);
      await playing(other);
      await other.waitForTimeout(1000);
      assert((await progress(other, 2000)) > 30, 'frames move from bitmaps');
      await other.context().close();
    },
  },
  {
    name: 'software decoder keeps the picture with its sound, by ear and eye',
    run: async ({ page }) => {
      await page.addInitScript(() => {
        const { createElement } = Document.prototype;
        Document.prototype.createElement = function (name, ...rest) {
          const element = createElement.call(this, name, ...rest);
          if (name === 'audio') window.heard = element;
          return element;
        };
      });
      await page.at(SOUND);
      await playing(page);
      assert(await page.evaluate(() => window.heard === undefined), 'nothing is decoded that nobody hears');
      await page.mouse.click(5, 5);
      await page.evaluate(() => (document.querySelector('viaduct-player').muted = false));
      await until(async () => (await stats(page))?.decoder?.ahead_of_sound_ms !== null, 'the sound');
      await page.waitForTimeout(2000);
      const ahead = [];
      for (let look = 0; look < 8; look++) {
        ahead.push((await stats(page)).decoder.ahead_of_sound_ms);
        await page.waitForTimeout(400);
      }
      assert(ahead.every((ms) => Math.abs(ms) <= 100), `ahead of the sound by ${ahead} ms`);
      assert((await progress(page, 2000)) > 35, 'frames move');
      await page.evaluate(() => (document.querySelector('viaduct-player').muted = true));
      await until(async () => (await stats(page)).decoder.ahead_of_sound_ms === null, 'the end of the sound');
      assert((await progress(page, 2000)) > 35, 'frames move on');
    },
  },
  {
    name: 'software decoder shows flashes when their tones are heard',
    run: async ({ page, mock }) => {
      await page.addInitScript(() => {
        const { createElement } = Document.prototype;
        Document.prototype.createElement = function (name, ...rest) {
          const element = createElement.call(this, name, ...rest);
          if (name === 'audio') window.heard = element;
          return element;
        };
      });
      mock.live('hwy', 'h265-sound').media.change('flash');
      await page.at(SOUND);
      await until(async () => (await engine(page)) === 'software', 'playing');
      await page.mouse.click(5, 5);
      await page.evaluate(() => (document.querySelector('viaduct-player').muted = false));
      await until(() => page.evaluate(() => window.heard && !window.heard.paused), 'the sound');
      await page.waitForTimeout(3000);
      const { flashes, tones } = await page.evaluate(async () => {
        const context = new AudioContext({ latencyHint: 'interactive' });
        await context.resume();
        const analyser = new AnalyserNode(context, { fftSize: 256 });
        context.createMediaElementSource(window.heard).connect(analyser).connect(context.destination);
        const { video } = document.querySelector('viaduct-player');
        const canvas = new OffscreenCanvas(8, 8);
        const picture = canvas.getContext('2d', { willReadFrequently: true });
        const flashes = [];
        const tones = [];
        let [bright, loud] = [true, true];
        const look = (now) => {
          picture.drawImage(video, 0, 0, 8, 8);
          const is = picture.getImageData(4, 4, 1, 1).data[1] > 128;
          if (is && !bright) flashes.push(now);
          bright = is;
          video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
        const samples = new Float32Array(256);
        const end = performance.now() + 8000;
        while (performance.now() < end) {
          await new Promise((resolve) => setTimeout(resolve, 4));
          analyser.getFloatTimeDomainData(samples);
          const is = samples.some((sample) => Math.abs(sample) > 0.05);
          if (is && !loud) tones.push(performance.now());
          loud = is;
        }
        return { flashes, tones };
      });
      const apart = flashes.map((at) => Math.min(...tones.map((tone) => Math.abs(tone - at)))).sort((a, b) => a - b);
      process.stdout.write(`      ${flashes.length} flashes, ${tones.length} tones, apart by ${apart.map(Math.round)} ms\n`);
      assert(flashes.length >= 6 && tones.length >= 6, 'one each second');
      assert(apart[Math.floor(apart.length / 2)] <= 100, `apart by ${apart} ms`);
    },
  },
  {
    name: 'software decoder takes pictures, keeps the last one, and comes back after the connection is cut',
    run: async ({ page, mock }) => {
      await page.at(H265);
      await playing(page);
      const [kind, size] = await page.evaluate(async () => {
        const blob = await document.querySelector('viaduct-player').snapshot();
        return [blob.type, blob.size];
      });
      assert(kind === 'image/png' && size > 10_000, `${kind} of ${size} bytes`);
      mock.dropMedia();
      await until(async () => (await model(page)).state === 'reconnecting', 'reconnecting');
      const still = await page.evaluate(() => {
        const canvas = document.querySelector('viaduct-player').shadowRoot.querySelector('canvas');
        return [canvas.hidden, canvas.width];
      });
      assert(still.join() === 'false,640', `the last picture is kept: ${still}`);
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move again');
      assert((await model(page)).reconnects === 1, 'one reconnect');
    },
  },
  {
    name: 'software decoder restarts a connection that stays open without frames',
    run: async ({ page, mock }) => {
      await page.at(H265);
      await playing(page);
      mock.stallMedia();
      await until(async () => (await model(page)).steps.some(({ reason }) => reason?.code === 'stalled'), 'the watchdog', 12_000);
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move again');
    },
  },
  {
    name: 'software decoder rests while its page is hidden, and begins at the live edge when it is seen again',
    run: async ({ page, mock }) => {
      await page.at(H265);
      await playing(page);
      const show = (state) =>
        page.evaluate((now) => {
          Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
          document.dispatchEvent(new Event('visibilitychange'));
        }, state);
      await show('hidden');
      await until(async () => (await model(page)).state === 'suspended' && mock.sockets.size === 0, 'rest', 12_000);
      await show('visible');
      await playing(page);
      await page.waitForTimeout(1000);
      assert((await progress(page, 1500)) > 25, 'frames move');
      assert((await stats(page)).buffer_s < 1, 'close to the live edge');
    },
  },
  {
    name: 'software decoder follows a change of size in the running stream',
    run: async ({ page, mock }) => {
      await page.at(H265);
      await playing(page);
      mock.live('hwy', 'h265-only').media.change('hevcWide');
      await until(() => page.evaluate(() => document.querySelector('viaduct-player').video.videoWidth === 960), 'the new size');
      await page.waitForTimeout(500);
      assert((await progress(page, 1500)) > 20, 'frames move on');
      assert((await model(page)).steps.some(({ what }) => what === 'parameters'), 'the step is kept');
      assert((await model(page)).reconnects === 0, 'without a reconnect');
    },
  },
  {
    name: 'software decoder is moved to when the camera changes to H.265, and left when it changes back',
    run: async ({ page, mock }) => {
      await page.at('/streams/demo/road1');
      await playing(page, 'ws-fmp4');
      const stream = mock.world.streams.find(({ name }) => name === 'road1');
      const before = stream.tracks;
      const started = Date.now();
      stream.tracks = mock.world.streams.find(({ name }) => name === 'h265-only').tracks;
      mock.live('demo', 'road1').media.change('hevc');
      await playing(page);
      process.stdout.write(`      H.265 after ${Date.now() - started} ms\n`);
      assert((await progress(page, 1500)) > 20, 'frames move');
      stream.tracks = before;
      mock.live('demo', 'road1').media.change('road');
      await playing(page, 'ws-fmp4');
      assert((await progress(page, 1500)) > 20, 'frames move');
    },
  },
  {
    name: 'software decoder goes on at a key frame after damaged media, and says what was damaged',
    run: async ({ page, mock }) => {
      await page.at(H265);
      await playing(page);
      mock.live('hwy', 'h265-only').media.damage(40);
      await until(async () => (await stats(page))?.decoder?.damaged > 3, 'the damage', 10_000);
      await page.waitForTimeout(3000);
      assert((await engine(page)) === 'software' && (await model(page)).reconnects === 0, JSON.stringify((await model(page)).steps));
      assert((await progress(page, 2000)) > 35, 'frames move again');
      const numbers = await presented(page, 25);
      assert(numbers.every((number) => number < 1000), `${numbers}`);
    },
  },
  {
    name: 'software decoder shares few workers among the tiles of a page and gives them back',
    run: async ({ page, mock }) => {
      await page.at('/streams/demo/road4');
      await playing(page, 'ws-fmp4');
      await page.evaluate(async (path) => {
        const answer = await fetch(`/api/v1${path}/play`, { method: 'POST', headers: { authorization: 'Bearer mock-token' } });
        const offer = await answer.json();
        const grid = document.createElement('div');
        grid.id = 'grid';
        grid.style.cssText = 'position:fixed;inset:0;display:grid;grid-template-columns:repeat(3,1fr);z-index:99';
        for (let tile = 0; tile < 9; tile++) {
          const player = document.createElement('viaduct-player');
          grid.append(player);
          player.load(offer);
        }
        document.body.append(grid);
      }, H265);
      const states = () => page.evaluate(() => [...document.querySelectorAll('#grid viaduct-player')].map((player) => player.model.state));
      await until(async () => (await states()).every((state) => state === 'playing'), 'nine pictures', 30_000);
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      const decoders = () => page.workers().filter((worker) => worker.url().includes('decode.worker')).length;
      assert(decoders() <= Math.min(8, cores), `${decoders()} workers on ${cores} cores`);
      await page.evaluate(() => document.querySelector('#grid').remove());
      await until(() => mock.sockets.size === 1, 'one media socket');
      await until(() => decoders() === 0, 'no decoder worker', 20_000);
    },
  },
];
