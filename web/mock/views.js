/** Views of the wall and the screens of other desks. */
import { meOf } from './accounts.js';
import { Problem } from './problem.js';

const LAYOUT = /^(1|4|6|8|9|13|16|25|grid:[1-8]x[1-8](:[\d.,]+)?)$/;

export function createViews() {
  const view = (id, name, number, layout, tiles, over = {}) => ({ id, name, number, owner: 'admin', organisation_id: null, layout, tiles, version: 1, ...over });
  return [
    view(1, '早高峰', 1, '4', [{ channel_id: 1 }, { channel_id: 2 }, { stream: 'demo/road3' }, null]),
    view(2, '收费站', 12, '6', [{ channel_id: 4 }, { channel_id: 1 }, { channel_id: 3 }, null, null, null], { organisation_id: 1, owner: 'operator' }),
  ];
}

const seen = (view, me) => ({ ...view, mine: view.owner === me.name, changeable: view.owner === me.name || me.permissions.some(({ permission }) => permission === 'manage:view') });

function find({ views }, id) {
  const found = views.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这个视图。');
  return found;
}

function check({ views }, body, existing, me) {
  if (!body.name?.trim() || body.name.length > 64) throw new Problem(400, 'invalid_input', '名称为 1 至 64 个字符。', 'name');
  if (!LAYOUT.test(body.layout)) throw new Problem(400, 'invalid_input', '不认识这种布局。', 'layout');
  if (body.number !== null && !(Number.isInteger(body.number) && body.number >= 1 && body.number <= 99)) throw new Problem(400, 'invalid_input', '编号为 1 至 99。', 'number');
  if (body.number !== null && views.some((each) => each !== existing && each.number === body.number && each.owner === me.name)) throw new Problem(409, 'conflict', '另一个视图已用这个编号。', 'number');
}

function save(ctx, existing) {
  const { world, body } = ctx;
  const me = meOf(world, ctx.token);
  check(world, body, existing, me);
  const { name, number, organisation_id, layout, tiles } = body;
  const saved = { name, number, organisation_id, layout, tiles };
  if (existing) return seen(Object.assign(existing, saved, { version: existing.version + 1 }), me);
  const made = { id: Math.max(0, ...world.views.map(({ id }) => id)) + 1, owner: me.name, version: 1, ...saved };
  world.views.push(made);
  return seen(made, me);
}

function change(ctx) {
  const found = find(ctx.world, ctx.params[0]);
  if (ctx.match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
  return save(ctx, found);
}

function show({ world, emit, params: [name], body }) {
  const screen = world.screens.get(name);
  if (!screen) throw new Problem(404, 'not_found', '没有打开这个大屏。');
  const { layout, tiles } = body.view_id === undefined ? body : find(world, body.view_id);
  screen.view_id = body.view_id ?? null;
  emit('screens', 'show', { screen: name, view_id: screen.view_id, layout, tiles, by: 'admin' });
}

export const VIEW_ROUTES = {
  'GET /views': ({ world, token }) => {
    const me = meOf(world, token);
    return { items: world.views.filter(({ owner, organisation_id }) => organisation_id !== null || owner === me.name).map((view) => seen(view, me)) };
  },
  'POST /views': (ctx) => ({ status: 201, body: save(ctx, null) }),
  'PUT /views/:id': change,
  'DELETE /views/:id': ({ world, params: [id] }) => void (world.views = world.views.filter((view) => view.id !== Number(id))),
  'GET /screens': ({ world }) => ({ items: [...world.screens.values()] }),
  'POST /screens/:name/show': show,
};
