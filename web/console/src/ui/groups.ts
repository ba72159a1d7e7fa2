/** Groups of cameras: which there are, and changes of their members that can be taken back. */
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { changeMembers, listGroups } from '../api/groups';
import { asProblem } from '../api/problem';
import type { Group } from '../api/types';
import { useToasts } from '../stores/toasts';
import { useProblemText } from './problems';
import { useResource, type Resource } from './resource';
import { useRights } from './rights';

/** Time to change one's mind after a camera has left or joined. */
const UNDO_MS = 20_000;

export interface Groups {
  groups: Resource<Group[]>;
  /** Those whose members one may change. */
  managed: ComputedRef<Group[]>;
  nameOf(id: number): string;
}

/** The groups that one sees; none for those who may see no groups. */
export function useGroups(): Groups {
  const { may } = useRights();
  const groups = useResource(async () => (may('view:group', true) ? await listGroups() : []));
  const managed = computed(() => (groups.data.value ?? []).filter((each) => each.managed));
  return { groups, managed, nameOf: (id) => groups.data.value?.find((each) => each.id === id)?.name ?? `#${id}` };
}

/** Changes members, says what was done, and offers to take it back. */
export function useMembers(done: () => Promise<void>): (group: Group, add: readonly number[], remove: readonly number[]) => Promise<void> {
  const { t } = useI18n();
  const toasts = useToasts();
  const problemText = useProblemText();

  async function takeBack(group: Group, add: readonly number[], remove: readonly number[]): Promise<void> {
    try {
      await changeMembers(group.id, add, remove);
    } catch (error) {
      const text = problemText(asProblem(error));
      toasts.show({ tone: 'bad', text: text.sentence, detail: text.next });
    }
    await done();
  }

  return async (group, add, remove) => {
    const { added, removed } = await changeMembers(group.id, add, remove);
    const text = removed.length ? t('groups.left', { count: removed.length, name: group.name }) : t('groups.joined', { count: added.length, name: group.name });
    const undo = added.length + removed.length ? { action: { label: t('action.undo'), run: () => void takeBack(group, removed, added) } } : {};
    toasts.show({ tone: 'good', text, ...undo }, UNDO_MS);
    await done();
  };
}
