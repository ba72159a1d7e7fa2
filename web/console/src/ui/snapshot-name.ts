import { computed, watch, type ComputedRef } from 'vue';
import type { Snapshot } from '../api/types';
import { keyOf } from '../live/merge';
import { useChannels } from '../stores/channels';
import { useRights } from './rights';

/** Of what a picture is: its camera by name, or the stream where it was of none, or of one that is gone or not to be seen. */
export function useSnapshotName(snapshot: () => Snapshot): ComputedRef<string> {
  const channels = useChannels();
  const { may } = useRights();
  const camera = computed(() => (may('view:channel', true) ? (snapshot().channel_id ?? null) : null));
  watch(camera, (id, _before, onCleanup) => id !== null && onCleanup(channels.use(id)), { immediate: true });
  return computed(() => (camera.value === null ? null : channels.byId.get(camera.value)?.name) ?? keyOf(snapshot()));
}
