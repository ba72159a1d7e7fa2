import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTING_TEXTS } from '../src/i18n/settings';
import { draftOf, faultOf, isChanged, valueOf } from '../src/ui/settings';
import type { ConfigValue } from '../src/api/types';

const reference = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8');
const keys = [...reference.matchAll(/^\| `([a-z0-9_]+\.[a-z0-9_]+)` \|/gm)].map(([, key]) => key ?? '');

it('has a name and a help in both languages for every key that the server knows, and for no other', () => {
  expect(keys.length).toBeGreaterThan(40);
  expect(Object.keys(SETTING_TEXTS).sort()).toEqual([...keys].sort());
  for (const [key, { 'zh-CN': chinese, en }] of Object.entries(SETTING_TEXTS)) {
    for (const text of [...chinese, ...en]) expect(text.trim(), key).not.toBe('');
    expect(/[\u4e00-\u9fff]/.test(en.join('')), key).toBe(false);
  }
});

const setting = (over: Partial<ConfigValue>): ConfigValue => ({ key: 'hls.segments', value: 8, default: 8, kind: 'number', min: 4, max: 60, origin: 'default', reload: 'restart', secret: false, help: '', unit: '', choices: [], changeable: true, ...over });

it.each([
  [setting({}), '4', null], [setting({}), '60', null], [setting({}), '3', 'range'], [setting({}), '61', 'range'], [setting({}), '', 'number'], [setting({}), '1.5', 'number'], [setting({}), '1e3', 'number'], [setting({}), '9'.repeat(20), 'number'],
  [setting({ key: 'http.listen', kind: 'text' }), '', null], [setting({ key: 'http.listen', kind: 'text' }), '[::]:8080', null], [setting({ key: 'http.listen', kind: 'text' }), '0.0.0.0:65535', null],
  [setting({ key: 'http.listen', kind: 'text' }), '0.0.0.0:65536', 'address'], [setting({ key: 'http.listen', kind: 'text' }), '8080', 'address'], [setting({ key: 'http.listen', kind: 'text' }), 'host:80', 'address'],
  [setting({ key: 'server.public_host', kind: 'text' }), 'anything', null],
])('judges %o typed as %s', (each, draft, fault) => {
  expect(faultOf(each, draft)).toBe(fault);
});

it('takes a value to what is typed and back', () => {
  const list = setting({ kind: 'list', value: ['10.0.0.0/8', '::1'] });
  expect(valueOf(list, draftOf(list))).toEqual(list.value);
  expect(valueOf(list, ' 10.0.0.0/8, ::1 \n\n')).toEqual(list.value);
  expect(isChanged(list, '10.0.0.0/8')).toBe(true);
  expect(isChanged(setting({}), ' 8 ')).toBe(false);
  expect(isChanged(setting({ kind: 'text', value: null }), '')).toBe(false);
  expect(isChanged(setting({ kind: 'text', value: null }), 'secret')).toBe(true);
  expect(isChanged(setting({ kind: 'flag', value: false }), true)).toBe(true);
});
