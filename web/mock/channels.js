/** Cameras of the mock: an invented operator's, along its roads, and as many more as a test asks for. */
import { Problem } from './problem.js';

const PLACES = [
  ['江口收费站入口', 'jkslzrk', 8, 'demo/road1'], ['江口收费站出口', 'jksfzck', 8, 'demo/road2'], ['青浦收费站广场', 'qpsfzgc', 9, 'demo/road3'], ['海湾收费站', 'hwsfz', 10, 'demo/road4'],
  ['长桥隧道北洞口', 'cqsdbdk', 11, 'g4/tunnel-n1'], ['长桥隧道南洞口', 'cqsdndk', 11, 'g4/tunnel-n2'], ['北段 K1203+500', 'bd', 6, 'g4/g4-k1203-500'], ['北段 K1207+200', 'bd', 6, 'g4/g4-k1207-200'],
  ['北段 K1211+750', 'bd', 6, 'g4/g4-k1211-750'], ['匝道东', 'zdd', 7, 'g4/ramp-east'], ['匝道西', 'zdx', 7, 'g4/ramp-west'], ['东湖大桥桥面', 'dhdqqm', 12, 'g4/bridge-deck'], ['东湖收费站 3 道', 'dhsfz', 13, 'g4/toll-lane-3'], ['服务区', 'fwq', 12, 'g4/service-area'],
];
const STATES = { live: 'online', waiting: 'idle', idle: 'idle', failed: 'offline' };

function channel(id, name, initials, organisation_id, stream, state) {
  const stake = /K\d+\+\d+/.exec(name)?.[0] ?? null;
  const code = `3202${String(id).padStart(16, '0')}`;
  const tags = id % 4 === 0 ? ['重点'] : [];
  return {
    id, device_id: id, device_name: name, organisation_id, groups: [], name, kind: 'video', code, text: [name, initials, code, stake, ...tags].join(' ').toLowerCase(), area_code: '320200', number: '1',
    road: stake ? { code: 'G15', name: '沈海高速', stake, stake_m: null, direction: 'up', carriageway: 'main' } : null, position: null, heading: null, ptz: id % 3 === 0, talk: id === 1 || id === 3, tags, custom: {}, maintenance: {},
    main: { stream, address: '' }, sub: null, mode: 'on_demand', enabled: true, state, state_reason: state === 'offline' ? '连接超时' : null, created_at: new Date().toISOString(), version: 1,
  };
}

/** A recorder of the first cameras, and one device for each of the others. */
export function createDevices(channels) {
  const device = (id, name, organisation_id, address, over = {}) => ({ id, name, organisation_id, driver: 'url', address, username: 'admin', has_password: true, vendor: '', model: '', serial: '', options: {}, enabled: true, created_at: new Date().toISOString(), version: 1, ...over });
  for (const each of channels.slice(0, 4)) Object.assign(each, { device_id: 100, device_name: '收费站录像机' });
  return [device(100, '收费站录像机', 3, 'rtsp://10.8.3.10:554', { vendor: 'Hikvision', model: 'DS-9664NI', serial: 'C12345678' }), ...channels.slice(4).map(({ id, name, organisation_id }) => device(id, name, organisation_id, ''))];
}

export function createChannels(streams) {
  return PLACES.map(([name, initials, organisation, stream], index) => {
    const found = streams.find((each) => each.vhost === 'default' && `${each.app}/${each.name}` === stream);
    return channel(index + 1, name, initials, organisation, stream, STATES[found?.state] ?? 'offline');
  });
}

/** `count` more cameras in `branches` organisations below the top, none of which plays. */
export function addMany(world, count, branches) {
  for (let index = 0; index < branches; index++) world.people.organisations.push({ id: 1000 + index, parent_id: 2, name: `路段 ${index + 1}`, position: index, version: 1 });
  for (let index = 0; index < count; index++) {
    const stake = `K${Math.floor(index / 10)}+${(index % 10) * 100}`;
    world.channels.push(channel(1000 + index, `相机 ${stake}`, 'xj', 1000 + (index % branches), `ch/${1000 + index}`, index % 7 === 0 ? 'offline' : index % 2 === 0 ? 'online' : 'idle'));
  }
}

