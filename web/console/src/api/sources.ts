import { answer, client } from './client';
import { at, type StreamName } from './names';
import type { ProbeInput, ProbeReport, Source, SourceImport, SourceImportReport, SourceInput } from './types';

export const listSources = async (): Promise<Source[]> => (await answer(client.GET('/api/v1/sources'))).items;

export const addSource = (body: SourceInput): Promise<Source> => answer(client.POST('/api/v1/sources', { body }));

export const changeSource = (source: StreamName, body: SourceInput): Promise<Source> =>
  answer(client.PUT('/api/v1/sources/{app}/{name}', { ...at(source), body }));

export const removeSource = (source: StreamName): Promise<undefined> =>
  answer(client.DELETE('/api/v1/sources/{app}/{name}', at(source)));

export const importSources = (body: SourceImport): Promise<SourceImportReport> => answer(client.POST('/api/v1/sources/import', { body }));

export const probe = (body: ProbeInput): Promise<ProbeReport> => answer(client.POST('/api/v1/probe', { body }));
