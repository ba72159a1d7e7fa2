/** Recording and replay: files are judged by FFmpeg, pictures by the bar code in them. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, assertAccessible, readCounter, until } from './harness.js';
import { bar, inPlayer, playing } from './player-view.js';

/** What ffprobe says of a file, and what ffmpeg complains about when it decodes all of it. */
function judge(path) {
  const probe = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration,start_time:stream=codec_name,nb_frames:packet=codec_type,pts_time,flags', '-of', 'json', path], { encoding: 'utf8', maxBuffer: 1e8 });
  const decode = spawnSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  const { format, streams, packets } = JSON.parse(probe.stdout);
  const first = packets.find(({ codec_type }) => codec_type === 'video');
  return { complaints: probe.stderr + decode.stderr, status: decode.status, duration_s: Number(format.duration), start_s: Number(format.start_time), codecs: streams.map(({ codec_name }) => codec_name).sort(), pictures: Number(streams[0].nb_frames), first };
}

/** `missing`: pictures a second that a lost connection may have cost. */
function assertWhole(file, said_s, codecs, missing = 1.5) {
  const found = judge(file);
  assert(found.complaints === '' && found.status === 0, found.complaints);
  assert(JSON.stringify(found.codecs) === JSON.stringify(codecs), found.codecs.join());
  assert(Math.abs(found.duration_s - said_s) < 0.1, `${found.duration_s} s, said were ${said_s} s`);
  assert(found.start_s === 0 && Number(found.first.pts_time) === 0 && found.first.flags.startsWith('K'), JSON.stringify(found.first));
  assert(Math.abs(found.pictures / found.duration_s - 25) < missing, `${found.pictures} pictures in ${found.duration_s} s`);
  return found;
}

/** Keeps what the player says of its recordings. */
const listen = (page) => inPlayer(page, (player) => {
  window.recordings = [];
  player.addEventListener('recording', ({ detail }) => detail.state !== 'recording' && window.recordings.push(detail));
});
const told = (page) => until(() => page.evaluate(() => window.recordings[0]), 'the end of the recording');

async function record(page, seconds) {
  await bar(page, '录制到文件').click();
  await page.locator('viaduct-player .bar .time').waitFor({ state: 'attached' });
  await page.waitForTimeout(seconds * 1000);
  await bar(page, '停止录制').click();
}

async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'viaduct-record-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const replayed = (page) => page.evaluate(() => Object.assign(document.body, { video: document.querySelector('viaduct-player').shadowRoot.querySelectorAll('video')[1] }) && null);

