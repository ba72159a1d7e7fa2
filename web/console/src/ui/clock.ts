import { onScopeDispose, ref, type Ref } from 'vue';

/** The time, each second, for ages such as "since". */
export function useNow(): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
