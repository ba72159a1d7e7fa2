import { answer, client } from './client';
import { one } from './names';
import type { Ptz, PtzFrame } from './types';

/** What a camera can do, who steers it, its presets and cruises. */
export const getPtz = (id: number): Promise<Ptz> => answer(client.GET('/api/v1/channels/{id}/ptz', one(id)));

/** Turns and zooms so that a part of the picture fills it. */
export const frameCamera = (id: number, body: PtzFrame): Promise<undefined> => answer(client.POST('/api/v1/channels/{id}/ptz/frame', { ...one(id), body }));
