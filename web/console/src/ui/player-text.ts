import { createTranslator, type Translator } from '@viaduct/player';
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';

/** The player's texts in the console's language. */
export function usePlayerTranslator(): ComputedRef<Translator> {
  const { locale } = useI18n();
  return computed(() => createTranslator(locale.value === 'en' ? 'en' : 'zh-CN'));
}
