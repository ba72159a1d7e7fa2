import { answer, client } from './client';
import type { operations } from './generated';
import { one, present } from './names';
import type { Device, DeviceInput, DevicePage, NewDevice } from './types';

export type DeviceQuery = NonNullable<operations['devices']['parameters']['query']>;

export const listDevices = (query: DeviceQuery): Promise<DevicePage> => answer(client.GET('/api/v1/devices', { params: { query } }));

export const getDevice = (id: number): Promise<Device> => answer(client.GET('/api/v1/devices/{id}', one(id)));

/** With the channels that it comes with. */
export const addDevice = (body: NewDevice): Promise<Device> => answer(client.POST('/api/v1/devices', { body }));

export const changeDevice = (old: Device, body: DeviceInput): Promise<Device> => answer(client.PUT('/api/v1/devices/{id}', { ...present(old), body }));

export const removeDevice = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/devices/{id}', one(id)));
