/** Routes of the contract, against the invented world. */
import { ACCOUNT_ROUTES, checkRight } from './accounts.js';
import { CHANNEL_ROUTES, streamOf } from './channels.js';
import { GB28181_ROUTES } from './gb28181.js';
import { GROUP_ROUTES } from './groups.js';
import { LICENCE_ROUTES } from './licence.js';
import { overview } from './overview.js';
import { PEOPLE_ROUTES } from './people.js';
import { SETTINGS_ROUTES } from './settings.js';
import { SNAPSHOT_ROUTES } from './snapshots.js';
import { Problem } from './problem.js';
import { detail, diagnosis, publicStream, server, source } from './state.js';
import { PATROL_ROUTES } from './patrols.js';
import { TALK_ROUTES } from './talk.js';
import { VIEW_ROUTES } from './views.js';

/** A JPEG of 64x36, made by FFmpeg's testsrc2. */
const PREVIEW = '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgoKC8oLzc3Nzc3N0E8QUNDQ0FBQUFDQ0NISEhVVVVISEhDQ0hIUFBVVVxfXFdXVVdfX2RkZHh4c3OMjJGsrM//xAB3AAEBAQEBAAAAAAAAAAAAAAAEAwUGBwEBAQEAAAAAAAAAAAAAAAAABAYFEAACAQIEBgMBAQEAAAAAAAARAQAxAgMhExJCQTIiUYGhcdFhBMERAAEDAwIGAwEBAAAAAAAAAAECADERAyFB8JFRocFxgfESQjIi/8AAEQgAJABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8A8u73c1b98svbmlY8a1tLweEDyaCVtD1LQW9r2+Us38TbTWnsGddhzG4g+R7mZdum4cjFYOaV18OmWjC0k1HQ0OBR5+tjWXLMerfya6/0491Lvi38mPdlprpabYfCWUYm3Peuptp/YeYmAQk5+qeA5vAQgJwMfFeOkPhdmIQOR5AeTQf2XTvw2KEPkyv452RWlpju6tM5jcQfI9zIuYWHau1pth8JuKMuhfuKwSZIk6D+pjdXpBISag75OdmJiu7J/C/7N7VxyDyNLQPJoJmYbOon3NtMLiDLE6ArT2DOuzmNxH2PcAu6qvAdJmN1YbltNw1Vk/WTnU/5g70fnGJ1OSUridTklC6PSv8A78925VjoFVjoUubTD46KthYq2XBaky3KsbBKsbAFiuz6ZMTqckpXE6nJKYGjp7/78925VjoFVjoUubTD46KthYq2XBaky3KsbBKsbAFiuz6f/9k=';

const inHours = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();

/** The virtual host that a request names. */
const hostOf = (query) => query.get('vhost') || 'default';

/** Whether something belongs in the list that a request asks for. */
const ofHost = (query) => (each) => !query.get('vhost') || each.vhost === query.get('vhost');

function findStream(world, app, name, query) {
  const found = world.streams.find((s) => s.vhost === hostOf(query) && s.app === app && s.name === name);
  if (!found) throw new Problem(404, 'not_found', `没有流 ${app}/${name}。检查名称，或先启动推流端。`);
  return found;
}

function maskUrl(url, username) {
  return url.replace(/\/\/[^@/]*@/, '//').replace('://', username ? `://${username}:***@` : '://');
}

function saveSource(ctx, body, existing) {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(body.name ?? '')) throw new Problem(422, 'invalid_input', '名称只能由字母、数字、- 和 _ 组成。', 'name');
  if (!/^(rtsps?|rtmps?|https?|udp):\/\/|^file:/.test(body.url ?? '')) throw new Problem(422, 'invalid_input', '不支持这种地址。', 'url');
  if (!existing && ctx.world.sources.some((s) => s.vhost === (body.vhost ?? 'default') && s.app === body.app && s.name === body.name)) throw new Problem(409, 'conflict', `${body.app}/${body.name} 已存在。`, 'name');
  const saved = source(body.app, body.name, maskUrl(body.url, body.username), body.mode, 'idle', { vhost: body.vhost ?? 'default', schedule: body.schedule ?? null, created_at: new Date().toISOString() });
  if (existing) Object.assign(existing, saved);
  else ctx.world.sources.push(saved);
  ctx.emit('sources', 'changed', saved);
  return saved;
}

