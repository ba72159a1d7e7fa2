import { answer, client } from './client';
import { one, present } from './names';
import type { LoginSession, NewUser, Organisation, OrganisationInput, Role, RoleInput, RoleList, User, UserInput } from './types';

export const listOrganisations = async (): Promise<Organisation[]> => (await answer(client.GET('/api/v1/organisations'))).items;

export const addOrganisation = (body: OrganisationInput): Promise<Organisation> => answer(client.POST('/api/v1/organisations', { body }));

export const changeOrganisation = (old: Organisation, body: OrganisationInput): Promise<Organisation> =>
  answer(client.PUT('/api/v1/organisations/{id}', { ...present(old), body }));

export const removeOrganisation = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/organisations/{id}', one(id)));

export const listRoles = (): Promise<RoleList> => answer(client.GET('/api/v1/roles'));

export const addRole = (body: RoleInput): Promise<Role> => answer(client.POST('/api/v1/roles', { body }));

export const changeRole = (old: Role, body: RoleInput): Promise<Role> => answer(client.PUT('/api/v1/roles/{id}', { ...present(old), body }));

export const removeRole = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/roles/{id}', one(id)));

export const listUsers = async (): Promise<User[]> => (await answer(client.GET('/api/v1/users'))).items;

export const getUser = (id: number): Promise<User> => answer(client.GET('/api/v1/users/{id}', one(id)));

export const addUser = (body: NewUser): Promise<User> => answer(client.POST('/api/v1/users', { body }));

export const changeUser = (old: User, body: UserInput): Promise<User> => answer(client.PUT('/api/v1/users/{id}', { ...present(old), body }));

export const removeUser = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/users/{id}', one(id)));

export const setPassword = (id: number, password: string): Promise<undefined> =>
  answer(client.POST('/api/v1/users/{id}/password', { ...one(id), body: { password } }));

export const removeSecondFactor = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/users/{id}/second-factor', one(id)));

/** Password, second factor and sessions of the user end: the provider signs the user in from now on. */
export const linkUser = (id: number, subject: string): Promise<undefined> =>
  answer(client.PUT('/api/v1/users/{id}/provider', { ...one(id), body: { subject } }));

export const unlinkUser = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/users/{id}/provider', one(id)));

export const listLoginSessions = async (id: number): Promise<LoginSession[]> =>
  (await answer(client.GET('/api/v1/users/{id}/sessions', one(id)))).items;

export const endLoginSession = (id: number, session: string): Promise<undefined> =>
  answer(client.DELETE('/api/v1/users/{id}/sessions/{session}', { params: { path: { id, session } } }));
