/** The player as it is published: what is in the package, and that a page with nothing else plays a stream with it. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, readCounter, until } from './harness.js';

const PLAYER = fileURLToPath(new URL('../player', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

async function serve(folder) {
  const server = createServer(async ({ url }, response) => {
    const path = join(folder, normalize(new URL(url, 'http://package').pathname));
    const bytes = await readFile(path).catch(() => null);
    response.writeHead(bytes ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes ?? '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

export const packaged = [
  {
    name: 'package of the player has what its users need and nothing else, and its example plays a stream',
    run: async ({ page, mock }) => {
      page.allowed.push(/404/);
      const folder = await mkdtemp(join(tmpdir(), 'viaduct-player-'));
      // Built beforehand: what the build prints would stand before npm's answer, coloured in CI.
      execFileSync('npm', ['run', 'build'], { cwd: PLAYER, stdio: 'ignore' });
      const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: PLAYER, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      const paths = files.map(({ path }) => path);
      for (const wanted of ['package.json', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/vue.js', 'dist/vue.d.ts', 'examples/one-file.html']) assert(paths.includes(wanted), `${wanted} among ${paths.join()}`);
      const others = paths.filter((path) => !/^(package\.json|README\.md|examples\/one-file\.html|dist\/.*\.(js|d\.ts))$/.test(path));
      assert(others.length === 0, others.join());
      execFileSync('tar', ['-xzf', filename, '-C', folder], { cwd: folder });
      const site = await serve(join(folder, 'package'));
      try {
        const media = `${mock.url.replace('http', 'ws')}/demo/road1.mp4?token=play`;
        await page.goto(`${site.url}/examples/one-file.html?media=${encodeURIComponent(media)}`);
        await until(() => readCounter(page), 'a picture');
        const stats = await until(() => page.evaluate(() => document.querySelector('viaduct-player').stats), 'statistics');
        assert(stats.in_worker && stats.engine === 'ws-fmp4', JSON.stringify(stats));
        await page.waitForTimeout(2_000);
        await page.evaluate(() => document.querySelector('viaduct-player').openReplay());
        await page.locator('viaduct-player .strip').waitFor();
      } finally {
        await site.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];
