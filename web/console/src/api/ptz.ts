import { answer, client } from './client';
import { one } from './names';
import type { Ptz } from './types';

/** What a camera can do, who steers it, its presets and cruises. */
export const getPtz = (id: number): Promise<Ptz> => answer(client.GET('/api/v1/channels/{id}/ptz', one(id)));
