/** Patrols, their runs and their log. */
import { meOf } from './accounts.js';
import { Problem } from './problem.js';

export function createPatrols() {
  const patrol = (id, name, steps, over = {}) => ({
    id, name, organisation_id: null, owner: 'admin', steps: steps.map((channel_id) => ({ channel_id, preset: null })), layout: '4', dwell_s: 15, order: 'listed', snapshot: false, schedule: null, open: true, version: 1, ...over,
  });
  return [
    patrol(1, '收费站早检', [1, 2, 3, 4, 5], { snapshot: true }),
    patrol(2, '夜间隧道', [5, 6], { organisation_id: 1, layout: '1', open: false, schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }] }),
  ];
}

const seen = (patrol, me) => ({ ...patrol, mine: patrol.owner === me.name, changeable: patrol.owner === me.name || me.name === 'admin' });

function find({ patrols }, id) {
  const found = patrols.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这个轮巡。');
  return found;
}

function save({ world, body, token }, existing) {
  const me = meOf(world, token);
  if (!body.name?.trim()) throw new Problem(400, 'invalid_input', '名称为 1 至 64 个字符。', 'name');
  if (!(body.dwell_s >= 3 && body.dwell_s <= 3600)) throw new Problem(400, 'invalid_input', '每页停留 3 至 3600 秒。', 'dwell_s');
  if (existing) return seen(Object.assign(existing, body, { version: existing.version + 1 }), me);
  const made = { id: Math.max(0, ...world.patrols.map(({ id }) => id)) + 1, owner: me.name, open: true, version: 1, ...body };
  world.patrols.push(made);
  return seen(made, me);
}

export const PATROL_ROUTES = {
  'GET /patrols': ({ world, token }) => ({ items: world.patrols.map((each) => seen(each, meOf(world, token))) }),
  'POST /patrols': (ctx) => ({ status: 201, body: save(ctx, null) }),
  'GET /patrols/:id': ({ world, token, params: [id] }) => seen(find(world, id), meOf(world, token)),
  'PUT /patrols/:id': (ctx) => {
    const found = find(ctx.world, ctx.params[0]);
    if (ctx.match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
    return save(ctx, found);
  },
  'DELETE /patrols/:id': ({ world, params: [id] }) => void (world.patrols = world.patrols.filter((each) => each.id !== Number(id))),
  'GET /patrols/:id/log': ({ world, params: [id] }) => ({ items: world.patrol_stops.filter(({ patrol }) => patrol === Number(id)).map(({ patrol, ...stop }) => stop).reverse(), before: null }),
  'POST /patrols/:id/runs': ({ world, params: [id] }) => {
    world.patrol_runs.push({ id: world.patrol_runs.length + 1, patrol: find(world, id).id, ended: false });
    return { status: 201, body: { id: world.patrol_runs.length } };
  },
  'POST /patrol-runs/:id/stops': ({ world, token, params: [id], body }) => {
    const run = world.patrol_runs[Number(id) - 1];
    if (!run || run.ended) throw new Problem(404, 'not_found', '没有这次轮巡。');
    const channel = world.channels.find((each) => each.id === body.channel_id);
    const stop = { id: world.patrol_stops.length + 1, run_id: run.id, at: new Date().toISOString(), user: meOf(world, token).name, channel_id: channel.id, channel_name: channel.name, outcome: body.outcome, snapshot_id: null };
    world.patrol_stops.push({ ...stop, patrol: run.patrol });
    return { status: 201, body: stop };
  },
  'DELETE /patrol-runs/:id': ({ world, params: [id] }) => void (world.patrol_runs[Number(id) - 1].ended = true),
};
