/** Organisations, roles, users and the audit log of the mock: an invented operator of expressways. */
import { Problem } from './problem.js';

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const ACTIONS = ['view', 'play', 'operate', 'manage'];
const KINDS = ['stream', 'source', 'device', 'channel', 'group', 'ptz', 'talk', 'view', 'patrol', 'snapshot', 'relay', 'rule', 'hook', 'token', 'traffic', 'server', 'organisation', 'user', 'role', 'audit'];
/** Whoever may do anything with a kind may also view it. */
const closed = (permissions) => [...new Set(permissions.flatMap((each) => [`view:${each.split(':')[1]}`, each]))].sort();
const every = (actions) => closed(KINDS.flatMap((kind) => actions.map((action) => `${action}:${kind}`)));
const BUILT_IN = [
  { name: 'administrator', permissions: every(ACTIONS) },
  { name: 'operator', permissions: closed(['play:stream', 'operate:stream', 'operate:source', 'view:device', 'view:channel', 'view:group', 'operate:ptz', 'operate:talk', 'operate:view', 'operate:patrol', 'operate:snapshot', 'operate:token', 'view:traffic', 'view:organisation', 'view:server']) },
  { name: 'viewer', permissions: closed(['play:stream', 'view:channel', 'view:group', 'view:view', 'view:patrol', 'view:snapshot', 'view:organisation']) },
  { name: 'auditor', permissions: closed(['view:traffic', 'view:organisation', 'view:user', 'view:role', 'operate:audit']) },
];

const ORGANISATIONS = [
  [1, null, ''], [2, 1, '江海高速运营公司'], [3, 2, 'G15 沈海高速管理处'], [4, 2, 'G4 京港澳高速管理处'], [5, 2, '监控指挥中心'],
  [6, 3, '北段（K1180–K1240）'], [7, 3, '南段（K1240–K1305）'], [8, 6, '江口收费站'], [9, 6, '青浦收费站'], [10, 7, '海湾收费站'], [11, 7, '长桥隧道管理所'],
  [12, 4, '东段（K52–K98）'], [13, 12, '东湖收费站'],
];
const WORKDAYS = [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }];
const ISSUER = 'https://id.example.gov.cn/realms/traffic';
const USERS = [
  ['admin', '', 1, [{ built_in: 'administrator', organisation_id: 1 }], { last: 6 }],
  ['zhang.wei', '张伟', 3, [{ built_in: 'operator', organisation_id: 3 }, { role_id: 1, organisation_id: 3 }], { last: 42, second_factor: true }],
  ['li.na', '李娜', 5, [{ built_in: 'operator', organisation_id: 2, mapped: true }], { last: 12, provider: { issuer: ISSUER, subject: '6f1d2c9e-0b7a-4d55-9e34-2a8f5c7d1b60' } }],
  ['wang.qiang', '王强', 8, [{ built_in: 'viewer', organisation_id: 8, schedule: WORKDAYS }], { last: 1_502 }],
  ['chen.jing', '陈静', 9, [{ built_in: 'viewer', organisation_id: 9 }, { built_in: 'operator', organisation_id: 6, schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }] }], { last: 618 }],
  ['liu.yang', '刘洋', 10, [{ built_in: 'viewer', organisation_id: 7 }], { enabled: false, last: 90_000 }],
  ['audit.zhao', '赵敏', 2, [{ built_in: 'auditor', organisation_id: 1 }], { last: 3_100, second_factor: true }],
  ['traffic-platform', '路网平台接口', 4, [{ built_in: 'viewer', organisation_id: 4 }, { built_in: 'operator', group_id: 1 }], { last: null }],
];
const DEEDS = [
  ['admin', 'POST /users', '/users', 201], ['mallory', 'sign in', '', 401], ['li.na', 'sign in', '', 200], ['li.na', 'DELETE /streams/{app}/{name}/publisher', '/streams/demo/road4/publisher', 204],
  ['zhang.wei', 'PUT /sources/{app}/{name}', '/sources/g4/toll-lane-3', 200], ['wang.qiang', 'POST /streams/{app}/{name}/play', '/streams/g4/bridge-deck/play', 503],
  ['admin', 'PUT /roles/{id}', '/roles/1', 200], ['zhang.wei', 'POST /users', '/users', 403], ['admin', 'POST /config/reload', '/config/reload', 200], ['admin', 'DELETE /hooks/{id}', '/hooks/3', 204],
];

