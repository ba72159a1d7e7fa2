/** Settings: found, judged while they are typed, changed together, taken over by a restart. */
import { assert, assertAccessible, until } from './harness.js';

const row = (page, key) => page.locator('.setting', { hasText: key });
const input = (page, key) => page.locator(`#setting-${key.replace('.', '-')}`);
const save = (page) => page.locator('.save .btn.primary');

export const settings = [
  {
    name: 'settings are judged while they are typed and saved together',
    run: async ({ page, mock }) => {
      await page.at('/server/settings');
      await row(page, 'hls.segments').waitFor();
      // A secret is not shown, which is no reason to send it empty.
      assert((await page.locator('.save').count()) === 0, 'nothing is edited yet');
      await row(page, 'oidc.client_secret').getByText('未设置').waitFor();
      await input(page, 'hls.segments').fill('61');
      await row(page, 'hls.segments').getByText('应为 4 至 60。').waitFor();
      assert(await save(page).isDisabled(), 'nothing wrong is sent');
      await input(page, 'hls.segments').fill('1x');
      await row(page, 'hls.segments').getByText('请输入整数。').waitFor();
      await input(page, 'rtsp.listen').fill('nonsense');
      await row(page, 'rtsp.listen').getByText('格式为 IP:端口').waitFor();
      await input(page, 'rtsp.listen').fill('0.0.0.0:554');
      await input(page, 'hls.segments').fill('12');
      await input(page, 'pull.allow').fill('10.0.0.0/8\n192.168.1.7');
      await assertAccessible(page, 'edited settings');
      await save(page).click();
      await page.getByText('以下设置在重启后生效：').waitFor();
      const value = (key) => mock.world.settings.values.find((each) => each.key === key).value;
      assert(value('hls.segments') === 12 && value('rtsp.listen') === '0.0.0.0:554' && value('pull.allow').join() === '10.0.0.0/8,192.168.1.7', 'typed values');
      assert((await page.locator('.save').count()) === 0, 'nothing left to save');
      await row(page, 'hls.segments').getByRole('button', { name: /恢复默认/ }).click();
      await until(() => value('hls.segments') === 8, 'the default');
    },
  },
  {
    name: 'settings that the server refuses say so where they are, and what somebody else changed is not overwritten',
    run: async ({ page, mock }) => {
      page.allowed.push(/400|409/);
      await page.at('/server/settings');
      await input(page, 'server.time_zone').fill('Mars');
      await save(page).click();
      await row(page, 'server.time_zone').getByText('没有时区 "Mars"。').waitFor();
      await input(page, 'server.time_zone').fill('Asia/Shanghai');
      mock.world.settings.version = 9;
      await save(page).click();
      await until(async () => (await page.locator('.problem').innerText()).includes('其他人已修改'), 'the refusal');
    },
  },
  {
    name: 'settings that are fixed on the machine are not changed here, and are found by name',
    run: async ({ page }) => {
      await page.at('/server/settings');
      await row(page, 'media.shards').waitFor();
      assert(await input(page, 'media.shards').isDisabled(), 'by the file');
      assert((await row(page, 'media.shards').innerText()).includes('由配置文件固定'), 'by what');
      assert(await input(page, 'tls.certificate').isDisabled(), 'a path of the machine');
      assert((await page.locator('#setting-database-url').count()) === 0, 'a secret');
      await page.locator('.search').fill('切片');
      await until(async () => (await page.locator('.setting').count()) === 2, 'two of them');
      await page.locator('.search').fill('nothing of the kind');
      await page.getByText('没有匹配的设置。').waitFor();
    },
  },
  {
    name: 'settings: a restart is asked for, shown, and says what was taken back',
    run: async ({ page }) => {
      await page.at('/server/settings');
      await input(page, 'http.listen').fill('127.0.0.1:1');
      await save(page).click();
      await page.getByText('以下设置在重启后生效：').waitFor();
      await page.getByRole('button', { name: '重启服务器' }).click();
      await page.getByText('可能需要用新地址打开').waitFor();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.getByText('已恢复为上次可用的值：HTTP 监听').waitFor();
      await assertAccessible(page, 'settings that were taken back');
      assert((await input(page, 'http.listen').inputValue()) === '[::]:8080', 'the one before');
    },
  },
];
