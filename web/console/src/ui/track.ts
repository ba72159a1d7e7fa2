/** A way on the earth as a drawing: places in degrees become points in a box, north is up, a metre is as long in both directions. */

export interface Place {
  longitude: number;
  latitude: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Degrees of latitude of the smallest way that is drawn as large as the box: about 200 m. */
const SMALLEST = 0.002;

/** Points of places in a box of this size, with so much room at its edges. */
export function drawn(places: readonly Place[], width: number, height: number, edge: number): Point[] {
  if (places.length === 0) return [];
  const latitudes = places.map(({ latitude }) => latitude);
  const longitudes = places.map(({ longitude }) => longitude);
  const middle = { latitude: (Math.min(...latitudes) + Math.max(...latitudes)) / 2, longitude: (Math.min(...longitudes) + Math.max(...longitudes)) / 2 };
  // A degree of longitude is shorter away from the equator.
  const narrow = Math.max(Math.cos((middle.latitude * Math.PI) / 180), 0.01);
  const tall = Math.max(Math.max(...latitudes) - Math.min(...latitudes), SMALLEST);
  const wide = Math.max((Math.max(...longitudes) - Math.min(...longitudes)) * narrow, SMALLEST);
  const scale = Math.min((width - 2 * edge) / wide, (height - 2 * edge) / tall);
  return places.map(({ longitude, latitude }) => ({
    x: width / 2 + (longitude - middle.longitude) * narrow * scale,
    y: height / 2 - (latitude - middle.latitude) * scale,
  }));
}

const EARTH_M = 6_371_000;

/** Metres between two places, on a sphere. */
export function distance(from: Place, to: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [a, b] = [radians(from.latitude), radians(to.latitude)];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(Math.sqrt(half), 1));
}

interface Told {
  id: number;
  at: string;
}

/** Places that are kept: as many as one answer has. */
const KEPT = 5000;

/** The id of what was told last; 0 where nothing was. */
export const newest = (places: readonly Told[]): number => places.reduce((last, { id }) => Math.max(last, id), 0);

/** What is known with what was told since, by time, for a device may tell late where it was; the oldest beyond what is kept go. */
export function joined<T extends Told>(known: T[], more: readonly T[]): T[] {
  if (more.length === 0) return known;
  return [...known, ...more].sort((one, other) => Date.parse(one.at) - Date.parse(other.at)).slice(-KEPT);
}
