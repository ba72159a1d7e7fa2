import { answer, client } from './client';
import { one, present } from './names';
import type { Group, GroupMembersChanged, NewGroup } from './types';

export const listGroups = async (): Promise<Group[]> => (await answer(client.GET('/api/v1/groups'))).items;

export const getGroup = (id: number): Promise<Group> => answer(client.GET('/api/v1/groups/{id}', one(id)));

export const addGroup = (body: NewGroup): Promise<Group> => answer(client.POST('/api/v1/groups', { body }));

export const renameGroup = (old: Group, name: string): Promise<Group> => answer(client.PUT('/api/v1/groups/{id}', { ...present(old), body: { name } }));

export const removeGroup = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/groups/{id}', one(id)));

/** Who joined and who left; those who were in or out already are not among them. */
export const changeMembers = (id: number, add: readonly number[], remove: readonly number[]): Promise<GroupMembersChanged> =>
  answer(client.POST('/api/v1/groups/{id}/members', { ...one(id), body: { add: [...add], remove: [...remove] } }));