function importList(ctx) {
  const lines = ctx.body.list.split('\n').map((line, index) => [index + 1, line.trim()]).filter(([, line]) => line && !line.startsWith('#'));
  if (!lines.length) throw new Problem(400, 'invalid_input', '列表中没有频道。', 'list');
  const items = lines.map(([line, url]) => {
    const name = `line-${line}`;
    const known = ctx.world.sources.some((each) => each.url === url);
    const refused = !url.includes('://');
    if (!ctx.body.dry_run && !known && !refused) saveSource(ctx, { ...ctx.body, name, url }, null);
    return { line, title: url, group: null, name, outcome: refused ? 'refused' : known ? 'known' : 'added', reason: refused ? '不支持这种地址。' : null };
  });
  const count = (outcome) => items.filter((item) => item.outcome === outcome).length;
  return { items, added: count('added'), known: count('known'), refused: count('refused') };
}

function probe(body) {
  const bad = /broken|10\.8\.3\.90/.test(body.url);
  const legs = [
    { leg: 'name', ok: true, elapsed_ms: 1, text: '10.8.3.31' },
    { leg: 'connect', ok: true, elapsed_ms: 4, text: 'TCP 554' },
    { leg: 'auth', ok: !bad, elapsed_ms: 12, text: bad ? '用户名或密码不对（401）' : 'Digest MD5' },
  ];
  if (!bad) legs.push({ leg: 'answer', ok: true, elapsed_ms: 20, text: 'SDP：1 路视频，1 路音频' }, { leg: 'media', ok: true, elapsed_ms: 90, text: '首包 90 ms' }, { leg: 'key_frame', ok: true, elapsed_ms: 410, text: '关键帧间隔 2.0 s' });
  return {
    ok: !bad, url: maskUrl(body.url, body.username), elapsed_ms: bad ? 17 : 1410, legs, failed_leg: bad ? 'auth' : null,
    summary: bad ? '摄像机不接受该用户名或密码。' : '画面正常。', next_step: bad ? '核对摄像机账号；多数设备连续输错会锁定一段时间。' : null,
    tracks: bad ? [] : [{ id: 1, kind: 'video', codec: 'H.264', codecs: 'avc1.640028', version: 1, width: 1920, height: 1080, frame_rate: 25, profile: 'High', level: '4.0', bitrate_bps: 4_100_000 }, { id: 2, kind: 'audio', codec: 'G.711 A-law', codecs: null, version: 1, sample_rate_hz: 8000, channels: 1, bitrate_bps: 64_000 }],
    gop_ms: bad ? null : 2000, bitrate_bps: bad ? null : 4_164_000, clock: { skew_ms: bad ? null : 3200, text: bad ? '未取到时间' : '摄像机时钟快 3.2 s' },
    warnings: [],
    picture: bad ? null : PREVIEW,
  };
}

function playOffer(stream) {
  if (stream.state === 'failed') throw new Problem(503, 'unavailable', '摄像机拒绝了用户名或密码。在“拉流源”里改正密码。');
  const path = `/${stream.app}/${stream.name}.mp4?token=play${stream.vhost === 'default' ? '' : `&vhost=${stream.vhost}`}`;
  // G.711 has no name of its own, and is carried as FLAC.
  const codecs = stream.tracks.map((t) => t.codecs ?? (t.codec.startsWith('G.711') ? 'flac' : null)).filter(Boolean).join(',');
  const mime = codecs ? `video/mp4; codecs="${codecs}"` : null;
  return {
    vhost: stream.vhost, app: stream.app, name: stream.name, tracks: stream.tracks, gop_ms: stream.gop_ms, token: 'play', expires_at: inHours(1),
    reports_url: `/api/v1/streams/${stream.app}/${stream.name}/playback-reports?token=play${stream.vhost === 'default' ? '' : `&vhost=${stream.vhost}`}`,
    engines: ['ws-fmp4', 'http-fmp4', ...(codecs.includes('hvc1') ? ['software'] : []), 'ws-flv', 'http-flv'].map((engine) => ({ engine, url: engine.endsWith('flv') ? path.replace('.mp4', '.flv') : path, mime, refused: [] })),
  };
}

