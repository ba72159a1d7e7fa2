import { defineStore } from 'pinia';
import { shallowRef, triggerRef, watch } from 'vue';
import { getChannel } from '../api/channels';
import { asProblem } from '../api/problem';
import type { Channel } from '../api/types';
import { useLive } from './live';

/** Changes come in bursts; what is shown is asked for once after one. */
const SETTLE_MS = 1_000;

/** Cameras that are shown somewhere, by number. */
export const useChannels = defineStore('channels', () => {
  const live = useLive();
  /** Null for one that is not there, or that one may not see. */
  const byId = shallowRef(new Map<number, Channel | null>());
  const asked = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function keep(id: number, channel: Channel | null): void {
    byId.value.set(id, channel);
    triggerRef(byId);
  }

  function remember(channels: readonly Channel[]): void {
    for (const channel of channels) byId.value.set(channel.id, channel);
    triggerRef(byId);
  }

  async function load(id: number): Promise<void> {
    if (asked.has(id)) return;
    asked.add(id);
    try {
      keep(id, await getChannel(id));
    } catch (error) {
      if (!asProblem(error).retry) keep(id, null);
    } finally {
      asked.delete(id);
    }
  }

  /** Asks for a camera once, unless it is known. */
  function ensure(id: number): void {
    if (!byId.value.has(id)) void load(id);
  }

  /** Those that are in use; the others are forgotten when something has changed. */
  const users = new Map<number, number>();

  function use(id: number): () => void {
    users.set(id, (users.get(id) ?? 0) + 1);
    ensure(id);
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
        for (const id of users.keys()) void load(id);
      }, SETTLE_MS);
    },
  );

  return { byId, remember, use };
});
