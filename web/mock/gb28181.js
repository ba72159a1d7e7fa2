/** Devices of GB/T 28181 of the mock: a recorder that is there, a camera that is not, one by the trial password. */
import { Problem } from './problem.js';

const RECORDER = '34020000001180000001';
const camera = (serial) => `3402000000132${String(serial).padStart(7, '0')}`;
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

const online = (code, name, over = {}) => ({
  code, device_id: null, organisation_id: null, name, state: 'online', reason: null, manufacturer: 'Hikvision', model: 'DS-9664NI', firmware: 'V5.02.006', user_agent: 'Embedded Net DVR/NVR/DVS', version: '2022', transport: 'udp', media: 'udp',
  address: '10.8.3.10:5060', since: ago(86_400), heard_at: ago(12), clock_ahead_ms: 7_400, cameras: 0, cameras_on: 0, imported: 0, catalog: 'whole', catalog_text: null, faulty: [], ...over,
});

const item = (code, name, over = {}) => ({
  code, name, parent: RECORDER, business_group: null, area_code: '320200', manufacturer: 'Hikvision', model: 'DS-2DE4425', address: '', on: true, camera: true, ptz: true, longitude: 120.3, latitude: 31.5, stream: `gb/${code}`, channel_id: null, change: 'new', differs: [], ...over,
});

const download = (id, over = {}) => ({
  id, device: RECORDER, label: '收费站入口', stream: '', from: ago(7200), to: ago(5400), speed: 8, state: 'waiting', note: '', seconds: 0, bytes: 0, created_at: ago(700), created_by: 'admin', finished_at: null, ...over,
});

/** A patrol car on a road that turns. */
const way = () => Array.from({ length: 60 }, (_, index) => ({
  id: index + 1, source: camera(90), at: ago((60 - index) * 20), longitude: 120.3 + index * 0.0012, latitude: 31.5 + Math.sin(index / 12) * 0.01, speed: 70 + (index % 7), direction: 80 - index, altitude: 12,
}));

/** What is fetched is a little further each time that it is asked for. */
function advance(each) {
  if (each.state === 'waiting') return Object.assign(each, { state: 'running' });
  if (each.state !== 'running') return each;
  const length = (Date.parse(each.to) - Date.parse(each.from)) / 1000;
  const seconds = Math.min(each.seconds + length / 4, length);
  return Object.assign(each, { seconds, bytes: Math.round(seconds * 200_000) }, seconds === length ? { state: 'done', finished_at: ago(0) } : {});
}

function fetchRecording({ world, params: [app, name] }) {
  const { downloads, items } = world.gb28181;
  const [channel, from, to] = name.split('_');
  const at = (seconds) => new Date(seconds * 1000).toISOString();
  const it = download(downloads.length + 1, { label: items.find(({ code }) => code === channel)?.name ?? channel, stream: `${app}/${name}`, from: at(from), to: at(to), created_at: ago(0) });
  downloads.unshift(it);
  return it;
}

