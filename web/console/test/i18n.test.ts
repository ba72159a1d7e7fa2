import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import en from '../src/i18n/en';
import zhCN from '../src/i18n/zh-CN';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

function flatten(value: object, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string') out.set(prefix + key, inner);
    else for (const [below, text] of flatten(inner as object, `${prefix}${key}.`)) out.set(below, text);
  }
  return out;
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    return statSync(full).isDirectory() ? sources(full) : [full];
  });
}

const chinese = flatten(zhCN);
const english = flatten(en);
const files = sources(SRC).filter((file) => /\.(vue|ts)$/.test(file) && !file.includes(`${path.sep}i18n${path.sep}`));
const texts = files.map((file) => ({ file: path.relative(SRC, file), text: readFileSync(file, 'utf8') }));

describe('catalogues', () => {
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it('have no empty text and the same placeholders', () => {
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of chinese) {
      expect(text, key).not.toBe('');
      expect(holes(english.get(key) ?? ''), key).toEqual(holes(text));
    }
  });

  // An @ begins the name of another text, unless it is written as {'@'}.
  it('have texts that can be shown', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { global } = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zhCN, en } });
    for (const locale of ['zh-CN', 'en'] as const) for (const key of chinese.keys()) global.t(key, {}, { locale });
    expect(told.mock.calls.map(([text]) => String(text))).toEqual([]);
    told.mockRestore();
  });

  it('keep Chinese out of the English texts', () => {
    for (const [key, text] of english) expect(/[\u4e00-\u9fff]/.test(text), key).toBe(false);
  });
});

describe('sources', () => {
  it('use only keys that exist', () => {
    for (const { file, text } of texts) {
      for (const [, key] of text.matchAll(/\bt\(\s*'([\w. ]+)'/g)) expect(chinese.has(key ?? ''), `${file}: ${key}`).toBe(true);
      for (const [, prefix] of text.matchAll(/\bte?\(\s*`([\w.]+)\$\{/g)) {
        expect([...chinese.keys()].some((key) => key.startsWith(prefix ?? '')), `${file}: ${prefix}*`).toBe(true);
      }
    }
  });

  it('use every key', () => {
    const all = texts.map(({ text }) => text).join('\n');
    const prefixes = [...all.matchAll(/\bte?\(\s*`([\w.]+)\$\{/g)].map(([, prefix]) => prefix ?? '');
    const unused = [...chinese.keys()].filter((key) => !all.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  it('hold no Chinese text of their own', () => {
    for (const { file, text } of texts) {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|<!--[\s\S]*?-->/gm, '');
      expect(/[\u4e00-\u9fff]/.test(code), file).toBe(false);
    }
  });

  it('send requests from the interface folder only', () => {
    for (const { file, text } of texts) {
      if (!file.startsWith('api')) expect(/\bfetch\(|XMLHttpRequest/.test(text), file).toBe(false);
    }
  });
});
