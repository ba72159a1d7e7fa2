/** One's own account: the menu, the second factor, sessions, keys and the password. */
import { assert, assertAccessible, LAPTOP, PHONE, until } from './harness.js';

const SIZES = { desk: undefined, laptop: LAPTOP, phone: PHONE };

async function signIn(page, mock, name = 'admin') {
  await page.goto(`${mock.url}/login`);
  await page.fill('#username', name);
  await page.fill('#password', mock.world.password);
  await page.locator('.btn.primary').click();
}

export const account = [
  ...Object.entries(SIZES).map(([size, viewport]) => ({
    name: `account page on a ${size} is accessible and not too wide`,
    options: { viewport },
    run: async ({ page }) => {
      await page.at('/account');
      await page.locator('.logins tbody tr').first().waitFor();
      await page.locator('.key').first().waitFor();
      await page.getByRole('button', { name: '开启' }).click();
      const picture = page.locator('.scan [role=img]');
      await picture.waitFor();
      assert((await picture.boundingBox()).width <= 210, 'a picture of a fitting size');
      const whole = await page.locator('.scan code').evaluate((each) => each.scrollWidth <= each.clientWidth + 1);
      assert(whole, 'the whole secret is in sight');
      await page.locator('.scan .copy button').click();
      assert((await page.evaluate(() => navigator.clipboard.readText())) === 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'copied without blanks');
      await assertAccessible(page, 'account');
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(over <= 0, `${over} px too wide`);
    },
  })),
  {
    name: 'account menu shows who is signed in, and closes',
    options: { token: 'mock-operator', viewport: PHONE },
    run: async ({ page }) => {
      await page.at('/streams');
      const who = page.locator('.who');
      await who.click();
      const menu = page.locator('#user-menu');
      assert((await menu.innerText()).includes('王值班') && (await menu.innerText()).includes('operator'), 'both names');
      await assertAccessible(page, 'account menu');
      await page.keyboard.press('Escape');
      assert(!(await menu.isVisible()) && (await who.evaluate((each) => each === document.activeElement)), 'Escape closes it');
      await who.click();
      await menu.getByRole('link', { name: '我的账号' }).click();
      await page.waitForURL('**/account');
      assert(!(await menu.isVisible()), 'closed');
    },
  },
  {
    name: 'account: a second factor is turned on, asked for at sign-in, and turned off',
    run: async ({ page, mock }) => {
      page.allowed.push(/401/);
      await page.at('/account');
      await page.getByRole('button', { name: '开启' }).click();
      await page.fill('#factor-password', 'wrong');
      await page.fill('#factor-code', '123 456');
      assert((await page.inputValue('#factor-code')) === '123456', 'digits alone');
      await page.locator('.factor .btn.primary').click();
      await page.locator('.factor [role=alert]').waitFor();
      await page.fill('#factor-password', mock.world.password);
      await page.fill('#factor-code', '000000');
      await page.locator('.factor .btn.primary').click();
      await page.locator('.factor [role=alert]', { hasText: '验证码' }).waitFor();
      await page.fill('#factor-code', '123456');
      await page.locator('.factor .btn.primary').click();
      await page.locator('.factor', { hasText: '已开启' }).waitFor();
      assert(mock.world.accounts[0].second_factor, 'on at the server');

      await page.locator('.who').click();
      await page.locator('.out').click();
      await page.waitForURL('**/login');
      await signIn(page, mock);
      const code = page.locator('#login-code');
      await code.waitFor();
      assert((await page.getByRole('alert').count()) === 0, 'a question is no error');
      assert(await code.evaluate((each) => each === document.activeElement), 'the field has the focus');
      assert((await page.inputValue('#password')) === mock.world.password, 'the password is kept');
      assert((await code.getAttribute('autocomplete')) === 'one-time-code', 'phones offer the code');
      await assertAccessible(page, 'sign-in with a code');
      await code.fill('000000');
      await page.locator('.btn.primary').click();
      await page.getByRole('alert').getByText('验证码错误').waitFor();
      await code.fill('123456');
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.pathname === '/');

      await page.at('/account');
      await page.locator('.factor').getByRole('button', { name: '关闭' }).click();
      await page.fill('#factor-password', mock.world.password);
      await page.locator('.factor .btn.primary').click();
      await page.locator('.factor', { hasText: '未开启' }).waitFor();
      assert(!mock.world.accounts[0].second_factor, 'off at the server');
    },
  },
  {
    name: 'account: too many attempts wait as long as the server says',
    options: { signedIn: false },
    run: async ({ page, mock }) => {
      page.allowed.push(/429/);
      mock.world.locked_s = 2;
      await signIn(page, mock);
      await page.getByRole('alert').getByText('失败次数过多').waitFor();
      const button = page.locator('.btn.primary');
      assert((await button.isDisabled()) && (await button.innerText()).includes('秒后可再试'), 'says how long');
      mock.world.locked_s = 0;
      await until(() => button.isEnabled(), 'the end of the wait');
      await button.click();
      await page.waitForURL((url) => url.pathname === '/');
    },
  },
  {
    name: 'account: one session is ended, then all others',
    run: async ({ page, mock }) => {
      await page.at('/account');
      const rows = page.locator('.logins tbody tr');
      await rows.first().waitFor();
      const texts = await rows.allInnerTexts();
      assert(texts[0].includes('Chrome 156 · Windows') && texts[0].includes('当前') && texts[1].includes('Safari 19 · iOS') && texts[2].includes('curl 8.14.1'), texts.join());
      mock.world.logins.push({ ...mock.world.logins[1], id: 'd4', agent: 'Wget/1.25' });
      await page.getByRole('button', { name: '结束 curl' }).click();
      await until(async () => (await rows.count()) === 3, 'three rows');
      await page.getByRole('button', { name: '退出其他设备' }).click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(async () => (await rows.count()) === 1, 'one row');
      assert(mock.world.logins.map(({ id }) => id).join() === 'a1', 'this one is left');
    },
  },
  {
    name: 'account: a key is made with some of my rights, shown once, and removed after a question',
    options: { token: 'mock-operator' },
    run: async ({ page, mock }) => {
      await page.at('/account');
      await page.getByRole('button', { name: '新建密钥' }).click();
      const dialog = page.getByRole('dialog');
      await page.fill('#key-name', 'screen');
      assert((await dialog.getByRole('group', { name: '回调' }).count()) === 0, 'no more than my own rights');
      const stream = dialog.getByRole('group', { name: '流', exact: true });
      await stream.getByText('播放').click();
      assert((await stream.locator('input').first().isChecked()) && (await stream.locator('input').first().isDisabled()), 'whoever plays sees');
      await page.fill('#key-days', '733');
      assert(await dialog.locator('.btn.primary').isDisabled(), 'not for so long');
      await page.fill('#key-days', '30');
      await assertAccessible(page, 'key dialog');
      await dialog.locator('.btn.primary').click();
      await page.locator('.made code', { hasText: 'vdk_' }).waitFor();
      await page.locator('.made button').first().click();
      assert((await page.evaluate(() => navigator.clipboard.readText())).startsWith('vdk_'), 'copied');
      assert(mock.world.keys[1].permissions.join() === 'view:stream,play:stream', 'what was chosen');
      await page.getByRole('button', { name: '删除 screen' }).click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await until(() => mock.world.keys.length === 1, 'the removal');
      await page.locator('.made').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'account: a new password ends all sessions and asks for a new sign-in',
    run: async ({ page, mock }) => {
      page.allowed.push(/401/);
      await page.at('/account');
      await page.fill('#password-next', 'another password');
      await page.fill('#password-again', 'another password');
      const save = page.locator('form', { has: page.locator('#password-next') }).locator('.btn');
      await page.fill('#password-current', 'wrong');
      await save.click();
      await page.getByRole('alert').waitFor();
      assert(page.url().endsWith('/account'), 'a wrong password does not end the session');
      await page.fill('#password-current', 'correct-horse');
      await save.click();
      await page.waitForURL('**/login');
      await page.locator('.toast', { hasText: '新密码登录' }).waitFor();
      await signIn(page, mock);
      await page.waitForURL((url) => url.pathname === '/');
      assert(mock.world.password === 'another password', 'the new password');
    },
  },
  {
    name: 'account: what an earlier version kept of a session is forgotten',
    run: async ({ page }) => {
      await page.addInitScript(() => {
        const kept = { token: 'mock-token', expires_at: new Date(Date.now() + 3_600_000).toISOString(), user: { name: 'admin', role: 'admin' } };
        localStorage.setItem('viaduct.session', JSON.stringify(kept));
      });
      await page.at('/streams');
      await page.waitForURL('**/login?next=/streams');
    },
  },
];
