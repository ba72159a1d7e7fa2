/** What a camera's picture is a picture of: a part of the world as lenses show it, or all around in one of several forms. */
export const PROJECTIONS = ['flat', 'equirect', 'fisheye-wall', 'fisheye-ceiling', 'fisheye-floor'] as const;
export type Projection = (typeof PROJECTIONS)[number];

export function parseProjection(text: string | null): Projection {
  return PROJECTIONS.find((projection) => projection === text) ?? 'flat';
}
