/** `npm run mock`: the mock on port 8090 (or PORT); SETUP=1 begins with the first run. */
import { startMock } from './server.js';

const mock = await startMock({ port: Number(process.env.PORT ?? 8090), setup: process.env.SETUP === '1' });
process.stdout.write(`${mock.url}  admin / ${mock.world.password}\n`);
