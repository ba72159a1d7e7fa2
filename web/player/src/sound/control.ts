/** Sound of one player: its meter, and the group of which one sounds at a time. */
import type { Translator } from '../messages';
import { SoundGroups, type Sounding } from './groups';
import { SoundMeter } from './meter';

const SOUND_CODECS = /mp4a|opus|flac/i;

const groups = new SoundGroups<Sounding>();

export class SoundControl {
  private readonly meter: SoundMeter;
  private group: string | null = null;

  constructor(
    private readonly owner: Sounding,
    video: HTMLVideoElement,
  ) {
    this.meter = new SoundMeter(video);
  }

  get root(): HTMLElement {
    return this.meter.root;
  }

  /** Belongs to another group from now on; null is none. */
  join(group: string | null): void {
    if (this.group !== null) groups.leave(this.group, this.owner);
    this.group = group;
    if (group !== null) groups.join(group, this.owner);
  }

  /** The owner's sound was turned on or off. */
  changed(): void {
    if (!this.owner.muted && this.group !== null) groups.turnedOn(this.group, this.owner);
  }

  /** `isShown`: whether there is a place for the meter; it is shown while there is something to hear. */
  render(isShown: boolean, mime: string, text: Translator): void {
    this.meter.show(isShown && !this.owner.muted && SOUND_CODECS.test(mime));
    this.meter.root.setAttribute('aria-label', text('action.level'));
  }

  close(): void {
    this.join(null);
    this.meter.close();
  }
}