function within({ people }, id) {
  const inside = new Set([id]);
  // Those above stand before those below them.
  for (const each of people.organisations) if (inside.has(each.parent_id)) inside.add(each.id);
  return inside;
}

const shownOf = ({ text: _text, ...each }) => each;

/** The filters that name a whole value. */
const like = (each, query) =>
  (!query.get('group') || each.groups.includes(Number(query.get('group')))) && (!query.get('state') || each.state === query.get('state')) && (!query.get('tag') || each.tags.includes(query.get('tag'))) && (!query.get('device') || each.device_id === Number(query.get('device')));

function pageOf(items, query) {
  const [page, rows] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 100)];
  return { items: items.slice((page - 1) * rows, page * rows), total: items.length };
}

function list(world, query) {
  const organisation = Number(query.get('organisation') ?? 1);
  const inside = query.get('organisation') === null || query.get('below') !== 'false' ? within(world, organisation) : new Set([organisation]);
  const ids = query.get('ids') === null ? null : new Set(query.get('ids').split(',').map(Number));
  const text = (query.get('query') ?? '').toLowerCase();
  const fits = world.channels.filter((each) => inside.has(each.organisation_id) && each.text.includes(text) && (!ids || ids.has(each.id)) && like(each, query));
  return pageOf(fits.map(shownOf), query);
}

function tree({ channels, people }) {
  const counts = new Map();
  for (const { organisation_id, state } of channels) {
    const count = counts.get(organisation_id) ?? { channels: 0, online: 0 };
    counts.set(organisation_id, { channels: count.channels + 1, online: count.online + (state === 'online' ? 1 : 0) });
  }
  return { organisations: people.organisations.map(({ id, parent_id, name }) => ({ id, parent_id, name, channels: 0, online: 0, ...counts.get(id) })) };
}

function findChannel({ channels }, id) {
  const found = channels.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这个通道。');
  return found;
}

/** The stream that a channel is shown as. */
export const streamOf = (world, id) => findChannel(world, id).main.stream;

