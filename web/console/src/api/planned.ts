/** Routes that are agreed upon and that the server's document does not have yet; they leave this file when it has. */

type Json<T> = { headers: { [name: string]: unknown }; content: { 'application/json': T } };
interface Parameters {
  query?: object;
  header?: object;
  path?: object;
  cookie?: never;
}
interface Read<T, P extends Parameters = { query?: never }> {
  parameters: P;
  requestBody?: never;
  responses: { 200: Json<T> };
}
interface Send<B, T, P extends Parameters = { query?: never }> {
  parameters: P;
  requestBody: { content: { 'application/json': B } };
  responses: { 200: Json<T> };
}
interface Act<P extends Parameters> {
  parameters: P;
  requestBody?: never;
  responses: { 204: { headers: { [name: string]: unknown }; content?: never } };
}
interface One {
  path: { id: number };
}
interface Present extends One {
  header: { 'If-Match': string };
}

/** What a tile of a view shows. */
export type ViewTile = { channel_id: number } | { stream: string };

/** How a wall is divided, as `wall/layout.ts` reads it, and what its tiles show. */
export interface ViewLayout {
  layout: string;
  tiles: (ViewTile | null)[];
}

export interface ViewInput extends ViewLayout {
  name: string;
  /** 1 to 99, by which the keyboard calls it. */
  number: number | null;
  shared: boolean;
  /** Whose people see it, when it is shared. */
  organisation_id: number;
}

export interface View extends ViewInput {
  id: number;
  owner: string;
  mine: boolean;
  version: number;
}

/** A window that other desks may send views to. */
export interface Screen {
  name: string;
  user: string;
  since: string;
  view_id: number | null;
}

export interface PlannedPaths {
  '/api/v1/views': { get: Read<{ items: View[] }>; post: Send<ViewInput, View> };
  '/api/v1/views/{id}': { put: Send<ViewInput, View, Present>; delete: Act<One> };
  '/api/v1/screens': { get: Read<{ items: Screen[] }> };
  '/api/v1/screens/{name}/show': { post: Send<{ view_id: number } | ViewLayout, Screen, { path: { name: string } }> };
}
