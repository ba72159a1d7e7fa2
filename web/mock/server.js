/** HTTP server of the mock: the API, the event feed, live media, and the built console. */
import http from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { meOf } from './accounts.js';
import { handleApi } from './api.js';
import { makeClips } from './clips.js';
import { LiveStream } from './media.js';
import { Problem } from './problem.js';
import { createWorld, load, publicStream } from './state.js';
import { talk } from './talk.js';

const DIST = path.join(path.dirname(fileURLToPath(import.meta.url)), '../console/dist');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.wasm': 'application/wasm' };
/** The policy that the product's server sends; the console must live with it. */
export const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

function bodyOf(type, bytes) {
  if (type === 'audio/wav') return bytes;
  if (type === 'application/octet-stream') return bytes.toString();
  return bytes.length ? JSON.parse(bytes.toString()) : {};
}

export async function startMock({ port = 0, setup = false } = {}) {
  makeClips();
  const world = createWorld();
  world.setup = setup;
  const media = new Map();
  const feeds = new Set();
  const sockets = new Set();
  const log = [];
  let seq = 100;

  const emit = (topic, event, data) => {
    const text = JSON.stringify({ type: 'event', seq: ++seq, topic, event, data });
    for (const feed of feeds) if (feed.topics.includes(topic)) feed.socket.send(text);
  };
  const live = (app, name, vhost = 'default') => {
    const stream = world.streams.find((s) => s.vhost === vhost && s.app === app && s.name === name);
    if (!stream || stream.state === 'failed') return null;
    const key = vhost === 'default' ? `${app}/${name}` : `${vhost}/${app}/${name}`;
    if (!media.has(key)) media.set(key, new LiveStream(stream.clip));
    return { key, stream, media: media.get(key) };
  };

  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    try {
      if (url.pathname.startsWith('/api/v1/')) await api(request, response, url);
      else if (url.pathname.endsWith('.mp4')) httpMedia(request, response, url);
      else await file(response, url);
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'internal', String(error));
      response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...problem.headers });
      response.end(JSON.stringify(problem.body));
    }
  });

  async function api(request, response, url) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const result = handleApi(world, emit, {
      method: request.method, path: url.pathname.slice('/api/v1'.length), query: url.searchParams,
      token: (request.headers.authorization ?? '').replace('Bearer ', ''), match: request.headers['if-match'], body: bodyOf(request.headers['content-type'], bytes), host: '10.8.0.5',
    });
    if (result.body?.picture instanceof Uint8Array) {
      response.writeHead(200, { 'content-type': 'image/png' }).end(result.body.picture);
      return;
    }
    if (result.body?.csv) {
      response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' }).end(result.body.csv);
      return;
    }
    response.writeHead(result.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(result.body === undefined ? undefined : JSON.stringify(result.body));
  }

  function httpMedia(request, response, url) {
    const [, app, name] = /^\/([^/]+)\/([^/]+)\.mp4$/.exec(url.pathname) ?? [];
    const found = live(app, name, url.searchParams.get('vhost') ?? undefined);
    if (!found) throw new Problem(404, 'not_found', '没有这路流。');
    log.push(`http ${found.key}`);
    response.writeHead(200, { 'content-type': 'video/mp4', 'cache-control': 'no-store' });
    const leave = found.media.join({ init: (bytes) => response.write(bytes), media: (bytes) => response.write(bytes) });
    request.on('close', leave);
  }

  async function file(response, url) {
    const asset = path.join(DIST, path.normalize(url.pathname));
    const name = path.extname(asset) && asset.startsWith(DIST) ? asset : path.join(DIST, 'index.html');
    const bytes = await readFile(name).catch(() => null);
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream', 'content-security-policy': CSP });
    response.end(bytes);
  }

  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url, 'http://mock');
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      if (url.pathname === '/api/v1/events') events(ws);
      else if (url.pathname.endsWith('/ptz/connect')) ptz(ws);
      else if (url.pathname.endsWith('/talk/connect')) talk(world, ws);
      else wsMedia(ws, url);
    });
  });

  function events(socket) {
    socket.once('message', (text) => {
      const { token, topics, resume_from, screen } = JSON.parse(String(text));
      if (!world.tokens.has(token)) {
        socket.close(4401);
        return;
      }
      const { permissions, name } = meOf(world, token);
      if (screen) world.screens.set(screen, { name: screen, user: name, since: new Date().toISOString(), view_id: null });
      const heard = topics.filter((topic) => permissions.some(({ permission }) => permission === { streams: 'view:stream', sources: 'view:source', server: 'view:server', channels: 'view:channel', screens: 'view:view' }[topic]));
      const feed = { socket, topics: heard };
      feeds.add(feed);
      socket.on('close', () => {
        feeds.delete(feed);
        if (screen) world.screens.delete(screen);
      });
      socket.send(JSON.stringify({ type: 'hello', seq }));
      if (resume_from !== null && resume_from !== seq) socket.send(JSON.stringify({ type: 'gap' }));
    });
  }

  /** Steers nothing: keeps what it was told in `world.ptz`, and says who holds the camera. */
  function ptz(socket) {
    const stand = (own, moving, cruise = null) =>
      socket.send(JSON.stringify({ type: 'standing', lock: own ? { user: 1, name: 'admin', priority: 'supervisor', since: new Date().toISOString(), left_ms: 30_000, own } : null, moving, cruise }));
    socket.on('message', (text) => {
      const command = JSON.parse(String(text));
      if (command.type === 'auth') return world.tokens.has(command.token) ? stand(false, false) : socket.send(JSON.stringify({ type: 'error', code: 'unauthorized', message: '请登录。' }));
      world.ptz.push(command);
      return stand(command.type !== 'release', command.type === 'move', command.type === 'cruise' ? command.number : null);
    });
  }

  function wsMedia(socket, url) {
    const [, app, name] = /^\/([^/]+)\/([^/]+)\.mp4$/.exec(url.pathname) ?? [];
    const refuse = (close, code, message, retry) => {
      socket.send(JSON.stringify({ type: 'error', code, message, retry }));
      socket.close(close);
    };
    if (url.searchParams.get('token') !== 'play') return refuse(4401, 'unauthorized', '令牌已过期', true);
    const found = live(app, name, url.searchParams.get('vhost') ?? undefined);
    if (!found) return refuse(4404, 'not_found', '没有这路流', false);
    log.push(`ws ${found.key}`);
    sockets.add(socket);
    if (found.stream.state === 'waiting') {
      socket.send(JSON.stringify({ type: 'waiting' }));
      socket.on('close', () => sockets.delete(socket));
      return;
    }
    found.stream.viewers++;
    const leave = found.media.join({
      waiting: () => socket.send(JSON.stringify({ type: 'waiting' })),
      init: (bytes, mime) => {
        socket.send(JSON.stringify({ type: 'tracks', mime, tracks: found.stream.tracks, refused: [] }));
        socket.send(bytes);
      },
      media: (bytes) => !socket.stalled && socket.send(bytes),
    });
    socket.on('close', () => {
      sockets.delete(socket);
      found.stream.viewers--;
      leave();
    });
  }

  const ticker = setInterval(() => {
    const items = world.streams.map((s) => ({
      vhost: s.vhost, app: s.app, name: s.name, state: s.state, viewers: s.viewers, fps: s.fps,
      bitrate_bps: s.state === 'live' ? Math.round(s.bitrate_bps * (0.94 + 0.12 * Math.random())) : 0,
    }));
    emit('streams', 'stats', { items });
    emit('server', 'stats', load(world));
  }, 1000);

  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`, world, emit, live, log, sockets,
    /** Announces a stream as it is now. */
    announce: (stream, event) => emit('streams', event, publicStream(stream)),
    dropFeeds: () => feeds.forEach(({ socket }) => socket.terminate()),
    dropMedia: () => sockets.forEach((socket) => socket.terminate()),
    stallMedia: () => sockets.forEach((socket) => (socket.stalled = true)),
    close: async () => {
      clearInterval(ticker);
      for (const stream of media.values()) stream.stop();
      for (const client of upgrades.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
