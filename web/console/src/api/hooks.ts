import { answer, client } from './client';
import type { Hook, HookDelivery, HookInput, HookTest } from './types';

/** Events whose answer decides; the others are told only. Nobody waits for an answer any more once it is late. */
const QUESTIONS = new Set(['publish', 'play', 'not_found', 'no_viewers']);

export const isQuestion = (event: string): boolean => QUESTIONS.has(event);

const at = (id: number) => ({ params: { path: { id } } });

export const listHooks = (): Promise<{ items: Hook[]; events: string[] }> => answer(client.GET('/api/v1/hooks'));

export const addHook = (body: HookInput): Promise<{ hook: Hook; secret: string }> =>
  answer(client.POST('/api/v1/hooks', { body }));

export const changeHook = (id: number, body: HookInput): Promise<Hook> =>
  answer(client.PUT('/api/v1/hooks/{id}', { ...at(id), body }));

export const removeHook = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/hooks/{id}', at(id)));

export const renewSecret = (id: number): Promise<{ secret: string }> =>
  answer(client.POST('/api/v1/hooks/{id}/secret', { ...at(id), body: {} }));

export const testHook = (id: number): Promise<HookTest> =>
  answer(client.POST('/api/v1/hooks/{id}/test', { ...at(id), body: {} }));

export const listDeliveries = (id: number, before?: number): Promise<{ items: HookDelivery[]; next_before: number | null }> =>
  answer(client.GET('/api/v1/hooks/{id}/deliveries', { params: { path: { id }, query: before === undefined ? {} : { before } } }));

export const retryDelivery = (id: number, delivery: number): Promise<undefined> =>
  answer(client.POST('/api/v1/hooks/{id}/deliveries/{delivery}/retry', { params: { path: { id, delivery } } }));
