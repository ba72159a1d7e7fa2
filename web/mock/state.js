/** The invented world of the mock: streams, sources, viewers and the server itself. */
import { makePeople } from './accounts.js';
import { createChannels, createDevices } from './channels.js';
import { CLIPS } from './clips.js';
import { createGb28181 } from './gb28181.js';
import { createGroups } from './groups.js';
import { createPeople } from './people.js';
import { createPatrols } from './patrols.js';
import { createLicence } from './licence.js';
import { createSettings } from './settings.js';
import { createViews } from './views.js';
import { createSnapshots } from './snapshots.js';
import { createTalk } from './talk.js';

const START = Date.now();
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

function video(clip, codec = 'H.264', codecs = 'avc1.4D401E') {
  const { width, height } = CLIPS[clip];
  return { id: 1, kind: 'video', codec, codecs, version: 1, width, height, frame_rate: 25, profile: 'Main', level: '3.0', b_frames: false };
}

function audio(codec = 'AAC', codecs = 'mp4a.40.2') {
  return { id: 2, kind: 'audio', codec, codecs, version: 1, sample_rate_hz: 48000, channels: 1, language: 'en' };
}

const PLACES = ['g4-k1203-500', 'g4-k1207-200', 'g4-k1211-750', 'ramp-east', 'ramp-west', 'tunnel-n1', 'tunnel-n2', 'bridge-deck', 'toll-lane-3', 'service-area'];

function stream(app, name, clip, over = {}) {
  const state = over.state ?? 'live';
  const live = state === 'live';
  return {
    vhost: 'default', app, name, clip, state, incarnation: 3, source: false, record: false,
    publisher: live ? { protocol: 'rtmp', address: '10.8.3.21:51022', since: ago(5400) } : null,
    tracks: live ? [video(clip)] : [],
    viewers: 0, bitrate_bps: live ? 900_000 : 0, fps: live ? 25 : 0, gop_ms: live ? 1000 : 0,
    since: ago(5400), ...over,
  };
}

