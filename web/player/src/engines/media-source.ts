/** Media Source Extensions as this browser has them: those of all browsers, or those of iPhones since iOS 17.1. */

/** W3C Media Source Extensions, ManagedMediaSource: it says when it wants media. */
export interface ManagedEvents {
  streaming?: boolean;
}

type SourceClass = typeof MediaSource;

/** Null where there are none. Looked up each time, because a worker and a page differ. */
export function mediaSource(): SourceClass | null {
  const { MediaSource: own, ManagedMediaSource: managed } = globalThis as { MediaSource?: SourceClass; ManagedMediaSource?: SourceClass };
  return own ?? managed ?? null;
}
