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
    id, device_id: id, device_name: name, organisation_id, name, kind: 'video', code, text: [name, initials, code, stake, ...tags].join(' ').toLowerCase(), area_code: '320200', number: '1',
    road: stake ? { code: 'G15', name: '沈海高速', stake, stake_m: null, direction: 'up', carriageway: 'main' } : null, position: null, heading: null, ptz: id % 3 === 0, tags, custom: {}, maintenance: {},
    main: { stream, address: '' }, sub: null, mode: 'on_demand', enabled: true, state, state_reason: state === 'offline' ? '连接超时' : null, created_at: new Date().toISOString(), version: 1,
  };
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

function list(world, query) {
  const organisation = Number(query.get('organisation') ?? 1);
  const inside = query.get('organisation') === null || query.get('below') !== 'false' ? within(world, organisation) : new Set([organisation]);
  const ids = query.get('ids') === null ? null : new Set(query.get('ids').split(',').map(Number));
  const text = (query.get('query') ?? '').toLowerCase();
  const fits = world.channels.filter((each) => inside.has(each.organisation_id) && each.text.includes(text) && (!ids || ids.has(each.id)));
  const [page, rows] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 50)];
  return { items: fits.slice((page - 1) * rows, page * rows).map(shownOf), total: fits.length };
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

export const CHANNEL_ROUTES = {
  'GET /channels': ({ world, query }) => list(world, query),
  'GET /channels/tree': ({ world }) => tree(world),
  'GET /channels/:id': ({ world, params: [id] }) => shownOf(findChannel(world, id)),
};
