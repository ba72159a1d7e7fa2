/** Runs a patrol: what is shown now, what comes next and is connected already, and what its log is told. */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue';
import { beginPatrol, endPatrol, goToPreset, stopPatrolAt } from '../api/patrols';
import type { Patrol, PatrolStep } from '../api/types';
import { useChannels } from '../stores/channels';
import { useRights } from '../ui/rights';
import { gridOf } from '../wall/layout';
import { Tour, type TourPage } from './tour';

const TICK_MS = 200;
/** The next page is connected for so long before it is shown, or half of what a page stays. */
const AHEAD_MS = 6_000;
/** A camera counts as shown when its page stood so long. */
const SEEN_MS = 2_000;
/** Pages that one can go back to. */
const BACK_MAX = 50;

export function usePatrolRun(patrol: Ref<Patrol | null>) {
  const channels = useChannels();
  const { may } = useRights();
  const now = shallowRef<TourPage | null>(null);
  const ahead = shallowRef<TourPage | null>(null);
  const paused = ref(false);
  const elapsed_ms = ref(0);
  const started = ref(false);
  const past: TourPage[] = [];
  let tour: Tour | null = null;
  let run: number | null = null;
  let told = false;
  let last = performance.now();
  let leave: (() => void)[] = [];

  const dwell_ms = computed(() => (patrol.value?.dwell_s ?? 10) * 1000);
  const open = computed(() => patrol.value?.open === true);

  const isThere = ({ channel_id }: PatrolStep): boolean => {
    const channel = channels.byId.get(channel_id);
    return channel != null && channel.enabled && channel.state !== 'offline' && channel.state !== 'disabled';
  };

  /** The log of what happened is worth less than the picture: what cannot be written is left out. */
  const tell = (step: PatrolStep, outcome: 'shown' | 'offline' | 'skipped'): void => {
    if (run !== null) void stopPatrolAt(run, step.channel_id, outcome).catch(() => undefined);
  };

  function prepare(): void {
    ahead.value ??= tour?.next() ?? null;
    if (!may('operate:ptz', true)) return;
    for (const { channel_id, preset } of ahead.value?.steps ?? []) if (preset != null) void goToPreset(channel_id, preset).catch(() => undefined);
  }

  function show(page: TourPage | null): void {
    if (now.value && !told) now.value.steps.forEach((step) => tell(step, 'skipped'));
    now.value = page;
    elapsed_ms.value = 0;
    told = false;
    page?.skipped.forEach((step) => tell(step, 'offline'));
  }

  function next(): void {
    if (!ahead.value) prepare();
    if (now.value) past.push(now.value);
    past.splice(0, past.length - BACK_MAX);
    show(ahead.value);
    ahead.value = null;
  }

  function back(): void {
    const page = past.pop();
    if (!page) return;
    ahead.value = now.value;
    show({ ...page, skipped: [] });
  }

  function tick(): void {
    const at = performance.now();
    const passed = at - last;
    last = at;
    if (!started.value || !open.value || paused.value || document.hidden) return;
    if (!now.value) return next();
    elapsed_ms.value += passed;
    if (!told && elapsed_ms.value >= Math.min(SEEN_MS, dwell_ms.value)) {
      told = true;
      now.value.steps.forEach((step) => tell(step, 'shown'));
    }
    const left = dwell_ms.value - elapsed_ms.value;
    if (!ahead.value && left <= Math.min(AHEAD_MS, dwell_ms.value / 2)) prepare();
    if (left <= 0) next();
  }

  async function begin(plan: Patrol): Promise<void> {
    leave = plan.steps.map(({ channel_id }) => channels.use(channel_id));
    tour = new Tour(plan.steps, gridOf(plan.layout)?.places.length ?? 1, plan.order === 'shuffled', isThere);
    run = await beginPatrol(plan.id).catch(() => null);
    started.value = true;
  }

  watch(
    () => patrol.value?.id,
    () => patrol.value && !tour && void begin(patrol.value),
    { immediate: true },
  );
  watch(open, (is) => {
    if (is) return;
    now.value = null;
    ahead.value = null;
  });
  const timer = setInterval(tick, TICK_MS);
  onBeforeUnmount(() => {
    clearInterval(timer);
    leave.forEach((each) => each());
    if (run !== null) void endPatrol(run).catch(() => undefined);
  });

  return { now, ahead, paused, elapsed_ms, dwell_ms, open, started, next, back, canGoBack: () => past.length > 0 };
}
