/** The statistics overlay: figures of the moment and the last steps on the ladder. */
import type { LadderStep, Model } from './machine';
import { reasonText, type MessageKey, type Translator } from './messages';
import type { PlayerStats } from './player';

const STEPS_SHOWN = 8;

export function renderOverlay(box: HTMLElement, model: Model, stats: PlayerStats | null, translate: Translator): void {
  const list = document.createElement('dl');
  if (stats) {
    const rows: [MessageKey, string][] = [
      ['stats.engine', `${stats.engine} · ${translate(stats.in_worker ? 'stats.worker' : 'stats.page')}`],
      ['stats.codec', /codecs="(.+)"/.exec(stats.mime)?.[1] ?? stats.mime],
      ['stats.size', `${stats.width} × ${stats.height}`],
      ['stats.fps', `${stats.fps.toFixed(1)} fps`],
      ['stats.dropped', String(stats.dropped)],
      ['stats.bitrate', `${(stats.bitrate_bps / 1000).toFixed(0)} kbit/s`],
      ['stats.buffer', `${stats.buffer_s.toFixed(2)} s / ${stats.target_s.toFixed(2)} s`],
      ['stats.latency', stats.latency_s === null ? '–' : `${stats.latency_s.toFixed(2)} s`],
      ['stats.reconnects', String(stats.reconnects)],
    ];
    if (stats.decoder) {
      const { fps, picture_ms, busy, skipped, late, damaged, traps, ahead_of_sound_ms } = stats.decoder;
      rows.push(['stats.decoder', `${fps.toFixed(1)} fps · ${picture_ms.toFixed(1)} ms · ${(busy * 100).toFixed(0)} %`]);
      rows.push(['stats.leftOut', `${skipped} / ${late} / ${damaged + traps}`]);
      if (ahead_of_sound_ms !== null) rows.push(['stats.soundOffset', `${ahead_of_sound_ms.toFixed(0)} ms`]);
    }
    for (const { codec, reason } of stats.refused) rows.push(['stats.refused', `${codec}: ${reason}`]);
    for (const [key, value] of rows) list.append(cell('dt', translate(key)), cell('dd', value));
  }
  const heading = cell('h4', translate('stats.steps'));
  const steps = document.createElement('ol');
  for (const step of model.steps.slice(-STEPS_SHOWN)) steps.append(cell('li', stepText(step, translate)));
  box.replaceChildren(list, heading, steps);
}

export function stepText(step: LadderStep, translate: Translator): string {
  const time = new Date(step.at_ms).toTimeString().slice(0, 8);
  const reason = step.reason ? ` – ${reasonText(translate, step.reason)}` : '';
  return `${time} ${step.engine} ${translate(`step.${step.what}` as MessageKey)}${reason}`;
}

function cell(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
