import { answer, client } from './client';
import type { DeviceAlarmPage, DevicePosition, Download, DownloadLink, DownloadList, Gb28181Card, Gb28181Catalog, Gb28181Configuration, Gb28181ConfigurationChange, Gb28181Device, Gb28181DevicePage, Gb28181HomePosition, Gb28181HomePositionChange, Gb28181Import, Gb28181Imported, Gb28181RecordingList, Gb28181Refused, Gb28181SnapshotProgress, Gb28181SnapshotRequest, Gb28181State, Gb28181Upgrade, Gb28181UpgradeRequest, RecordingControl, SipTrace } from './types';
import type { operations } from './generated';

const of = (code: string): { params: { path: { code: string } } } => ({ params: { path: { code } } });

export const getGb28181 = (): Promise<Gb28181State> => answer(client.GET('/api/v1/gb28181'));

export const listGbDevices = (query: NonNullable<operations['gb28181_devices']['parameters']['query']>): Promise<Gb28181DevicePage> => answer(client.GET('/api/v1/gb28181/devices', { params: { query } }));

export const getGbDevice = (code: string): Promise<Gb28181Device> => answer(client.GET('/api/v1/gb28181/devices/{code}', of(code)));

export const listRefused = async (): Promise<Gb28181Refused[]> => (await answer(client.GET('/api/v1/gb28181/refused'))).items;

/** Asks the device again what it is and what is below it. */
export const refreshGbDevice = (code: string): Promise<undefined> => answer(client.POST('/api/v1/gb28181/devices/{code}/refresh', of(code)));

export const orderGbDevice = (code: string, order: string, channel?: string, card?: number): Promise<undefined> =>
  answer(client.POST('/api/v1/gb28181/devices/{code}/order', { ...of(code), body: { order, ...(channel ? { channel } : {}), ...(card === undefined ? {} : { card }) } }));

/** Memory cards of a device or of a channel. */
export const listGbCards = async (code: string, channel: string): Promise<Gb28181Card[]> =>
  (await answer(client.GET('/api/v1/gb28181/devices/{code}/cards', { params: { path: { code }, query: { channel } } }))).items;

export const getGbHomePosition = (code: string, channel: string): Promise<Gb28181HomePosition> => answer(client.GET('/api/v1/gb28181/devices/{code}/home-position', { params: { path: { code }, query: { channel } } }));

export const changeGbHomePosition = (code: string, body: Gb28181HomePositionChange): Promise<undefined> => answer(client.PUT('/api/v1/gb28181/devices/{code}/home-position', { ...of(code), body }));

/** Has a device fetch and install firmware. */
export const upgradeGbDevice = (code: string, body: Gb28181UpgradeRequest): Promise<Gb28181Upgrade> => answer(client.POST('/api/v1/gb28181/devices/{code}/upgrade', { ...of(code), body }));

/** The last upgrade of a device since the server started. */
export const getGbUpgrade = async (code: string): Promise<Gb28181Upgrade | null> => (await answer(client.GET('/api/v1/gb28181/devices/{code}/upgrade', of(code)))).upgrade ?? null;

export const getCatalog = (code: string): Promise<Gb28181Catalog> => answer(client.GET('/api/v1/gb28181/devices/{code}/catalog', of(code)));

export const importCatalog = (code: string, body: Gb28181Import): Promise<Gb28181Imported> => answer(client.POST('/api/v1/gb28181/devices/{code}/import', { ...of(code), body }));

/** Recordings of a channel; the times are RFC 3339. */
export const listRecordings = (code: string, channel: string, from: string, to: string): Promise<Gb28181RecordingList> =>
  answer(client.GET('/api/v1/gb28181/devices/{code}/channels/{channel}/recordings', { params: { path: { code, channel }, query: { from, to } } }));

/** Blocks of a device's configuration, by their names in the standard. */
export const getGbConfiguration = (code: string, parts: string, channel: string): Promise<Gb28181Configuration> =>
  answer(client.GET('/api/v1/gb28181/devices/{code}/configuration', { params: { path: { code }, query: { parts, channel } } }));

export const changeGbConfiguration = (code: string, body: Gb28181ConfigurationChange): Promise<undefined> => answer(client.PUT('/api/v1/gb28181/devices/{code}/configuration', { ...of(code), body }));

/** Has a device take pictures and send them. */
export const orderGbSnapshots = (code: string, body: Gb28181SnapshotRequest): Promise<Gb28181SnapshotProgress> => answer(client.POST('/api/v1/gb28181/devices/{code}/snapshots', { ...of(code), body }));

export const getGbSnapshots = (id: string): Promise<Gb28181SnapshotProgress> => answer(client.GET('/api/v1/gb28181/snapshots/{id}', { params: { path: { id } } }));

export const controlRecording = (stream: string, body: RecordingControl): Promise<undefined> => {
  const [app = '', name = ''] = stream.split('/');
  return answer(client.POST('/api/v1/streams/{app}/{name}/control', { params: { path: { app, name } }, body }));
};

export const getTrace = (query: { behind?: number; query?: string; limit?: number }): Promise<SipTrace> => answer(client.GET('/api/v1/gb28181/trace', { params: { query } }));

/** Keeps the messages of one device alone, or of all. */
export const chooseTrace = (only: string | null): Promise<undefined> => answer(client.PUT('/api/v1/gb28181/trace', { body: { only } }));

export const exportTrace = (query: string): Promise<Blob> => answer(client.GET('/api/v1/gb28181/trace/export.txt', { params: { query: query ? { query } : {} }, parseAs: 'blob' }));

export const listDeviceAlarms = (query: NonNullable<operations['device_alarms']['parameters']['query']>): Promise<DeviceAlarmPage> => answer(client.GET('/api/v1/gb28181/alarms', { params: { query } }));

/** Has a recording fetched into a file of the server. */
export const fetchRecording = (stream: string): Promise<Download> => {
  const [app = '', name = ''] = stream.split('/');
  return answer(client.POST('/api/v1/streams/{app}/{name}/download', { params: { path: { app, name } }, body: {} }));
};

export const listDownloads = (device: string): Promise<DownloadList> => answer(client.GET('/api/v1/downloads', { params: { query: { device } } }));

const numbered = (id: number): { params: { path: { id: number } } } => ({ params: { path: { id } } });

export const removeDownload = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/downloads/{id}', numbered(id)));

/** Where the browser fetches the file; for an hour. */
export const linkDownload = (id: number): Promise<DownloadLink> => answer(client.POST('/api/v1/downloads/{id}/link', numbered(id)));

/** Where a device and what is below it was, oldest first; only what was told `after` the one with this id. The times are RFC 3339. */
export const listPositions = async (code: string, from: string, to: string, after: number): Promise<DevicePosition[]> =>
  (await answer(client.GET('/api/v1/gb28181/devices/{code}/positions', { params: { path: { code }, query: { from, to, after } } }))).items;
