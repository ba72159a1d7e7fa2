/** What the pages of pictures share. */
import type { SnapshotPlan, SnapshotPlanInput } from '../api/types';

export const UNITS = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit of which an interval is a whole number. */
export function unitOf(interval_ms: number): Unit {
  return (Object.keys(UNITS) as Unit[]).reverse().find((unit) => interval_ms % UNITS[unit] === 0) ?? 's';
}

/** A plan as it is sent back to be changed. */
export function inputOf(plan: SnapshotPlan): SnapshotPlanInput {
  const { name, streams, channels, organisation_id, group_id, interval_ms, schedule, form, max_width, max_height, quality, overlay, keep_days, target_id, enabled } = plan;
  return { name, streams, channels, organisation_id, group_id, interval_ms, schedule, form, max_width, max_height, quality, overlay, keep_days, target_id, enabled };
}
