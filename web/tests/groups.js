/** Groups of cameras: made, filled, emptied, filtered by, and given as the place of a right. */
import { assert, assertAccessible, PHONE, until } from './harness.js';

const dialog = (page) => page.getByRole('dialog');
const save = (page) => dialog(page).locator('.btn.primary');
const members = (page) => page.locator('.members tbody tr');
const inGroup = (mock, id) => mock.world.channels.filter(({ groups }) => groups.includes(id)).map((each) => each.id);

async function open(page, query = '') {
  await page.at(`/cameras/groups${query}`);
  await members(page).first().waitFor();
}

export const groups = [
  ...[undefined, PHONE].map((viewport) => ({
    name: `page groups ${viewport ? 'on a phone' : 'on a desk'} is accessible and fits`,
    options: viewport ? { viewport } : {},
    run: async ({ page }) => {
      await open(page);
      await page.waitForTimeout(400);
      await assertAccessible(page, 'groups');
      assert((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, 'not too wide');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await page.waitForTimeout(400);
      await assertAccessible(page, 'picking members');
      assert((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, 'not too wide with the dialog');
    },
  })),
  {
    name: 'groups are made with a name that is judged, renamed, and deleted unless somebody has a right for them',
    run: async ({ page, mock }) => {
      // The browser itself reports what was refused.
      page.allowed.push(/409/);
      await open(page);
      await page.getByRole('button', { name: '新建分组' }).click();
      assert(await save(page).isDisabled(), 'not without a name');
      await dialog(page).getByLabel('名称').fill('隧道洞口');
      await dialog(page).getByLabel('组织', { exact: true }).selectOption('2');
      await save(page).click();
      await dialog(page).locator('.problem', { hasText: '该组织已有同名分组' }).waitFor();
      assert((await dialog(page).getByLabel('名称').getAttribute('aria-invalid')) === 'true', 'the field that is wrong');
      await dialog(page).getByLabel('名称').fill('重点桥梁');
      await save(page).click();
      await page.locator('.group.on', { hasText: '重点桥梁' }).waitFor();
      await page.locator('.empty', { hasText: '分组里还没有摄像机' }).waitFor();
      assert(mock.world.groups.at(-1).organisation_id === 2, 'where it belongs');
      await page.getByRole('button', { name: '重命名 重点桥梁' }).click();
      mock.world.groups.at(-1).version++;
      await dialog(page).getByLabel('名称').fill('桥梁');
      await save(page).click();
      await dialog(page).getByRole('button', { name: '载入最新内容' }).click();
      await save(page).click();
      await page.locator('.group.on', { hasText: /^桥梁/ }).waitFor();
      await page.getByRole('button', { name: '删除分组 桥梁' }).click();
      await page.getByRole('dialog').locator('.btn.danger').click();
      await until(async () => (await page.locator('.group').count()) === 2, 'gone');
      await page.locator('.group', { hasText: '隧道洞口' }).click();
      await page.getByRole('button', { name: '删除分组 隧道洞口' }).click();
      await page.getByRole('dialog').locator('.btn.danger').click();
      await page.locator('.problem', { hasText: '拥有该分组的权限' }).waitFor();
    },
  },
  {
    name: 'cameras join a group from the tree and by a search, and leave it, which is taken back',
    run: async ({ page, mock }) => {
      await open(page, '?group=1');
      assert((await members(page).count()) === 2, 'two at first');
      await page.getByRole('button', { name: '添加摄像机' }).click();
      await dialog(page).getByLabel('名称、拼音首字母、编码、桩号或标签').fill('匝道');
      await dialog(page).locator('.row.channel', { hasText: '匝道东' }).click();
      await dialog(page).getByLabel('名称、拼音首字母、编码、桩号或标签').fill('隧道北');
      await dialog(page).locator('.row.channel', { hasText: '长桥隧道北洞口' }).click();
      await until(async () => (await dialog(page).locator('.picked li').count()) === 1, 'a member is not picked again');
      await save(page).click();
      await until(async () => (await members(page).count()) === 3, 'one more');
      assert(inGroup(mock, 1).join() === '5,6,10', inGroup(mock, 1));
      await page.getByRole('button', { name: '移出分组 匝道东' }).click();
      await until(() => inGroup(mock, 1).length === 2, 'one left');
      await page.locator('.toast', { hasText: '移出' }).getByRole('button', { name: '撤销' }).click();
      await until(() => inGroup(mock, 1).length === 3, 'and is back');
      await page.getByLabel('选择本页全部').check();
      await page.getByRole('button', { name: '移出 3 台' }).click();
      await page.locator('.empty', { hasText: '分组里还没有摄像机' }).waitFor();
    },
  },
  {
    name: 'cameras of a list join a group together, and the list shows a group alone',
    run: async ({ page, mock }) => {
      await page.at('/cameras');
      await page.locator('.cameras tbody tr').first().waitFor();
      await page.getByLabel('选择 匝道东').check();
      await page.getByLabel('选择 匝道西').check();
      await page.locator('.bulk').getByLabel('摄像机分组').selectOption({ label: '隧道洞口' });
      await page.locator('.bulk').getByRole('button', { name: '加入分组' }).click();
      await until(() => inGroup(mock, 1).length === 4, 'both are in');
      await page.locator('.filters').getByLabel('摄像机分组').selectOption({ label: '隧道洞口' });
      await page.waitForURL('**/cameras?group=1');
      await until(async () => (await page.locator('.cameras tbody tr').count()) === 4, 'only the group');
      await page.getByRole('link', { name: '匝道东' }).click();
      await page.locator('.facts dd', { hasText: '隧道洞口' }).waitFor();
    },
  },
  {
    name: 'a right is given for a group, and a role that is not about cameras is refused beside the rights',
    run: async ({ page, mock }) => {
      page.allowed.push(/400/);
      await page.at('/people');
      await page.getByRole('button', { name: '编辑 wang.qiang' }).click();
      await dialog(page).getByRole('button', { name: '添加权限' }).click();
      const second = dialog(page).getByRole('group', { name: '权限 2', exact: true });
      await second.getByLabel('适用范围').selectOption({ label: '收费站广场' });
      await second.getByLabel('角色').selectOption({ label: '审计员' });
      await save(page).click();
      await dialog(page).locator('#grants-error', { hasText: '与摄像机无关' }).waitFor();
      await second.getByLabel('角色').selectOption({ label: '值班员' });
      await save(page).click();
      await page.locator('.users tr', { hasText: 'wang.qiang' }).locator('li', { hasText: '分组 收费站广场' }).waitFor();
      const { grants } = mock.world.people.users.find(({ name }) => name === 'wang.qiang');
      assert(JSON.stringify(grants[1]) === '{"built_in":"operator","group_id":2}', JSON.stringify(grants));
    },
  },
  {
    name: 'who may not manage groups sees them, and is offered no change',
    options: { token: 'mock-viewer' },
    run: async ({ page, mock }) => {
      mock.world.groups.forEach((each) => (each.managed = false));
      await open(page);
      assert((await page.locator('.members input, .panel-head .btn, .page-head .btn.primary').count()) === 0, 'nothing to change');
    },
  },
];
