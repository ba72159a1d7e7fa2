/**
 * How fast the player's H.265 decoder is in Chromium: `node tests/hevc-bench.js clips [ROUNDS]` decodes clips of three sizes in one worker's
 * way, with nothing beside it; `... wall [SECONDS]` plays four tiles of 640x360 and one of 1920x1080, 25 pictures a second each, from
 * the mock. Prints lines of JSON. Build the console first.
 */
import { CLIPS, clipFile } from '../mock/clips.js';
import { closePage, openBrowser, openPage, startMock, until } from './harness.js';
import { decoderScript, inChromium, makeClip } from './hevc.js';

const [what = 'clips', much = what === 'wall' ? '60' : '5'] = process.argv.slice(2);
const browser = await openBrowser();
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const round = (number) => Math.round(number * 10) / 10;

/** Road scenes move less than noise: a moving pattern with some noise at what cameras send. */
const SIZES = [['640x360', '600k'], ['1280x720', '2M'], ['1920x1080', '4M']];

async function clips(rounds) {
  const decoder = await decoderScript();
  const page = await (await browser.newContext()).newPage();
  for (const [size, bitrate] of SIZES) {
    for (const bframes of [0, 3]) {
      const clip = await makeClip({ size, x265: `bframes=${bframes}:open-gop=0`, frames: 150, gop: 50, rate: ['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate] });
      const fps = [];
      for (let turn = 0; turn < rounds; turn++) fps.push(1000 / (await inChromium(page, decoder, clip.bytes, (lib, module, bytes) => lib.timeClip(module, bytes))));
      fps.sort((a, b) => a - b);
      print({ size, bitrate, bframes, kbyte: Math.round(clip.bytes.length / 1024), fps: round(fps[fps.length >> 1]), from: round(fps[0]), to: round(fps.at(-1)), rounds });
    }
  }
  await page.context().close();
}

async function wall(seconds) {
  CLIPS.hevcLarge = { width: 1920, height: 1080, source: 'testsrc2', audio: false, hevc: true, bitrate: '4M' };
  clipFile('hevcLarge');
  const mock = await startMock();
  const large = { ...mock.world.streams.find(({ name }) => name === 'h265-only'), name: 'h265-large', clip: 'hevcLarge' };
  mock.world.streams.push(large);
  const page = await openPage(browser, mock, {});
  // The page with a player brings the element along.
  await page.at('/streams/demo/road4');
  await page.locator('viaduct-player').waitFor();
  await page.evaluate(async () => {
    document.querySelector('viaduct-player').remove();
    const offer = async (name) => (await fetch(`/api/v1/streams/hwy/${name}/play`, { method: 'POST', headers: { authorization: 'Bearer mock-token' } })).json();
    const grid = document.createElement('div');
    grid.style.cssText = 'position:fixed;inset:0;display:grid;grid-template-columns:repeat(3,1fr);grid-template-rows:repeat(2,1fr);z-index:99';
    document.body.append(grid);
    for (const name of ['h265-large', 'h265-only', 'h265-only', 'h265-only', 'h265-only']) {
      const player = document.createElement('viaduct-player');
      grid.append(player);
      const loaded = performance.now();
      player.addEventListener('firstframe', () => (player.first_ms ??= performance.now() - loaded));
      player.load(await offer(name));
    }
    window.tiles = [...grid.children];
  });
  await until(() => page.evaluate(() => window.tiles.every(({ model }) => model.state === 'playing')), 'five pictures', 30_000);
  await page.waitForTimeout(5000);
  const look = () => page.evaluate(() => window.tiles.map(({ video, stats, first_ms }) => ({ frames: video.getVideoPlaybackQuality().totalVideoFrames, first_ms, decoder: stats?.decoder, width: stats?.width, latency_s: stats?.latency_s })));
  const busy = [];
  const before = await look();
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    await page.waitForTimeout(1000);
    busy.push((await look()).map(({ decoder }) => decoder.busy));
  }
  const after = await look();
  const took_s = (performance.now() - started) / 1000;
  for (const [index, { frames, decoder, width, first_ms, latency_s }] of after.entries()) {
    const had = before[index];
    print({ width, shown_fps: round((frames - had.frames) / took_s), late: decoder.late - had.decoder.late, skipped: decoder.skipped - had.decoder.skipped, picture_ms: round(decoder.picture_ms), first_ms: Math.round(first_ms), latency_s: round(latency_s) });
  }
  const workers = page.workers().filter((worker) => worker.url().includes('decode.worker')).length;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  print({ seconds: Math.round(took_s), workers, busy_of_each_tiles_worker: after.map((_, index) => round(mean(busy.map((row) => row[index])) * 100) / 100) });
  await closePage(page);
  await mock.close();
}

await (what === 'wall' ? wall(Number(much)) : clips(Number(much)));
await browser.close();
