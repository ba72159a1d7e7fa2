import { describe, expect, it } from 'vitest';
import { treeOf } from '../src/ui/organisations';
import { rebase } from '../src/ui/rebase';
import { withViews } from '../src/ui/grants';

const organisation = (id: number, parent_id: number | null, name: string, position = 0) => ({ id, parent_id, name, position, version: 1 });
const ids = (tree: ReturnType<typeof treeOf>): [number, number][] => tree.rows.map(({ organisation: { id }, depth }) => [id, depth]);

describe('organisations', () => {
  const tree = treeOf([organisation(4, 2, 'b'), organisation(1, null, ''), organisation(2, 1, 'z', -1), organisation(3, 1, 'a'), organisation(5, 2, 'a'), organisation(6, 5, 'c')]);

  it('go depth first, siblings by position and name', () => {
    expect(ids(tree)).toEqual([[1, 0], [2, 1], [5, 2], [6, 3], [4, 2], [3, 1]]);
    expect(tree.rows.filter(({ parent }) => parent).map(({ organisation: { id } }) => id)).toEqual([1, 2, 5]);
  });

  it('know what is above and below', () => {
    expect(tree.pathTo(6).map(({ id }) => id)).toEqual([1, 2, 5, 6]);
    expect([...tree.within(2)].sort()).toEqual([2, 4, 5, 6]);
    expect([...tree.within(3)]).toEqual([3]);
    expect(tree.within(1).size).toBe(6);
    expect(tree.within(77).size).toBe(0);
    expect(tree.pathTo(77)).toEqual([]);
  });

  it('stand at the top where the one above may not be seen', () => {
    expect(ids(treeOf([organisation(5, 2, 'a'), organisation(6, 5, 'c')]))).toEqual([[5, 0], [6, 1]]);
  });
});

describe('an edit that somebody was faster than', () => {
  it('keeps what was typed and takes the rest', () => {
    const first = { name: 'ann', enabled: true, grants: [{ role: 'viewer' }] };
    expect(rebase({ ...first, name: 'anna' }, first, { name: 'anne', enabled: false, grants: [] })).toEqual({ name: 'anna', enabled: false, grants: [] });
    expect(rebase({ ...first, grants: [{ role: 'operator' }] }, first, { ...first, grants: [] }).grants).toEqual([{ role: 'operator' }]);
  });
});

describe('permissions', () => {
  it('bring viewing along', () => {
    expect(withViews(['manage:relay', 'view:stream', 'play:stream'])).toEqual(['view:relay', 'manage:relay', 'view:stream', 'play:stream']);
  });
});
