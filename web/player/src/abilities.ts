/** What this browser can play, measured once, so that the server can say in which order to try. */
import { mediaSource } from './engines/media-source';
import { decodedHere } from './engines/software';

export interface Abilities {
  /** Codecs that Media Source Extensions take in MP4, by the first part of their RFC 6381 names. */
  mse: string[];
  /** Codecs received by WebRTC, by the names of session descriptions. */
  webrtc: string[];
  /** Codecs that this player decodes itself. */
  software: string[];
  native_hls: boolean;
}

/** What a picture is for: many at a time, one that is steered, or anybody's. */
export type Purpose = 'wall' | 'control' | 'public';

/** What an offer is asked for with. */
export interface Wish {
  purpose: Purpose;
  player: Abilities;
}

/** One name for each codec that cameras and publishers use. */
const PROBES: [string, string][] = [
  ['avc1', 'video/mp4; codecs="avc1.640028"'],
  ['hvc1', 'video/mp4; codecs="hvc1.1.6.L120.90"'],
  ['av01', 'video/mp4; codecs="av01.0.08M.08"'],
  ['mp4a', 'audio/mp4; codecs="mp4a.40.2"'],
  ['opus', 'audio/mp4; codecs="opus"'],
  ['flac', 'audio/mp4; codecs="flac"'],
];

let measured: Abilities | null = null;

export function abilities(): Abilities {
  measured ??= { mse: mse(), webrtc: webrtc(), software: decodedHere(), native_hls: nativeHls() };
  return measured;
}

function mse(): string[] {
  const Source = mediaSource();
  return Source ? PROBES.filter(([, mime]) => Source.isTypeSupported(mime)).map(([name]) => name) : [];
}

function webrtc(): string[] {
  if (typeof RTCPeerConnection !== 'function' || typeof RTCRtpReceiver !== 'function') return [];
  const kinds = ['video', 'audio'] as const;
  const codecs = kinds.flatMap((kind) => RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []);
  return [...new Set(codecs.map(({ mimeType }) => mimeType.split('/')[1]?.toUpperCase() ?? ''))].filter(Boolean);
}

/** The engine is there where nothing else is. */
function nativeHls(): boolean {
  return mediaSource() === null && document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '';
}
