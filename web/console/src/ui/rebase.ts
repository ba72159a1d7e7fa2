const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What others changed meanwhile, under what was typed: a field that differs from what was first read is kept. */
export function rebase<T extends object>(typed: T, first: T, fresh: T): T {
  const kept = (Object.keys(fresh) as (keyof T)[]).filter((key) => !same(typed[key], first[key]));
  return { ...fresh, ...Object.fromEntries(kept.map((key) => [key, typed[key]])) };
}
