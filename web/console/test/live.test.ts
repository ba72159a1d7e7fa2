// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { isKeyed, keyOf, partsOf, placeOf, upsert, without } from '../src/live/merge';
import { ApiProblem, asProblem, problemOf } from '../src/api/problem';
import { setLocale } from '../src/i18n';
import { bitrate, bytes, duration, fps, period, protocolName, since } from '../src/ui/format';
import { markOf } from '../src/ui/states';

interface Item { vhost?: string; app: string; name: string; state?: string; whole?: true }
const whole = (part: Partial<Item>): part is Item => part.whole === true;
const items: Item[] = [{ app: 'a', name: '1', state: 'live', whole: true }, { app: 'a', name: '3', whole: true }];

describe('events into lists', () => {
  it('merge what is told and keep the rest', () => {
    expect(upsert(items, { app: 'a', name: '1', state: 'idle' }, whole)?.[0]).toEqual({ app: 'a', name: '1', state: 'idle', whole: true });
  });

  it('add a complete item in order', () => {
    expect(upsert(items, { app: 'a', name: '2', whole: true }, whole)?.map(({ name }) => name)).toEqual(['1', '2', '3']);
  });

  it('ask for the list when a new item is not complete', () => {
    expect(upsert(items, { app: 'a', name: '2' }, whole)).toBeNull();
  });

  it('remove only what is named', () => {
    expect(without(items, { app: 'a', name: '1' })).toEqual([items[1]]);
    expect(without(items, { app: 'b', name: '1' })).toEqual(items);
  });

  it('tell streams of virtual hosts from those of equal names', () => {
    const tenant: Item = { vhost: 't1', app: 'a', name: '1', whole: true };
    const all = upsert(items, tenant, whole) ?? [];
    expect(all.map(keyOf).sort()).toEqual(['a/1', 'a/3', 't1/a/1']);
    expect(without(all, tenant)).toEqual(items);
    expect(upsert(all, { vhost: 'default', app: 'a', name: '1', state: 'idle' }, whole)?.find(({ vhost }) => vhost === 't1')).toEqual(tenant);
  });

  it.each([
    ['a/1', { vhost: 'default', app: 'a', name: '1' }],
    ['t1/a/1', { vhost: 't1', app: 'a', name: '1' }],
    [' a/1 ', { vhost: 'default', app: 'a', name: '1' }],
    ['a', { vhost: 'default', app: 'a', name: '' }],
  ])('%j is read as it is written', (key, parts) => {
    expect(partsOf(key)).toEqual(parts);
    expect(placeOf(parts) + parts.name).toBe(parts.name ? key.trim() : 'a/');
  });

  it.each([null, 1, 'x', {}, { app: 'a' }, { app: 1, name: 2 }])('%j names nothing', (value) => {
    expect(isKeyed(value)).toBe(false);
  });
});

describe('refusals', () => {
  it('are read from problem JSON, or from the status alone', () => {
    const answer = (status: number, headers = {}): Response => new Response(null, { status, headers });
    expect(problemOf(answer(409), { code: 'conflict', detail: 'd', field: 'name' })).toMatchObject({ code: 'conflict', detail: 'd', field: 'name', retry: false });
    expect(problemOf(answer(401), '<html>')).toMatchObject({ code: 'unauthorized', detail: '' });
    expect(problemOf(answer(429, { 'retry-after': '7' }), null)).toMatchObject({ retry_after_s: 7, retry: true });
  });

  it('without an answer are offline', () => {
    expect(asProblem(new TypeError('Failed to fetch'))).toMatchObject({ code: 'offline', retry: true });
    const problem = new ApiProblem('internal', 500, '');
    expect(asProblem(problem)).toBe(problem);
  });
});

describe('figures', () => {
  it.each([[0, '–'], [900_000, '900 kbit/s'], [4_100_000, '4.10 Mbit/s'], [2.5e9, '2.50 Gbit/s']])('%d bit/s is %s', (value, text) => {
    expect(bitrate(value)).toBe(text);
  });
  it.each([[0, '0 B'], [999, '999 B'], [1500, '1.50 KB'], [188_743_680, '188.7 MB']])('%d bytes are %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });
  it.each([[0, '00:00:00'], [3661, '01:01:01'], [90_061, '1 天 01:01:01'], [-5, '00:00:00']])('%d s are %s', (value, text) => {
    expect(duration(value)).toBe(text);
  });
  it.each([[0, '0 ms'], [800, '800 ms'], [1500, '1.5 s'], [30_000, '30 s'], [60_000, '1 分钟'], [90_000, '90 s'], [7_200_000, '2 小时'], [60_001, '60.001 s']])('%d ms are %s', (value, text) => {
    expect(period(value)).toBe(text);
  });
  it('are said in the reader’s language', () => {
    setLocale('en');
    expect([duration(90_061), period(7_200_000)]).toEqual(['1 d 01:01:01', '2 h']);
    setLocale('zh-CN');
  });
  it.each([['ws-fmp4', 'WS-fMP4'], ['http-flv', 'HTTP-FLV'], ['rtsp', 'RTSP']])('call the protocol %s %s', (protocol, name) => {
    expect(protocolName(protocol)).toBe(name);
  });
  it('are a dash where nothing is known', () => {
    expect([since(null, 0), since('rubbish', 0), fps(0)]).toEqual(['–', '–', '–']);
  });
  it('give every state a shape, also an unknown one', () => {
    expect(markOf('live').shape).not.toBe(markOf('idle').shape);
    expect(markOf('something new').shape).toBe(markOf('unknown').shape);
  });
});
