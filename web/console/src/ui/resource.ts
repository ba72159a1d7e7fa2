import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { asProblem, type ApiProblem } from '../api/problem';

export interface Resource<T> {
  data: ShallowRef<T | null>;
  problem: ShallowRef<ApiProblem | null>;
  loading: ShallowRef<boolean>;
  refresh(): Promise<void>;
}

/** Server state for one component: fetched now, and again every `interval_ms` while it is shown and what there is `changes` by itself. */
export function useResource<T>(load: () => Promise<T>, interval_ms = 0, changes: (data: T | null) => boolean = () => true): Resource<T> {
  const data = shallowRef<T | null>(null);
  const problem = shallowRef<ApiProblem | null>(null);
  const loading = shallowRef(false);
  let asked = 0;

  async function refresh(): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    try {
      const next = await load();
      // A later request has overtaken this one.
      if (mine !== asked) return;
      data.value = next;
      problem.value = null;
    } catch (error) {
      if (mine === asked) problem.value = asProblem(error);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  void refresh();
  if (interval_ms > 0) {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && !loading.value && changes(data.value)) void refresh();
    }, interval_ms);
    onScopeDispose(() => clearInterval(timer));
  }
  onScopeDispose(() => asked++);
  return { data, problem, loading, refresh };
}

/** Runs one action at a time and keeps its refusal for display. */
export function useAction(): {
  busy: ShallowRef<boolean>;
  problem: ShallowRef<ApiProblem | null>;
  run(action: () => Promise<unknown>): Promise<boolean>;
} {
  const busy = shallowRef(false);
  const problem = shallowRef<ApiProblem | null>(null);
  async function run(action: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await action();
      return true;
    } catch (error) {
      problem.value = asProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, run };
}
