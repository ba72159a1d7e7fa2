/** Where the channel tree gets its branches, cameras and what a search finds. */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { getChannelTree, listChannels } from '../api/channels';
import type { Channel, ChannelBranch } from '../api/types';
import { useChannels } from '../stores/channels';
import { useLive } from '../stores/live';
import { branchesOf, type Branches } from './channel-tree';
import { useAction, useResource, type Resource } from './resource';

/** Cameras of a branch that are asked for at once. */
const PAGE = 500;
/** What a search shows; more than these are found by a longer text. */
const FOUND_MAX = 200;
/** A pause in typing after which is searched. */
const PAUSE_MS = 150;
/** Changes come in bursts; the tree is asked for once after one. */
const SETTLE_MS = 2_000;

export interface TreeSource {
  tree: Resource<ChannelBranch[]>;
  branches: ComputedRef<Branches>;
  open: Ref<Set<number>>;
  loaded: Ref<Map<number, Channel[]>>;
  /** Null while nothing is searched for. */
  found: Ref<{ items: Channel[]; total: number } | null>;
  search: Ref<string>;
  action: ReturnType<typeof useAction>;
  toggle(branch: ChannelBranch): void;
  /** Asks for the next cameras of a branch. */
  more(branch: ChannelBranch): Promise<void>;
}

export function useTreeSource(): TreeSource {
  const live = useLive();
  const channels = useChannels();
  const tree = useResource(getChannelTree);
  const branches = computed(() => branchesOf(tree.data.value ?? []));
  const open = ref(new Set<number>());
  const loaded = shallowRef(new Map<number, Channel[]>());
  const found = shallowRef<{ items: Channel[]; total: number } | null>(null);
  const search = ref('');
  const action = useAction();
  let settling: ReturnType<typeof setTimeout> | undefined;
  let typing: ReturnType<typeof setTimeout> | undefined;

  function keep(id: number, items: Channel[]): void {
    channels.remember(items);
    loaded.value = new Map(loaded.value).set(id, items);
  }

  async function more(branch: ChannelBranch): Promise<void> {
    const held = loaded.value.get(branch.id) ?? [];
    await action.run(async () => {
      const { items } = await listChannels({ organisation: branch.id, below: false, page: Math.floor(held.length / PAGE) + 1, per_page: PAGE });
      keep(branch.id, [...held, ...items]);
    });
  }

  function toggle(branch: ChannelBranch): void {
    const next = new Set(open.value);
    if (!next.delete(branch.id)) next.add(branch.id);
    open.value = next;
    if (next.has(branch.id) && branch.channels > 0 && !loaded.value.has(branch.id)) void more(branch);
  }

  async function refresh(): Promise<void> {
    await tree.refresh();
    // The first page of what is open again; the rest when one asks for it.
    loaded.value = new Map();
    for (const branch of tree.data.value ?? []) if (open.value.has(branch.id) && branch.channels > 0) await more(branch);
  }

  let asked = 0;
  async function find(query: string): Promise<void> {
    const mine = ++asked;
    if (query === '') {
      found.value = null;
      return;
    }
    await action.run(async () => {
      const answer = await listChannels({ query, page: 1, per_page: FOUND_MAX });
      if (mine !== asked) return;
      channels.remember(answer.items);
      found.value = answer;
    });
    // Something else was typed while this was under way.
    if (mine === asked && search.value.trim() !== query) void find(search.value.trim());
  }

  watch(search, (text) => {
    clearTimeout(typing);
    if (text.trim() === '') void find('');
    else typing = setTimeout(() => void find(text.trim()), PAUSE_MS);
  });
  watch(
    () => live.channelChanges,
    () => {
      clearTimeout(settling);
      settling = setTimeout(() => void refresh(), SETTLE_MS);
    },
  );
  watch(tree.data, (items) => {
    // What stands alone at the top is opened, since there is nothing to choose.
    const [only, ...others] = branches.value.top;
    if (items && only && !others.length && open.value.size === 0) toggle(only);
  });
  onBeforeUnmount(() => {
    clearTimeout(settling);
    clearTimeout(typing);
  });
  return { tree, branches, open, loaded, found, search, action, toggle, more };
}
