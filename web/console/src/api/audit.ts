import { answer, client } from './client';
import type { AuditEntry, AuditVerdict } from './types';

/** Which entries are asked for; the times are RFC 3339, empty for no limit. */
export interface AuditFilter {
  search: string;
  from: string;
  to: string;
}

const asked = (filter: AuditFilter): Partial<AuditFilter> => Object.fromEntries(Object.entries(filter).filter(([, text]) => text !== ''));

export async function listAudit(filter: AuditFilter, before?: number): Promise<{ items: AuditEntry[]; next_before: number | null }> {
  const query = { ...asked(filter), ...(before === undefined ? {} : { before }) };
  const page = await answer(client.GET('/api/v1/audit', { params: { query } }));
  return { items: page.items, next_before: page.before ?? null };
}

/** What the filter lets through, as a CSV file. */
export const exportAudit = (filter: AuditFilter): Promise<Blob> =>
  answer(client.GET('/api/v1/audit/export.csv', { params: { query: asked(filter) }, parseAs: 'blob' }));

export const verifyAudit = (): Promise<AuditVerdict> => answer(client.GET('/api/v1/audit/verify'));
