import { effectScope } from 'vue';
import { describe, expect, it } from 'vitest';
import { usePagedList, withAgain, withNewest, withOlder, type Held, type Page } from '../src/ui/paged';

interface Row { id: number; state?: string }
const rows = (...ids: number[]): Row[] => ids.map((id) => ({ id }));
const page = (ids: number[], next: number | null): Page<Row> => ({ items: rows(...ids), next_before: next });
const ids = (held: Held<Row> | null): number[] => (held?.rows ?? []).map(({ id }) => id);

describe('a list in pages', () => {
  const first = withNewest<Row>(null, page([9, 8, 7], 7));
  const deep = withOlder(first, page([6, 5, 4], 4));

  it('shows the newest page alone until more is asked for', () => {
    expect(ids(withNewest(first, page([10, 9, 8], 8)))).toEqual([10, 9, 8]);
  });
  it('keeps the rows below when the newest page comes again', () => {
    const held = withNewest(deep, page([11, 10, 9], 9));
    expect(ids(held)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(held.next).toBe(4);
  });
  it('takes news of a row, and drops one that the page no longer names', () => {
    const held = withNewest(deep, { items: [{ id: 9, state: 'delivered' }, { id: 7 }, { id: 6 }], next_before: 6 });
    expect(held.rows[0]).toEqual({ id: 9, state: 'delivered' });
    expect(ids(held)).toEqual([9, 7, 6, 5, 4]);
  });
  it('begins anew when rows may be missing in between, or when all rows fit', () => {
    expect(withNewest(deep, page([30, 29, 28], 28))).toEqual({ rows: rows(30, 29, 28), next: 28, deep: false });
    expect(withNewest(deep, page([9, 8], null))).toEqual({ rows: rows(9, 8), next: null, deep: false });
    expect(ids(withNewest(deep, page([], null)))).toEqual([]);
  });
  it('never shows a row twice', () => {
    expect(ids(withOlder(deep, page([5, 4, 3], 3)))).toEqual([9, 8, 7, 6, 5, 4, 3]);
  });
  it('puts a row that was read again where it stands', () => {
    const held = withAgain(deep, { items: [{ id: 5, state: 'pending' }, { id: 3 }], next_before: null });
    expect(ids(held)).toEqual(ids(deep));
    expect(held.rows[4]).toEqual({ id: 5, state: 'pending' });
  });
});

describe('answers that come late', () => {
  /** A list whose answers are given by hand. */
  function byHand() {
    const asked: { before: number | undefined; answer(page: Page<Row>): Promise<void> }[] = [];
    const load = (before?: number): Promise<Page<Row>> =>
      new Promise((resolve) => asked.push({ before, answer: async (given) => {
        resolve(given);
        await new Promise((done) => setTimeout(done));
      } }));
    const list = effectScope().run(() => usePagedList(load))!;
    return { asked, list };
  }

  it('of an earlier question are ignored', async () => {
    const { asked, list } = byHand();
    await asked[0]!.answer(page([9, 8], 8));
    void list.more();
    expect(asked[1]!.before).toBe(8);
    void list.restart();
    await asked[1]!.answer(page([7, 6], 6));
    expect(ids(list.held.value)).toEqual([9, 8]);
    await asked[2]!.answer(page([3, 2], 2));
    expect(ids(list.held.value)).toEqual([3, 2]);
  });
  it('do not mix the rows of two questions', async () => {
    const { asked, list } = byHand();
    await asked[0]!.answer(page([9, 8], 8));
    void list.more();
    await asked[1]!.answer(page([7, 6], 6));
    void list.restart();
    await list.more();
    expect(asked.length).toBe(3);
    await asked[2]!.answer(page([8, 6], 6));
    expect(ids(list.held.value)).toEqual([8, 6]);
  });
  it('of an older page are ignored once the list began anew', async () => {
    const { asked, list } = byHand();
    await asked[0]!.answer(page([9, 8], 8));
    void list.more();
    void list.refresh();
    await asked[2]!.answer(page([20, 19], 19));
    await asked[1]!.answer(page([7, 6], 6));
    expect(ids(list.held.value)).toEqual([20, 19]);
  });
});
