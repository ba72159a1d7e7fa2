/** Cameras that a user has marked, or has looked at lately; kept in the browser. */
import { ref, type Ref } from 'vue';
import { useSession } from '../stores/session';

const RECENT_MAX = 30;
const FAVOURITES_MAX = 200;

export interface KeptCameras {
  favourites: Ref<number[]>;
  recent: Ref<number[]>;
  toggleFavourite(id: number): void;
  /** Puts one in front of those looked at lately. */
  seen(id: number): void;
}

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.filter((each): each is number => Number.isInteger(each)) : []);

function read(key: string): { favourites: number[]; recent: number[] } {
  try {
    const { favourites, recent } = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>;
    return { favourites: numbers(favourites), recent: numbers(recent) };
  } catch {
    return { favourites: [], recent: [] };
  }
}

export function useCameras(): KeptCameras {
  const key = `viaduct.cameras.${useSession().me?.id ?? 0}`;
  const kept = read(key);
  const favourites = ref(kept.favourites);
  const recent = ref(kept.recent);
  const keep = (): void => localStorage.setItem(key, JSON.stringify({ favourites: favourites.value, recent: recent.value }));

  function toggleFavourite(id: number): void {
    const marked = favourites.value.includes(id);
    favourites.value = marked ? favourites.value.filter((each) => each !== id) : [id, ...favourites.value].slice(0, FAVOURITES_MAX);
    keep();
  }

  function seen(id: number): void {
    recent.value = [id, ...recent.value.filter((each) => each !== id)].slice(0, RECENT_MAX);
    keep();
  }

  return { favourites, recent, toggleFavourite, seen };
}
