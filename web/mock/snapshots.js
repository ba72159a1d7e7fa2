/** Pictures and plans of the mock. */
import { Problem } from './problem.js';

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNkYPjPwMDAxAADUAYAEi0BAgNVGiQAAAAASUVORK5CYII=', 'base64');

export function createSnapshots() {
  const snapshots = Array.from({ length: 9 }, (_, index) => ({
    id: 9 - index, vhost: 'default', app: index % 3 ? 'demo' : 'g4', name: index % 3 ? `road${1 + (index % 4)}` : 'toll-lane-3', channel_id: null, taken_at: ago(index * 7),
    width: 1920, height: 1080, bytes: 281_000 - index * 900, form: 'jpg', sha256: 'ab'.repeat(32), origin: index % 2 ? 'plan' : 'manual', taken_by: index % 2 ? '整点截图' : 'li.na', plan_id: index % 2 ? 1 : null, keep_until: ago(-60 * 24 * 30),
  }));
  const snapshot_plans = [{
    id: 1, version: 1, name: '整点截图', streams: ['demo/road1', 'demo/road2', 'g4/toll-lane-3'], channels: [], organisation_id: null, group_id: null, interval_ms: 3_600_000, schedule: null, form: 'jpg', max_width: 1280, max_height: 0, quality: 80, overlay: true,
    keep_days: 30, target_id: 1, enabled: true, created_at: ago(9_000), taken: 124, skipped: 3, failed: 0, missed: 0, last_taken_at: ago(7), last_snapshot_id: 8, last_failure: { stream: 'g4/toll-lane-3', at: ago(67), text: '未能及时收到关键帧。' },
  }];
  const target = (id, name, kind, url, over) => ({ id, name, kind, url, username: null, has_password: false, has_token: false, headers: [], enabled: true, version: 1, created_at: ago(9_000), waiting: 0, sent: 0, failures: 0, lost: 0, last_sent_at: null, last_error: null, ...over });
  const upload_targets = [
    target(1, '省平台', 'http_form', 'https://province.example/api/pictures/', { has_token: true, headers: [{ name: 'X-Site', value: '320200' }], sent: 1_204, last_sent_at: ago(7) }),
    target(2, '备份服务器', 'ftp', 'ftp://10.8.0.9/snapshots/{date}/', { username: 'viaduct', has_password: true, waiting: 37, sent: 88, failures: 12, last_sent_at: ago(95), last_error: '10.8.0.9:21 没有响应。' }),
  ];
  return { snapshots, snapshot_plans, upload_targets };
}

const find = (items, id) => {
  const found = items.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有该截图。');
  return found;
};

function take(world, [app, name], by) {
  const made = { ...world.snapshots[0], id: Math.max(0, ...world.snapshots.map(({ id }) => id)) + 1, vhost: 'default', app, name, taken_at: ago(0), origin: 'manual', taken_by: by };
  world.snapshots.unshift(made);
  return made;
}

/** How many streams a plan is about; an organisation's own only. */
const camerasOf = (world, { streams, channels, organisation_id, group_id }) =>
  streams.length + world.channels.filter((each) => channels.includes(each.id) || each.organisation_id === organisation_id || each.groups.includes(group_id)).length;

function savePlan(world, body, existing) {
  const bad = body.streams.find((stream) => !/^([\w-]+\/){1,2}[\w-]+$/.test(stream));
  if (bad) throw new Problem(400, 'invalid_input', `"${bad}" 不是流名称。`, 'streams');
  if (body.channels.some((id) => !world.channels.some((each) => each.id === id))) throw new Problem(400, 'invalid_input', '没有这个通道。', 'channels');
  if (existing) return Object.assign(existing, body, { version: existing.version + 1 });
  const made = { ...body, id: world.snapshot_plans.length + 1, version: 1, created_at: ago(0), taken: 0, skipped: 0, failed: 0, missed: 0, last_taken_at: null, last_snapshot_id: null, last_failure: null };
  world.snapshot_plans.push(made);
  return made;
}