export function createWorld() {
  const streams = [
    stream('demo', 'road1', 'road', { viewers: 3 }),
    stream('demo', 'road2', 'sound', { tracks: [video('sound'), audio()], viewers: 1, publisher: { protocol: 'rtsp', address: '10.8.3.44:40112', since: ago(86400 * 3) } }),
    stream('demo', 'road3', 'wide', { source: true }),
    stream('demo', 'road4', 'bars', { viewers: 12 }),
    stream('g4', 'tunnel-n1', 'bars', { vhost: 'tenant-a', viewers: 1 }),
    stream('hwy', 'h265-only', 'hevc', { tracks: [video('hevc', 'H.265', 'hvc1.1.6.L63.90'), audio('G.711 A-law', null)], bitrate_bps: 2_310_000 }),
    stream('hwy', 'h265-sound', 'hevcSound', { tracks: [video('hevcSound', 'H.265', 'hvc1.1.6.L63.90'), audio()] }),
    stream('hwy', 'waiting-cam', 'road', { state: 'waiting', source: true }),
    stream('hwy', 'broken-cam', 'road', { state: 'failed', source: true }),
    ...PLACES.map((place, index) => stream('g4', place, ['road', 'bars', 'wide'][index % 3], { source: index % 2 === 0, viewers: index % 4, state: index === 8 ? 'idle' : 'live' })),
  ];
  const sources = [
    source('demo', 'road3', 'rtsp://admin:***@10.8.3.31:554/Streaming/Channels/101', 'always', 'live'),
    source('hwy', 'waiting-cam', 'rtsp://10.8.3.77/live/main', 'on_demand', 'connecting'),
    source('hwy', 'broken-cam', 'rtsp://admin:***@10.8.3.90:554/h264/ch1/main/av_stream', 'always', 'backing_off', {
      failures: 7, next_attempt_ms: 21_000,
      last_error: { leg: 'auth', text: '摄像机拒绝了用户名或密码（401，两次 Digest 应答）', next_step: '在摄像机网页上核对账号，连续输错会锁定账号约 30 分钟。' },
    }),
    source('g4', 'school-gate', 'rtsp://10.9.1.21/stream1', 'always', 'outside_schedule', {
      schedule: [{ days: [1, 2, 3, 4, 5], from: '07:00', to: '19:00' }, { days: [5, 6], from: '22:00', to: '02:00' }], opens_at: '2026-11-30T07:00:00+08:00',
    }),
    source('g4', 'toll-lane-3', 'rtsp://10.9.1.3/stream1', 'on_demand', 'idle'),
    source('g4', 'tunnel-n1', 'rtsp://10.77.1.3/stream1', 'on_demand', 'idle', { vhost: 'tenant-a' }),
    source('g4', 'bridge-deck', 'rtsp://ops:***@10.9.1.8:554/profile1/media.smp', 'on_demand', 'failed', {
      failures: 3, next_attempt_ms: null,
      last_error: { leg: 'codec', text: '摄像机以 MJPEG 输出，无法转给浏览器', next_step: '把主码流的编码改为 H.264。' },
    }),
  ];
  const viewers = [
    viewer('v-1', 'demo', 'road1', 'ws-fmp4', 'admin', 0.4), viewer('v-2', 'demo', 'road1', 'http-flv', null, 0.9),
    viewer('v-3', 'demo', 'road1', 'rtsp', null, 0.2), viewer('v-4', 'demo', 'road2', 'rtmp', null, 1.1),
  ];
  const channels = createChannels(streams);
  return {
    started_at: new Date(START).toISOString(), streams, sources, viewers, people: createPeople(), channels, groups: createGroups(channels), devices: createDevices(channels), gb28181: createGb28181(), undo: new Map(), ptz: [], talk: createTalk(), playback: createPlayback(), shares: [], licence: createLicence(), settings: createSettings(), views: createViews(), patrols: createPatrols(), patrol_runs: [], patrol_stops: [], screens: new Map(), ...createSnapshots(), password: 'correct-horse', setup: false, provider: null, page_rows: 50,
    defaults: { publish: 'token', play: 'token', outputs: ['rtmp', 'rtsp', 'flv', 'fmp4', 'ts', 'hls', 'dash'], audio: 'keep', merge_window_ms: 20, publisher_grace_ms: 10_000, idle_close_ms: 20_000, interleave_wait_ms: 100, gop_cap_bytes: 8_388_608, replace_publisher: false, encrypt_hls: false, hls_always: false, record: false },
    applications: [
      { id: 2, pattern: 'g4/ramp*', settings: { outputs: ['flv', 'fmp4'], publisher_grace_ms: 30_000 }, silent_origins: [], streams: 2, created_at: ago(86400) },
      { id: 1, pattern: 'g4/*', settings: { play: 'open', audio: 'drop', origins: ['rtsp://10.8.0.2/{app}/{name}', 'rtmp://10.8.0.3/{app}/{name}'] }, silent_origins: [{ origin: 'rtsp://10.8.0.2/{app}/{name}', since_s: 12 }], streams: 9, created_at: ago(86400 * 5) },
    ],
    hosts: [{ name: 'tenant-a', domains: ['cam.tenant-a.example', '*.tenant-a.example'], streams: 1, viewers: 1, sources: 1, created_at: ago(86400 * 4) }],
    relays: [
      { id: 1, pattern: 'g4/*', target: 'rtmp://10.20.0.9/province/{app}-{name}?key=***', username: null, enabled: true, created_at: ago(86400 * 3), pushes: [
        { vhost: 'default', app: 'g4', name: 'ramp-east', state: 'sending', since: ago(4210), failures: 0, next_attempt_ms: null, last_error: null },
        { vhost: 'default', app: 'g4', name: 'ramp-west', state: 'backing_off', since: ago(7), failures: 4, next_attempt_ms: 9000, last_error: { leg: 'connect', text: '10.20.0.9:1935 拒绝连接', next_step: '机器有应答但端口未开，请检查端口。' } },
      ] },
      { id: 2, pattern: 'demo/road1', target: 'rtsp://10.20.0.12:554/live/road1', username: 'relay', enabled: false, created_at: ago(86400), pushes: [] },
    ],
    hooks: [
      { id: 1, url: 'https://billing.example/viaduct?key=***', events: ['stream_up', 'stream_down', 'sessions_ended'], pattern: '*/*', timeout_ms: 3000, on_failure: 'deny', enabled: true, created_at: ago(86400 * 8), delivered: 1000, pending: 2, failed: 1 },
      { id: 2, url: 'http://10.8.0.30:9000/auth', events: ['publish', 'play'], pattern: 'hwy/*', timeout_ms: 800, on_failure: 'allow', enabled: true, created_at: ago(86400 * 2), delivered: 412, pending: 0, failed: 0 },
    ],
    deliveries: [
      delivery(3, 1, 'stream_down', 'pending', { attempts: 2, next_attempt_ms: 3000, status: 502, answer: 'Bad Gateway', duration_ms: 31 }),
      delivery(2, 1, 'sessions_ended', 'delivered', { attempts: 1, status: 200, answer: '{}', duration_ms: 12 }),
      delivery(4, 2, 'play', 'delivered', { attempts: 1, status: 200, answer: '{"allow":true}', duration_ms: 9 }),
      delivery(1, 1, 'stream_up', 'failed', { attempts: 288, answer: 'connection refused', duration_ms: 3 }),
    ],
    sessions: Array.from({ length: 12 }, (_, i) => ({
      id: 12 - i, vhost: i === 4 ? 'tenant-a' : 'default', app: i % 3 ? 'g4' : 'demo', name: i % 3 ? PLACES[i % 5] : 'road1', protocol: ['ws-fmp4', 'hls', 'http-flv', 'rtsp'][i % 4], subject: i % 2 ? 'admin' : null,
      address: `10.8.0.${14 + i}:55310`, since: ago(3600 * (i + 1)), duration_ms: 61_000 * (i + 1), bytes: 7_300_000 * ((i * 5) % 7 + 1),
    })),
    ...makePeople(),
  };
}

