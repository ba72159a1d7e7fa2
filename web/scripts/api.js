/** `npm run api`: the console's types of the interface, from the document that the server's own tests keep true. `-- --check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const DOCUMENT = new URL('../../docs/reference/openapi.json', import.meta.url);
const TYPES = new URL('../console/src/api/generated.ts', import.meta.url);
const HEAD = '/** Made from docs/reference/openapi.json by `npm run api`; not to be edited. */\n';

const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
const made = HEAD + astToString(await openapiTS(document, { defaultNonNullable: false }));
if (!process.argv.includes('--check')) writeFileSync(TYPES, made);
else if (readFileSync(TYPES, 'utf8') !== made) {
  process.stderr.write('console/src/api/generated.ts differs from docs/reference/openapi.json: npm run api\n');
  process.exit(1);
}
