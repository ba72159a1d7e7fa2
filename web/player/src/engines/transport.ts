/** How media bytes reach the page: a WebSocket, or an HTTP response that never ends. */
import { BoxSplitter, mimeOfInit } from './boxes';
import type { Refusal } from '../offer';

export interface Fault {
  code: string;
  message?: string | undefined;
  retry: boolean;
}

export interface TransportEvents {
  /** The server holds the viewer until the source delivers. */
  waiting(): void;
  /** New parameters; the initialisation segment follows as media. */
  tracks(mime: string, refused: Refusal[]): void;
  media(bytes: Uint8Array): void;
  /** Another stream follows; `shift_s` added to its times gives those of the one before. */
  switched(shift_s: number): void;
  /** The other stream cannot be had; the present one goes on. */
  switchFailed(fault: Fault): void;
  fault(fault: Fault): void;
}

export interface Transport {
  /** Asks for another stream on the same connection, where the transport can. */
  switchTo?(url: string): void;
  close(): void;
}

/** Close codes of the server in the private range of RFC 6455 §7.4.2. */
const CLOSE_CODES: Record<number, Fault> = {
  4401: { code: 'unauthorized', retry: true },
  4403: { code: 'forbidden', retry: false },
  4404: { code: 'not_found', retry: false },
  4409: { code: 'kicked', retry: false },
  4415: { code: 'codec', retry: false },
  4503: { code: 'unavailable', retry: true },
};

export function faultOfClose(code: number, reason: string): Fault {
  const known = CLOSE_CODES[code] ?? { code: 'connection_lost', retry: true };
  return reason ? { ...known, message: reason } : known;
}

/** A text message of the server, or null when it is none that we know. */
export function parseMessage(text: string):
  | { type: 'waiting' }
  | { type: 'tracks'; mime: string; refused: Refusal[] }
  | { type: 'switched'; shift_s: number }
  | { type: 'error' | 'switch_failed'; fault: Fault }
  | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const message = value as Record<string, unknown>;
  if (message['type'] === 'waiting') return { type: 'waiting' };
  if (message['type'] === 'tracks' && typeof message['mime'] === 'string') {
    const refused = Array.isArray(message['refused']) ? (message['refused'] as Refusal[]) : [];
    return { type: 'tracks', mime: message['mime'], refused };
  }
  if (message['type'] === 'switched' && typeof message['shift_ms'] === 'number') {
    return { type: 'switched', shift_s: message['shift_ms'] / 1000 };
  }
  if (message['type'] === 'error' || message['type'] === 'switch_failed') {
    const code = typeof message['code'] === 'string' ? message['code'] : 'internal';
    const text = typeof message['message'] === 'string' ? message['message'] : undefined;
    return { type: message['type'], fault: { code, message: text, retry: message['retry'] === true } };
  }
  return null;
}

export function openWebSocket(url: string, events: TransportEvents): Transport {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let open = true;
  const end = (fault: Fault): void => {
    if (!open) return;
    open = false;
    socket.close();
    events.fault(fault);
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (!open) return;
    if (typeof data !== 'string') {
      events.media(new Uint8Array(data));
      return;
    }
    const message = parseMessage(data);
    if (message?.type === 'waiting') events.waiting();
    if (message?.type === 'tracks') events.tracks(message.mime, message.refused);
    if (message?.type === 'switched') events.switched(message.shift_s);
    if (message?.type === 'switch_failed') events.switchFailed(message.fault);
    if (message?.type === 'error') end(message.fault);
  };
  socket.onclose = (event) => end(faultOfClose(event.code, event.reason));
  return {
    switchTo: (url) => socket.send(JSON.stringify({ type: 'switch', url: pathOf(url) })),
    close: () => {
      open = false;
      socket.close();
    },
  };
}

/** Path and query: the connection itself says which server is meant. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

export function openHttp(url: string, events: TransportEvents): Transport {
  const abort = new AbortController();
  void readHttp(url, abort.signal, events).catch((error: unknown) => {
    if (!abort.signal.aborted) events.fault({ code: 'connection_lost', message: String(error), retry: true });
  });
  return { close: () => abort.abort() };
}

async function readHttp(url: string, signal: AbortSignal, events: TransportEvents): Promise<void> {
  const response = await fetch(url, { signal, cache: 'no-store' });
  if (!response.ok || !response.body) {
    events.fault(await faultOfResponse(response));
    return;
  }
  const splitter = new BoxSplitter();
  const reader = response.body.getReader();
  let moof: Uint8Array | null = null;
  let ftyp: Uint8Array | null = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted) return;
    if (done) {
      events.fault({ code: 'connection_lost', retry: true });
      return;
    }
    for (const box of splitter.push(value)) {
      if (box.type === 'ftyp') ftyp = box.bytes.slice();
      else if (box.type === 'moov') {
        const mime = mimeOfInit(box.bytes);
        if (mime) events.tracks(mime, []);
        events.media(join(ftyp, box.bytes));
      } else if (box.type === 'moof') moof = box.bytes.slice();
      else if (box.type === 'mdat' && moof) {
        events.media(join(moof, box.bytes));
        moof = null;
      }
    }
  }
}

/** Problem JSON (RFC 9457) of a refused request as a fault. */
async function faultOfResponse(response: Response): Promise<Fault> {
  const known: Record<number, string> = { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 415: 'codec' };
  const code = known[response.status] ?? 'unavailable';
  const problem: unknown = await response.json().catch(() => null);
  const detail = (problem as { detail?: unknown } | null)?.detail;
  const retry = response.status === 401 || response.status >= 500 || response.status === 429;
  return { code, message: typeof detail === 'string' ? detail : undefined, retry };
}

function join(first: Uint8Array | null, second: Uint8Array): Uint8Array {
  if (!first) return second.slice();
  const out = new Uint8Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}

