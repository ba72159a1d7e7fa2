/** Settings of the invented server: the keys of the reference, so that no text of the console is without its key. */
import { readFileSync } from 'node:fs';
import { Problem } from './problem.js';

const REFERENCE = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');
const ORIGINS = { 'server.public_host': 'command line', 'rtmp.listen': 'environment', 'media.shards': 'file', 'streams.idle_close_ms': 'console' };
const RANGES = { 'hls.segments': [4, 60], 'hls.segment_ms': [500, 10_000], 'hls.part_ms': [100, 1000], 'streams.idle_close_ms': [0, 3_600_000], 'streams.gop_cap_bytes': [65_536, 1_073_741_824], 'snapshots.keep_days': [0, 3650], 'snapshots.max_bytes': [0, 2 ** 50] };
const ON_MACHINE = /^(tls\.|auth\.|database\.|media\.worker_path|media\.font|licence\.)/;

function kindOf(text) {
  if (text.startsWith('`[')) return ['list', []];
  if (text === '`false`' || text === '`true`') return ['flag', text === '`true`'];
  if (/^`\d+`$/.test(text)) return ['number', Number(text.slice(1, -1))];
  return ['text', text === 'empty' ? '' : text.slice(2, -2)];
}

export function createSettings() {
  const values = [...REFERENCE.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| ([^|]+?)(?:; with[^|]*)? \| (live|restart) \| (.+) \|$/gm)].map(([, key, text, reload, help]) => {
    const [kind, value] = kindOf(text);
    const origin = ORIGINS[key] ?? 'default';
    const secret = help.includes('Secret: never shown.');
    const [min, max] = RANGES[key] ?? (kind === 'number' ? [0, 10_000_000] : [null, null]);
    const unit = key.endsWith('_ms') ? 'ms' : key.endsWith('_bytes') ? 'bytes' : key.endsWith('_days') ? 'days' : '';
    return { key, value: secret ? null : value, default: secret ? null : value, origin, secret, reload, help, kind, min, max, unit, choices: key === 'log.format' ? ['text', 'json'] : [], changeable: !ON_MACHINE.test(key) && ['default', 'console'].includes(origin) };
  });
  return { values, version: 1, pending: [], undone: null };
}

function change({ world, body, match }) {
  const { settings } = world;
  if (Number(match?.replaceAll('"', '')) !== settings.version) throw new Problem(409, 'stale', '其他人已修改，请刷新后重试。');
  const changes = Object.entries(body).map(([key, value]) => [settings.values.find((each) => each.key === key), value]);
  for (const [setting, value] of changes) {
    if (!setting?.changeable) throw new Problem(403, 'setting_not_by_console', `${setting?.key} 不能在控制台修改。`, setting?.key);
    if (setting.key === 'server.time_zone' && value && !value.includes('/')) throw new Problem(400, 'invalid_input', `没有时区 "${value}"。`, setting.key);
  }
  for (const [setting, value] of changes) {
    Object.assign(setting, { value: value ?? setting.default, origin: value === null ? 'default' : 'console' });
    if (setting.reload === 'restart') settings.pending = [...new Set([...settings.pending, setting.key])];
  }
  Object.assign(settings, { version: settings.version + 1, undone: null });
  return settings;
}

export const SETTINGS_ROUTES = {
  'GET /config': ({ world }) => world.settings,
  'PATCH /config': change,
  'POST /config/reload': () => ({ changed: ['log.level'], needs_restart: ['http.listen'] }),
  'POST /server/restart': ({ world }) => {
    // A port that another program has is not to be had.
    const taken = world.settings.values.find(({ key, value }) => key === 'http.listen' && String(value).endsWith(':1'));
    if (taken) Object.assign(world.settings, { undone: { keys: ['http.listen'], reason: `${taken.value} 已被其他程序占用。` } });
    if (taken) Object.assign(taken, { value: taken.default, origin: 'default' });
    Object.assign(world.settings, { pending: [], version: world.settings.version + 1 });
    world.started_at = new Date().toISOString();
  },
};
