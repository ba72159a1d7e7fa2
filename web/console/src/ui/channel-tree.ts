/** The tree of organisations and cameras as the lines that are shown of it. Pure. */
import type { Channel, ChannelBranch } from '../api/types';

export interface BranchRow {
  kind: 'branch';
  branch: ChannelBranch;
  depth: number;
  open: boolean;
  /** With those below it. */
  channels: number;
  online: number;
}
export interface ChannelRow {
  kind: 'channel';
  channel: Channel;
  depth: number;
  /** Names of its organisations, in a list without branches. */
  path: string;
}
/** Stands for those of a branch that were not asked for yet. */
export interface MoreRow {
  kind: 'more';
  branch: ChannelBranch;
  depth: number;
  left: number;
}
export type TreeRow = BranchRow | ChannelRow | MoreRow;

interface Totals {
  channels: number;
  online: number;
}

export interface Branches {
  top: ChannelBranch[];
  below(id: number): readonly ChannelBranch[];
  totals(id: number): Totals;
  path(id: number): string;
}

/** The branches in their order, with what lies below each counted. A branch whose parent one may not see stands at the top. */
export function branchesOf(items: readonly ChannelBranch[]): Branches {
  const byId = new Map(items.map((each) => [each.id, each]));
  const children = new Map<number, ChannelBranch[]>();
  const top: ChannelBranch[] = [];
  for (const each of items) {
    if (each.parent_id == null || !byId.has(each.parent_id)) top.push(each);
    else children.set(each.parent_id, [...(children.get(each.parent_id) ?? []), each]);
  }
  const totals = new Map<number, Totals>();
  const count = (branch: ChannelBranch): Totals => {
    const sum = { channels: branch.channels, online: branch.online };
    for (const child of children.get(branch.id) ?? []) {
      const { channels, online } = count(child);
      sum.channels += channels;
      sum.online += online;
    }
    totals.set(branch.id, sum);
    return sum;
  };
  top.forEach(count);
  return {
    top,
    below: (id) => children.get(id) ?? [],
    totals: (id) => totals.get(id) ?? { channels: 0, online: 0 },
    path: (id) => {
      const names: string[] = [];
      for (let at = byId.get(id); at; at = at.parent_id == null ? undefined : byId.get(at.parent_id)) if (at.name) names.unshift(at.name);
      return names.join(' / ');
    },
  };
}

/** The lines of the tree with some branches open; `loaded` has the cameras of those that were asked for. */
export function rowsOf(branches: Branches, open: ReadonlySet<number>, loaded: ReadonlyMap<number, readonly Channel[]>): TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (branch: ChannelBranch, depth: number): void => {
    const isOpen = open.has(branch.id);
    rows.push({ kind: 'branch', branch, depth, open: isOpen, ...branches.totals(branch.id) });
    if (!isOpen) return;
    for (const child of branches.below(branch.id)) visit(child, depth + 1);
    const channels = loaded.get(branch.id) ?? [];
    for (const channel of channels) rows.push({ kind: 'channel', channel, depth: depth + 1, path: '' });
    if (channels.length < branch.channels) rows.push({ kind: 'more', branch, depth: depth + 1, left: branch.channels - channels.length });
  };
  for (const branch of branches.top) visit(branch, 0);
  return rows;
}
