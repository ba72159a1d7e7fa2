/**
 * A provider of our own that answers wrongly in every way, for end-to-end tests: `node tests/forging-provider.js CERTIFICATE KEY`, both PEM.
 * It is no judge of what is right; that is `openid-provider.js`. Prints its address and serves until standard input is closed. The issuer
 * ends in how its configuration is wrong; the code that is exchanged says how the token is: base64url of `{"fault", "nonce", "issuer"}`.
 */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certificate, key] = process.argv.slice(2);
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const another = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRET = 'a secret of the tests';
const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `https://127.0.0.1:${server.address().port}`;

function claims({ fault, nonce, issuer }) {
  const right = { iss: issuer, sub: 'forged-1', aud: 'viaduct', exp: now() + 300, iat: now(), nonce, preferred_username: 'mallory', groups: ['ops'] };
  const wrong = {
    issuer: { iss: `${base}/another` }, audience: { aud: 'another program' }, party: { aud: ['viaduct', 'another'], azp: 'another' }, nonce: { nonce: 'of another sign-in' },
    expired: { exp: now() - 90, iat: now() - 400 }, skewed: { exp: now() - 30, iat: now() - 400 }, future: { iat: now() + 300, nbf: now() + 300 },
    admin: { preferred_username: 'admin' }, groups: { groups: ['others'] },
  };
  return { ...right, ...wrong[fault] };
}

function token(order) {
  const body = part(claims(order));
  const signed = (pair, header) => {
    const text = `${part(header)}.${body}`;
    return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`;
  };
  if (order.fault === 'none') return `${part({ alg: 'none' })}.${body}.`;
  if (order.fault === 'symmetric') {
    const text = `${part({ alg: 'HS256' })}.${body}`;
    return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
  }
  return signed(order.fault === 'key' ? another : ours, { alg: 'RS256', kid: 'k1' });
}

const CONFIGURATIONS = {
  named: (right) => ({ ...right, issuer: `${base}/another` }),
  inside: (right) => ({ ...right, token_endpoint: 'https://169.254.169.254/latest/meta-data' }),
  plain: (right) => ({ ...right, jwks_uri: 'http://127.0.0.1:1/keys' }),
  huge: (right) => ({ ...right, padding: 'x'.repeat(1 << 20) }),
};

function answer(path, form) {
  const [, mode, rest] = /^\/(\w+)\/(.*)$/.exec(path) ?? [];
  const issuer = `${base}/${mode}`;
  if (rest === '.well-known/openid-configuration') {
    if (mode === 'redirect') return { status: 302, location: `${base}/right/${rest}` };
    const right = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
    return { body: (CONFIGURATIONS[mode] ?? ((same) => same))(right) };
  }
  if (rest === 'keys') return { body: { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] } };
  if (rest !== 'token') return { status: 404, body: {} };
  const order = JSON.parse(Buffer.from(form.get('code'), 'base64url').toString());
  if (order.fault === 'client') return { status: 401, body: { error: 'invalid_client' } };
  if (order.fault === 'grant') return { status: 400, body: { error: 'invalid_grant' } };
  if (order.fault === 'html') return { status: 502, body: '<html>Bad gateway</html>' };
  return { body: { access_token: 'at', token_type: 'Bearer', id_token: token({ ...order, issuer }) } };
}

server.on('request', async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { status = 200, location, body = '' } = answer(request.url, new URLSearchParams(text));
  response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) }).end(typeof body === 'string' ? body : JSON.stringify(body));
});
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${base}\n`);
