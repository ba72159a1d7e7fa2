import { answer, client } from './client';
import type { EndedSession, TrafficReport, Viewer } from './types';

export const listViewers = async (): Promise<Viewer[]> => (await answer(client.GET('/api/v1/viewers'))).items;

export const listSessions = (search: string, before?: number): Promise<{ items: EndedSession[]; next_before: number | null }> =>
  answer(client.GET('/api/v1/sessions', { params: { query: { ...(search ? { search } : {}), ...(before === undefined ? {} : { before }) } } }));

export const getTraffic = (by: string, from: Date, to: Date): Promise<TrafficReport> =>
  answer(client.GET('/api/v1/sessions/traffic', { params: { query: { by, from: from.toISOString(), to: to.toISOString() } } }));
