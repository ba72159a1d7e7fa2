/** People, roles and the audit log against the mock. */
import { readFile } from 'node:fs/promises';
import { assert, assertAccessible, LAPTOP, PHONE, until } from './harness.js';

const SIZES = { desk: undefined, laptop: LAPTOP, phone: PHONE };
const PATHS = { people: '.users tbody tr', 'people/roles': '.role.own', audit: '.audit tbody tr' };

const everywhere = Object.entries(PATHS).flatMap(([path, selector]) =>
  Object.entries(SIZES).map(([size, viewport]) => ({
    name: `page ${path} on a ${size} is accessible and not too wide`,
    options: { viewport },
    run: async ({ page }) => {
      await page.at(`/${path}`);
      await page.locator(selector).first().waitFor();
      await page.waitForTimeout(500);
      await assertAccessible(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(over <= 0, `${over} px too wide`);
    },
  })),
);

const saveButton = (page) => page.getByRole('dialog').locator('.btn.primary');
const userNamed = (mock, name) => mock.world.people.users.find((user) => user.name === name);
const organisationNamed = (mock, name) => mock.world.people.organisations.find((each) => each.name === name);

export const people = [
  ...everywhere,
  {
    name: 'people of an organisation and below are shown and searched',
    run: async ({ page }) => {
      await page.at('/people');
      const rows = page.locator('.users tbody tr');
      await until(async () => (await rows.count()) === 8, 'everybody');
      await page.locator('.tree .name', { hasText: 'G15' }).click();
      await until(async () => (await rows.count()) === 4, 'four people of the road');
      await page.getByRole('button', { name: /^展开或收起 G15/ }).click();
      await until(async () => (await page.locator('.tree .name', { hasText: '北段' }).count()) === 0, 'a folded branch');
      await page.getByLabel('搜索组织').fill('江口');
      await until(async () => (await page.locator('.tree li').count()) === 5, 'what is found with what is above it');
      await page.getByLabel('搜索姓名或登录名').fill('陈');
      await until(async () => (await rows.count()) === 1, 'one found');
      assert((await rows.first().innerText()).includes('周一–周日 22:00–06:00'), 'the times of a right in words');
    },
  },
  {
    name: 'a user is added with two rights, one of them at certain times',
    run: async ({ page, mock }) => {
      await page.at('/people');
      await page.locator('.tree .name', { hasText: '青浦' }).click();
      await page.getByRole('button', { name: '添加用户' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('登录名').fill('sun.li');
      await dialog.getByLabel('姓名').fill('孙丽');
      await dialog.getByLabel('密码').fill('a long password');
      await dialog.getByRole('button', { name: '添加权限' }).click();
      await dialog.getByRole('button', { name: '添加权限' }).click();
      const second = dialog.getByRole('group', { name: '权限 2', exact: true });
      await second.getByLabel('角色').selectOption({ label: '设备维护' });
      await second.getByLabel('适用范围').selectOption('organisation 6');
      await second.getByText('仅在指定时段').click();
      assert(await dialog.getByRole('group', { name: '权限 1', exact: true }).getByLabel('任何时间').isChecked(), 'the other right is left alone');
      await assertAccessible(page, 'user dialog');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'sun.li'), 'the user');
      const { grants, organisation_id, enabled } = userNamed(mock, 'sun.li');
      assert(organisation_id === 9 && enabled, 'where the user belongs');
      assert(JSON.stringify(grants) === JSON.stringify([{ built_in: 'viewer', organisation_id: 9 }, { role_id: 1, organisation_id: 6, schedule: [{ days: [1, 2, 3, 4, 5], from: '07:00', to: '19:00' }] }]), JSON.stringify(grants));
      await page.locator('.users', { hasText: '孙丽' }).waitFor();
    },
  },
  {
    name: 'an edit that somebody was faster than keeps what was typed',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      await page.at('/people');
      await page.getByRole('button', { name: '编辑 wang.qiang' }).click();
      await page.getByRole('dialog').getByLabel('姓名').fill('王小强');
      Object.assign(userNamed(mock, 'wang.qiang'), { enabled: false, version: 7 });
      await saveButton(page).click();
      await page.getByRole('button', { name: '载入最新内容，保留我的修改' }).click();
      await page.getByRole('dialog').getByRole('status').waitFor();
      assert((await page.getByRole('dialog').getByLabel('姓名').inputValue()) === '王小强', 'what was typed');
      assert(!(await page.getByRole('dialog').getByLabel('允许登录').isChecked()), 'what the other one changed');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'wang.qiang').version === 8, 'the change');
      assert(userNamed(mock, 'wang.qiang').display_name === '王小强', 'the new name');
    },
  },
  {
    name: 'giving more than one has is refused at the rights',
    run: async ({ page, mock }) => {
      page.allowed.push(/403/);
      mock.world.people.caller = 2;
      await page.at('/people');
      await page.getByRole('button', { name: '编辑 liu.yang' }).click();
      await page.getByRole('dialog').getByLabel('角色').selectOption('administrator');
      await saveButton(page).click();
      const refusal = page.locator('.grants [role=alert]');
      await refusal.waitFor();
      assert((await refusal.innerText()).includes('只能授予自己'), await refusal.innerText());
      assert((await page.getByRole('dialog').getByLabel('角色').getAttribute('aria-invalid')) === 'true', 'the mark');
      await assertAccessible(page, 'refused rights');
    },
  },
  {
    name: 'a user is linked to the provider and unlinked, and rights of its groups are not for editing',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      mock.world.provider = '省厅统一身份认证';
      await page.at('/people');
      const row = (name) => page.locator('.users tbody tr', { hasText: name });
      await row('li.na').waitFor();
      assert((await row('li.na').innerText()).includes('统一认证') && (await row('li.na').innerText()).includes('随认证平台的组'), 'who signs in through the provider');
      assert((await page.getByRole('button', { name: '设置密码 li.na' }).count()) === 0, 'no password to set');
      await page.getByRole('button', { name: '编辑 li.na' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('由认证平台的组授予').waitFor();
      assert((await dialog.getByRole('group', { name: /^权限 \d/ }).count()) === 0, 'not among those that are edited');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'li.na').version === 2, 'the change');
      assert(userNamed(mock, 'li.na').grants.length === 1, 'the right stays');

      await page.getByRole('button', { name: '统一认证账号 zhang.wei' }).click();
      assert(await saveButton(page).isDisabled(), 'a subject is needed');
      await dialog.getByLabel('账号标识').fill(userNamed(mock, 'li.na').provider.subject);
      await assertAccessible(page, 'link dialog');
      await saveButton(page).click();
      await dialog.getByRole('alert').waitFor();
      assert((await dialog.getByLabel('账号标识').getAttribute('aria-invalid')) === 'true', 'the mark');
      await dialog.getByLabel('账号标识').fill('248289761001');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'zhang.wei').provider?.subject === '248289761001', 'the link');
      await page.getByRole('button', { name: '统一认证账号 li.na' }).click();
      await dialog.getByText('随认证平台的组得到的权限被收回').waitFor();
      await assertAccessible(page, 'unlink dialog');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'li.na').provider === null, 'no link');
      await page.getByRole('button', { name: '设置密码 li.na' }).waitFor();
    },
  },
  {
    name: 'a password is set, a session ended, a second factor turned off and a user deleted',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      await page.at('/people');
      await page.getByRole('button', { name: '设置密码 zhang.wei' }).click();
      await page.getByRole('dialog').getByLabel('新密码').fill('another password');
      await page.getByRole('dialog').getByLabel('再输入一次').fill('another passwort');
      assert(await saveButton(page).isDisabled(), 'two different entries');
      await page.getByRole('dialog').getByLabel('再输入一次').fill('another password');
      await saveButton(page).click();
      await until(() => userNamed(mock, 'zhang.wei').password === 'another password', 'the password');
      await page.getByRole('button', { name: '登录会话 zhang.wei' }).click();
      await page.getByRole('button', { name: '结束 10.8.0.22' }).click();
      await until(() => mock.world.people.sessions.length === 1, 'one session');
      await assertAccessible(page, 'sessions');
      await page.getByRole('dialog').getByRole('button', { name: '关闭', exact: true }).click();
      await page.getByRole('button', { name: '关闭两步验证 zhang.wei' }).click();
      await saveButton(page).click();
      await until(() => !userNamed(mock, 'zhang.wei').second_factor, 'no second factor');
      await page.getByRole('button', { name: '删除 zhang.wei' }).click();
      await saveButton(page).click();
      await until(() => !userNamed(mock, 'zhang.wei'), 'the deletion');
      await page.getByRole('button', { name: '删除 admin' }).click();
      await saveButton(page).click();
      await page.getByRole('alert').filter({ hasText: '至少要有一名' }).waitFor();
    },
  },
  {
    name: 'an organisation is added, moved, and deleted when it is empty',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      await page.at('/people');
      await page.locator('.tree .name', { hasText: '东段' }).click();
      await page.getByRole('button', { name: '添加下级组织' }).click();
      await page.getByRole('dialog').getByLabel('名称').fill('西溪收费站');
      await saveButton(page).click();
      await until(() => organisationNamed(mock, '西溪收费站')?.parent_id === 12, 'the organisation');
      await page.locator('.tree li.on', { hasText: '西溪' }).waitFor();
      await page.getByRole('button', { name: '修改或移动组织' }).click();
      const above = page.getByRole('dialog').getByLabel('上级组织');
      assert((await above.locator('option', { hasText: '西溪' }).count()) === 0, 'nothing goes below itself');
      await above.selectOption('7');
      await assertAccessible(page, 'organisation dialog');
      await saveButton(page).click();
      await until(() => organisationNamed(mock, '西溪收费站').parent_id === 7, 'the move');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: '删除组织' }).click();
      await saveButton(page).click();
      await until(() => !organisationNamed(mock, '西溪收费站'), 'the deletion');
      await page.locator('.tree li.on', { hasText: '南段' }).waitFor();
      await page.getByRole('button', { name: '删除组织' }).click();
      await saveButton(page).click();
      await page.getByRole('alert').filter({ hasText: '还有组织、用户或权限' }).waitFor();
    },
  },
  {
    name: 'the root is called All until it has a name',
    run: async ({ page, mock }) => {
      await page.at('/people');
      await page.locator('.tree li.on', { hasText: '全部' }).waitFor();
      await page.getByRole('button', { name: '修改或移动组织' }).click();
      assert((await page.getByRole('dialog').getByLabel('上级组织').count()) === 0, 'the root stays where it is');
      await page.getByRole('dialog').getByLabel('名称').fill('江海交通');
      await saveButton(page).click();
      await page.locator('.tree li.on', { hasText: '江海交通' }).waitFor();
      assert(organisationNamed(mock, '江海交通').id === 1, 'the root');
    },
  },
  {
    name: 'a role is made, and viewing follows from what it permits',
    run: async ({ page, mock }) => {
      page.allowed.push(/409/);
      await page.at('/people/roles');
      await page.getByRole('button', { name: '添加角色' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('名称').fill('转推维护');
      await dialog.getByLabel('管理 转推', { exact: true }).check();
      const view = dialog.getByLabel('查看 转推', { exact: true });
      assert((await view.isChecked()) && (await view.isDisabled()), 'viewing follows');
      await assertAccessible(page, 'role dialog');
      await saveButton(page).click();
      await until(() => mock.world.people.roles.some(({ name }) => name === '转推维护'), 'the role');
      await page.getByRole('button', { name: '编辑 转推维护' }).click();
      await dialog.getByLabel('查看 流', { exact: true }).check();
      await saveButton(page).click();
      await until(() => mock.world.people.roles.find(({ name }) => name === '转推维护').permissions.join() === 'manage:relay,view:relay,view:stream', 'what it permits');
      await page.getByRole('button', { name: '删除 设备维护' }).click();
      await saveButton(page).click();
      await page.getByRole('alert').filter({ hasText: '还有用户持有该角色' }).waitFor();
    },
  },
  {
    name: 'the audit log is searched, paged and exported',
    run: async ({ page }) => {
      await page.at('/audit');
      const rows = page.locator('.audit tbody tr');
      await until(async () => (await rows.count()) === 100, 'a page');
      await page.getByRole('button', { name: '更早的' }).click();
      await until(async () => (await rows.count()) === 200, 'two pages');
      await page.getByLabel('搜索用户').fill('MALLORY');
      await until(async () => (await rows.count()) === 23, 'what is found');
      assert((await rows.first().innerText()).includes('被拒绝（401）'), 'the outcome');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: '导出 CSV' }).click();
      const file = await download;
      assert(/^audit-[\d-]{10}\.csv$/.test(file.suggestedFilename()), file.suggestedFilename());
      const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
      assert(lines.length === 24 && lines[0] === '\ufeffid,at,actor,address,action,target,outcome,detail', lines[0]);
      await page.getByLabel('搜索用户').fill('');
      await page.getByLabel('从', { exact: true }).fill('2099-01-01T00:00');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'the audit log is checked, and what is wrong with it is said',
    run: async ({ page, mock }) => {
      await page.at('/audit');
      await page.getByRole('button', { name: '校验日志' }).click();
      await page.locator('.verdict.good', { hasText: '230' }).waitFor();
      mock.world.people.findings = ['第 2 至 4 条缺失。'];
      await page.getByRole('button', { name: '校验日志' }).click();
      await page.locator('.verdict.bad', { hasText: '第 2 至 4 条缺失。' }).waitFor();
      await assertAccessible(page, 'a broken log');
    },
  },
  {
    name: 'on a phone an organisation is picked from a list, and rights fit the window',
    options: { viewport: PHONE, locale: 'en' },
    run: async ({ page }) => {
      await page.at('/people');
      await page.locator('#people-organisation').selectOption('8');
      await until(async () => (await page.locator('.users tbody tr').count()) === 1, 'one user');
      await page.getByRole('button', { name: 'Edit wang.qiang' }).click();
      await page.getByRole('dialog').getByLabel('Role').waitFor();
      await assertAccessible(page, 'user dialog on a phone');
      const over = await page.evaluate(() => document.querySelector('.el-dialog').scrollWidth - document.querySelector('.el-dialog').clientWidth);
      assert(over <= 0, `${over} px too wide`);
    },
  },
];
