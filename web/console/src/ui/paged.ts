import { shallowRef, watch, type ShallowRef } from 'vue';
import type { ApiProblem } from '../api/problem';
import { useAction, useResource } from './resource';

/** One answer of a list that goes backwards from the newest row. */
export interface Page<T> {
  items: T[];
  next_before?: number | null | undefined;
}

/** What is held of such a list: rows by falling id, and where the next older page begins. */
export interface Held<T> {
  rows: T[];
  next: number | null;
  /** Whether rows beyond the newest page were asked for. */
  deep: boolean;
}

/** The newest page again: its rows are news, what it no longer names was deleted, what lies below it stays. */
export function withNewest<T extends { id: number }>(held: Held<T> | null, page: Page<T>): Held<T> {
  const fresh: Held<T> = { rows: page.items, next: page.next_before ?? null, deep: false };
  const last = page.items.at(-1);
  // A page that is not full names all there is.
  if (!held?.deep || page.next_before == null || !last) return fresh;
  // So many rows came at once that some lie unseen between this page and the rows held.
  if (last.id > (held.rows[0]?.id ?? 0)) return fresh;
  return { ...held, rows: [...page.items, ...held.rows.filter(({ id }) => id < last.id)] };
}

/** The next older page below what is held. */
export function withOlder<T extends { id: number }>(held: Held<T>, page: Page<T>): Held<T> {
  const have = new Set(held.rows.map(({ id }) => id));
  return { rows: [...held.rows, ...page.items.filter(({ id }) => !have.has(id))], next: page.next_before ?? null, deep: true };
}

/** Rows that were asked for once more, in the places where they stand. */
export function withAgain<T extends { id: number }>(held: Held<T>, page: Page<T>): Held<T> {
  const news = new Map(page.items.map((row) => [row.id, row]));
  return { ...held, rows: held.rows.map((row) => news.get(row.id) ?? row) };
}

export interface PagedList<T> {
  /** Null until the first answer. */
  held: ShallowRef<Held<T> | null>;
  problem: ShallowRef<ApiProblem | null>;
  /** Why the older rows did not come. */
  olderProblem: ShallowRef<ApiProblem | null>;
  busy: ShallowRef<boolean>;
  /** Asks for the newest page. */
  refresh(): Promise<void>;
  /** Asks for the next older page. */
  more(): Promise<void>;
  /** Asks for the page that begins with one row, which an action has changed. */
  reread(id: number): Promise<void>;
  /** The question has changed: begins again with its newest page. */
  restart(): Promise<void>;
}

/** A list of the server that is shown page by page, newest first, and refreshed every `interval_ms` while it is shown. */
export function usePagedList<T extends { id: number }>(load: (before?: number) => Promise<Page<T>>, interval_ms = 0): PagedList<T> {
  const held = shallowRef<Held<T> | null>(null);
  const newest = useResource(() => load(), interval_ms);
  const older = useAction();
  let question = 0;
  let answered = 0;

  watch(
    newest.data,
    (page) => {
      if (!page) return;
      // Rows of an earlier question are shown until this one is answered, and are never mixed with its rows.
      held.value = withNewest(answered === question ? held.value : null, page);
      answered = question;
    },
    { flush: 'sync' },
  );

  async function more(): Promise<void> {
    const from = held.value;
    if (from?.next == null || answered !== question) return;
    const before = from.next;
    const mine = question;
    await older.run(async () => {
      const page = await load(before);
      // Another question was asked meanwhile, or the list began anew: these rows would not join on.
      if (mine === question && held.value?.next === before) held.value = withOlder(held.value, page);
    });
  }

  async function reread(id: number): Promise<void> {
    await newest.refresh();
    if (!held.value?.deep) return;
    const mine = question;
    await older.run(async () => {
      const page = await load(id + 1);
      if (mine === question && held.value) held.value = withAgain(held.value, page);
    });
  }

  function restart(): Promise<void> {
    question++;
    return newest.refresh();
  }

  return { held, problem: newest.problem, olderProblem: older.problem, busy: older.busy, refresh: newest.refresh, more, reread, restart };
}