export function createPeople() {
  const organisations = ORGANISATIONS.map(([id, parent_id, name]) => ({ id, parent_id, name, position: 0, version: 1 }));
  const roles = [{ id: 1, name: '设备维护', permissions: closed(['play:stream', 'manage:source', 'operate:source']), version: 2 }];
  const users = USERS.map(([name, display_name, organisation_id, grants, { enabled = true, second_factor = false, provider = null, last }], index) => ({
    id: index + 1, name, display_name, organisation_id, enabled, second_factor, provider, grants, created_at: ago(400_000 - index * 9_000), last_login_at: last === null ? null : ago(last), version: 1,
  }));
  const agents = ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1'];
  const sessions = agents.map((agent, index) => ({ id: `s-${index}`, user: 2, address: `10.8.0.${21 + index}`, agent, created_at: ago(300 + index), seen_at: ago(1 + index * 50), expires_at: ago(-400), current: false }));
  const audit = Array.from({ length: 230 }, (_, index) => {
    const [actor, action, target, outcome] = DEEDS[index % DEEDS.length];
    return { id: 230 - index, at: ago(3 + index * 47), actor, address: actor === 'mallory' ? '203.0.113.77' : `10.8.0.${20 + (index % 5)}`, action, target, outcome, detail: '' };
  });
  /** `caller` is the number of the user that asks; `findings` is what checking the audit log finds. */
  return { organisations, roles, users, sessions, audit, findings: [], caller: 1 };
}

const permissionsOf = (people, { built_in, role_id }) => (built_in ? BUILT_IN.find(({ name }) => name === built_in) : byId(people.roles, role_id)).permissions;

function isWithin(people, id, above) {
  for (let at = people.organisations.find((each) => each.id === id); at; at = people.organisations.find((each) => each.id === at.parent_id)) if (at.id === above) return true;
  return false;
}

function byId(items, id) {
  const found = items.find((each) => each.id === Number(id));
  if (!found) throw new Problem(404, 'not_found', '没有这一项。');
  return found;
}

/** The one to be changed, if the caller read its present version. */
function presentOne(items, { params: [id], match }) {
  const found = byId(items, id);
  if (match === undefined) throw new Problem(400, 'invalid_input', '请用 If-Match 说明修改哪个版本。', 'If-Match');
  if (match !== `"${found.version}"`) throw new Problem(409, 'stale', '其他人已修改过，请重新载入后再改。');
  return found;
}

function checkOwn(people, grants) {
  const own = byId(people.users, people.caller).grants.filter(({ schedule }) => !schedule);
  const has = (permission, at) => own.some((grant) => !grant.group_id && permissionsOf(people, grant).includes(permission) && isWithin(people, at, grant.organisation_id));
  // A group belongs below the organisation of whoever may give it; the mock's administrator is at the root.
  if (!grants.every((grant) => permissionsOf(people, grant).every((each) => has(each, grant.organisation_id ?? 1)))) throw new Problem(403, 'more_than_own', '只能授予自己在该组织、且不限时间拥有的权限。', 'grants');
}

function save(items, existing, saved) {
  if (existing) return Object.assign(existing, saved, { version: existing.version + 1 });
  const made = { id: Math.max(0, ...items.map(({ id }) => id)) + 1, ...saved, version: 1 };
  items.push(made);
  return made;
}

function checkName(items, existing, name) {
  if (!name?.trim() || name.length > 64) throw new Problem(400, 'invalid_input', '名称为 1 至 64 个字符。', 'name');
  if (items.some((each) => each.name === name && each !== existing)) throw new Problem(409, 'conflict', '已有同名的一项。', 'name');
}

function saveUser(people, { password: _password, ...body }, existing) {
  if (!/^[\p{L}\p{N}._@-]{1,64}$/u.test(body.name)) throw new Problem(400, 'invalid_input', '登录名为 1 至 64 个字母、数字或 . _ - @。', 'name');
  checkName(people.users, existing, body.name);
  checkOwn(people, body.grants);
  if (body.grants.some(({ group_id, built_in }) => group_id && built_in === 'auditor')) throw new Problem(400, 'invalid_input', '该角色与摄像机无关，对摄像机分组不起作用；请选择其他角色，或授权到组织。', 'grants');
  return save(people.users, existing, existing ? { ...body, grants: [...existing.grants.filter(({ mapped }) => mapped), ...body.grants.filter(({ mapped }) => !mapped)] } : { ...body, second_factor: false, provider: null, created_at: ago(0), last_login_at: null });
}

function saveOrganisation(people, body, existing) {
  checkName(people.organisations.filter(({ parent_id }) => parent_id === body.parent_id), existing, body.name);
  if (existing && existing.id !== 1 && isWithin(people, body.parent_id, existing.id)) throw new Problem(400, 'invalid_input', '组织不能在自身之下，层级不超过 16 级。', 'parent_id');
  return save(people.organisations, existing, existing?.id === 1 ? { name: body.name } : body);
}

function removeOrganisation(people, id) {
  const { id: gone } = byId(people.organisations, id);
  const used = people.organisations.some(({ parent_id }) => parent_id === gone) || people.users.some((user) => user.organisation_id === gone || user.grants.some(({ organisation_id }) => organisation_id === gone));
  if (used) throw new Problem(409, 'conflict', '还有组织、用户或权限属于它，请先移走或删除。');
  people.organisations = people.organisations.filter((each) => each.id !== gone);
}