/** The one to be changed, if the caller read its present version. */
function presentOne(found, match) {
  if (match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
  return found;
}

function checkChannel({ channels }, body, existing) {
  if (!body.name?.trim()) throw new Problem(400, 'invalid_input', '名称为 1 至 128 个字符。', 'name');
  if (body.road?.stake && !/^K\d+\+\d{3}$/.test(body.road.stake)) throw new Problem(400, 'invalid_input', '桩号写作 K12+300。', 'road.stake');
  if (body.code && channels.some((each) => each !== existing && each.code === body.code)) throw new Problem(409, 'conflict', '另一个通道已用这个编码。', 'code');
}

function changeChannel({ world, params: [id], body, match, emit }) {
  const found = presentOne(findChannel(world, id), match);
  checkChannel(world, body, found);
  Object.assign(found, body, { version: found.version + 1, state: body.enabled ? found.state : 'disabled' });
  emit('channels', 'changed', {});
  return shownOf(found);
}

/** Keeps what was, for `POST /channels/undo/{id}`. */
function undoable(world, result) {
  const undo = String(world.undo.size + 1);
  world.undo.set(undo, structuredClone(world.channels));
  return { added: 0, changed: 0, removed: 0, ...result, undo };
}

function bulk({ world, body: { ids, action, set = {} } }) {
  const answer = undoable(world, action === 'remove' ? { removed: ids.length } : { changed: ids.length });
  if (action === 'remove') world.channels = world.channels.filter(({ id }) => !ids.includes(id));
  for (const each of world.channels.filter(({ id }) => ids.includes(id))) {
    const { add_tags = [], remove_tags = [], ...rest } = set;
    Object.assign(each, rest, { tags: [...each.tags.filter((tag) => !remove_tags.includes(tag)), ...add_tags] });
    if (set.enabled !== undefined) each.state = set.enabled ? 'idle' : 'disabled';
  }
  return answer;
}

/** A table with the columns name, address and stake. */
function importTable({ world, query, body }) {
  const [head, ...lines] = body.replace(/^\ufeff/, '').split(/\r?\n/).filter(Boolean).map((line) => line.split(','));
  const at = (row, column) => row[head.indexOf(column)] ?? '';
  const errors = lines.flatMap((row, index) => (at(row, 'stake') && !/^K\d+\+\d{3}$/.test(at(row, 'stake')) ? [{ row: index + 2, column: 'stake', value: at(row, 'stake'), text: '桩号写作 K12+300。' }] : []));
  const report = { rows: lines.length, added: lines.length - errors.length, changed: 0, unchanged: 0, refused: errors.length, devices: lines.length - errors.length, errors, ignored_columns: head.filter((each) => !['name', 'address', 'stake'].includes(each)), done: false, undo: null };
  if (query.get('dry_run') === 'true') return report;
  const { undo } = undoable(world, {});
  if (!errors.length) for (const row of lines) world.channels.push(channel(nextId(world.channels), `${at(row, 'name')}`, '', Number(query.get('organisation')), 'ch/new', 'idle'));
  return { ...report, done: !errors.length, undo };
}

const nextId = (items) => Math.max(0, ...items.map(({ id }) => id)) + 1;
const csv = (world) => ['name,address,stake', ...world.channels.map(({ name, main, road }) => `${name},${main.address},${road?.stake ?? ''}`)].join('\r\n');

const counted = (world, device) => ({ ...device, channels: world.channels.filter(({ device_id }) => device_id === device.id).length });

function findDevice({ devices }, id) {
  const found = devices.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这个设备。');
  return found;
}

function listDevices(world, query) {
  const text = (query.get('query') ?? '').toLowerCase();
  const fits = world.devices.filter((each) => [each.name, each.address, each.vendor, each.model, each.serial].join(' ').toLowerCase().includes(text) && (!query.get('driver') || each.driver === query.get('driver')));
  return pageOf(fits.map((device) => counted(world, device)), query);
}

function saveDevice({ world, body: { channels = [], password, ...body } }, existing) {
  if (!body.name?.trim()) throw new Problem(400, 'invalid_input', '名称为 1 至 128 个字符。', 'name');
  channels.forEach((each) => checkChannel(world, each, null));
  const has_password = password === undefined ? (existing?.has_password ?? false) : password !== '';
  if (existing) return counted(world, Object.assign(existing, body, { has_password, version: existing.version + 1 }));
  const made = { address: '', username: null, vendor: '', model: '', serial: '', ...body, id: nextId(world.devices), has_password, created_at: new Date().toISOString(), version: 1 };
  world.devices.push(made);
  for (const each of channels) {
    const { name, organisation_id = made.organisation_id, main, ...rest } = each;
    world.channels.push({ ...channel(nextId(world.channels), name, '', organisation_id, 'demo/road1', 'online'), ...rest, device_id: made.id, device_name: made.name, main: { stream: 'demo/road1', address: main.address } });
  }
  return counted(world, made);
}

function removeDevice(world, id) {
  const gone = findDevice(world, id);
  world.devices = world.devices.filter((each) => each !== gone);
  world.channels = world.channels.filter(({ device_id }) => device_id !== gone.id);
}

/** Presets and cruises of a camera, the same two and one until they are changed. */
function toursOf(world, id) {
  world.tours ??= new Map();
  if (!world.tours.has(id)) {
    world.tours.set(id, {
      presets: [{ number: 1, name: '收费广场', in_device: true, snapshot_id: null }, { number: 2, name: '', in_device: null, snapshot_id: null }],
      cruises: [{ number: 1, name: '全景', steps: [{ preset: 1, dwell_s: 10 }] }],
      idle: null,
    });
  }
  return world.tours.get(id);
}

function drop(items, number) {
  const at = items.findIndex((each) => each.number === number);
  if (at >= 0) items.splice(at, 1);
}

function put(items, made) {
  drop(items, made.number);
  items.push(made);
  items.sort((a, b) => a.number - b.number);
}

export const CHANNEL_ROUTES = {
  'GET /channels': ({ world, query }) => list(world, query),
  'GET /channels/tree': ({ world }) => tree(world),
  'POST /channels/bulk': bulk,
  'POST /channels/import': importTable,
  'GET /channels/export/:format': ({ world }) => ({ csv: csv(world) }),
  'GET /channels/template/:format': () => ({ csv: 'name,address,stake' }),
  'POST /channels/undo/:id': ({ world, params: [id] }) => {
    const before = world.undo.get(id);
    if (!before) throw new Problem(404, 'not_found', '已不能撤销。');
    const changed = before.length;
    world.channels = before;
    world.undo.delete(id);
    return { added: 0, changed, removed: 0, undo: null };
  },
  'GET /channels/:id/shares': ({ world, params: [id] }) => ({ items: world.shares.filter(({ channel }) => channel === Number(id)).map(({ token: _token, channel: _channel, ...each }) => each) }),
  'POST /channels/:id/shares': ({ world, params: [id], body: { minutes, rendition, watermark } }) => {
    const share = { id: nextId(world.shares), user: 'admin', rendition, watermark, created_at: new Date().toISOString(), expires_at: new Date(Date.now() + minutes * 60_000).toISOString() };
    world.shares.push({ ...share, token: `t${share.id}`, channel: Number(id) });
    return { status: 201, body: { share, path: `/share/t${share.id}` } };
  },
  'DELETE /channels/:id/shares/:share': ({ world, params: [, gone] }) => void (world.shares = world.shares.filter(({ id }) => id !== Number(gone))),
  'GET /channels/:id/ptz': ({ world, params: [id] }) => {
    if (!findChannel(world, id).ptz) throw new Problem(415, 'unsupported', '这台摄像机不能转动。');
    return {
      abilities: { pan_tilt: true, zoom: true, focus: true, iris: false, presets: true, cruises: true, kept_cruises: true, home: true, frame: true, position: false },
      position: null, standing: { lock: null, moving: false, cruise: null }, ...toursOf(world, id),
    };
  },
  'PUT /channels/:id/ptz/presets/:number': ({ world, params: [id, number], body }) => put(toursOf(world, id).presets, { number: Number(number), name: body.name ?? '', in_device: true, snapshot_id: null }),
  'PUT /channels/:id/ptz/presets/:number/name': ({ world, params: [id, number], body }) => void (toursOf(world, id).presets.find((each) => each.number === Number(number)).name = body.name),
  'PUT /channels/:id/ptz/idle': ({ world, params: [id], body }) => void (toursOf(world, id).idle = body),
  'DELETE /channels/:id/ptz/idle': ({ world, params: [id] }) => void (toursOf(world, id).idle = null),
  'DELETE /channels/:id/ptz/presets/:number': ({ world, params: [id, number] }) => drop(toursOf(world, id).presets, Number(number)),
  'PUT /channels/:id/ptz/cruises/:number': ({ world, params: [id, number], body }) => put(toursOf(world, id).cruises, { number: Number(number), name: body.name ?? '', steps: body.steps }),
  'DELETE /channels/:id/ptz/cruises/:number': ({ world, params: [id, number] }) => drop(toursOf(world, id).cruises, Number(number)),
  'GET /channels/:id/ptz/kept-cruises': () => ({ items: [{ number: 0, name: '白天', steps: [{ preset: 1, dwell_s: 15 }, { preset: 2, dwell_s: 15 }] }] }),
  'POST /channels/:id/ptz/frame': ({ world, body }) => void world.ptz.push({ type: 'frame', ...body }),
  'GET /channels/:id': ({ world, params: [id] }) => shownOf(findChannel(world, id)),
  'PUT /channels/:id': changeChannel,
  'GET /devices': ({ world, query }) => listDevices(world, query),
  'POST /devices': (ctx) => ({ status: 201, body: saveDevice(ctx, null) }),
  'GET /devices/:id': ({ world, params: [id] }) => counted(world, findDevice(world, id)),
  'PUT /devices/:id': (ctx) => saveDevice(ctx, presentOne(findDevice(ctx.world, ctx.params[0]), ctx.match)),
  'DELETE /devices/:id': ({ world, params: [id] }) => removeDevice(world, id),
};
