/** The player element against live media: frames are proven by the bar code in the pixels. */
import { assert, readCounter, until } from './harness.js';

const PAGE = '/streams/demo/road1';
const model = (page) => page.evaluate(() => document.querySelector('viaduct-player')?.model);
const state = async (page) => (await model(page))?.state;

async function playing(page) {
  await until(async () => (await state(page)) === 'playing', 'playing');
  return until(() => readCounter(page), 'a picture');
}

/** Frames between two looks at the picture, on the clip's circle of 1000 frames. */
async function progress(page, wait_ms) {
  const first = await readCounter(page);
  await page.waitForTimeout(wait_ms);
  return ((await readCounter(page)) - first + 1000) % 1000;
}

export const player = [
  {
    name: 'player shows the live edge at the speed of the stream, in a worker',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      await page.waitForTimeout(1500);
      const frames = await progress(page, 3000);
      assert(frames > 60 && frames < 95, `${frames} frames in 3 s of 25 fps`);
      await until(() => page.evaluate(() => document.querySelector('viaduct-player').stats), 'statistics');
      const stats = await page.evaluate(() => document.querySelector('viaduct-player').stats);
      assert(stats.in_worker && stats.engine === 'ws-fmp4', JSON.stringify(stats));
      assert(stats.buffer_s < 2, `${stats.buffer_s} s of buffer`);
      assert(mock.log.every((line) => line.startsWith('ws ')), mock.log.join());
    },
  },
  {
    name: 'player with sound plays both tracks',
    run: async ({ page }) => {
      await page.at('/streams/demo/road2');
      await playing(page);
      const frames = await progress(page, 2000);
      assert(frames > 35, `${frames} frames in 2 s`);
      const stats = await page.evaluate(() => document.querySelector('viaduct-player').stats);
      assert(stats === null || stats.mime.includes('mp4a'), 'the sound track');
    },
  },
  {
    name: 'player comes back after the connection is cut, on the last picture until then',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      mock.dropMedia();
      await until(async () => (await state(page)) === 'reconnecting', 'reconnecting');
      const still = await page.evaluate(() => !document.querySelector('viaduct-player').shadowRoot.querySelector('canvas').hidden);
      assert(still, 'the last picture is kept');
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move again');
      assert((await model(page)).reconnects === 1, 'one reconnect');
    },
  },
  {
    name: 'player restarts a connection that stays open without frames',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      mock.stallMedia();
      await until(async () => (await model(page)).steps.some(({ reason }) => reason?.code === 'stalled'), 'the watchdog', 12_000);
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move again');
    },
  },
  {
    name: 'player follows a change of parameters in the running stream',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      mock.live('demo', 'road1').media.change('wide');
      await until(() => page.evaluate(() => document.querySelector('viaduct-player').video.videoWidth === 960), 'the new size');
      assert((await progress(page, 1500)) > 20, 'frames move on');
      assert((await model(page)).steps.some(({ what }) => what === 'parameters'), 'the step is kept');
      assert((await model(page)).reconnects === 0, 'without a reconnect');
    },
  },
  {
    name: 'player follows a change from picture only to picture with sound',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      mock.live('demo', 'road1').media.change('sound');
      await until(async () => (await model(page)).steps.some(({ what }) => what === 'parameters'), 'the new parameters');
      await page.waitForTimeout(1500);
      await until(async () => (await state(page)) === 'playing', 'playing', 20_000);
      await until(async () => (await progress(page, 1000)) > 15, 'moving frames', 20_000);
    },
  },
  {
    name: 'player falls back to HTTP where a WebSocket does not come through',
    run: async ({ page, mock }) => {
      page.allowed.push(/WebSocket/);
      await page.addInitScript(() => {
        // A worker's sockets cannot be blocked from the page, so the address is made wrong.
        const { fetch } = window;
        window.fetch = async (...request) => {
          const response = await fetch(...request);
          if (!(request[0].url ?? request[0]).endsWith('/play')) return response;
          const offer = await response.json();
          offer.engines[0].url = 'ws://127.0.0.1:9/none.mp4';
          return Response.json(offer);
        };
      });
      await page.at(PAGE);
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move');
      const { steps } = await model(page);
      assert(steps.some(({ what, engine }) => what === 'down' && engine === 'http-fmp4'), JSON.stringify(steps));
      assert(mock.log.some((line) => line.startsWith('http ')), mock.log.join());
    },
  },
  {
    name: 'player plays in the page where a worker cannot',
    run: async ({ page }) => {
      await page.addInitScript(() => Object.defineProperty(MediaSource, 'canConstructInDedicatedWorker', { get: () => false }));
      await page.at(PAGE);
      await playing(page);
      assert((await progress(page, 1500)) > 20, 'frames move');
      await until(() => page.evaluate(() => document.querySelector('viaduct-player').stats?.in_worker === false), 'the place');
    },
  },
  {
    name: 'player says which codec the browser lacks, before connecting',
    run: async ({ page, mock }) => {
      // Without the player's own decoder.
      await page.addInitScript(() => delete window.WebAssembly);
      await page.at('/streams/hwy/h265-only');
      await until(async () => (await state(page)) === 'failed', 'the refusal');
      const text = await page.evaluate(() => document.querySelector('viaduct-player').shadowRoot.querySelector('.note').textContent);
      assert(text.includes('H.265') && !text.includes('hvc1'), text);
      assert(mock.log.length === 0, 'nothing was connected');
    },
  },
  {
    name: 'player repeats what the server says about a broken source',
    run: async ({ page, mock }) => {
      page.allowed.push(/503/);
      await page.at('/streams/hwy/broken-cam');
      const text = () => page.evaluate(() => document.querySelector('viaduct-player')?.shadowRoot.querySelector('.note').textContent ?? '');
      await until(async () => (await text()).includes('摄像机拒绝'), 'the words of the server');
      const stream = mock.world.streams.find(({ name }) => name === 'broken-cam');
      Object.assign(stream, { state: 'live', tracks: mock.world.streams[0].tracks });
      mock.announce(stream, 'up');
      await playing(page);
    },
  },
  {
    name: 'player waits with the server for an on-demand source',
    run: async ({ page }) => {
      await page.at('/streams/hwy/waiting-cam');
      await until(async () => (await state(page)) === 'waiting', 'waiting');
    },
  },
  {
    name: 'player stays away after an administrator cut it, until asked',
    run: async ({ page, mock }) => {
      await page.at(PAGE);
      await playing(page);
      for (const socket of mock.sockets) {
        socket.send(JSON.stringify({ type: 'error', code: 'kicked', message: '', retry: false }));
        socket.close(4409);
      }
      await until(async () => (await state(page)) === 'failed', 'the end');
      await page.waitForTimeout(2500);
      assert((await state(page)) === 'failed', 'it stays away');
      await page.evaluate(() => document.querySelector('viaduct-player').shadowRoot.querySelector('.note button').click());
      await playing(page);
    },
  },
  {
    name: 'player shows statistics, takes a picture and turns sound on',
    run: async ({ page }) => {
      await page.at('/streams/demo/road2');
      await playing(page);
      const click = (label) => page.evaluate((name) => document.querySelector('viaduct-player').shadowRoot.querySelector(`.bar [aria-label="${name}"]`).click(), label);
      await click('统计');
      const overlay = () => page.evaluate(() => document.querySelector('viaduct-player').shadowRoot.querySelector('.stats').textContent);
      await until(async () => (await overlay()).includes('ws-fmp4'), 'the overlay');
      const [download] = await Promise.all([page.waitForEvent('download'), click('截图')]);
      assert(/^demo-road2-.*\.png$/.test(download.suggestedFilename()), download.suggestedFilename());
      await click('打开声音');
      assert(await page.evaluate(() => !document.querySelector('viaduct-player').muted), 'sound is on');
    },
  },
  {
    name: 'player changes over to other streams again and again without leaving anything behind',
    run: async ({ page, mock }) => {
      await page.addInitScript(() => localStorage.setItem('viaduct.wall.list', 'streams'));
      await page.at('/wall');
      await page.locator('.tile').first().waitFor();
      await page.keyboard.press('-');
      await page.locator('.item', { hasText: 'road1' }).click();
      await playing(page);
      await page.evaluate(() => (document.querySelector('viaduct-player').marked = true));
      for (let turn = 0; turn < 30; turn++) {
        await page.locator('.item', { hasText: ['road4', 'road3', 'road1'][turn % 3] }).click();
        await page.waitForTimeout(turn % 5 === 0 ? 600 : 60);
      }
      await playing(page);
      assert(await page.evaluate(() => document.querySelector('viaduct-player').marked), 'the same element');
      assert(page.workers().length === 1, `${page.workers().length} workers`);
      await until(() => mock.sockets.size === 1, 'one media socket');
      await page.locator('.nav .more').click();
      await page.locator('.nav .rest a', { hasText: '服务器' }).click();
      await until(() => mock.sockets.size === 0 && page.workers().length === 0, 'nothing left');
    },
  },
];