/** What players of two viewers said of demo/road1. */
function createPlayback() {
  const report = (viewer, over) => [viewer, { stream: 'demo/road1', viewer, engine: 'ws-fmp4', first_picture_ms: 420, watched_s: 1840, stalls: 0, stalled_ms: 0, latency_ms: 810, dropped: 0, ended: false, reported_at: ago(6), ...over }];
  return new Map([report('a1', {}), report('b2', { first_picture_ms: 980, watched_s: 610, stalls: 2, stalled_ms: 3100, latency_ms: 1240, dropped: 14 }), report('c3', { engine: 'http-fmp4', first_picture_ms: 1310, watched_s: 75, stalls: 1, stalled_ms: 900, latency_ms: 1900, ended: true })]);
}

export function delivery(id, hook, event, state, over) {
  return { id, hook, event, state, attempts: 0, created_at: ago(60 * (4 - id)), next_attempt_ms: null, status: null, answer: null, duration_ms: null, body: JSON.stringify({ id: 'f3a1', event, at: ago(60), server: '5c1e', data: { app: 'g4', name: 'ramp-east' } }), ...over };
}

export function source(app, name, url, mode, state, over = {}) {
  return { vhost: 'default', app, name, url, mode, state, schedule: null, opens_at: null, failures: 0, next_attempt_ms: null, last_error: null, created_at: ago(86400 * 9), ...over };
}

function viewer(id, app, name, protocol, user, lag) {
  return { id, vhost: 'default', app, name, protocol, address: '10.8.0.14:55310', user_agent: user ? 'Chromium 156' : null, user, since: ago(312), bytes: 38_201_344, rate_bps: 902_000, lag_ms: lag * 1000, skips: 0 };
}

export function publicStream({ clip: _clip, ...stream }) {
  return stream;
}

