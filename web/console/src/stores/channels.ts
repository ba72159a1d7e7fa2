import { defineStore } from 'pinia';
import { shallowRef, triggerRef, watch } from 'vue';
import { getChannels, IDS_MAX } from '../api/channels';
import type { Channel } from '../api/types';
import { useLive } from './live';

/** Changes come in bursts; what is shown is asked for once after one. */
const SETTLE_MS = 1_000;

/** Cameras that are shown somewhere, by number. */
export const useChannels = defineStore('channels', () => {
  const live = useLive();
  /** Null for one that is not there, or that one may not see. */
  const byId = shallowRef(new Map<number, Channel | null>());
  const wanted = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function remember(channels: readonly Channel[]): void {
    for (const channel of channels) byId.value.set(channel.id, channel);
    triggerRef(byId);
  }

  /** All that are wanted at this moment, in one request. */
  async function load(): Promise<void> {
    const ids = [...wanted].slice(0, IDS_MAX);
    wanted.clear();
    const found = await getChannels(ids).catch(() => null);
    if (!found) return;
    for (const id of ids) byId.value.set(id, null);
    remember(found);
  }

  function want(ids: Iterable<number>): void {
    if (wanted.size === 0) queueMicrotask(() => void load());
    for (const id of ids) wanted.add(id);
  }

  /** Those that are in use; the others are forgotten when something has changed. */
  const users = new Map<number, number>();

  function use(id: number): () => void {
    users.set(id, (users.get(id) ?? 0) + 1);
    if (!byId.value.has(id)) want([id]);
    return () => {
      const left = (users.get(id) ?? 1) - 1;
      if (left > 0) users.set(id, left);
      else users.delete(id);
    };
  }

  watch(
    () => live.channelChanges,
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const id of [...byId.value.keys()]) if (!users.has(id)) byId.value.delete(id);
        if (users.size > 0) want(users.keys());
      }, SETTLE_MS);
    },
  );

  return { byId, remember, use };
});
