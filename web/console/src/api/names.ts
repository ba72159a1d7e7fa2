/** How streams and their virtual hosts are named. Pure. */

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
