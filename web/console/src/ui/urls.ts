import { useI18n } from 'vue-i18n';

export interface NamedUrl {
  key: string;
  label: string;
  url: string;
}

/** In this order, whatever order the server names them in; protocols that it learns later stand at the end. */
const ORDER = ['rtsp', 'rtsps', 'rtmp', 'rtmps', 'srt', 'webrtc', 'whip', 'flv', 'ws_flv', 'mp4', 'ws_mp4', 'ts', 'ws_ts', 'hls', 'hls_ts', 'hls_audio', 'dash', 'hls_cdn'];

const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

/** The addresses that a stream has, with names; what is switched off for it has none. */
export function useUrls(): (urls: Record<string, string | null> | undefined) => NamedUrl[] {
  const { t, te } = useI18n();
  return (urls) =>
    Object.entries(urls ?? {})
      .filter((entry): entry is [string, string] => entry[1] !== null)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([key, url]) => ({ key, url, label: te(`url.${key}`) ? t(`url.${key}`) : key.toUpperCase().replaceAll('_', '-') }));
}
