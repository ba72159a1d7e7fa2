/** Roles, permissions and grants in words. */
import { useI18n } from 'vue-i18n';
import type { Grant, Organisation, RoleList } from '../api/types';
import { windowText } from './schedule';

/** Who may do anything with a kind of thing may also view it. */
export function withViews(permissions: readonly string[]): string[] {
  return [...new Set(permissions.flatMap((each) => [`view:${each.split(':')[1]}`, each]))];
}

/** Turns rights into words in the user's language. */
export function useRightsText(): {
  organisationName(organisation: Organisation | undefined): string;
  roleName(roles: RoleList | null, role: Pick<Grant, 'built_in' | 'role_id'>): string;
  timesText(grant: Grant): string;
} {
  const { t } = useI18n();
  return {
    organisationName: (organisation) => organisation?.name || t('people.all'),
    roleName: (roles, { built_in, role_id }) => {
      if (built_in) return t(`people.role.${built_in}`);
      return roles?.items.find(({ id }) => id === role_id)?.name ?? `#${role_id}`;
    },
    timesText: ({ schedule }) => (schedule ?? []).map((window) => windowText(window, (day) => t(`schedule.day.${day}`))).join('; '),
  };
}
