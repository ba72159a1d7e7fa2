/** The licence: what it says, handing one in, refusals. */
import { assert, assertAccessible, until } from './harness.js';

const text = (over = {}) => {
  const fields = { number: '2027-1', customer: '<img src=x onerror=alert(1)>', channels: '5000', issued: '2026-01-01', expires: '2099-12-31', ...over };
  return `viaduct-licence 1\n${Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join('\n')}\nsignature: AAAA\n`;
};
const hand = (page, name, content) => page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });

export const licence = [
  {
    name: 'licence that ends soon is warned of, and another one is handed in',
    run: async ({ page, mock }) => {
      await page.at('/server/licence');
      await page.getByText('授权将在 20 天后到期').waitFor();
      await hand(page, 'licence.txt', text());
      await page.getByText('授权有效，可启用 5,000 路摄像机。').waitFor();
      assert(mock.world.licence.terms.channels === 5000, 'taken');
      assert((await page.locator('.terms').innerText()).includes('<img src=x onerror=alert(1)>'), 'names are text');
      await assertAccessible(page, 'licence');
      await page.getByRole('button', { name: '删除' }).click();
      await page.getByRole('dialog').locator('.btn.primary').click();
      await page.getByText('未导入授权，可免费启用').waitFor();
    },
  },
  {
    name: 'licence that is none is refused with its reason, and can be chosen again',
    run: async ({ page }) => {
      page.allowed.push(/400/);
      await page.at('/server/licence');
      await page.locator('.terms').waitFor();
      await hand(page, 'cut.txt', text().slice(0, 80));
      await until(async () => (await page.locator('.problem').innerText()).includes('不是授权文件'), 'the refusal');
      await hand(page, 'large.txt', 'x'.repeat(1 << 20));
      await until(async () => (await page.locator('.problem').innerText()).includes('large.txt'), 'too long');
      await assertAccessible(page, 'a refused licence');
      await hand(page, 'cut.txt', text());
      await page.locator('.problem').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'licence that has ended says what goes on, and without an issuer none is taken',
    run: async ({ page, mock }) => {
      Object.assign(mock.world.licence, { days_left: null, has_issuer: false });
      await page.at('/server/licence');
      await page.getByText('授权已到期：已启用的照常运行').waitFor();
      assert(await page.getByRole('button', { name: '导入授权文件' }).isDisabled(), 'nothing to hand in');
      await page.getByText('licence.issuer_key').waitFor();
    },
  },
  {
    name: 'licence is seen by operators and changed by administrators',
    options: { token: 'mock-operator' },
    run: async ({ page }) => {
      await page.at('/server');
      await page.getByRole('link', { name: '接入授权' }).click();
      await page.locator('.terms').waitFor();
      assert((await page.locator('.page button').count()) === 0, 'nothing to change');
    },
  },
];
