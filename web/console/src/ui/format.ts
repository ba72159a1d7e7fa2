/** Numbers and times for people. */
import { i18n } from '../i18n';

const NONE = '–';

export function bitrate(bps: number | null | undefined): string {
  if (!bps) return NONE;
  if (bps >= 1e9) return `${(bps / 1e9).toFixed(2)} Gbit/s`;
  if (bps >= 1e6) return `${(bps / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bps / 1e3)} kbit/s`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
}

/** Length of time such as `3 d 04:12:09` or `04:12:09`, the days in the reader's language. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const clock = `${pad(Math.floor(whole / 3600) % 24)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  const days = Math.floor(whole / 86400);
  return days > 0 ? `${days} ${unit('d')} ${clock}` : clock;
}

/** Symbols such as ms stand as they are; days, hours and minutes are words where the language has short ones. */
const unit = (name: 'd' | 'h' | 'min'): string => i18n.global.t(`unit.${name}`);

/** A time given in milliseconds, as people say it: `20 ms`, `1.5 s`, `30 s`, `2 min`, `1 h`; nothing is rounded away. */
export function period(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} ${unit('h')}`;
  if (ms % 60_000 === 0) return `${ms / 60_000} ${unit('min')}`;
  return `${ms / 1000} s`;
}

export function since(at: string | null | undefined, now_ms: number): string {
  const start = at ? Date.parse(at) : NaN;
  return Number.isFinite(start) ? duration((now_ms - start) / 1000) : NONE;
}

export function clock(at: string | number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? NONE : time.toTimeString().slice(0, 8);
}

export function dateTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return NONE;
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${clock(at)}`;
}

/** A protocol as its address is called elsewhere: `WS-fMP4`, `HTTP-FLV`, `RTSP`. */
export function protocolName(protocol: string): string {
  return protocol.toUpperCase().replace('FMP4', 'fMP4').replace('WEBRTC', 'WebRTC');
}

export function fps(value: number): string {
  return value > 0 ? (Number.isInteger(value) ? String(value) : value.toFixed(1)) : NONE;
}