function saveTarget(world, { password, token, ...body }, existing) {
  if (!body.name?.trim()) throw new Problem(400, 'invalid_input', '上传目标名称为 1 到 64 个字符。', 'name');
  if (world.upload_targets.some((each) => each !== existing && each.name === body.name)) throw new Problem(409, 'conflict', '已有同名上传目标。', 'name');
  if (!(body.kind === 'ftp' ? /^ftp:\/\/[^/]+\// : /^https?:\/\/[^/]+/).test(body.url)) throw new Problem(400, 'invalid_input', '这个地址与方式不符。', 'url');
  if (body.headers.some(({ name }) => !/^[\w-]+$/.test(name))) throw new Problem(400, 'invalid_input', '这不是可以设置的请求头。', 'headers');
  const secrets = { username: null, has_password: password ? true : Boolean(body.username && existing?.has_password), has_token: token === undefined ? (existing?.has_token ?? false) : token !== '' };
  world.secrets = { password, token };
  if (existing) return Object.assign(existing, { ...secrets, ...body, version: existing.version + 1 });
  const made = { ...secrets, ...body, id: world.upload_targets.length + 1, version: 1, created_at: ago(0), waiting: 0, sent: 0, failures: 0, lost: 0, last_sent_at: null, last_error: null };
  world.upload_targets.push(made);
  return made;
}

/** The one to be changed, if the caller read its present version. */
function presentTarget(world, id, match) {
  const found = find(world.upload_targets, id);
  if (match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
  return found;
}

export const SNAPSHOT_ROUTES = {
  'POST /streams/:a/:n/snapshot': ({ world, params }) => ({ status: 201, body: take(world, params, 'admin') }),
  'GET /snapshots': ({ world, query }) => {
    const fits = (each) => (!query.get('stream') || `${each.app}/${each.name}` === query.get('stream')) && (!query.get('origin') || each.origin === query.get('origin')) && each.id < Number(query.get('before') ?? Infinity);
    const items = world.snapshots.filter(fits).slice(0, world.page_rows);
    return { items, next_before: items.length === world.page_rows ? items.at(-1).id : null, total: world.snapshots.length, total_bytes: world.snapshots.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
  'GET /snapshots/:id': ({ world, params: [id] }) => find(world.snapshots, id),
  'DELETE /snapshots/:id': ({ world, params: [id] }) => void (world.snapshots = world.snapshots.filter((each) => each !== find(world.snapshots, id))),
  'GET /snapshots/:id/picture': ({ world, params: [id] }) => ({ picture: find(world.snapshots, id) && PICTURE }),
  'GET /snapshots/:id/thumbnail': ({ world, params: [id] }) => ({ picture: find(world.snapshots, id) && PICTURE }),
  'GET /snapshot-plans': ({ world }) => ({ items: world.snapshot_plans.map((plan) => ({ ...plan, cameras: camerasOf(world, plan) })) }),
  'POST /snapshot-plans': ({ world, body }) => ({ status: 201, body: savePlan(world, body, null) }),
  'PUT /snapshot-plans/:id': ({ world, body, params: [id] }) => savePlan(world, body, find(world.snapshot_plans, id)),
  'DELETE /snapshot-plans/:id': ({ world, params: [id] }) => void (world.snapshot_plans = world.snapshot_plans.filter((each) => each.id !== Number(id))),
  'GET /upload-targets': ({ world }) => ({ items: world.upload_targets }),
  'POST /upload-targets': ({ world, body }) => ({ status: 201, body: saveTarget(world, body, null) }),
  'PUT /upload-targets/:id': ({ world, body, params: [id], match }) => saveTarget(world, body, presentTarget(world, id, match)),
  'DELETE /upload-targets/:id': ({ world, params: [id] }) => {
    if (world.snapshot_plans.some(({ target_id }) => target_id === Number(id))) throw new Problem(409, 'conflict', '有计划正在使用该上传目标，请先修改这些计划。');
    world.upload_targets = world.upload_targets.filter((each) => each.id !== Number(id));
  },
  'POST /upload-targets/:id/test': ({ world, params: [id] }) => {
    const { last_error } = find(world.upload_targets, id);
    return { ok: last_error === null, error: last_error, snapshot_id: 9 };
  },
  'POST /upload-targets/:id/retry': ({ world, params: [id] }) => {
    const found = find(world.upload_targets, id);
    return Object.assign(found, { sent: found.sent + found.waiting, waiting: 0, last_error: null, last_sent_at: ago(0) });
  },
};