export const playerKeeping = [
  {
    name: 'player records picture and sound into a file that FFmpeg finds whole',
    run: ({ page }) => inFolder(async (folder) => {
      await page.addInitScript(() => delete window.showSaveFilePicker);
      await playing(page, '/streams/demo/road2');
      await listen(page);
      const [download] = await Promise.all([page.waitForEvent('download'), record(page, 5)]);
      assert(/^demo-road2-.*\.mp4$/.test(download.suggestedFilename()), download.suggestedFilename());
      const file = join(folder, 'recorded.mp4');
      await download.saveAs(file);
      const { seconds, why } = await told(page);
      const found = assertWhole(file, seconds, ['aac', 'h264']);
      assert(why === 'asked' && seconds > 3 && seconds < 7.5, `${seconds} s, ${why}`);
      process.stdout.write(`      ${found.duration_s} s, ${found.pictures} pictures\n`);
      // The check sees what is wrong: a file that lacks its middle.
      const whole = await readFile(file);
      await writeFile(join(folder, 'broken.mp4'), Buffer.concat([whole.subarray(0, 60_000), whole.subarray(62_000)]));
      const broken = spawnSync('ffmpeg', ['-v', 'error', '-xerror', '-i', join(folder, 'broken.mp4'), '-f', 'null', '-']);
      assert(broken.status !== 0, 'a broken file is found out');
    }),
  },
  {
    name: 'player records H.265 that it decodes itself, by a connection beside the picture, which ends with the recording',
    run: ({ page, mock }) => inFolder(async (folder) => {
      await page.addInitScript(() => delete window.showSaveFilePicker);
      await playing(page, '/streams/hwy/h265-only');
      assert((await inPlayer(page, (player) => player.stats?.engine ?? 'software')) === 'software', 'decoded by ours');
      assert(await bar(page, '回看最近 30 秒').isHidden(), 'what this browser cannot play is not replayed');
      const before = mock.sockets.size;
      await listen(page);
      const [download] = await Promise.all([page.waitForEvent('download'), record(page, 4)]);
      const file = join(folder, 'recorded.mp4');
      await download.saveAs(file);
      const { seconds } = await told(page);
      assertWhole(file, seconds, ['hevc']);
      await until(() => mock.sockets.size === before, 'the connection beside to be closed');
    }),
  },
  {
    name: 'player records into a file as it comes where the browser lets it, through a lost connection',
    run: ({ page, mock }) => inFolder(async (folder) => {
      await page.addInitScript(() => {
        // The dialog of a headless browser cannot be answered; the file behind it is a real one.
        window.showSaveFilePicker = async ({ suggestedName }) => (window.chosen = await (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }));
      });
      await playing(page);
      await listen(page);
      await bar(page, '录制到文件').click();
      await page.waitForTimeout(2_500);
      mock.dropMedia();
      await page.waitForTimeout(4_000);
      await bar(page, '停止录制').click();
      const { seconds, cap_bytes } = await told(page);
      assert(cap_bytes === null, 'the disk is the limit');
      const text = await page.evaluate(async () => {
        const bytes = new Uint8Array(await (await window.chosen.getFile()).arrayBuffer());
        let out = '';
        for (let at = 0; at < bytes.length; at += 32_768) out += String.fromCharCode(...bytes.subarray(at, at + 32_768));
        return btoa(out);
      });
      const file = join(folder, 'recorded.mp4');
      await writeFile(file, Buffer.from(text, 'base64'));
      assertWhole(file, seconds, ['h264'], 8);
    }),
  },
  {
    name: 'player ends a recording when the stream has new parameters, and says so',
    run: ({ page, mock }) => inFolder(async (folder) => {
      await page.addInitScript(() => delete window.showSaveFilePicker);
      await playing(page);
      await listen(page);
      const download = page.waitForEvent('download');
      await bar(page, '录制到文件').click();
      await page.waitForTimeout(2_500);
      mock.live('demo', 'road1').media.change('wide');
      const { why, seconds } = await told(page);
      assert(why === 'parameters', why);
      assert((await inPlayer(page, (player) => player.shadowRoot.querySelector('.hint').textContent)).includes('参数已变'), 'it is said');
      const file = join(folder, 'recorded.mp4');
      await (await download).saveAs(file);
      assertWhole(file, seconds, ['h264']);
    }),
  },
  {
    name: 'player replays the last seconds, slowly and by single pictures, while live goes on',
    run: async ({ page }) => {
      await playing(page);
      await page.waitForTimeout(6_000);
      const newest = await readCounter(page);
      await bar(page, '回看最近 30 秒').click();
      await page.locator('viaduct-player .strip').waitFor();
      await replayed(page);
      const first = await until(() => readCounter(page, 'body'), 'the replay');
      const back = (newest - first + 1000) % 1000;
      assert(back > 100 && back < 400, `${back} pictures back`);
      await page.waitForTimeout(1000);
      await assertAccessible(page, 'a replay');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/replay.png` });
      const strip = (name) => page.locator(`viaduct-player .strip [aria-label="${name}"]`);
      await strip('倍速').selectOption('0.25');
      const slow = await readCounter(page, 'body');
      await page.waitForTimeout(2_000);
      const slower = ((await readCounter(page, 'body')) - slow + 1000) % 1000;
      assert(slower >= 8 && slower <= 20, `${slower} pictures in 2 s at a quarter of 25 fps`);
      await strip('暂停').click();
      await page.waitForTimeout(300);
      const still = await readCounter(page, 'body');
      for (const [name, wanted] of [['下一帧', 1], ['下一帧', 2], ['上一帧', 1], ['上一帧', 0], ['上一帧', -1]]) {
        await strip(name).click();
        await until(async () => ((await readCounter(page, 'body')) - still + 1500) % 1000 === wanted + 500, `${name}, ${wanted}`).catch(async () => assert(false, `${name}: ${await readCounter(page, 'body')} after ${still}, wanted ${wanted}`));
      }
      const at = async (position) => {
        await strip('位置').fill(position);
        await until(() => page.evaluate((wanted) => !document.body.video.seeking && Math.abs(document.body.video.currentTime - wanted) < 0.02, Number(position)), `the position ${position}`);
        return readCounter(page, 'body');
      };
      const beginning = await at('0');
      await until(async () => Math.abs(((await at('1')) - beginning + 1000) % 1000 - 25) <= 1, 'the picture a second after the beginning');
      await strip('返回直播').click();
      assert((await page.locator('viaduct-player .strip').count()) === 0, 'the strip is gone');
      assert((await inPlayer(page, (player) => player.shadowRoot.querySelectorAll('video').length)) === 1, 'and its element');
      const live = await readCounter(page);
      assert((live - newest + 1000) % 1000 > 100, `live went on: ${newest}, ${live}`);
      assert((await inPlayer(page, (player) => player.model.reconnects)) === 0, 'in the same session');
    },
  },
];
