/** People of the mock: what each may do is read from the table of rights that the server's own tests keep true. */
import { readFileSync } from 'node:fs';
import { Problem } from './problem.js';

const TABLE = readFileSync(new URL('../../docs/reference/rights.md', import.meta.url), 'utf8');
const KINDS = ['stream', 'source', 'relay', 'rule', 'hook', 'token', 'traffic', 'server', 'organisation', 'user', 'role', 'audit', 'device', 'channel', 'group', 'snapshot', 'view', 'patrol', 'ptz', 'talk'];
const ACTIONS = ['view', 'play', 'operate', 'manage'];
/** The code that any authenticator app shows here. */
export const CODE = '123456';
const ROLES = {
  administrator: KINDS.flatMap((kind) => ACTIONS.map((action) => `${action}:${kind}`)),
  operator: ['play:stream', 'operate:stream', 'operate:source', 'operate:token', 'view:traffic', 'view:organisation', 'view:server', 'view:device', 'view:channel', 'view:group', 'operate:ptz', 'operate:talk', 'operate:view', 'operate:patrol', 'view:snapshot', 'operate:snapshot'],
  viewer: ['play:stream', 'view:organisation', 'view:channel', 'view:group', 'view:view', 'view:patrol', 'view:snapshot'],
  auditor: ['operate:audit', 'view:traffic', 'view:organisation', 'view:user', 'view:role'],
};
const DAY_MS = 86_400_000;
const ago = (ms) => new Date(Date.now() - ms).toISOString();
const ahead = (ms) => ago(-ms);

