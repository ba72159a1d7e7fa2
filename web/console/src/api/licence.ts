import { answer, client } from './client';
import type { LicenceStanding } from './types';

export const getLicence = (): Promise<LicenceStanding> => answer(client.GET('/api/v1/licence'));

/** Takes the file as the issuer sent it. */
export const putLicence = (text: string): Promise<LicenceStanding> => answer(client.PUT('/api/v1/licence', { body: { text } }));

export const removeLicence = (): Promise<unknown> => answer(client.DELETE('/api/v1/licence'));
