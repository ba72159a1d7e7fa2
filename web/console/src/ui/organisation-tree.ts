import { computed, type ComputedRef } from 'vue';
import { getChannelTree } from '../api/channels';
import { ROOT_ID, treeOf, type OrganisationTree } from './organisations';
import { useResource } from './resource';

/** Organisations as those see them who see cameras; the topmost one stands alone, the others by name. */
export function useCameraOrganisations(): ComputedRef<OrganisationTree> {
  const { data } = useResource(getChannelTree);
  const alone = { id: ROOT_ID, parent_id: null, name: '' };
  return computed(() => treeOf((data.value ?? [alone]).map(({ id, parent_id, name }) => ({ id, parent_id: parent_id ?? null, name, position: 0, version: 0 }))));
}
