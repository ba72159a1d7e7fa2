/** How somebody wants to see each camera (turned, mirrored, fitted, as a panorama), kept in this browser. */
import type { ViewSettings } from '@viaduct/player';

const KEY = 'viaduct.pictures';
/** Cameras that are remembered; those changed longest ago are forgotten. */
export const KEPT_MAX = 300;
const PLAIN: ViewSettings = { fit: 'contain', rotate: 0, mirror: false, projection: 'flat' };

type Kept = Record<string, Partial<ViewSettings>>;

function read(): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Kept) : {};
  } catch {
    return {};
  }
}

/** `camera` is a channel as `#12`, or the key of a stream. What was kept by hand is judged by the player. */
export function viewOf(camera: string): ViewSettings {
  return { ...PLAIN, ...read()[camera] };
}

export function keepView(camera: string, view: ViewSettings): void {
  const { [camera]: _before, ...others } = read();
  const isPlain = Object.entries(PLAIN).every(([name, value]) => view[name as keyof ViewSettings] === value);
  const entries = [...Object.entries(others), ...(isPlain ? [] : [[camera, view] as const])].slice(-KEPT_MAX);
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(entries)));
}