const HOOK_EVENTS = ['publish', 'play', 'not_found', 'no_viewers', 'stream_up', 'stream_down', 'source_failed', 'sessions_ended', 'server_started', 'keepalive'];

/** Of the viewers who reported, and of some that are invented. */
function playback(world, { app, name }) {
  const items = [...world.playback.values()].filter(({ stream }) => stream === `${app}/${name}`).map(({ stream: _stream, ...report }) => report).reverse();
  const sorted = (values) => values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (values, share) => values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null;
  const engines = [...new Set(items.map(({ engine }) => engine))].sort().map((engine) => {
    const own = items.filter((item) => item.engine === engine);
    const [first, latency] = ['first_picture_ms', 'latency_ms'].map((field) => sorted(own.map((item) => item[field])));
    const sums = Object.fromEntries(['watched_s', 'stalls', 'stalled_ms', 'dropped'].map((field) => [field, own.reduce((sum, item) => sum + item[field], 0)]));
    return { engine, viewers: own.length, first_picture_p50_ms: at(first, 0.5), first_picture_p95_ms: at(first, 0.95), latency_p50_ms: at(latency, 0.5), ...sums };
  });
  return { items, engines };
}

function byId(items, id) {
  const found = items.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这一项。');
  return found;
}

function put(items, existing, saved) {
  if (existing) return Object.assign(existing, saved);
  const made = { id: Math.max(0, ...items.map(({ id }) => id)) + 1, created_at: new Date().toISOString(), ...saved };
  items.push(made);
  return made;
}

function checkPattern(body) {
  if (!/^([A-Za-z0-9_-]*\*?\/){1,2}[A-Za-z0-9_-]*\*?$/.test(body.pattern)) throw new Problem(400, 'invalid_input', '格式为 应用/名称，可用 * 结尾。', 'pattern');
}

function saveRule(world, body, existing) {
  checkPattern(body);
  if (!existing && world.applications.some(({ pattern }) => pattern === body.pattern)) throw new Problem(409, 'conflict', '这个范围已有规则，请修改那一条。', 'pattern');
  return put(world.applications, existing, { pattern: body.pattern, settings: body.settings, silent_origins: [], streams: existing?.streams ?? 0 });
}

function saveRelay(world, { password: _password, ...body }, existing) {
  checkPattern(body);
  if (body.pattern.includes('*') && !body.target.includes('{name}')) throw new Problem(400, 'invalid_input', '多路流会推到同一地址；请在流名称处写 {name}。', 'target');
  return put(world.relays, existing, { username: null, ...body, pushes: existing?.pushes ?? [] });
}

function saveHost(world, body, existing) {
  const name = existing?.name ?? body.name.toLowerCase();
  if (!/^[a-z0-9_-]{1,64}$/.test(name) || name === 'default') throw new Problem(400, 'invalid_input', '虚拟主机名称为 1 至 64 个字符，仅限 a-z 0-9 _ -。', 'name');
  if (!existing && world.hosts.some((host) => host.name === name)) throw new Problem(409, 'conflict', '已有同名虚拟主机，请修改那一个。', 'name');
  for (const domain of body.domains) {
    if (!/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(domain)) throw new Problem(400, 'invalid_input', `"${domain}" 不是域名；请写 cam.example.com，或用 *.example.com 表示其下所有域名。`, 'domains');
    const owner = world.hosts.find((host) => host.name !== name && host.domains.includes(domain.toLowerCase()));
    if (owner) throw new Problem(409, 'conflict', `${domain} 已属于虚拟主机 ${owner.name}。`, 'domains');
  }
  const domains = body.domains.map((domain) => domain.toLowerCase());
  if (existing) return Object.assign(existing, { domains });
  const made = { name, domains, streams: 0, viewers: 0, sources: 0, created_at: new Date().toISOString() };
  world.hosts.push(made);
  return made;
}

