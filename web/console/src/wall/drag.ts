/** What a drag carries: streams or cameras of the list, or a tile of the wall. */
import type { Content } from './model';

const CONTENTS = 'application/x-viaduct-contents';
const ORGANISATION = 'application/x-viaduct-organisation';
const TILE = 'application/x-viaduct-tile';

export type Dragged = { kind: 'contents'; contents: Content[] } | { kind: 'organisation'; id: number } | { kind: 'tile'; tile: number };

export function carry(event: DragEvent, dragged: Dragged): void {
  if (!event.dataTransfer) return;
  event.dataTransfer.effectAllowed = 'move';
  if (dragged.kind === 'contents') event.dataTransfer.setData(CONTENTS, JSON.stringify(dragged.contents));
  else if (dragged.kind === 'organisation') event.dataTransfer.setData(ORGANISATION, String(dragged.id));
  else event.dataTransfer.setData(TILE, String(dragged.tile));
}

export function carriesOurs(event: DragEvent): boolean {
  const types = event.dataTransfer?.types ?? [];
  return [CONTENTS, ORGANISATION, TILE].some((type) => types.includes(type));
}

export function carried(event: DragEvent): Dragged | null {
  const contents = event.dataTransfer?.getData(CONTENTS);
  if (contents) return { kind: 'contents', contents: JSON.parse(contents) as Content[] };
  const organisation = event.dataTransfer?.getData(ORGANISATION);
  if (organisation) return { kind: 'organisation', id: Number(organisation) };
  const tile = event.dataTransfer?.getData(TILE);
  return tile ? { kind: 'tile', tile: Number(tile) } : null;
}