function saveRole(people, body, existing) {
  checkName([...BUILT_IN, ...people.roles], existing, body.name);
  if (!body.permissions.length) throw new Problem(400, 'invalid_input', '角色至少包含一项权限。', 'permissions');
  return save(people.roles, existing, { name: body.name, permissions: closed(body.permissions) });
}

function removeRole(people, id) {
  const { id: gone } = byId(people.roles, id);
  if (people.users.some(({ grants }) => grants.some(({ role_id }) => role_id === gone))) throw new Problem(409, 'conflict', '还有用户持有该角色，请先收回。');
  people.roles = people.roles.filter((each) => each.id !== gone);
}

function removeUser(people, id) {
  if (byId(people.users, id).id === 1) throw new Problem(409, 'last_administrator', '至少要有一名可登录、不限时间管理全部组织用户的人。');
  people.users = people.users.filter((each) => each.id !== Number(id));
}

function entries({ audit }, query) {
  const [search, from, to] = ['search', 'from', 'to'].map((name) => query.get(name) ?? '');
  const text = (each) => [each.actor, each.address, each.action, each.target].join(' ').toLowerCase();
  return audit.filter((each) => text(each).includes(search.toLowerCase()) && (!from || Date.parse(each.at) >= Date.parse(from)) && (!to || Date.parse(each.at) < Date.parse(to)));
}

function auditPage(people, query) {
  const items = entries(people, query).filter(({ id }) => id < Number(query.get('before') ?? Infinity)).slice(0, 100);
  return { items, before: items.length === 100 ? items.at(-1).id : null };
}

const COLUMNS = ['id', 'at', 'actor', 'address', 'action', 'target', 'outcome', 'detail'];
const csv = (rows) => [`\ufeff${COLUMNS.join(',')}`, ...rows.map((row) => COLUMNS.map((column) => `"${row[column]}"`).join(','))].map((line) => `${line}\r\n`).join('');

export const PEOPLE_ROUTES = {
  'GET /organisations': ({ world: { people } }) => ({ items: people.organisations }),
  'POST /organisations': ({ world: { people }, body }) => ({ status: 201, body: saveOrganisation(people, body, null) }),
  'PUT /organisations/:id': (ctx) => saveOrganisation(ctx.world.people, ctx.body, presentOne(ctx.world.people.organisations, ctx)),
  'DELETE /organisations/:id': ({ world: { people }, params: [id] }) => removeOrganisation(people, id),
  'GET /roles': ({ world: { people } }) => ({ built_in: BUILT_IN, items: people.roles, actions: ACTIONS, kinds: KINDS }),
  'POST /roles': ({ world: { people }, body }) => ({ status: 201, body: saveRole(people, body, null) }),
  'PUT /roles/:id': (ctx) => saveRole(ctx.world.people, ctx.body, presentOne(ctx.world.people.roles, ctx)),
  'DELETE /roles/:id': ({ world: { people }, params: [id] }) => removeRole(people, id),
  'GET /users': ({ world: { people } }) => ({ items: people.users }),
  'POST /users': ({ world: { people }, body }) => ({ status: 201, body: saveUser(people, body, null) }),
  'GET /users/:id': ({ world: { people }, params: [id] }) => byId(people.users, id),
  'PUT /users/:id': (ctx) => saveUser(ctx.world.people, ctx.body, presentOne(ctx.world.people.users, ctx)),
  'DELETE /users/:id': ({ world: { people }, params: [id] }) => removeUser(people, id),
  'POST /users/:id/password': ({ world: { people }, params: [id], body }) => {
    if (body.password.length < 10) throw new Problem(400, 'invalid_input', '密码为 10 至 256 个字符。', 'password');
    byId(people.users, id).password = body.password;
  },
  'PUT /users/:id/provider': ({ world: { people }, params: [id], body }) => {
    if (people.users.some(({ provider }) => provider?.subject === body.subject)) throw new Problem(409, 'conflict', '该用户或该账号已经关联，请先解除关联。', 'subject');
    Object.assign(byId(people.users, id), { provider: { issuer: ISSUER, subject: body.subject }, second_factor: false });
  },
  'DELETE /users/:id/provider': ({ world: { people }, params: [id] }) => {
    const user = byId(people.users, id);
    Object.assign(user, { provider: null, grants: user.grants.filter(({ mapped }) => !mapped) });
  },
  'DELETE /users/:id/second-factor': ({ world: { people }, params: [id] }) => void (byId(people.users, id).second_factor = false),
  'GET /users/:id/sessions': ({ world: { people }, params: [id] }) => ({ items: people.sessions.filter(({ user }) => user === Number(id)) }),
  'DELETE /users/:id/sessions/:s': ({ world: { people }, params: [, gone] }) => void (people.sessions = people.sessions.filter(({ id }) => id !== gone)),
  'GET /audit': ({ world: { people }, query }) => auditPage(people, query),
  'GET /audit/export.csv': ({ world: { people }, query }) => ({ csv: csv(entries(people, query)) }),
  'GET /audit/verify': ({ world: { people } }) => ({ rows: people.audit.length, findings: people.findings }),
};
