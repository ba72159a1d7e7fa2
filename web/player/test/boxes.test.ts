import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { BoxSplitter, isInit, MAX_BOX_BYTES, mimeOfInit } from '../src/engines/boxes';
import { faultOfClose, parseMessage } from '../src/engines/transport';
import { absoluteUrl } from '../src/engines/mse';

/** Made by ffmpeg, see golden/README.md. */
const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));

describe('initialisation segments of ffmpeg', () => {
  it.each([
    ['h264-aac.mp4', 'video/mp4; codecs="avc1.4D401E,mp4a.40.2"'],
    ['h265.mp4', 'video/mp4; codecs="hvc1.1.6.L63.90"'],
    ['flac.mp4', 'audio/mp4; codecs="flac"'],
    ['opus.mp4', 'audio/mp4; codecs="opus"'],
  ])('%s is %s', (name, mime) => {
    expect(isInit(golden(name))).toBe(true);
    expect(mimeOfInit(golden(name))).toBe(mime);
  });

  it('never throws on damaged bytes', () => {
    const whole = golden('h264-aac.mp4');
    for (let length = 0; length < whole.length; length++) mimeOfInit(whole.subarray(0, length));
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = damaged[at]! ^ 0xff;
      mimeOfInit(damaged);
    }
  });
});

describe('box splitter', () => {
  const box = (type: string, size: number): number[] => {
    const bytes = new Array<number>(size).fill(7);
    bytes.splice(0, 8, (size >> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255, ...[...type].map((c) => c.charCodeAt(0)));
    return bytes;
  };

  it('gives the same boxes however the bytes are cut', () => {
    const bytes = Uint8Array.from([...box('moof', 20), ...box('mdat', 300), ...box('moof', 8), ...box('mdat', 9)]);
    for (let chunk = 1; chunk < 340; chunk += 7) {
      const splitter = new BoxSplitter();
      const out: string[] = [];
      for (let at = 0; at < bytes.length; at += chunk) {
        for (const { type, bytes: whole } of splitter.push(bytes.slice(at, at + chunk))) out.push(`${type}${whole.length}`);
      }
      expect(out).toEqual(['moof20', 'mdat300', 'moof8', 'mdat9']);
    }
  });

  it.each([0, 1, 7, MAX_BOX_BYTES + 1])('refuses a length of %d', (size) => {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, size);
    expect(() => new BoxSplitter().push(bytes)).toThrow(RangeError);
  });
});

describe('messages of the server', () => {
  it.each(['', '[]', 'null', '1', '{', '{"type":"other"}', '{"type":"tracks"}'])('ignores %j', (text) => {
    expect(parseMessage(text)).toBeNull();
  });

  it('reads waiting, tracks and error', () => {
    expect(parseMessage('{"type":"waiting"}')).toEqual({ type: 'waiting' });
    expect(parseMessage('{"type":"tracks","mime":"video/mp4"}')).toEqual({ type: 'tracks', mime: 'video/mp4', refused: [] });
    expect(parseMessage('{"type":"switched","stream":"a/b","shift_ms":-1500.5}')).toEqual({ type: 'switched', shift_s: -1.5005 });
    expect(parseMessage('{"type":"switched","shift_ms":"soon"}')).toBeNull();
    expect(parseMessage('{"type":"switch_failed","code":"forbidden","message":"m"}')).toEqual({
      type: 'switch_failed',
      fault: { code: 'forbidden', message: 'm', retry: false },
    });
    expect(parseMessage('{"type":"error","code":"not_found","message":"m","retry":false}')).toEqual({
      type: 'error', fault: { code: 'not_found', message: 'm', retry: false },
    });
  });

  it.each([[4401, 'unauthorized', true], [4404, 'not_found', false], [4409, 'kicked', false], [4503, 'unavailable', true], [1006, 'connection_lost', true]])(
    'close %d is %s', (code, name, retry) => {
      expect(faultOfClose(code, '')).toMatchObject({ code: name, retry });
    },
  );
});

describe('addresses', () => {
  it.each([
    ['/a/b.mp4?token=t', 'ws', 'https://h:8443/wall', 'wss://h:8443/a/b.mp4?token=t'],
    ['/a/b.mp4', 'ws', 'http://h/wall', 'ws://h/a/b.mp4'],
    ['wss://other/a/b.mp4', 'ws', 'http://h/', 'wss://other/a/b.mp4'],
    ['/a/b.mp4', 'http', 'http://h/', 'http://h/a/b.mp4'],
  ] as const)('%s over %s from %s', (url, transport, base, expected) => {
    expect(absoluteUrl(url, transport, base)).toBe(expected);
  });
});