const anyName = (path) => path.replace(/:\w+|\{\w+\}/g, '*');
const NEEDS = new Map([...TABLE.matchAll(/^\| (\w+) \| `([^`]+)` \| (.+) \|$/gm)].map(([, method, path, need]) => [`${method} ${anyName(path)}`, need]));

/** The permissions of a role, each with the right to view. */
export function permissionsOf(role) {
  return [...new Set(ROLES[role].flatMap((permission) => [`view:${permission.split(':')[1]}`, permission]))];
}

export function makePeople() {
  const person = (id, name, display_name, role) => ({ id, name, display_name, role, second_factor: false, permissions: permissionsOf(role) });
  return {
    accounts: [person(1, 'admin', '', 'administrator'), person(2, 'operator', '王值班', 'operator'), person(3, 'viewer', '李观看', 'viewer'), person(4, 'auditor', '赵审计', 'auditor')],
    /** By token; the first of each is there from the beginning. */
    tokens: new Map([['mock-token', 'admin'], ['mock-operator', 'operator'], ['mock-viewer', 'viewer'], ['mock-auditor', 'auditor']]),
    logins: [
      { id: 'a1', address: '10.8.0.31', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', created_at: ago(7_200_000), seen_at: ago(20_000), expires_at: ahead(DAY_MS), current: true },
      { id: 'b2', address: '10.8.7.112', agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1', created_at: ago(DAY_MS), seen_at: ago(3_600_000), expires_at: ahead(DAY_MS), current: false },
      { id: 'c3', address: '10.8.0.77', agent: 'curl/8.14.1', created_at: ago(2 * DAY_MS), seen_at: ago(DAY_MS), expires_at: ahead(DAY_MS), current: false },
    ],
    keys: [{ id: 1, name: 'dashboard', permissions: ['view:stream', 'play:stream', 'view:traffic'], created_at: ago(40 * DAY_MS), expires_at: ahead(50 * DAY_MS), last_used_at: ago(60_000) }],
  };
}

export function meOf(world, token) {
  const found = world.accounts.find(({ name }) => name === world.tokens.get(token));
  if (!found) throw new Problem(401, 'unauthorized', '请登录。');
  const { role: _role, permissions, ...me } = found;
  return { ...me, organisation_id: 1, permissions: permissions.map((permission) => ({ permission, organisations: [1], groups: [] })) };
}

/** Refuses a request as the server does. Every route of the mock stands in the table. */
export function checkRight(world, key, token) {
  const need = NEEDS.get(anyName(key));
  if (need === undefined) throw new Error(`${key} is not in docs/reference/rights.md`);
  if (need === 'nothing') return;
  const { permissions } = meOf(world, token);
  const right = /^\w+:\w+/.exec(need)?.[0];
  if (right && !permissions.some(({ permission }) => permission === right)) throw new Problem(403, 'forbidden', `需要权限 ${right}，请管理员授予。`);
}

function signIn(world, name) {
  const token = `mock-${world.tokens.size}`;
  world.tokens.set(token, name);
  return { token, expires_at: ahead(DAY_MS / 2), user: meOf(world, token) };
}

const self = ({ world, token }) => world.accounts.find(({ name }) => name === world.tokens.get(token));

function confirmPassword({ world, body }) {
  if (body.password !== world.password) throw new Problem(401, 'unauthorized', '用户名或密码错误。');
}

function wrongCode() {
  return new Problem(401, 'second_factor_wrong', '验证码错误或已使用过，请等待下一个。', 'code');
}

function logIn({ world, body }) {
  if (world.locked_s) throw new Problem(429, 'exhausted', `失败次数过多，请等待 ${world.locked_s} 秒。`, undefined, world.locked_s);
  const found = world.accounts.find(({ name }) => name === body.username);
  if (!found || body.password !== world.password) throw new Problem(401, 'unauthorized', '用户名或密码不对。');
  if (found.second_factor && !body.code) throw new Problem(401, 'second_factor_required', '请输入验证器应用显示的验证码。', 'code');
  if (found.second_factor && body.code !== CODE) throw wrongCode();
  return signIn(world, found.name);
}

function addKey({ world, body }) {
  if (world.keys.some(({ name }) => name === body.name)) throw new Problem(400, 'invalid_input', '已有同名密钥。');
  const permissions = [...new Set(body.permissions.flatMap((right) => [`view:${right.split(':')[1]}`, right]))];
  const key = { id: Math.max(0, ...world.keys.map(({ id }) => id)) + 1, name: body.name, permissions, created_at: ago(0), expires_at: ahead(body.days * DAY_MS), last_used_at: null };
  world.keys.push(key);
  return { status: 201, body: { key, secret: 'vdk_bW9jay1rZXktc2hvd24tdGhpcy1vbmNl' } };
}

export const ACCOUNT_ROUTES = {
  'GET /setup': ({ world }) => ({ needed: world.setup, code_required: world.setup }),
  'POST /setup': ({ world, body }) => {
    if (!world.setup) throw new Problem(409, 'conflict', '已设置过管理员密码。');
    if (body.code !== '428913') throw new Problem(403, 'setup_code_wrong', '安装码不对。安装码打印在服务器启动日志里。', 'code');
    if (body.password.length < 10) throw new Problem(422, 'invalid_input', '密码至少 10 个字符。', 'password');
    world.setup = false;
    world.password = body.password;
    return signIn(world, 'admin');
  },
  'POST /login': logIn,
  'GET /login/options': ({ world }) => ({ provider: world.provider ? { name: world.provider } : null }),
  'POST /login/oidc/token': ({ world, body }) => {
    if (body.code === 'disabled') throw new Problem(403, 'provider_sign_in', '您的用户在本系统已停用，请联系管理员。');
    if (body.code !== 'good') throw new Problem(400, 'provider_sign_in', '未在一分钟内于同一浏览器完成登录，请重新开始。');
    return signIn(world, 'operator');
  },
  'POST /logout': ({ world, token }) => void world.tokens.delete(token),
  'GET /me': ({ world, token }) => meOf(world, token),
  'POST /me/password': ({ world, body }) => {
    confirmPassword({ world, body: { password: body.current } });
    world.password = body.new;
    world.tokens.clear();
  },
  'GET /me/sessions': ({ world }) => ({ items: world.logins }),
  'DELETE /me/sessions/:id': ({ world, params: [id] }) => void (world.logins = world.logins.filter((each) => each.id !== id)),
  'POST /me/second-factor': () => ({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', url: 'otpauth://totp/Viaduct:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Viaduct' }),
  'POST /me/second-factor/confirm': (ctx) => {
    confirmPassword(ctx);
    if (ctx.body.code !== CODE) throw wrongCode();
    self(ctx).second_factor = true;
  },
  'POST /me/second-factor/remove': (ctx) => {
    confirmPassword(ctx);
    self(ctx).second_factor = false;
  },
  'GET /me/keys': ({ world }) => ({ items: world.keys }),
  'POST /me/keys': addKey,
  'DELETE /me/keys/:id': ({ world, params: [id] }) => void (world.keys = world.keys.filter((each) => each.id !== Number(id))),
};
