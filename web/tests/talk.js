/** Speaking to cameras: the microphone as the device gets it, and files. */
import { assert, assertAccessible, closePage, openPage, PHONE, until } from './harness.js';
import { hearTone, TONE_HZ } from './microphone.js';

const RECORDER = '/devices/gb28181/34020000001180000001';
const told = (mock, type) => mock.world.talk.commands.filter((each) => each.type === type).length;
const speak = (page) => page.locator('.talk .speak');
const ready = (page) => until(() => speak(page).isEnabled(), 'the connection');
const shot = async (page, name) => void (process.env.SHOTS && (await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` })));

/** A byte of G.711 A-law as a sample, by the table of the standard. */
function sampleOf(byte) {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

/** The tone in samples of a rate, by how often they rise through zero; null when they are too few or too quiet. */
function toneOf(samples, rate_hz = 8000) {
  const middle = samples.slice(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4));
  if (middle.length < rate_hz / 4 || Math.max(...middle) < 2000) return null;
  return (middle.filter((sample, at) => at > 0 && middle[at - 1] < 0 && sample >= 0).length * rate_hz) / middle.length;
}

/** A WAV file of two channels at 44.1 kHz. */
function stereo(seconds) {
  const frames = 44_100 * seconds;
  const bytes = Buffer.alloc(44 + 4 * frames);
  bytes.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  bytes.writeUInt32LE(36 + 4 * frames, 4);
  [[16, 16], [24, 44_100], [28, 4 * 44_100], [40, 4 * frames]].forEach(([at, value]) => bytes.writeUInt32LE(value, at));
  [[20, 1], [22, 2], [32, 4], [34, 16]].forEach(([at, value]) => bytes.writeUInt16LE(value, at));
  bytes.write('data', 36, 'latin1');
  for (let at = 0; at < 2 * frames; at++) bytes.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * TONE_HZ * Math.floor(at / 2)) / 44_100)), 44 + 2 * at);
  return bytes;
}

/** A WAV file of so many seconds without a sound: 8 bits, 8 kHz. */
function silence(seconds) {
  const bytes = Buffer.alloc(44 + 8000 * seconds, 0x80);
  stereo(0).copy(bytes);
  [[4, bytes.length - 8], [24, 8000], [28, 8000], [40, 8000 * seconds]].forEach(([at, value]) => bytes.writeUInt32LE(value, at));
  [[22, 1], [32, 1], [34, 8]].forEach(([at, value]) => bytes.writeUInt16LE(value, at));
  return bytes;
}

export const talk = [
  {
    name: 'a held button speaks: the device gets the tone in G.711, and letting go hangs up',
    run: async ({ page, mock }) => {
      await hearTone(page);
      await page.at('/cameras/1');
      await ready(page);
      await page.getByText('空闲').waitFor();
      await speak(page).hover();
      await page.mouse.down();
      await page.getByText('设备正在收听，请讲话。').waitFor();
      await page.getByText('你正在喊话').waitFor();
      await until(() => mock.world.talk.sound.length > 12_000, 'a second and a half of sound');
      assert(Number(await page.locator('.talk .meter').getAttribute('aria-valuenow')) > 50, 'the meter');
      await assertAccessible(page, 'a talk');
      await shot(page, 'talk');
      await page.mouse.up();
      await until(() => told(mock, 'stop') === 1, 'the end');
      await page.getByText('空闲').waitFor();
      assert((await page.locator('.talk .meter').getAttribute('aria-valuenow')) === '0', 'the meter is at rest');
      const heard = toneOf(Array.from(mock.world.talk.sound, sampleOf));
      assert(heard !== null && Math.abs(heard - TONE_HZ) < 4, `${heard} Hz`);
      assert(await page.evaluate(() => window.microphone.getTracks().every(({ readyState }) => readyState === 'ended')), 'the microphone is given back');
      // By keyboard the same.
      await speak(page).focus();
      await page.keyboard.down(' ');
      await until(() => told(mock, 'start') === 2, 'the second talk');
      await page.keyboard.up(' ');
      await until(() => told(mock, 'stop') === 2, 'its end');
    },
  },
  {
    name: 'one who stays on speaks until hanging up, leaving the page, or losing the microphone',
    run: async ({ page, mock }) => {
      await hearTone(page);
      await page.at(RECORDER);
      await page.getByLabel('持续喊话').check();
      await ready(page);
      await speak(page).click();
      await page.getByRole('button', { name: '挂断' }).click();
      await until(() => told(mock, 'stop') === 1, 'the end');
      await speak(page).click();
      await page.getByRole('button', { name: '挂断' }).waitFor();
      await assertAccessible(page, 'a talk on the page of a device');
      await shot(page, 'talk-device');
      await page.evaluate(() => window.microphone.getTracks().forEach((track) => (track.stop(), track.dispatchEvent(new Event('ended')))));
      await page.getByText('麦克风已断开').waitFor();
      await until(() => told(mock, 'stop') === 2, 'the end for want of a microphone');
      await ready(page);
      await speak(page).click();
      await until(() => told(mock, 'start') === 3, 'the third talk');
      await page.getByRole('link', { name: '设备', exact: true }).first().click();
      await until(() => mock.world.talk.holder === null, 'the end with the page');
    },
  },
  {
    name: 'what keeps one from speaking is said with what to do',
    run: async ({ page, mock, browser }) => {
      await page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', window.why));
      });
      await page.at('/cameras/1');
      await ready(page);
      for (const [why, text] of [['NotAllowedError', '浏览器没有允许使用麦克风'], ['NotFoundError', '没有找到麦克风'], ['NotReadableError', '可能被其他程序占用']]) {
        await page.evaluate((name) => (window.why = name), why);
        await speak(page).hover();
        await page.mouse.down();
        await page.getByText(text).waitFor();
        await page.mouse.up();
      }
      assert(told(mock, 'start') === 0, 'the device is left alone');
      mock.world.talk.holder = { name: '李工' };
      await page.reload();
      await page.getByText('李工 正在喊话').waitFor();
      assert(!(await speak(page).isEnabled()), 'one at a time');
      mock.world.talk.holder = null;

      const plain = await openPage(browser, mock);
      await plain.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
      await plain.at('/cameras/1');
      await plain.getByText('浏览器只在 HTTPS 页面').waitFor();
      assert((await speak(plain).count()) === 0, 'no button that cannot work');
      await until(() => plain.getByRole('button', { name: '播放文件…' }).isEnabled(), 'files go all the same');
      await assertAccessible(plain, 'a page over plain HTTP');
      await shot(plain, 'talk-plain');
      await closePage(plain);

      const refused = await openPage(browser, mock, { viewport: PHONE, locale: 'en' });
      await hearTone(refused);
      mock.world.talk.refusal = 'The device declined. It may have no loudspeaker.';
      await refused.at('/cameras/3');
      await ready(refused);
      await refused.getByLabel('Stay on').check();
      await speak(refused).click();
      await refused.getByText('The device declined.').waitFor();
      await until(() => refused.getByRole('button', { name: 'Start to talk' }).isEnabled(), 'another try');
      assert(await refused.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone');
      await assertAccessible(refused, 'a refusal on a phone');
      await speak(refused).scrollIntoViewIfNeeded();
      await shot(refused, 'talk-refused');
      await closePage(refused);

      await page.at('/cameras/2');
      await page.locator('.facts').waitFor();
      assert((await page.locator('.talk').count()) === 0, 'a camera that cannot be spoken to');
    },
  },
  {
    name: 'a file is converted by the browser and played, and can be stopped',
    run: async ({ page, mock }) => {
      await page.at('/cameras/1');
      await ready(page);
      const chooser = page.locator('.talk input[type=file]');
      await chooser.setInputFiles({ name: '施工提示.wav', mimeType: 'audio/wav', buffer: stereo(2) });
      await page.getByText('施工提示.wav').waitFor();
      await page.getByText('admin 正在播放文件').waitFor();
      assert(!(await speak(page).isEnabled()), 'one at a time');
      await assertAccessible(page, 'a file that is played');
      await shot(page, 'talk-file');
      const wav = mock.world.talk.sound;
      assert(wav.readUInt32LE(24) === 8000 && wav.readUInt16LE(22) === 1 && Math.abs(wav.length - 44 - 32_000) < 200, `${wav.length} bytes`);
      const heard = toneOf(Array.from({ length: (wav.length - 44) / 2 }, (_, at) => wav.readInt16LE(44 + 2 * at)));
      assert(heard !== null && Math.abs(heard - TONE_HZ) < 4, `${heard} Hz`);
      await page.getByRole('button', { name: '停止播放' }).click();
      await page.getByText('“施工提示.wav”提前结束').waitFor();
      await chooser.setInputFiles({ name: 'note.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') });
      await page.getByText('浏览器不能读取此文件').waitFor();
      await chooser.setInputFiles({ name: 'long.wav', mimeType: 'audio/wav', buffer: silence(602) });
      await page.getByText('文件超过 10 分钟').waitFor();
    },
  },
];
