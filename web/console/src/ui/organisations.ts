/** The tree of organisations, made from the flat list of the server. */
import type { Organisation } from '../api/types';

/** Everything belongs here; it has no name until people give it one. */
export const ROOT_ID = 1;

/** A row of the tree as it is shown. */
export interface Branch {
  organisation: Organisation;
  /** 0 at the top. */
  depth: number;
  /** Whether others are below it. */
  parent: boolean;
}

export interface OrganisationTree {
  /** Depth first, siblings by position and name. */
  rows: Branch[];
  get(id: number): Organisation | undefined;
  /** One organisation and those above it, from the top down. */
  pathTo(id: number): Organisation[];
  /** One organisation and all below it. */
  within(id: number): Set<number>;
}

/** One whose parent is not in the list stands at the top. */
export function treeOf(items: readonly Organisation[]): OrganisationTree {
  const byId = new Map(items.map((each) => [each.id, each]));
  const below = new Map<number | null, Organisation[]>();
  for (const each of items) {
    const above = each.parent_id != null && byId.has(each.parent_id) ? each.parent_id : null;
    const siblings = below.get(above);
    if (siblings) siblings.push(each);
    else below.set(above, [each]);
  }
  const rows: Branch[] = [];
  const visit = (above: number | null, depth: number): void => {
    const siblings = (below.get(above) ?? []).sort((one, other) => one.position - other.position || one.name.localeCompare(other.name));
    for (const organisation of siblings) {
      rows.push({ organisation, depth, parent: below.has(organisation.id) });
      visit(organisation.id, depth + 1);
    }
  };
  visit(null, 0);

  function pathTo(id: number): Organisation[] {
    const path: Organisation[] = [];
    for (let at = byId.get(id); at; at = at.parent_id == null ? undefined : byId.get(at.parent_id)) path.unshift(at);
    return path;
  }

  function within(id: number): Set<number> {
    const start = rows.findIndex(({ organisation }) => organisation.id === id);
    if (start < 0) return new Set();
    const end = rows.findIndex(({ depth }, index) => index > start && depth <= rows[start]!.depth);
    return new Set(rows.slice(start, end < 0 ? undefined : end).map(({ organisation }) => organisation.id));
  }

  return { rows, get: (id) => byId.get(id), pathTo, within };
}
