import { answer, client } from './client';
import { one, present } from './names';
import type { Patrol, PatrolInput, PatrolLog, PatrolStop } from './types';

export const listPatrols = async (): Promise<Patrol[]> => (await answer(client.GET('/api/v1/patrols'))).items;

export const getPatrol = (id: number): Promise<Patrol> => answer(client.GET('/api/v1/patrols/{id}', one(id)));

export const addPatrol = (body: PatrolInput): Promise<Patrol> => answer(client.POST('/api/v1/patrols', { body }));

export const changePatrol = (old: Patrol, body: PatrolInput): Promise<Patrol> => answer(client.PUT('/api/v1/patrols/{id}', { ...present(old), body }));

export const removePatrol = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/patrols/{id}', one(id)));

export const patrolLog = (id: number, before: number | null): Promise<PatrolLog> =>
  answer(client.GET('/api/v1/patrols/{id}/log', { params: { path: { id }, query: before === null ? {} : { before } } }));

/** A run begins; its number is for the stops. */
export const beginPatrol = async (id: number): Promise<number> => (await answer(client.POST('/api/v1/patrols/{id}/runs', one(id)))).id;

export const stopPatrolAt = (run: number, channel_id: number, outcome: 'shown' | 'offline' | 'skipped'): Promise<PatrolStop> =>
  answer(client.POST('/api/v1/patrol-runs/{id}/stops', { ...one(run), body: { channel_id, outcome } }));

export const endPatrol = (run: number): Promise<undefined> => answer(client.DELETE('/api/v1/patrol-runs/{id}', one(run)));

export const goToPreset = (channel: number, preset: number): Promise<unknown> =>
  answer(client.POST('/api/v1/channels/{id}/ptz/presets/{number}/go', { params: { path: { id: channel, number: preset } } }));
