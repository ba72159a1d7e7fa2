/** What a drag carries: a stream of the list, or a tile of the wall. */
const STREAM = 'application/x-viaduct-stream';
const TILE = 'application/x-viaduct-tile';

export type Dragged = { kind: 'stream'; key: string } | { kind: 'tile'; tile: number };

export function carry(event: DragEvent, dragged: Dragged): void {
  if (!event.dataTransfer) return;
  event.dataTransfer.effectAllowed = 'move';
  if (dragged.kind === 'stream') event.dataTransfer.setData(STREAM, dragged.key);
  else event.dataTransfer.setData(TILE, String(dragged.tile));
}

export function carriesOurs(event: DragEvent): boolean {
  const types = event.dataTransfer?.types ?? [];
  return types.includes(STREAM) || types.includes(TILE);
}

export function carried(event: DragEvent): Dragged | null {
  const key = event.dataTransfer?.getData(STREAM);
  if (key) return { kind: 'stream', key };
  const tile = event.dataTransfer?.getData(TILE);
  return tile ? { kind: 'tile', tile: Number(tile) } : null;
}
