import { answer, client } from './client';
import { ofHost } from './names';
import type { EndedSession, TrafficReport, Viewer } from './types';

/** Viewers of one virtual host, or of all where none is named. */
export const listViewers = async (vhost: string): Promise<Viewer[]> =>
  (await answer(client.GET('/api/v1/viewers', { params: { query: ofHost(vhost) } }))).items;

export const listSessions = (vhost: string, search: string, before?: number): Promise<{ items: EndedSession[]; next_before?: number | null }> =>
  answer(client.GET('/api/v1/sessions', { params: { query: { ...ofHost(vhost), ...(search ? { search } : {}), ...(before === undefined ? {} : { before }) } } }));

export const getTraffic = (vhost: string, by: string, from: Date, to: Date): Promise<TrafficReport> =>
  answer(client.GET('/api/v1/sessions/traffic', { params: { query: { ...ofHost(vhost), by, from: from.toISOString(), to: to.toISOString() } } }));
