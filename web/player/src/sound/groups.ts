/** Lets at most one player of a group sound at a time: the one that was turned on last. */
export interface Sounding {
  muted: boolean;
}

export class SoundGroups<T extends Sounding> {
  private readonly groups = new Map<string, Set<T>>();

  join(name: string, member: T): void {
    const members = this.groups.get(name) ?? new Set();
    this.groups.set(name, members.add(member));
  }

  leave(name: string, member: T): void {
    const members = this.groups.get(name);
    members?.delete(member);
    if (members?.size === 0) this.groups.delete(name);
  }

  /** Silences the others. */
  turnedOn(name: string, member: T): void {
    for (const other of this.groups.get(name) ?? []) if (other !== member && !other.muted) other.muted = true;
  }
}
