/** The H.265 decoder against FFmpeg, picture by picture, in Node and in Chromium; and what damage does to it. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { assert } from './harness.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const GOP = 12;

/** Synthetic clips, each with a way of coding that cameras or encoders have. */
const CLIPS = {
  'without B-frames': { size: '640x360', x265: 'bframes=0' },
  'with B-frames in a pyramid and open GOPs': { size: '640x360', x265: 'bframes=4:b-pyramid=1:open-gop=1' },
  'of 1280x720 in four slices': { size: '1280x720', x265: 'bframes=2:slices=4:open-gop=0' },
  'of 1920x1080 with an odd crop': { size: '1918x1078', x265: 'bframes=3:open-gop=0', frames: 13 },
  'with 10 bits': { size: '640x360', x265: 'bframes=2:open-gop=0', format: 'yuv420p10le' },
  'that is lossless in parts, with weighted prediction': { size: '352x288', x265: 'bframes=2:cu-lossless=1:weightb=1:weightp=1:tskip=1:open-gop=0', source: 'testsrc2,fade=in:0:20' },
};

function ffmpeg(...args) {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  return stdout;
}

/** The clip as fragmented MP4 with one picture in each fragment, as the server sends it. */
export async function makeClip({ size, x265, format = 'yuv420p', source = 'testsrc2', frames = GOP * 3, gop = GOP, rate = [] }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'viaduct-hevc-'));
  const file = path.join(folder, 'clip.mp4');
  const [filter, ...more] = source.split(',');
  const noise = ['noise=alls=12:allf=t', ...more].join(',');
  ffmpeg('-f', 'lavfi', '-i', `${filter}=size=${size}:rate=25`, '-frames:v', String(frames), '-vf', `${noise},format=${format}`, '-c:v', 'libx265', '-preset', 'fast',
    ...rate, '-x265-params', `${x265}:keyint=${gop}:min-keyint=${gop}:scenecut=0:log-level=error`, '-tag:v', 'hvc1', '-f', 'mp4', '-movflags', 'empty_moov+default_base_moof+frag_every_frame', file);
  const bytes = await readFile(file);
  const raw = ffmpeg('-i', file, '-f', 'rawvideo', '-pix_fmt', format, 'pipe:1');
  await rm(folder, { recursive: true });
  return { bytes: new Uint8Array(bytes), raw, frames, size: size.split('x').map(Number), bits: format.endsWith('10le') ? 10 : 8 };
}

/** Hashes of FFmpeg's pictures; those of ten bits are rounded to eight, as the player shows them. */
function expected({ raw, size: [width, height], bits }, fnv) {
  const samples = bits === 8 ? raw : Uint8Array.from({ length: raw.length / 2 }, (_, at) => Math.min(255, (raw.readUInt16LE(at * 2) + 2) >> 2));
  const length = (width * height * 3) / 2;
  return Array.from({ length: samples.length / length }, (_, index) => fnv([samples.subarray(index * length, (index + 1) * length)]));
}

let bundled = null;

/** The player's decoder as one script, for Node and for pages. */
export async function decoderScript() {
  bundled ??= build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'es2022', lib: { entry: path.join(HERE, 'decode-clip.js'), formats: ['es'], fileName: 'decode-clip' } },
  }).then(([{ output }]) => `data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
  const wasm = await readFile(path.join(HERE, '../player/wasm/hevc.wasm'));
  const script = await bundled;
  const lib = await import(script);
  return { lib, script, wasm: wasm.toString('base64'), module: await WebAssembly.compile(wasm) };
}

/** Runs a function of the script in a page; what it is given must be text. */
export function inChromium(page, { script, wasm }, bytes, work, argument) {
  const text = Buffer.from(bytes).toString('base64');
  const code = `import(${JSON.stringify(script)}).then((lib) => lib.inPage(${JSON.stringify(wasm)}, ${JSON.stringify(text)}, (module, clip) => (${work})(lib, module, clip, ${JSON.stringify(argument)})))`;
  return page.evaluate(code);
}

/** A page without the rules of the console's policy. */
async function emptyPage(browser) {
  return (await browser.newContext()).newPage();
}

function same(pictures, clip, hashes, where) {
  const [width, height] = clip.size;
  assert(pictures.length === clip.frames && hashes.length === clip.frames, `${where}: ${pictures.length} pictures, ${hashes.length} of FFmpeg, ${clip.frames} coded`);
  const wrong = pictures.findIndex(({ hash, width: w, height: h, bits }, index) => hash !== hashes[index] || w !== width || h !== height || bits !== clip.bits);
  assert(wrong === -1, `${where}: picture ${wrong} differs: ${JSON.stringify(pictures[wrong])}`);
}

export const hevc = [
  ...Object.entries(CLIPS).map(([what, recipe]) => ({
    name: `the H.265 decoder gives FFmpeg's pictures of a clip ${what}, in Node and in Chromium`,
    run: async ({ browser }) => {
      const [clip, decoder] = await Promise.all([makeClip(recipe), decoderScript()]);
      const hashes = expected(clip, decoder.lib.fnv);
      const { pictures, faults } = decoder.lib.decodeClip(decoder.module, clip.bytes);
      same(pictures, clip, hashes, 'Node');
      assert(faults.length === 0, faults.join());
      const page = await emptyPage(browser);
      const there = await inChromium(page, decoder, clip.bytes, (lib, module, bytes) => lib.decodeClip(module, bytes).pictures);
      same(there, clip, hashes, 'Chromium');
      await page.context().close();
    },
  })),
  {
    name: 'the H.265 decoder is right again from the next key frame on after any damage, in Node and in Chromium',
    run: async ({ browser }) => {
      const frames = GOP * 4;
      const [clip, decoder] = await Promise.all([makeClip({ size: '320x192', x265: 'bframes=2:open-gop=0:slices=2', frames }), decoderScript()]);
      const hashes = expected(clip, decoder.lib.fnv);
      const check = ({ pictures, faults, traps, spent_ms }, seed) => {
        for (const gop of [1, 3]) {
          const own = pictures.filter(({ unit }) => Math.floor(unit / GOP) === gop).map(({ hash }) => hash);
          assert(own.join() === hashes.slice(gop * GOP, (gop + 1) * GOP).join(), `seed ${seed}: GOP ${gop} differs, ${traps} traps`);
        }
        assert(spent_ms < 20_000, `seed ${seed}: ${spent_ms} ms`);
        return { faults: faults.length, traps };
      };
      const total = { faults: 0, traps: 0 };
      for (let seed = 1; seed <= 60; seed++) {
        const { faults, traps } = check(decoder.lib.decodeClip(decoder.module, clip.bytes, decoder.lib.damageOf(seed, GOP)), seed);
        total.faults += faults;
        total.traps += traps;
      }
      assert(total.faults > 60, `${total.faults} faults: the damage was none`);
      process.stdout.write(`      60 seeds in Node: ${total.faults} units reported as damaged, ${total.traps} traps\n`);
      const page = await emptyPage(browser);
      for (let seed = 101; seed <= 110; seed++) {
        check(await inChromium(page, decoder, clip.bytes, (lib, module, bytes, { seed, gop }) => lib.decodeClip(module, bytes, lib.damageOf(seed, gop)), { seed, gop: GOP }), seed);
      }
      await page.context().close();
    },
  },
];
