/** Filters of a list that are part of its address, so that the list can be linked to. */
import { reactive, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** Texts by name; empty ones are not in the address. A change of another filter than `page` begins with the first page. */
export function useFilters<K extends string>(names: readonly K[]): Record<K | 'page', string> {
  const route = useRoute();
  const router = useRouter();
  const all = [...names, 'page'] as (K | 'page')[];
  const text = (name: string): string => (typeof route.query[name] === 'string' ? route.query[name] : '');
  const filters = reactive(Object.fromEntries(all.map((name) => [name, text(name)]))) as Record<K | 'page', string>;

  watch(
    () => names.map((name) => filters[name]).join('\n'),
    () => (filters.page = ''),
  );
  watch(filters, () => void router.replace({ query: Object.fromEntries(all.map((name) => [name, filters[name]]).filter(([, value]) => value !== '')) }));
  return filters;
}
