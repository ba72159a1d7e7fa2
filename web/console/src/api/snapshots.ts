import { answer, client } from './client';
import { one, present } from './names';
import { asProblem, problemOf } from './problem';
import type { Snapshot, SnapshotPage, SnapshotPlan, SnapshotPlanInput, UploadTarget, UploadTargetInput, UploadTest } from './types';

export interface SnapshotQuery {
  stream?: string;
  origin?: string;
  plan_id?: number;
  before?: number;
}

export const listSnapshots = (query: SnapshotQuery): Promise<SnapshotPage> =>
  answer(client.GET('/api/v1/snapshots', { params: { query } }));

export const getSnapshot = (id: number): Promise<Snapshot> => answer(client.GET('/api/v1/snapshots/{id}', one(id)));

export const takeSnapshot = (app: string, name: string, vhost: string, overlay: boolean): Promise<Snapshot> =>
  answer(client.POST('/api/v1/streams/{app}/{name}/snapshot', { params: { path: { app, name }, query: { vhost } }, body: { overlay } }));

export const removeSnapshot = (id: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/snapshots/{id}', { params: { path: { id } } }));

const FILES = { picture: '/api/v1/snapshots/{id}/picture', thumbnail: '/api/v1/snapshots/{id}/thumbnail' } as const;

/** The file or the thumbnail: browsers cannot send the session with the address of an image. */
export async function snapshotFile(id: number, which: 'picture' | 'thumbnail'): Promise<Blob> {
  let result;
  try {
    result = await client.GET(FILES[which], { params: { path: { id } }, parseAs: 'blob' });
  } catch (error) {
    throw asProblem(error);
  }
  if (!result.response.ok) throw problemOf(result.response, result.error);
  return result.data as Blob;
}

export const listPlans = async (): Promise<SnapshotPlan[]> => (await answer(client.GET('/api/v1/snapshot-plans'))).items;

export const addPlan = (body: SnapshotPlanInput): Promise<SnapshotPlan> => answer(client.POST('/api/v1/snapshot-plans', { body }));

export const changePlan = (id: number, version: number, body: SnapshotPlanInput): Promise<SnapshotPlan> =>
  answer(client.PUT('/api/v1/snapshot-plans/{id}', { params: { path: { id }, header: { 'If-Match': `"${version}"` } }, body }));

export const removePlan = (id: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/snapshot-plans/{id}', { params: { path: { id } } }));

export const listTargets = async (): Promise<UploadTarget[]> => (await answer(client.GET('/api/v1/upload-targets'))).items;

export const addTarget = (body: UploadTargetInput): Promise<UploadTarget> => answer(client.POST('/api/v1/upload-targets', { body }));

export const changeTarget = (old: UploadTarget, body: UploadTargetInput): Promise<UploadTarget> =>
  answer(client.PUT('/api/v1/upload-targets/{id}', { ...present(old), body }));

export const removeTarget = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/upload-targets/{id}', one(id)));

/** Sends the newest picture there now. */
export const testTarget = (id: number): Promise<UploadTest> => answer(client.POST('/api/v1/upload-targets/{id}/test', one(id)));

/** Tries what waits now instead of later. */
export const retryTarget = (id: number): Promise<UploadTarget> => answer(client.POST('/api/v1/upload-targets/{id}/retry', one(id)));
