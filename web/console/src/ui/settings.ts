/** What is typed for settings, judged before it is sent by the same ranges as the server's. */
import type { ConfigValue } from '../api/types';

export type Draft = string | boolean;
export type Fault = 'number' | 'range' | 'address';

const ADDRESS = /^(\[[0-9a-f:.]+\]|[\d.]+):(\d{1,5})$/i;

/** A value as it is typed: lists by lines. */
export function draftOf({ kind, value }: Pick<ConfigValue, 'kind' | 'value'>): Draft {
  if (kind === 'flag') return value === true;
  if (kind === 'list') return (value as string[]).join('\n');
  return String(value ?? '');
}

/** What was typed as a value. */
export function valueOf({ kind }: Pick<ConfigValue, 'kind'>, draft: Draft): unknown {
  if (typeof draft === 'boolean') return draft;
  if (kind === 'number') return Number(draft.trim());
  if (kind === 'list') return draft.split(/[\n,]/).map((each) => each.trim()).filter(Boolean);
  return draft.trim();
}

/** What is wrong with it; null when nothing is that can be seen here. */
export function faultOf({ key, kind, min, max }: Pick<ConfigValue, 'key' | 'kind' | 'min' | 'max'>, draft: Draft): Fault | null {
  if (typeof draft === 'boolean') return null;
  const text = draft.trim();
  if (kind === 'number') {
    if (!/^-?\d{1,15}$/.test(text)) return 'number';
    return Number(text) < (min ?? -Infinity) || Number(text) > (max ?? Infinity) ? 'range' : null;
  }
  if (!key.endsWith('listen') || text === '') return null;
  const port = Number(ADDRESS.exec(text)?.[2] ?? NaN);
  return port >= 0 && port <= 65_535 ? null : 'address';
}

/** A secret has no value here, so nothing typed for it is no change. */
export const isChanged = (setting: Pick<ConfigValue, 'kind' | 'value'>, draft: Draft): boolean => JSON.stringify(valueOf(setting, draft)) !== JSON.stringify(setting.value ?? '');

export interface Section {
  name: string;
  settings: ConfigValue[];
}

/** Settings by the part of their key before the dot, in the server's order. */
export function sectionsOf(settings: ConfigValue[]): Section[] {
  const sections = new Map<string, ConfigValue[]>();
  for (const each of settings) {
    const name = each.key.split('.')[0] ?? '';
    // Ports are looked for in one place.
    const section = each.key.endsWith('listen') ? 'listen' : name;
    sections.set(section, [...(sections.get(section) ?? []), each]);
  }
  return [...sections].map(([name, items]) => ({ name, settings: items }));
}