export function createGb28181() {
  const items = [
    item(RECORDER, '收费站录像机', { parent: null, camera: false, change: null, ptz: null }),
    item(camera(1), '收费站入口', { channel_id: 1, change: 'changed', differs: ['name', 'place'] }),
    item(camera(2), '收费站出口', { channel_id: 2, change: 'same' }),
    item(camera(3), 'K128+300 上行'),
    item(camera(4), 'K128+600 下行', { ptz: false, on: false }),
  ];
  return {
    devices: [
      online(RECORDER, '收费站录像机', { device_id: 100, organisation_id: 3, cameras: 4, cameras_on: 3, imported: 2 }),
      online(camera(90), '桥面球机', { device_id: 101, organisation_id: 3, state: 'offline', reason: '用错误的密码或用户名注册。请与摄像机页面上的核对。', address: null, heard_at: null, since: null, version: null, transport: null, media: null, user_agent: '', firmware: '', clock_ahead_ms: null, catalog: 'awaited' }),
      online(camera(95), camera(95), { version: '2016', transport: 'tcp', media: 'tcp_passive', address: '10.8.3.95:41022', clock_ahead_ms: 120 }),
    ],
    items, gone: [{ channel_id: 3, code: camera(9), name: '旧匝道' }],
    refused: [
      { code: camera(90), address: '10.8.3.90:5060', why: 'wrong_password', reason: '用错误的密码或用户名注册。请与摄像机页面上的核对。', at: ago(30), times: 4 },
      { code: camera(77), address: '10.8.3.77:5060', why: 'unknown', reason: '没有许可：请添加为设备。', at: ago(9), times: 2 },
    ],
    alarms: Array.from({ length: 3 }, (_, index) => ({ id: 3 - index, received_at: ago(60 * index), raised_at: ago(60 * index + 1), device: RECORDER, source: camera(3), device_id: 100, channel_id: index === 0 ? 1 : null, priority: index + 1, method: 5, kind: 7 - index, description: index === 0 ? 'K128+300 逆行' : '', longitude: null, latitude: null })),
    trace: { only: null, items: [
      { number: 1, at: ago(3), way: 'in', peer: '10.8.3.10:5060', transport: 'udp', text: `MESSAGE sip:34020000002000000001@3402000000 SIP/2.0\r\nFrom: <sip:${RECORDER}@3402000000>;tag=1\r\n\r\n<Notify><CmdType>Keepalive</CmdType></Notify>` },
      { number: 2, at: ago(3), way: 'out', peer: '10.8.3.10:5060', transport: 'udp', text: 'SIP/2.0 200 OK\r\n\r\n' },
      { number: 3, at: ago(1), way: 'in', peer: '10.8.3.95:41022', transport: 'tcp', text: `REGISTER sip:34020000002000000001@3402000000 SIP/2.0\r\nFrom: <sip:${camera(95)}@3402000000>;tag=1\r\nAuthorization: Digest username="x", response="***"\r\n\r\n` },
    ] },
    cards: [{ number: 1, name: 'card1', state: 'ok', format_percent: null, capacity_mb: 128_000, free_mb: 31_000 }, { number: 2, name: 'card2', state: 'unformatted', format_percent: null, capacity_mb: 256_000, free_mb: 0 }],
    home: { enabled: true, reset_s: 60, preset: 3 }, upgrade: null,
    orders: [], controls: [], requests: [], configured: [], downloads: [download(1, { state: 'done', seconds: 1799.6, bytes: 356_000_000, finished_at: ago(600) })], positions: way(),
    configuration: {
      basic: { name: '收费站录像机', expiration_s: 3600, heartbeat_interval_s: 60, heartbeat_count: 3 }, video_options: { download_speeds: [1, 2, 4, 8], resolutions: ['5', '6'] },
      video: [{ stream: 0, codec: '5', resolution: '6', frame_rate: '25', bitrate_type: '2', bitrate_kbps: '4096' }, { stream: 1, codec: '2', resolution: '4', frame_rate: '15', bitrate_type: '1', bitrate_kbps: '512' }],
      mirror: 0, osd: { window_width: 1920, window_height: 1080, time_on: true, time_x: 16, time_y: 16, time_form: 0, texts_on: true, texts: [{ text: 'K128+100 上行', x: 16, y: 1000 }] }, masks: { on: false, areas: [] },
      recording_plan: { enabled: true, stream: 0, days: [{ weekday: 1, times: ['00:00:00-24:00:00'] }] }, alarm_recording: { enabled: true, after_s: 30, before_s: 5, stream: 0 }, alarm_report: null, others: [],
    },
  };
}

function find({ gb28181 }, code) {
  const found = gb28181.devices.find((each) => each.code === code);
  if (!found) throw new Problem(404, 'not_found', '没有这个编码的设备。');
  return found;
}

function imported({ world, params: [code], body }) {
  const { items, gone } = world.gb28181;
  const [added, changed] = ['new', 'changed'].map((change) => items.filter((each) => body.codes.includes(each.code) && each.change === change));
  for (const each of [...added, ...changed]) Object.assign(each, { change: 'same', differs: [], channel_id: each.channel_id ?? 1 });
  world.gb28181.gone = gone.filter(({ channel_id }) => !body.remove?.includes(channel_id));
  const device = find(world, code);
  device.imported += added.length;
  return { added: added.length, changed: changed.length, removed: body.remove?.length ?? 0, undo: null };
}

function recordings({ params: [, channel], query }) {
  const from = Date.parse(query.get('from'));
  const one = (begin_h, length_h, cause) => {
    const [start, end] = [from + begin_h * 3_600_000, from + (begin_h + length_h) * 3_600_000].map((ms) => Math.floor(ms / 1000));
    return { from: new Date(start * 1000).toISOString(), to: new Date(end * 1000).toISOString(), name: '', cause, bytes: 1_500_000_000 * length_h, stream: `gb/${channel}_${start}_${end}` };
  };
  return { items: [one(0, 6, 'time'), one(7, 0.5, 'alarm'), one(9, 4, 'time')], whole: true, text: null };
}