function findHost(world, name) {
  const found = world.hosts.find((host) => host.name === name);
  if (!found) throw new Problem(404, 'not_found', '没有这个名称的虚拟主机。');
  return found;
}

function removeHost(world, name) {
  const { sources } = findHost(world, name);
  if (sources) throw new Problem(409, 'conflict', `虚拟主机 ${name} 上还有 ${sources} 个拉流源，请先移除它们。`);
  world.hosts = world.hosts.filter((host) => host.name !== name);
  world.streams = world.streams.filter((stream) => stream.vhost !== name);
}

function saveHook(world, body, existing) {
  checkPattern(body);
  return put(world.hooks, existing, { ...body, pending: 0, delivered: existing?.delivered ?? 0, failed: existing?.failed ?? 0 });
}

/** Rows by falling id, `world.page_rows` at once, as the server answers them. */
function page(world, items, query) {
  const before = Number(query.get('before') ?? Infinity);
  const rows = items.filter(({ id }) => id < before).sort((a, b) => b.id - a.id).slice(0, world.page_rows);
  return { items: rows, next_before: rows.length === world.page_rows ? rows.at(-1).id : null };
}

function retry(world, id) {
  const found = byId(world.deliveries, id);
  if (['publish', 'play', 'not_found', 'no_viewers'].includes(found.event)) throw new Problem(409, 'conflict', '询问不能重新投递。');
  Object.assign(found, { state: 'pending' });
}

