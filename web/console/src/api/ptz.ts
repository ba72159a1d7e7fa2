import { answer, client } from './client';
import { one } from './names';
import type { Ptz, PtzCruiseInput, PtzFrame, PtzIdle, PtzKeptCruise } from './types';

/** What a camera can do, who steers it, its presets and cruises. */
export const getPtz = (id: number): Promise<Ptz> => answer(client.GET('/api/v1/channels/{id}/ptz', one(id)));

/** Turns and zooms so that a part of the picture fills it. */
export const frameCamera = (id: number, body: PtzFrame): Promise<undefined> => answer(client.POST('/api/v1/channels/{id}/ptz/frame', { ...one(id), body }));

const numbered = (id: number, number: number): { params: { path: { id: number; number: number } } } => ({ params: { path: { id, number } } });

/** Makes where the camera looks now the preset of that number. */
export const savePreset = (id: number, number: number, name: string): Promise<undefined> =>
  answer(client.PUT('/api/v1/channels/{id}/ptz/presets/{number}', { ...numbered(id, number), body: { name } }));

/** Changes the name and leaves the position. */
export const namePreset = (id: number, number: number, name: string): Promise<undefined> =>
  answer(client.PUT('/api/v1/channels/{id}/ptz/presets/{number}/name', { ...numbered(id, number), body: { name } }));

/** What the camera does when nobody steers it; null: it stays where it is. */
export const setIdle = (id: number, idle: PtzIdle | null): Promise<undefined> =>
  idle ? answer(client.PUT('/api/v1/channels/{id}/ptz/idle', { ...one(id), body: idle })) : answer(client.DELETE('/api/v1/channels/{id}/ptz/idle', one(id)));

export const removePreset = (id: number, number: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/channels/{id}/ptz/presets/{number}', numbered(id, number)));

/** Adds a cruise, or replaces the one of that number. */
export const saveCruise = (id: number, number: number, body: PtzCruiseInput): Promise<undefined> =>
  answer(client.PUT('/api/v1/channels/{id}/ptz/cruises/{number}', { ...numbered(id, number), body }));

/** Cruises that the device keeps itself; it is asked, which may take seconds. */
export const listKeptCruises = async (id: number): Promise<PtzKeptCruise[]> => (await answer(client.GET('/api/v1/channels/{id}/ptz/kept-cruises', { params: { path: { id } } }))).items;

export const removeCruise = (id: number, number: number): Promise<undefined> =>
  answer(client.DELETE('/api/v1/channels/{id}/ptz/cruises/{number}', numbered(id, number)));