const BLOCKS = { BasicParam: 'basic', VideoParamOpt: 'video_options', VideoParamAttribute: 'video', FrameMirror: 'mirror', OSDConfig: 'osd', PictureMask: 'masks', VideoRecordPlan: 'recording_plan', VideoAlarmRecord: 'alarm_recording', AlarmReport: 'alarm_report' };

/** The block that is asked for alone; masks are refused. */
function configuration({ world, query }) {
  if (query.get('parts') === 'PictureMask') throw new Problem(503, 'unavailable', '设备回复无法执行。设备可能不支持该功能，或需在设备页面上设置。');
  const block = BLOCKS[query.get('parts') ?? 'BasicParam'];
  const nothing = { basic: null, video_options: null, video: [], mirror: null, osd: null, masks: null, recording_plan: null, alarm_recording: null, alarm_report: null, others: [] };
  return { ...nothing, [block]: world.gb28181.configuration[block] };
}

function configure({ world, body }) {
  if ((body.basic?.heartbeat_interval_s ?? 0) >= 180) throw new Problem(400, 'invalid_input', '设备 180 秒没有消息即视为离线，请设置更小的值。', 'heartbeat_interval_s');
  const { configuration: now, configured } = world.gb28181;
  configured.push(body);
  if (body.basic) now.basic = { ...now.basic, ...body.basic };
  if (body.mirror != null) now.mirror = body.mirror;
  if (body.osd) now.osd = body.osd;
}

/** One camera refuses, one never sends; of the others a picture comes with each look. */
function ordered({ world, body, params: [device] }) {
  if (body.channel === camera(4)) throw new Problem(503, 'unavailable', '设备回复无法执行。设备可能不支持该功能，或需在设备页面上设置。');
  const { count = 1 } = body;
  const made = { id: `request-${world.gb28181.requests.length}`, device, channel: body.channel ?? device, state: 'open', count, snapshots: [], reason: null, left_s: 60, server: 'http://10.8.0.5:8080' };
  world.gb28181.requests.push(made);
  return { ...made };
}

function comes({ world, params: [id] }) {
  const request = world.gb28181.requests.find((each) => each.id === id);
  if (!request) throw new Problem(404, 'not_found', '没有该抓拍任务，可能已过期。');
  if (request.channel === camera(3)) Object.assign(request, { state: 'failed', left_s: 0, reason: '设备接受了抓拍命令，但未在规定时间内回传图片。请检查设备能否访问 http://10.8.0.5:8080、防火墙以及 gb28181.public_address。' });
  if (request.state === 'open') {
    const number = Math.max(0, ...world.snapshots.map((each) => each.id)) + 1;
    world.snapshots.unshift({ ...world.snapshots[0], id: number, vhost: 'default', app: 'gb', name: request.channel, channel_id: null, taken_at: ago(0), origin: 'device', taken_by: 'admin', plan_id: null });
    request.snapshots = [...request.snapshots, number];
    if (request.snapshots.length === request.count) request.state = 'done';
  }
  return { ...request };
}

/** An address that ends in "bad.bin" fails; the end comes with the third look. */
function upgrade({ world, body: { url, firmware } }) {
  if (!/^(https?|ftp):/.test(url)) throw new Problem(400, 'invalid_input', '应为 http、https 或 ftp 地址，最长 512 个字符。', 'url');
  world.gb28181.upgrade = { looks: 0, url, firmware, ordered_at: ago(0) };
  return { firmware, ordered_at: ago(0), state: 'under_way', installed: null, reason: null };
}

function upgraded({ world: { gb28181: { upgrade: it } } }) {
  if (!it) return { upgrade: null };
  const over = ++it.looks > 2;
  const failed = over && it.url.endsWith('bad.bin');
  const state = over ? (failed ? 'failed' : 'done') : 'under_way';
  return { upgrade: { firmware: it.firmware, ordered_at: it.ordered_at, state, installed: over ? (failed ? 'V5.02.006' : it.firmware) : null, reason: failed ? '设备报告文件损坏或不匹配，请确认是该型号的文件。' : null } };
}

const holds = (query) => ({ text }) => (query.get('query') ?? '').split(/\s+/).every((word) => text.toLowerCase().includes(word.toLowerCase()));