export function detail(world, stream, host) {
  const now = Date.now();
  const live = stream.state === 'live';
  const history = Array.from({ length: 120 }, (_, i) => ({
    at_ms: now - (119 - i) * 1000,
    bitrate_bps: live ? Math.round(880_000 + 120_000 * Math.sin(i / 7) + 40_000 * Math.cos(i * 2.3)) : 0,
    fps: live ? 25 + (i % 17 === 0 ? -1 : 0) : 0,
  }));
  const base = `${stream.app}/${stream.name}`;
  return {
    ...publicStream(stream), history,
    gop: { frames: live ? 25 : 0, ms: live ? 1000 : 0, bytes: live ? 112_640 : 0, joinable: live },
    counters: { frames: 135_211, key_frames: 5409, bytes: 612_334_112, jumps: 1, wraps: 0, rollbacks: 0, reordered: 12, dropped: 0, gop_overflows: 0, config_changes: 1, publishers: 3 },
    sounds: stream.tracks.some((track) => track.codec === 'AAC') ? ['opus'] : [],
    viewers_list: world.viewers.filter((v) => v.app === stream.app && v.name === stream.name),
    steps: steps(stream),
    urls: {
      rtsp: `rtsp://${host}:8554/${base}`, rtmp: `rtmp://${host}/${base}`, flv: `http://${host}:8080/${base}.flv`,
      ws_flv: `ws://${host}:8080/${base}.flv`, mp4: `http://${host}:8080/${base}.mp4`, ws_mp4: `ws://${host}:8080/${base}.mp4`,
      ...world.urls,
    },
  };
}

function steps(stream) {
  const at = (seconds) => ago(seconds);
  const first = [
    { at: at(5402), leg: 'name', ok: true, text: '10.8.3.90' },
    { at: at(5402), leg: 'connect', ok: true, text: 'TCP 554, 3 ms' },
  ];
  if (stream.state === 'failed') return [...first, { at: at(5401), leg: 'auth', ok: false, text: '摄像机拒绝了用户名或密码（401）' }];
  if (stream.state === 'waiting') return [...first, { at: at(9), leg: 'answer', ok: true, text: 'PLAY 200 OK' }, { at: at(4), leg: 'media', ok: false, text: '尚未收到媒体包' }];
  return [...first, { at: at(5401), leg: 'publish', ok: true, text: 'RTMP 推流已接受' }, { at: at(5401), leg: 'key_frame', ok: true, text: '首个关键帧 212 ms' }, { at: at(5401), leg: 'codec', ok: true, text: 'H.264 Main@3.0' }];
}

export function diagnosis(stream) {
  const texts = {
    live: ['playing', '流在正常输出：25 fps，关键帧间隔 1.0 s。', null],
    waiting: ['waiting', '已连上摄像机，但还没有收到媒体包。', '检查摄像机与服务器之间的防火墙，或改用 RTSP over TCP。'],
    failed: ['failed', '摄像机拒绝了用户名或密码。', '在“拉流源”里改正密码后保存。'],
    idle: ['waiting', '没有人观看，源按需待机。', '打开播放即会启动。'],
  };
  const [verdict, summary, next_step] = texts[stream.state];
  return { verdict, summary, next_step, steps: steps(stream) };
}

export function server(world, dev) {
  const live = world.streams.filter((s) => s.state === 'live');
  return {
    name: 'viaduct', version: '0.1.0', started_at: world.started_at, uptime_s: Math.round((Date.now() - START) / 1000) + 266_400,
    demo: true, dev, public_host: '10.8.0.5', time_zone: 'Asia/Shanghai',
    listeners: [['http', 8080], ['https', 8443], ['rtsp', 8554], ['rtsps', 8322], ['rtmp', 1935], ['rtmps', 1936]].map(([protocol, port]) => ({ protocol, address: `0.0.0.0:${port}`, port })),
    tls: { fingerprint_sha256: 'A4:1F:09:77:C2:5E:83:DD:10:6B:9A:F4:3C:E8:21:57:BD:02:94:6F:1A:C8:7E:35:D9:60:4B:F2:8D:13:AE:70', self_signed: true, not_after: '2028-01-09T00:00:00Z' },
    shards: 2, streams: live.length, ...load(world),
    bytes_in: 61_233_411_200, bytes_out: 402_331_221_992,
  };
}

export function load(world) {
  const live = world.streams.filter((s) => s.state === 'live');
  const viewers = world.streams.reduce((sum, s) => sum + s.viewers, 0);
  return {
    rate_in_bps: live.reduce((sum, s) => sum + s.bitrate_bps, 0), rate_out_bps: viewers * 905_000, streams: live.length, viewers,
    cpu_percent: 14.2 + 3 * Math.sin(Date.now() / 4000), memory_bytes: 188_743_680,
  };
}
