/**
 * Firefox by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), with as much of a page as `live.js` needs.
 * playwright-core drives builds of its own; its way to the browser as released asks for commands that the ESR does not know.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const START_MS = 30_000;
const PREFERENCES = {
  'media.autoplay.default': 0,
  // Without a screen no window is in the foreground.
  'media.block-autoplay-until-in-foreground': false,
  'media.suspend-background-video.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.auto': false,
  'browser.shell.checkDefaultBrowser': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

/** `audible`: with a sound card that plays to nobody. */
export async function openFirefox({ audible = false } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'viaduct-firefox-'));
  const card = audible ? await openSoundCard(profile) : null;
  const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, 'user.js'), preferences.join(''));
  const child = spawn(process.env.FIREFOX ?? 'firefox-esr', ['--headless', '--profile', profile, '--remote-debugging-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...card?.env } });
  const session = await Session.connect(`${await endpoint(child)}/session`);
  await session.send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  return {
    newPage: () => openTab(session),
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await session.send('browser.close', {});
      await ended;
      card?.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Without a sound card Firefox's audio contexts stand still; Chromium has one of its own that plays to nobody. */
async function openSoundCard(folder) {
  const socket = join(folder, 'sound');
  const native = `module-native-protocol-unix auth-anonymous=1 socket=${socket}`;
  const server = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--disable-shm=yes', '--load=module-null-sink', `--load=${native}`], { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } });
  const failed = new Promise((_, reject) => server.once('error', reject));
  for (const end = Date.now() + START_MS; !existsSync(socket); ) {
    if (server.exitCode !== null || Date.now() > end) throw new Error('PulseAudio does not start');
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return { env: { PULSE_SERVER: `unix:${socket}` }, close: () => server.kill() };
}

/** Where Firefox says that it listens. */
function endpoint(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`Firefox did not start within ${START_MS} ms`)), START_MS);
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Firefox ended: ${said}`)));
  });
}

/** Commands and their answers on one WebSocket. */
class Session {
  #socket;
  #waiting = new Map();
  #listeners = [];
  #last = 0;

  static async connect(address) {
    const session = new Session();
    session.#socket = new WebSocket(address);
    session.#socket.on('message', (text) => session.#take(JSON.parse(text)));
    await new Promise((resolve, reject) => session.#socket.once('open', resolve).once('error', reject));
    return session;
  }

  #take(message) {
    if (message.type === 'event') {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const { resolve, reject } = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'success') resolve(message.result);
    else reject(new Error(`${message.error}: ${message.message}`));
  }

  send(method, params) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  onEvent(listener) {
    this.#listeners.push(listener);
  }
}

async function openTab(session) {
  const { context } = await session.send('browsingContext.create', { type: 'tab' });
  await session.send('browsingContext.setViewport', { context, viewport: { width: 1920, height: 1080 } });
  await session.send('session.subscribe', { events: ['log.entryAdded'], contexts: [context] });
  const page = { faults: [], allowed: [] };
  session.onEvent(({ params }) => {
    if (params.source?.context !== context || params.level !== 'error') return;
    if (!page.allowed.some((pattern) => pattern.test(params.text))) page.faults.push(params.text);
  });
  const call = (what, arg) => (typeof what === 'string' ? what : `(${what})(${JSON.stringify(arg) ?? ''})`);
  return Object.assign(page, {
    goto: (url) => session.send('browsingContext.navigate', { context, url, wait: 'complete' }),
    addInitScript: (what) => session.send('script.addPreloadScript', { functionDeclaration: String(what), contexts: [context] }),
    addScriptTag: async ({ path }) => {
      const text = await readFile(path, 'utf8');
      await session.send('script.evaluate', { target: { context }, awaitPromise: false, expression: `${text}\n;undefined` });
    },
    evaluate: async (what, arg) => {
      const expression = `(async () => JSON.stringify(await ${call(what, arg)}))()`;
      const { type, result, exceptionDetails } = await session.send('script.evaluate', { target: { context }, awaitPromise: true, expression });
      if (type === 'exception') throw new Error(exceptionDetails.text);
      return result.type === 'string' ? JSON.parse(result.value) : undefined;
    },
    waitForTimeout: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    close: () => session.send('browsingContext.close', { context }),
  });
}