export const GB28181_ROUTES = {
  'GET /gb28181': ({ world }) => ({ enabled: true, server_id: '34020000002000000001', domain: '3402000000', addresses: ['10.8.0.5'], port: 5060, tls_port: 5061, media_ports: '10000-10199', heartbeat_s: 60, online: world.gb28181.devices.filter(({ state }) => state === 'online').length, sessions: 2, connections: 1, flooded: 0 }),
  'GET /gb28181/devices': ({ world, query }) => {
    const word = (query.get('query') ?? '').toLowerCase();
    const items = world.gb28181.devices.filter((each) => `${each.code} ${each.name} ${each.manufacturer} ${each.address}`.toLowerCase().includes(word) && (!query.get('state') || each.state === query.get('state')));
    return { items, total: items.length };
  },
  'GET /gb28181/devices/:code': ({ world, params: [code] }) => find(world, code),
  'GET /gb28181/refused': ({ world }) => ({ items: world.gb28181.refused }),
  'POST /gb28181/devices/:code/refresh': () => undefined,
  'POST /gb28181/devices/:code/order': ({ world, body }) => {
    const card = world.gb28181.cards.find(({ number }) => number === body.card);
    if (body.order === 'format_card') Object.assign(card, { state: 'formatting', format_percent: 10, free_mb: 0 });
    world.gb28181.orders.push(body.order);
  },
  'GET /gb28181/devices/:code/cards': ({ world, query }) => {
    if (query.get('channel') === camera(3)) throw new Problem(504, 'timeout', '设备接受了消息但没有回复。请重试；若仍如此，请查看 SIP 信令。');
    return { items: world.gb28181.cards };
  },
  'GET /gb28181/devices/:code/home-position': ({ world }) => world.gb28181.home,
  'PUT /gb28181/devices/:code/home-position': ({ world, body: { enabled, reset_s = null, preset = null } }) => {
    world.gb28181.home = { enabled, reset_s, preset };
  },
  'GET /gb28181/devices/:code/upgrade': upgraded,
  'POST /gb28181/devices/:code/upgrade': upgrade,
  'GET /gb28181/devices/:code/configuration': configuration,
  'PUT /gb28181/devices/:code/configuration': configure,
  'POST /gb28181/devices/:code/snapshots': ordered,
  'GET /gb28181/snapshots/:id': comes,
  'GET /gb28181/devices/:code/catalog': ({ world, params: [code] }) => (find(world, code).code === RECORDER ? { state: 'whole', text: null, items: world.gb28181.items, gone: world.gb28181.gone } : { state: 'awaited', text: null, items: [], gone: [] }),
  'POST /gb28181/devices/:code/import': imported,
  'GET /gb28181/devices/:code/channels/:channel/recordings': recordings,
  'POST /streams/:app/:name/control': ({ world, body }) => {
    world.gb28181.controls.push(body);
  },
  'POST /streams/:app/:name/download': fetchRecording,
  'GET /downloads': ({ world, query }) => {
    const items = world.gb28181.downloads.filter(({ device }) => device === query.get('device')).map(advance);
    return { items, total_bytes: items.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
  'DELETE /downloads/:id': ({ world, params: [id] }) => {
    world.gb28181.downloads = world.gb28181.downloads.filter((each) => each.id !== Number(id));
  },
  'POST /downloads/:id/link': ({ params: [id] }) => ({ url: `/api/v1/downloads/${id}/file.mp4?token=x`, expires_at: ago(-3600) }),
  'GET /gb28181/devices/:code/positions': ({ world, params: [code], query }) => ({ items: code === camera(90) ? world.gb28181.positions.filter(({ id }) => id > Number(query.get('after') ?? 0)) : [] }),
  'GET /gb28181/trace': ({ world, query }) => {
    const { items, only } = world.gb28181.trace;
    return { only, items: items.filter(({ number }) => number > Number(query.get('behind') ?? 0)).filter(holds(query)) };
  },
  'PUT /gb28181/trace': ({ world, body }) => {
    world.gb28181.trace.only = body.only ?? null;
  },
  'GET /gb28181/trace/export.txt': ({ world, query }) => ({ csv: world.gb28181.trace.items.filter(holds(query)).map(({ text }) => text).join('\n') }),
  'GET /gb28181/alarms': ({ world, query }) => ({ items: world.gb28181.alarms.filter(({ device }) => !query.get('device') || device === query.get('device')), next_before: null }),
};
