/**
 * The certified OpenID provider `oidc-provider` for end-to-end tests: `node tests/openid-provider.js`. Prints its issuer, reads the redirect
 * address from standard input, and serves until that is closed. Any password signs in; a login that ends in `@GROUP` is in that group.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const CLIENT = { client_id: 'viaduct', client_secret: 'a secret of the tests', grant_types: ['authorization_code'], response_types: ['code'] };

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
process.stdout.write(`${issuer}\n`);

const lines = createInterface({ input: process.stdin });
const [redirect_uri] = await new Promise((resolve) => lines.once('line', (line) => resolve([line])));
lines.on('close', () => process.exit(0));

const account = (id) => {
  const [name, group] = id.split('@');
  return { sub: id, preferred_username: name, name: `${name} 的姓名`, groups: group ? [group] : [] };
};
const provider = new Provider(issuer, {
  clients: [{ ...CLIENT, redirect_uris: [redirect_uri] }],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'groups'],
  cookies: { keys: ['of the tests'] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => account(id) }),
});
provider.on('server_error', (_context, error) => process.stderr.write(`${error.stack}\n`));
server.on('request', provider.callback());
process.stdout.write('ready\n');
