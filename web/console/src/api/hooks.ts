import { answer, client } from './client';
import { one } from './names';
import type { Hook, HookDelivery, HookInput, HookTest } from './types';

/** Events whose answer decides; the others are told only. Nobody waits for an answer any more once it is late. */
const QUESTIONS = new Set(['publish', 'play', 'not_found', 'no_viewers']);

export const isQuestion = (event: string): boolean => QUESTIONS.has(event);

export const listHooks = (): Promise<{ items: Hook[]; events: string[] }> => answer(client.GET('/api/v1/hooks'));

export const addHook = (body: HookInput): Promise<{ hook: Hook; secret: string }> =>
  answer(client.POST('/api/v1/hooks', { body }));

export const changeHook = (id: number, body: HookInput): Promise<Hook> =>
  answer(client.PUT('/api/v1/hooks/{id}', { ...one(id), body }));

export const removeHook = (id: number): Promise<undefined> => answer(client.DELETE('/api/v1/hooks/{id}', one(id)));

export const renewSecret = (id: number): Promise<{ secret: string }> =>
  answer(client.POST('/api/v1/hooks/{id}/secret', one(id)));

export const testHook = (id: number): Promise<HookTest> =>
  answer(client.POST('/api/v1/hooks/{id}/test', one(id)));

export const listDeliveries = (id: number, before?: number): Promise<{ items: HookDelivery[]; next_before?: number | null }> =>
  answer(client.GET('/api/v1/hooks/{id}/deliveries', { params: { path: { id }, query: before === undefined ? {} : { before } } }));

export const retryDelivery = (id: number, delivery: number): Promise<undefined> =>
  answer(client.POST('/api/v1/hooks/{id}/deliveries/{delivery}/retry', { params: { path: { id, delivery } } }));
