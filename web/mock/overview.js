/** What the first page shows of the invented world, each part for those who may see it. */
import { meOf } from './accounts.js';
import { standing } from './licence.js';
import { server } from './state.js';

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

function cameras({ channels }) {
  const count = (state) => channels.filter((each) => each.state === state).length;
  const lost = channels.filter(({ state }) => state === 'offline').slice(0, 8);
  return {
    total: channels.length, online: count('online'), offline: count('offline'), idle: count('idle'), disabled: count('disabled'),
    lost: lost.map(({ id, name, road, state_reason }, index) => ({ id, name, place: road ? `${road.code} ${road.stake}` : '', since: ago(97 + index * 1330), reason: state_reason ?? '' })),
    history: Array.from({ length: 288 }, (_, i) => ({ at_ms: Date.now() - (287 - i) * 300_000, online: Math.max(0, count('online') - (i % 97 === 0 ? 3 : Number(i > 150 && i < 170))) })),
  };
}

function serverPart(world, history) {
  const { version, uptime_s, streams, viewers, rate_in_bps, rate_out_bps, cpu_percent, memory_bytes } = server(world, false);
  return {
    version, uptime_s, load: { streams, viewers, rate_in_bps, rate_out_bps, cpu_percent, memory_bytes }, history,
    machine: { cpu_percent: 23, processors: 16, memory_used_bytes: 27.4e9, memory_total_bytes: 33.6e9, disk_used_bytes: 310e9, disk_total_bytes: 960e9 }, workers: { started: 2, died: 0, refused: 0 },
  };
}

export function overview({ world, token }, history) {
  const held = new Set(meOf(world, token).permissions.map(({ permission }) => permission));
  const part = (kind, make) => (held.has(`view:${kind}`) ? make() : null);
  const live = world.streams.filter(({ state }) => state === 'live');
  const failing = world.sources.filter(({ state }) => ['failed', 'backing_off'].includes(state)).map(({ app, name }) => `${app}/${name}`);
  const pushes = world.relays.flatMap((relay) => relay.pushes);
  return {
    cameras: part('channel', () => cameras(world)),
    streams: part('stream', () => ({ live: live.length, viewers: live.reduce((sum, each) => sum + each.viewers, 0), bitrate_bps: live.reduce((sum, each) => sum + each.bitrate_bps, 0) })),
    server: part('server', () => serverPart(world, history)),
    licence: part('server', () => standing(world)),
    sources: part('source', () => ({ total: world.sources.length, live: world.sources.filter(({ state }) => state === 'live').length, failing, failing_count: failing.length })),
    relays: part('relay', () => ({ total: world.relays.length, sending: pushes.filter(({ state }) => state === 'sending').length, failing: pushes.filter(({ state }) => state !== 'sending').length })),
    snapshots: part('snapshot', () => world.snapshots.slice(0, 8)),
    patrols: part('patrol', () => world.patrols.map(({ id, name, owner }, index) => ({ id, name, user: owner, started_at: ago(900 + index * 40_000), ended_at: index ? ago(index * 38_000) : null }))),
    views: part('view', () => world.views.map(({ id, name, number, layout }) => ({ id, name, number, layout }))),
    audit: part('audit', () => world.people.audit.slice(0, 8)),
  };
}
