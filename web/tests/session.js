/** Signing in, the first run, the end of a session, and both languages. */
import { assert, assertAccessible, until } from './harness.js';

export const session = [
  {
    name: 'first run sets the password with the code of the address',
    options: { signedIn: false, setup: true },
    run: async ({ page }) => {
      await page.at('/?code=428913');
      await page.waitForURL('**/setup?code=428913');
      assert((await page.inputValue('#code')) === '428913', 'the code is filled in');
      await assertAccessible(page, 'first run');
      await page.fill('#password', 'short');
      assert(await page.locator('.btn.primary').isDisabled(), 'a short password cannot be sent');
      await page.fill('#password', 'a long password');
      await page.fill('#again', 'a long password');
      await page.locator('.btn.primary').click();
      await page.waitForURL((url) => url.pathname === '/');
    },
  },
  {
    name: 'a wrong setup code is explained',
    options: { signedIn: false, setup: true },
    run: async ({ page }) => {
      page.allowed.push(/403/);
      await page.at('/setup?code=1');
      await page.fill('#password', 'a long password');
      await page.fill('#again', 'a long password');
      await page.locator('.btn.primary').click();
      await page.getByRole('alert').waitFor();
      assert((await page.getByRole('alert').innerText()).includes('安装码不对'), 'says what is wrong');
    },
  },
  {
    name: 'signing in returns to the page that was asked for',
    options: { signedIn: false },
    run: async ({ page }) => {
      page.allowed.push(/401/);
      await page.at('/sources');
      await page.waitForURL('**/login?next=/sources');
      await assertAccessible(page, 'sign-in');
      await page.fill('#password', 'wrong');
      await page.locator('.btn.primary').click();
      await page.getByRole('alert').waitFor();
      await page.fill('#password', 'correct-horse');
      await page.locator('.btn.primary').click();
      await page.waitForURL('**/sources');
      await page.locator('.sources tbody tr').first().waitFor();
    },
  },
  {
    name: 'an ended session leads to sign-in and back',
    run: async ({ page, mock }) => {
      page.allowed.push(/401/);
      await page.at('/streams/demo/road4');
      await page.locator('.picture').waitFor();
      mock.world.tokens.clear();
      await page.waitForURL('**/login?next=/streams/demo/road4');
      assert((await page.locator('.card').innerText()).includes('登录已过期'), 'says that the session ended');
      await page.fill('#password', 'correct-horse');
      await page.locator('.btn.primary').click();
      await page.waitForURL('**/streams/demo/road4');
    },
  },
  {
    name: 'the sign-in page leads to the provider only where one is set up',
    options: { signedIn: false },
    run: async ({ page, mock }) => {
      await page.at('/login');
      await page.locator('#password').waitFor();
      const link = page.getByRole('link', { name: /省厅/ });
      assert((await link.count()) === 0, 'no provider, no button');
      mock.world.provider = '省厅统一身份认证';
      await page.at('/login?next=/sources');
      await link.waitFor();
      assert((await link.getAttribute('href')) === '/api/v1/login/oidc', 'where it leads');
      await assertAccessible(page, 'sign-in with a provider');
    },
  },
  {
    name: 'who comes back from the provider is signed in and goes on, and the code leaves the address',
    options: { signedIn: false },
    run: async ({ page, mock }) => {
      // A page without an icon lies between.
      page.allowed.push(/404/);
      mock.world.provider = '省厅统一身份认证';
      await page.at('/login?next=/sources');
      // The mock has no provider to go to; what is remembered on the way there is.
      await page.getByRole('link', { name: /省厅/ }).evaluate((link) => link.addEventListener('click', (event) => event.preventDefault()));
      await page.getByRole('link', { name: /省厅/ }).click();
      await page.at('/api/v1/login/options');
      await page.at('/login#sign-in=good');
      await page.waitForURL('**/sources');
      assert(!page.url().includes('#'), page.url());
    },
  },
  {
    name: 'who is refused after the provider is told why on the sign-in page',
    options: { signedIn: false },
    run: async ({ page, mock }) => {
      page.allowed.push(/40[034]/);
      mock.world.provider = '省厅统一身份认证';
      for (const [code, words] of [['disabled', '已停用'], ['used already', '重新开始']]) {
        await page.at('/api/v1/login/options');
        await page.at(`/login#sign-in=${code}`);
        await page.getByRole('alert').waitFor();
        assert((await page.getByRole('alert').innerText()).includes(words), await page.getByRole('alert').innerText());
        assert(!page.url().includes('#'), page.url());
        await page.getByRole('link', { name: /省厅/ }).waitFor();
        await assertAccessible(page, `refused: ${code}`);
      }
    },
  },
  {
    name: 'signing out forgets the session',
    run: async ({ page }) => {
      await page.at('/streams');
      // A list that is still under way would be refused, which the browser reports.
      await page.locator('.streams tbody tr').first().waitFor();
      await page.locator('.who').click();
      await page.locator('.out').click();
      await page.waitForURL('**/login');
      assert((await page.evaluate(() => localStorage.getItem('viaduct.session'))) === null, 'nothing is kept');
    },
  },
  {
    name: 'the language is switched everywhere and remembered',
    run: async ({ page }) => {
      await page.at('/streams');
      await page.getByRole('button', { name: 'English' }).click();
      await until(async () => (await page.locator('h1').innerText()) === 'Streams', 'the English title');
      await page.reload();
      await page.locator('.streams').waitFor();
      assert((await page.locator('h1').innerText()) === 'Streams', 'English is remembered');
      assert((await page.evaluate(() => document.documentElement.lang)) === 'en', 'the page says its language');
      // What the mock's cameras say is Chinese; what the console says must not be.
      const chrome = await page.locator('.bar, .page-head, thead').allInnerTexts();
      assert(!/[\u4e00-\u9fff]/.test(chrome.join('').replace('中文', '')), 'no Chinese is left');
    },
  },
];
