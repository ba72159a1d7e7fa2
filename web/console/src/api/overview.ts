import { answer, client } from './client';
import type { Overview } from './types';

export const getOverview = (): Promise<Overview> => answer(client.GET('/api/v1/overview'));
