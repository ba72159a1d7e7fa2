/** How requests name what they are about. Pure. */

/** The virtual host of everything that names no configured one. */
export const DEFAULT_HOST = 'default';

/** What names a stream. */
export interface StreamName {
  vhost?: string;
  app: string;
  name: string;
}

/** The query of a list of one virtual host, or of all where none is named. */
export const ofHost = (vhost: string | undefined): { vhost?: string } => (vhost ? { vhost } : {});

/** The parameters of a route that names a stream. */
export const at = ({ vhost, app, name }: StreamName): { params: { path: { app: string; name: string }; query: { vhost?: string } } } => ({
  params: { path: { app, name }, query: vhost === DEFAULT_HOST ? {} : ofHost(vhost) },
});

/** The parameters of a route that names one thing by its number. */
export const one = (id: number): { params: { path: { id: number } } } => ({ params: { path: { id } } });

/** A change meant for the version that was read; another one is refused as `stale`. */
export const present = ({ id, version }: { id: number; version: number }): { params: { path: { id: number }; header: { 'If-Match': string } } } => ({
  params: { path: { id }, header: { 'If-Match': `"${version}"` } },
});
