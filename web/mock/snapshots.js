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
    id: 1, version: 1, name: '整点截图', streams: ['demo/road1', 'demo/road2', 'g4/toll-lane-3'], interval_ms: 3_600_000, schedule: null, form: 'jpg', max_width: 1280, max_height: 0, quality: 80, overlay: true,
    keep_days: 30, target_id: 1, enabled: true, created_at: ago(9_000), taken: 124, skipped: 3, failed: 0, missed: 0, last_taken_at: ago(7), last_snapshot_id: 8, last_failure: { stream: 'g4/toll-lane-3', at: ago(67), text: '未能及时收到关键帧。' },
  }];
  return { snapshots, snapshot_plans };
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

function savePlan(world, body, existing) {
  const bad = body.streams.find((stream) => !/^([\w-]+\/){1,2}[\w-]+$/.test(stream));
  if (bad) throw new Problem(400, 'invalid_input', `"${bad}" 不是流名称。`, 'streams');
  if (existing) return Object.assign(existing, body, { version: existing.version + 1 });
  const made = { ...body, id: world.snapshot_plans.length + 1, version: 1, created_at: ago(0), taken: 0, skipped: 0, failed: 0, missed: 0, last_taken_at: null, last_snapshot_id: null, last_failure: null };
  world.snapshot_plans.push(made);
  return made;
}

export const SNAPSHOT_ROUTES = {
  'POST /streams/:a/:n/snapshot': ({ world, params }) => ({ status: 201, body: take(world, params, 'admin') }),
  'GET /snapshots': ({ world, query }) => {
    const fits = (each) => (!query.get('stream') || `${each.app}/${each.name}` === query.get('stream')) && (!query.get('origin') || each.origin === query.get('origin')) && each.id < Number(query.get('before') ?? Infinity);
    const items = world.snapshots.filter(fits).slice(0, world.page_rows);
    return { items, next_before: items.length === world.page_rows ? items.at(-1).id : null, total: world.snapshots.length, total_bytes: world.snapshots.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
  'DELETE /snapshots/:id': ({ world, params: [id] }) => void (world.snapshots = world.snapshots.filter((each) => each !== find(world.snapshots, id))),
  'GET /snapshots/:id/picture': ({ world, params: [id] }) => ({ picture: find(world.snapshots, id) && PICTURE }),
  'GET /snapshots/:id/thumbnail': ({ world, params: [id] }) => ({ picture: find(world.snapshots, id) && PICTURE }),
  'GET /snapshot-plans': ({ world }) => ({ items: world.snapshot_plans }),
  'POST /snapshot-plans': ({ world, body }) => ({ status: 201, body: savePlan(world, body, null) }),
  'PUT /snapshot-plans/:id': ({ world, body, params: [id] }) => savePlan(world, body, find(world.snapshot_plans, id)),
  'DELETE /snapshot-plans/:id': ({ world, params: [id] }) => void (world.snapshot_plans = world.snapshot_plans.filter((each) => each.id !== Number(id))),
  'GET /upload-targets': () => ({ items: [{ id: 1, name: '省平台', waiting: 0, last_error: null }] }),
};
