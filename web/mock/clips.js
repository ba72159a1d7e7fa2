/**
 * Test clips with a frame counter that a test can read back from the pixels: twelve
 * squares along the upper edge are the bits of the frame number, least significant first.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), '.clips');
export const FPS = 25;
export const GOP_FRAMES = 25;
export const BITS = 12;

/** The variants: size, pattern, sound, and what a lens makes of a panorama of twice the width. */
export const CLIPS = {
  road: { width: 640, height: 360, source: 'testsrc2', audio: false },
  sound: { width: 640, height: 360, source: 'smptehdbars', audio: true },
  wide: { width: 960, height: 400, source: 'testsrc2', audio: false },
  bars: { width: 480, height: 270, source: 'smptebars', audio: false },
  hevc: { width: 640, height: 360, source: 'testsrc2', audio: false, hevc: true },
  hevcWide: { width: 960, height: 400, source: 'testsrc2', audio: false, hevc: true },
  /** White for 0.2 s of each second, with a tone. */
  flash: { width: 640, height: 360, source: 'flash', audio: true, hevc: true },
  hevcSound: { width: 640, height: 360, source: 'smptehdbars', audio: true, hevc: true },
  round: { width: 960, height: 480, source: 'smptehdbars', audio: false },
  ceiling: { width: 480, height: 480, source: 'smptehdbars', audio: false, lens: 'v360=e:fisheye:pitch=-90:h_fov=180:v_fov=180:w=480:h=480' },
};

/** Both without pictures that wait for later ones, as cameras send. */
const VIDEO = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', 'main', '-g', String(GOP_FRAMES), '-keyint_min', String(GOP_FRAMES), '-sc_threshold', '0'],
  hevc: ['-c:v', 'libx265', '-preset', 'ultrafast', '-tune', 'zerolatency', '-tag:v', 'hvc1', '-x265-params', `keyint=${GOP_FRAMES}:min-keyint=${GOP_FRAMES}:scenecut=0:log-level=error`],
};

function barcode(width) {
  const side = Math.floor(width / BITS / 2) * 2;
  const boxes = [`drawbox=x=0:y=0:w=${width}:h=${side}:color=black:t=fill`];
  for (let bit = 0; bit < BITS; bit++) {
    const on = `mod(floor(n/${2 ** bit})\\,2)`;
    boxes.push(`drawbox=x=${bit * side}:y=0:w=${side}:h=${side}:color=white:t=fill:enable='${on}'`);
  }
  return boxes.join(',');
}

/** Makes the clip on first use; 40 s long, which the stream repeats. */
export function clipFile(name) {
  const clip = CLIPS[name];
  const file = path.join(FOLDER, `${name}.mp4`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const flash = clip.source === 'flash';
  const drawn = clip.lens ? clip.width * 2 : clip.width;
  const audio = clip.audio ? ['-f', 'lavfi', '-i', flash ? "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.2)':s=48000" : 'sine=frequency=330:sample_rate=48000'] : [];
  const size = `size=${drawn}x${clip.height}:rate=${FPS}`;
  const result = spawnSync(
    'ffmpeg',
    [
      '-v', 'error', '-y',
      '-f', 'lavfi', '-i', flash ? `color=black:${size}` : `${clip.source}=${size}`,
      ...audio,
      '-t', '40',
      '-vf', `${clip.lens ? `${clip.lens},` : ''}${flash ? "drawbox=color=white:t=fill:enable='lt(mod(t,1),0.199)'" : barcode(clip.width)},format=yuv420p`,
      ...VIDEO[clip.hevc ? 'hevc' : 'h264'], '-b:v', clip.bitrate ?? '900k',
      ...(clip.audio ? ['-c:a', 'aac', '-b:a', '64k'] : []),
      `${file}.part.mp4`,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (result.status !== 0) throw new Error(`ffmpeg could not make ${name}`);
  renameSync(`${file}.part.mp4`, file);
  return file;
}

/** Makes every clip that is missing, before anything plays: making one stops the whole process for seconds. */
export function makeClips() {
  for (const name of Object.keys(CLIPS)) clipFile(name);
}

/**
 * The clip in real time and without end, as fragmented MP4: one fragment per frame, or
 * short ones with sound, because ffmpeg writes durations of 0 into single frames of two tracks.
 */
export function spawnClip(name) {
  const fragments = CLIPS[name].audio
    ? ['-frag_duration', '120000', '-movflags', 'empty_moov+default_base_moof+frag_keyframe']
    : ['-movflags', 'empty_moov+default_base_moof+frag_every_frame'];
  return spawn(
    'ffmpeg',
    [
      '-v', 'error', '-re', '-stream_loop', '-1', '-i', clipFile(name), '-c', 'copy', '-f', 'mp4',
      ...fragments, '-flush_packets', '1', 'pipe:1',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}
