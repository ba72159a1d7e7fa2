/** Applies events to keyed lists. Pure. */
import { DEFAULT_HOST, type StreamName } from '../api/names';

export type Keyed = StreamName;

/** What stands before a stream's name: `app/` on the default virtual host, `host/app/` on others. */
export const placeOf = ({ vhost, app }: Pick<Keyed, 'vhost' | 'app'>): string => (vhost && vhost !== DEFAULT_HOST ? `${vhost}/${app}/` : `${app}/`);

export const keyOf = (item: Keyed): string => placeOf(item) + item.name;

/** The parts of a key as the server writes it and people type it. */
export function partsOf(key: string): Required<Keyed> {
  const parts = key.trim().split('/');
  const [vhost, app, name] = parts.length > 2 ? parts : [DEFAULT_HOST, ...parts];
  return { vhost: vhost || DEFAULT_HOST, app: app ?? '', name: name ?? '' };
}

export function isKeyed(value: unknown): value is Keyed {
  const candidate = value as Partial<Keyed> | null;
  return typeof candidate?.app === 'string' && typeof candidate.name === 'string';
}

/**
 * Merges what an event tells into the item it is about. Returns null when the item is
 * new and the event does not carry all of it (`whole` decides): then the list must be fetched.
 */
export function upsert<T extends Keyed>(items: T[], part: Partial<T> & Keyed, whole: (part: Partial<T>) => part is T): T[] | null {
  const key = keyOf(part);
  const at = items.findIndex((item) => keyOf(item) === key);
  if (at >= 0) {
    const next = items.slice();
    next[at] = { ...items[at]!, ...part };
    return next;
  }
  if (!whole(part)) return null;
  return [...items, part].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

export function without<T extends Keyed>(items: T[], gone: Keyed): T[] {
  const key = keyOf(gone);
  return items.filter((item) => keyOf(item) !== key);
}
