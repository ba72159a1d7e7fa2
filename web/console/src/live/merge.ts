/** Applies events to keyed lists. Pure. */

export interface Keyed {
  app: string;
  name: string;
}

export const keyOf = ({ app, name }: Keyed): string => `${app}/${name}`;

export function isKeyed(value: unknown): value is Keyed {
  const candidate = value as Partial<Keyed> | null;
  return typeof candidate?.app === 'string' && typeof candidate.name === 'string';
}

/**
 * Merges what an event tells into the item it is about. Returns null when the item is
 * new and the event does not carry all of it (`whole` decides): then the list must be fetched.
 */
export function upsert<T extends Keyed>(items: T[], part: Partial<T> & Keyed, whole: (part: Partial<T>) => part is T): T[] | null {
  const at = items.findIndex((item) => item.app === part.app && item.name === part.name);
  if (at >= 0) {
    const next = items.slice();
    next[at] = { ...items[at]!, ...part };
    return next;
  }
  if (!whole(part)) return null;
  return [...items, part].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

export function without<T extends Keyed>(items: T[], { app, name }: Keyed): T[] {
  return items.filter((item) => item.app !== app || item.name !== name);
}
