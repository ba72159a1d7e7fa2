/** Groups of cameras of the mock; which a camera is in stands in the camera. */
import { Problem } from './problem.js';

const GROUPS = [
  [1, '隧道洞口', 2, [5, 6]],
  [2, '收费站广场', 3, [1, 2, 3, 4]],
];

export function createGroups(channels) {
  for (const [id, , , members] of GROUPS) for (const each of channels) if (members.includes(each.id)) each.groups.push(id);
  return GROUPS.map(([id, name, organisation_id]) => ({ id, name, organisation_id, managed: true, version: 1 }));
}

const shown = (world, group) => ({ ...group, channels: world.channels.filter(({ groups }) => groups.includes(group.id)).length });

function findGroup({ groups }, id) {
  const found = groups.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有该分组。');
  return found;
}

function checkName({ groups }, { name, organisation_id }, existing) {
  if (!name?.trim() || name.length > 64) throw new Problem(400, 'invalid_input', '分组名称为 1 到 64 个字符，不能含控制字符。', 'name');
  if (groups.some((each) => each !== existing && each.organisation_id === organisation_id && each.name === name)) throw new Problem(409, 'conflict', '该组织已有同名分组。', 'name');
}

function rename({ world, params: [id], body, match }) {
  const found = findGroup(world, id);
  if (match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
  checkName(world, { ...found, name: body.name }, found);
  return shown(world, Object.assign(found, { name: body.name, version: found.version + 1 }));
}

function changeMembers({ world, params: [id], body: { add, remove }, emit }) {
  const group = findGroup(world, id);
  if (add.length + remove.length === 0) throw new Problem(400, 'invalid_input', '请指定 1 至 10000 个通道，每个只写一次。', 'add');
  const chosen = (ids, isIn) => world.channels.filter((each) => ids.includes(each.id) && each.groups.includes(group.id) === isIn);
  const [joining, leaving] = [chosen(add, false), chosen(remove, true)];
  joining.forEach((each) => each.groups.push(group.id));
  leaving.forEach((each) => (each.groups = each.groups.filter((one) => one !== group.id)));
  emit('channels', 'changed', {});
  return { added: joining.map((each) => each.id), removed: leaving.map((each) => each.id) };
}

function remove({ world, params: [id] }) {
  const gone = findGroup(world, id);
  if (world.people.users.some(({ grants }) => grants.some(({ group_id }) => group_id === gone.id))) throw new Problem(409, 'conflict', '有用户拥有该分组的权限，或有截图计划使用该分组，请先修改。');
  world.groups = world.groups.filter((each) => each !== gone);
  world.channels.forEach((each) => (each.groups = each.groups.filter((one) => one !== gone.id)));
}

export const GROUP_ROUTES = {
  'GET /groups': ({ world }) => ({ items: world.groups.map((group) => shown(world, group)) }),
  'POST /groups': ({ world, body }) => {
    checkName(world, body, null);
    const made = { id: Math.max(0, ...world.groups.map(({ id }) => id)) + 1, ...body, managed: true, version: 1 };
    world.groups.push(made);
    return { status: 201, body: shown(world, made) };
  },
  'GET /groups/:id': ({ world, params: [id] }) => shown(world, findGroup(world, id)),
  'PUT /groups/:id': rename,
  'DELETE /groups/:id': remove,
  'POST /groups/:id/members': changeMembers,
};