function traffic(world, query) {
  const [by, from, to] = ['by', 'from', 'to'].map((name) => query.get(name));
  const groups = new Map();
  const heading = { stream: (each) => `${each.vhost === 'default' ? '' : `${each.vhost}/`}${each.app}/${each.name}`, vhost: (each) => each.vhost, subject: (each) => each.subject ?? '', protocol: (each) => each.protocol, day: (each) => each.since.slice(0, 10) }[by];
  for (const each of world.sessions.filter(({ since }) => since >= from && since < to).filter(ofHost(query))) {
    const group = groups.get(heading(each)) ?? { group: heading(each), sessions: 0, duration_ms: 0, bytes: 0 };
    groups.set(group.group, { ...group, sessions: group.sessions + 1, duration_ms: group.duration_ms + each.duration_ms, bytes: group.bytes + each.bytes });
  }
  const items = [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  const total = items.reduce((sum, item) => ({ group: '', sessions: sum.sessions + item.sessions, duration_ms: sum.duration_ms + item.duration_ms, bytes: sum.bytes + item.bytes }), { group: '', sessions: 0, duration_ms: 0, bytes: 0 });
  return { from, to, items, total };
}

function loadHistory() {
  return Array.from({ length: 360 }, (_, i) => ({
    at_ms: Date.now() - (359 - i) * 10_000, rate_in_bps: 22e6 + 2e6 * Math.sin(i / 19), rate_out_bps: 61e6 + 18e6 * Math.sin(i / 41),
    streams: 12, viewers: Math.round(24 + 8 * Math.sin(i / 41)), cpu_percent: 9 + 3 * Math.sin(i / 23), memory_bytes: 80_000_000,
  }));
}

/** Method and path pattern of each route; `:x` is one segment. */
const ROUTES = {
  ...ACCOUNT_ROUTES,
  'GET /overview': (ctx) => overview(ctx, loadHistory()),
  'GET /server': ({ world }) => server(world, false),
  'GET /streams': ({ world, query }) => {
    const search = query.get('search') ?? '';
    return { items: world.streams.filter(ofHost(query)).filter((s) => `${s.app}/${s.name}`.includes(search)).map(publicStream), next_cursor: null };
  },
  'GET /streams/:a/:n': ({ world, params, query, host }) => detail(world, findStream(world, ...params, query), host),
  'POST /streams/:a/:n/playback-reports': ({ world, params, query, body }) => {
    if (query.get('token') !== 'play') throw new Problem(401, 'unauthorized', '需要播放令牌。');
    findStream(world, ...params, query);
    world.playback.set(body.viewer, { stream: params.join('/'), ...body, reported_at: new Date().toISOString() });
  },
  'GET /streams/:a/:n/playback-reports': ({ world, params, query }) => playback(world, findStream(world, ...params, query)),
  'POST /streams/:a/:n/play': ({ world, params, query }) => playOffer(findStream(world, ...params, query)),
  'DELETE /streams/:a/:n/publisher': ({ world, params, query, emit }) => {
    const found = findStream(world, ...params, query);
    found.publisher = null;
    found.state = 'waiting';
    emit('streams', 'down', publicStream(found));
  },
  'GET /streams/:a/:n/viewers': ({ world, query, params: [app, name] }) => ({ items: world.viewers.filter((v) => v.vhost === hostOf(query) && v.app === app && v.name === name) }),
  'GET /streams/:a/:n/diagnosis': ({ world, params, query }) => diagnosis(findStream(world, ...params, query)),
  'GET /viewers': ({ world, query }) => ({ items: world.viewers.filter(ofHost(query)), next_cursor: null }),
  'DELETE /viewers/:id': ({ world, params: [id] }) => void (world.viewers = world.viewers.filter((v) => v.id !== id)),
  'GET /sources': ({ world, query }) => ({ items: world.sources.filter(ofHost(query)) }),
  'POST /sources': (ctx) => ({ status: 201, body: saveSource(ctx, ctx.body, null) }),
  'PUT /sources/:a/:n': (ctx) => saveSource(ctx, ctx.body, ctx.world.sources.find((s) => s.vhost === hostOf(ctx.query) && s.app === ctx.params[0] && s.name === ctx.params[1])),
  'DELETE /sources/:a/:n': ({ world, query, params: [app, name], emit }) => {
    const vhost = hostOf(query);
    world.sources = world.sources.filter((s) => s.vhost !== vhost || s.app !== app || s.name !== name);
    emit('sources', 'removed', { vhost, app, name });
  },
  'POST /sources/import': (ctx) => importList(ctx),
  'POST /probe': ({ body }) => probe(body),
  'POST /tokens': ({ body, host }) => {
    const base = `${body.app}/${body.name}?token=eyJtb2NrIjoxfQ.c2ln${(body.vhost ?? 'default') === 'default' ? '' : `&vhost=${body.vhost}`}`;
    const urls = body.action === 'publish'
      ? { rtmp: `rtmp://${host}/${base}`, rtsp: `rtsp://${host}:8554/${base}` }
      : { rtsp: `rtsp://${host}:8554/${base}`, rtmp: `rtmp://${host}/${base}`, flv: `http://${host}:8080/${base.replace('?', '.flv?')}`, mp4: `http://${host}:8080/${base.replace('?', '.mp4?')}` };
    return { token: 'eyJtb2NrIjoxfQ.c2ln', expires_at: new Date(Date.now() + body.expires_in_s * 1000).toISOString(), urls };
  },
  'GET /server/history': () => ({ items: loadHistory() }),
  'GET /applications': ({ world }) => ({ items: world.applications, defaults: world.defaults }),
  'POST /applications': ({ world, body }) => ({ status: 201, body: saveRule(world, body, null) }),
  'PUT /applications/:id': ({ world, body, params: [id] }) => saveRule(world, body, byId(world.applications, id)),
  'DELETE /applications/:id': ({ world, params: [id] }) => void (world.applications = world.applications.filter((rule) => rule.id !== Number(id))),
  'GET /streams/:a/:n/settings': ({ world, query, params: [app, name] }) => {
    const vhost = hostOf(query);
    const key = vhost === 'default' ? `${app}/${name}` : `${vhost}/${app}/${name}`;
    const fits = world.applications.filter(({ pattern }) => new RegExp(`^${pattern.replaceAll('*', '[^/]*')}$`).test(key));
    const settings = fits.reduceRight((all, rule) => ({ ...all, ...rule.settings }), world.defaults);
    return { vhost, app, name, patterns: fits.map(({ pattern }) => pattern), settings };
  },
  'GET /hosts': ({ world }) => ({ items: world.hosts }),
  'POST /hosts': ({ world, body }) => ({ status: 201, body: saveHost(world, body, null) }),
  'PUT /hosts/:name': ({ world, body, params: [name] }) => saveHost(world, body, findHost(world, name)),
  'DELETE /hosts/:name': ({ world, params: [name] }) => removeHost(world, name),
  'GET /relays': ({ world }) => ({ items: world.relays }),
  'POST /relays': ({ world, body }) => ({ status: 201, body: saveRelay(world, body, null) }),
  'PUT /relays/:id': ({ world, body, params: [id] }) => saveRelay(world, body, byId(world.relays, id)),
  'DELETE /relays/:id': ({ world, params: [id] }) => void (world.relays = world.relays.filter((relay) => relay.id !== Number(id))),
  'GET /hooks': ({ world }) => ({ items: world.hooks, events: HOOK_EVENTS }),
  'POST /hooks': ({ world, body }) => ({ status: 201, body: { hook: saveHook(world, body, null), secret: 'whsec_mock-secret-shown-once' } }),
  'PUT /hooks/:id': ({ world, body, params: [id] }) => saveHook(world, body, byId(world.hooks, id)),
  'DELETE /hooks/:id': ({ world, params: [id] }) => void (world.hooks = world.hooks.filter((hook) => hook.id !== Number(id))),
  'POST /hooks/:id/secret': () => ({ secret: 'whsec_another-mock-secret' }),
  'POST /hooks/:id/test': ({ world, params: [id] }) => (byId(world.hooks, id).failed === 0 ? { ok: true, status: 200, answer: '{}', duration_ms: 14 } : { ok: false, status: 502, answer: 'Bad Gateway', duration_ms: 31 }),
  'GET /hooks/:id/deliveries': ({ world, query, params: [id] }) => page(world, world.deliveries.filter(({ hook }) => hook === Number(id)), query),
  'POST /hooks/:id/deliveries/:d/retry': ({ world, params: [, id] }) => retry(world, id),
  'GET /sessions': ({ world, query }) => {
    const search = query.get('search') ?? '';
    return page(world, world.sessions.filter(ofHost(query)).filter((each) => `${each.app}/${each.name} ${each.subject} ${each.address}`.includes(search)), query);
  },
  'GET /sessions/traffic': ({ world, query }) => traffic(world, query),
  ...PEOPLE_ROUTES,
  ...CHANNEL_ROUTES,
  ...GB28181_ROUTES,
  ...GROUP_ROUTES,
  'POST /channels/:id/play': ({ world, params: [id], query }) => playOffer(findStream(world, ...streamOf(world, id).split('/'), query)),
  'GET /shares/:token': ({ world, params: [token] }) => {
    const share = world.shares.find((each) => each.token === token);
    if (!share) throw new Problem(404, 'not_found', '链接已失效。');
    const { name, main } = world.channels.find(({ id }) => id === share.channel);
    return { name, watermark: share.watermark, expires_at: share.expires_at, offer: playOffer(findStream(world, ...main.stream.split('/'), new URLSearchParams())) };
  },
  ...LICENCE_ROUTES,
  ...SETTINGS_ROUTES,
  ...VIEW_ROUTES,
  ...PATROL_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...TALK_ROUTES,
};

const compiled = Object.entries(ROUTES).map(([key, handler]) => {
  const [method, path] = key.split(' ');
  return { key, method, pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`), handler };
});

/** Answers one request below /api/v1: `{ status, body }`, or throws a Problem. */
export function handleApi(world, emit, { method, path, query, token, match: ifMatch, body, host }) {
  for (const route of compiled) {
    const match = route.method === method && route.pattern.exec(path);
    if (!match) continue;
    checkRight(world, route.key, token);
    const params = match.slice(1).map(decodeURIComponent);
    const result = route.handler({ world, emit, params, query, token, match: ifMatch, body, host });
    if (result === undefined) return { status: 204 };
    return result.status === 201 || result.status === 202 ? result : { status: 200, body: result };
  }
  throw new Problem(404, 'not_found', `${method} ${path}`);
}
