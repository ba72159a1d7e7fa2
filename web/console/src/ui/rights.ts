/** What the signed-in user may do, so that the console offers nothing that the server would refuse. */
import { useI18n } from 'vue-i18n';
import type { RouteMeta } from 'vue-router';
import type { HeldPermission } from '../api/types';
import { useSession } from '../stores/session';

export const ACTIONS = ['view', 'play', 'operate', 'manage'] as const;
export const KINDS = ['stream', 'source', 'relay', 'rule', 'hook', 'token', 'traffic', 'server', 'organisation', 'user', 'role', 'audit', 'device', 'channel', 'group', 'snapshot', 'view', 'patrol', 'ptz', 'talk'] as const;
export type Action = (typeof ACTIONS)[number];
export type Kind = (typeof KINDS)[number];
/** An action on a kind of thing. */
export type Right = `${Action}:${Kind}`;

/** The organisation that all others are below. */
const ROOT = 1;

/** Whether a right is among those held: everywhere, or in some organisation at least. */
export function holds(held: HeldPermission[], right: Right, somewhere: boolean): boolean {
  return held.some(({ permission, organisations }) => permission === right && (somewhere || organisations.includes(ROOT)));
}

export interface Rights {
  /** Whether something is permitted everywhere, or in some organisation at least. */
  may(right: Right, somewhere?: boolean): boolean;
  /** What a page lacks to be shown; null when nothing. One of the rights that it names is enough. */
  lacking(meta: RouteMeta): Right | null;
}

export function useRights(): Rights {
  const session = useSession();
  const may = (right: Right, somewhere = false): boolean => holds(session.me?.permissions ?? [], right, somewhere);
  const lacking = ({ rights, somewhere }: RouteMeta): Right | null => (!rights || rights.some((right) => may(right, somewhere)) ? null : (rights[0] ?? null));
  return { may, lacking };
}

/** A right in the user's language. */
export function useRightText(): (right: Right) => string {
  const { t } = useI18n();
  return (right) => {
    const [action, kind] = right.split(':');
    return t('rights.right', { action: t(`rights.actions.${action}`), kind: t(`rights.kinds.${kind}`) });
  };
}
