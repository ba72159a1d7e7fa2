/** What the server offers for one stream: the tracks, and the ways to get them. */

export interface Track {
  id: number;
  /** `video`, `audio` or `data`. */
  kind: string;
  /** Name for people, for example `H.264`. */
  codec: string;
  /** RFC 6381 string, or null for a codec that has none. */
  codecs?: string | null | undefined;
  width?: number | null | undefined;
  height?: number | null | undefined;
  frame_rate?: number | null | undefined;
}

/** A track that the server leaves out of one rendition, and why. */
export interface Refusal {
  codec: string;
  reason: string;
}

/** One way to play: an engine's name and the address that feeds it. */
export interface EngineOffer {
  engine: string;
  /** Absolute, or a path on the page's own origin. */
  url: string;
  /** MIME type with codecs, or null while the server does not know the tracks. */
  mime?: string | null | undefined;
  refused?: Refusal[] | undefined;
  /** Why the server puts it at its place; there only when it was told what this browser can. */
  reason?: string | null | undefined;
}

/** A way that the server leaves out for this browser, and what it lacks for it. */
export interface LeftOut {
  engine: string;
  code: string;
  message: string;
}

export interface PlayOffer {
  app: string;
  name: string;
  tracks: Track[];
  /** Distance of key frames in milliseconds, 0 when unknown. */
  gop_ms: number;
  token?: string | undefined;
  /** RFC 3339 time after which the addresses are refused. */
  expires_at?: string | null | undefined;
  /** Where to say how it plays, on the page's own origin or absolute. */
  reports_url?: string | undefined;
  engines: EngineOffer[];
  left_out?: LeftOut[] | undefined;
}

/** Whether two MIME types announce the same number of pictures and sounds: a buffer keeps the tracks that it began with. */
export function sameKinds(a: string, b: string): boolean {
  const sounds = (mime: string): number => (mime.match(/mp4a|opus|flac/gi) ?? []).length;
  return a.startsWith('video') === b.startsWith('video') && sounds(a) === sounds(b);
}

/** True when the offer's token ends within `margin_ms`. An offer without an end never does. */
export function offerExpires(offer: PlayOffer, now_ms: number, margin_ms: number): boolean {
  if (!offer.expires_at) return false;
  const end = Date.parse(offer.expires_at);
  return Number.isFinite(end) && end - now_ms < margin_ms;
}
