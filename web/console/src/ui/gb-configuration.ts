/** Configurations of GB/T 28181 as lines for people. */
import type { Gb28181Configuration } from '../api/types';

/** Blocks that a device can be asked for, with the year of the edition that brought them. */
export const PARTS = [
  { part: 'BasicParam', since: 2011 },
  { part: 'VideoParamOpt', since: 2011 },
  { part: 'VideoParamAttribute', since: 2022 },
  { part: 'FrameMirror', since: 2022 },
  { part: 'OSDConfig', since: 2022 },
  { part: 'PictureMask', since: 2022 },
  { part: 'VideoRecordPlan', since: 2022 },
  { part: 'VideoAlarmRecord', since: 2022 },
  { part: 'AlarmReport', since: 2022 },
] as const;

export type Part = (typeof PARTS)[number]['part'];

type Line = [label: string, value: string];
type Translate = (key: string, values?: Record<string, unknown>) => string;

/** As in `f=` of session descriptions (GB/T 28181-2022 annex G). */
const CODECS: Record<string, string> = { 1: 'MPEG-4', 2: 'H.264', 3: 'SVAC', 4: '3GP', 5: 'H.265' };
const RESOLUTIONS: Record<string, string> = { 1: 'QCIF', 2: 'CIF', 3: '4CIF', 4: 'D1', 5: '720P', 6: '1080P' };

export const resolution = (told: string): string => RESOLUTIONS[told] ?? told;

/** The lines of one block; one line that says so when the device tells nothing of it. */
export function blocksOf(part: Part, told: Gb28181Configuration, t: Translate): Line[] {
  const c = (key: string, values?: Record<string, unknown>): string => t(`gb.config.${key}`, values);
  const onOff = (on: boolean | null | undefined): string => (on == null ? '' : c(on ? 'on' : 'off'));
  const number = (value: number | null | undefined): string => String(value ?? '');
  const lines = ((): Line[] => {
    switch (part) {
      case 'BasicParam':
        return told.basic ? [[c('name'), told.basic.name ?? ''], [c('expiration'), number(told.basic.expiration_s)], [c('interval'), number(told.basic.heartbeat_interval_s)], [c('count'), number(told.basic.heartbeat_count)]] : [];
      case 'VideoParamOpt':
        return told.video_options ? [[c('speeds'), told.video_options.download_speeds.map((speed) => `${speed}×`).join(' ')], [c('resolutions'), told.video_options.resolutions.map(resolution).join(' ')]] : [];
      case 'VideoParamAttribute':
        return told.video.map((video) => [c('stream', { number: video.stream ?? 0 }), [CODECS[video.codec ?? ''] ?? video.codec, resolution(video.resolution ?? ''), video.frame_rate && `${video.frame_rate} fps`, { 1: 'CBR', 2: 'VBR' }[video.bitrate_type ?? ''], video.bitrate_kbps && `${video.bitrate_kbps} kbit/s`].filter(Boolean).join(' · ')]);
      case 'FrameMirror':
        return told.mirror == null ? [] : [[c('mirror'), c(`mirrors.${told.mirror}`)]];
      case 'OSDConfig':
        return told.osd ? [[c('osd_time'), onOff(told.osd.time_on)], [c('osd_texts'), [onOff(told.osd.texts_on), ...told.osd.texts.map(({ text }) => text)].filter(Boolean).join(' · ')]] : [];
      case 'PictureMask':
        return told.masks ? [[c('masks'), [onOff(told.masks.on), ...told.masks.areas].filter(Boolean).join(' · ')]] : [];
      case 'VideoRecordPlan':
        return told.recording_plan ? [[c('plan'), onOff(told.recording_plan.enabled)], ...told.recording_plan.days.map((day): Line => [t(`schedule.day.${day.weekday ?? 1}`), day.times.join(' ')])] : [];
      case 'VideoAlarmRecord':
        return told.alarm_recording ? [[c('alarm_recording'), [onOff(told.alarm_recording.enabled), c('around', { before: told.alarm_recording.before_s ?? 0, after: told.alarm_recording.after_s ?? 0 })].filter(Boolean).join(' · ')]] : [];
      case 'AlarmReport':
        return told.alarm_report ? [[c('motion'), onOff(told.alarm_report.motion)], [c('field'), onOff(told.alarm_report.field)]] : [];
    }
  })().filter(([, value]) => value);
  return lines.length ? lines : [[c(`parts.${part}`), c('untold')]];
}
