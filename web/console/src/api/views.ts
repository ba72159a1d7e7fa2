import { answer, client } from './client';
import { one, present } from './names';
import type { Screen, View, ViewInput, ViewLayout } from './types';

export const listViews = async (): Promise<View[]> => (await answer(client.GET('/api/v1/views'))).items;

export const addView = (body: ViewInput): Promise<View> => answer(client.POST('/api/v1/views', { body }));

export const changeView = (old: View, body: ViewInput): Promise<View> => answer(client.PUT('/api/v1/views/{id}', { ...present(old), body }));

export const removeView = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/views/{id}', one(id)));

export const listScreens = async (): Promise<Screen[]> => (await answer(client.GET('/api/v1/screens'))).items;

/** What is on this wall, or a view, is shown on a screen of another desk. */
export const showOnScreen = (name: string, body: { view_id: number; tiles: [] } | ViewLayout): Promise<undefined> =>
  answer(client.POST('/api/v1/screens/{name}/show', { params: { path: { name } }, body }));
