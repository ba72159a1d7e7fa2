/** How it stands with the licence, in words. */
import { useI18n } from 'vue-i18n';
import type { LicenceStanding } from '../api/types';

export type Tone = 'good' | 'wait' | 'fail';

/** Something that somebody must do about it: it ends soon, has ended, is not believed, or is used up. */
export function licenceTone({ state, on, limit }: Pick<LicenceStanding, 'state' | 'on' | 'limit'>): Tone {
  if (state === 'ended' || state === 'unverified') return 'fail';
  return state === 'ending' || on >= limit ? 'wait' : 'good';
}

export function useLicenceText(): (standing: Pick<LicenceStanding, 'state' | 'on' | 'limit' | 'days_left'>) => string {
  const { t } = useI18n();
  return ({ state, on: cameras, limit: most, days_left }) => {
    const [on, limit] = [cameras.toLocaleString(), most.toLocaleString()];
    if (state === 'ended') return t('licence.ended', { limit });
    if (state === 'unverified') return t('licence.unverified', { limit });
    if (state === 'ending') return t('licence.ending', { days: days_left ?? 0 });
    if (cameras >= most) return t('licence.full', { on, limit });
    return state === 'none' ? t('licence.none', { limit }) : t('licence.valid', { limit });
  };
}
