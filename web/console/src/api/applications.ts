import { answer, client } from './client';
import { at, one, type StreamName } from './names';
import type { Application, ApplicationInput, ApplicationSettings, EffectiveSettings } from './types';

export const listApplications = (): Promise<{ items: Application[]; defaults: ApplicationSettings }> =>
  answer(client.GET('/api/v1/applications'));

export const addApplication = (body: ApplicationInput): Promise<Application> =>
  answer(client.POST('/api/v1/applications', { body }));

export const changeApplication = (id: number, body: ApplicationInput): Promise<Application> =>
  answer(client.PUT('/api/v1/applications/{id}', { ...one(id), body }));

export const removeApplication = (id: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/applications/{id}', one(id)));

export const getEffective = (stream: StreamName): Promise<EffectiveSettings> =>
  answer(client.GET('/api/v1/streams/{app}/{name}/settings', at(stream)));
