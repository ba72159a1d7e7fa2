/**
 * WebRTC by WHEP (RFC 9725 turned round): the shortest delay that browsers have. The server has all addresses in its
 * answer and asks for none, so an offer leaves at once and nothing is gathered.
 */
import type { EngineOffer } from '../offer';
import type { Reason } from '../machine';
import type { Engine, EngineContext, EngineKind, EngineReadout } from './engine';
import { absoluteUrl } from './mse';

/** No packet comes through within this time: the way is blocked, and another one is taken. */
const CONNECT_MS = 5_000;
/** Statistics are asked for at this distance. */
const STATS_MS = 1_000;

/** Why the server ended a session, by the code that it gives, as the player's reasons. */
const ENDINGS: Record<string, { code: string; retry: boolean }> = {
  kicked: { code: 'kicked', retry: false },
  codec: { code: 'changed', retry: true },
};

class WebRtcEngine implements Engine {
  private readonly connection = new RTCPeerConnection();
  private readonly abort = new AbortController();
  private readonly stream = new MediaStream();
  private readonly deadline: ReturnType<typeof setTimeout>;
  /** The session's own address, once there is one. */
  private session: string | null = null;
  private over = false;
  private asked_ms = 0;
  private state: EngineReadout = { live: null, bytes: 0, piece: 0, late: 0, arrived: 0, inWorker: false };

  constructor(
    private readonly offer: EngineOffer,
    private readonly context: EngineContext,
  ) {
    this.deadline = setTimeout(() => this.fail({ code: 'no_path' }), CONNECT_MS);
    this.connection.ontrack = ({ track, receiver }) => {
      // As little as the network permits; it grows by itself when packets come late.
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
      this.stream.addTrack(track);
    };
    this.connection.onconnectionstatechange = () => this.onState();
    context.video.srcObject = this.stream;
    void this.negotiate();
  }

  readout(): EngineReadout {
    return this.state;
  }

  tick(): void {
    const now_ms = performance.now();
    if (now_ms - this.asked_ms < STATS_MS) return;
    this.asked_ms = now_ms;
    void this.measure();
  }

  stop(): void {
    this.over = true;
    clearTimeout(this.deadline);
    this.abort.abort();
    this.connection.onconnectionstatechange = null;
    this.connection.close();
    if (this.session) void fetch(this.session, { method: 'DELETE', keepalive: true }).catch(() => undefined);
    const { video } = this.context;
    video.srcObject = null;
    video.load();
  }

  private async negotiate(): Promise<void> {
    try {
      for (const kind of kindsOf(this.offer)) this.connection.addTransceiver(kind, { direction: 'recvonly' });
      await this.connection.setLocalDescription();
      const response = await fetch(absoluteUrl(this.offer.url, 'http', location.href), {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: this.connection.localDescription?.sdp ?? '',
        signal: this.abort.signal,
      });
      if (!response.ok) return this.fail(await refusal(response));
      const location_ = response.headers.get('location');
      this.session = location_ && new URL(location_, response.url).href;
      const sdp = await response.text();
      if (this.over) return;
      await this.connection.setRemoteDescription({ type: 'answer', sdp: apart(sdp) });
      this.context.events.tracks(this.offer.mime ?? '', this.offer.refused ?? [], false);
      this.context.play();
    } catch (error) {
      if (!this.over) this.fail({ code: 'connection_lost', message: String(error) });
    }
  }

  private onState(): void {
    const { connectionState } = this.connection;
    if (connectionState === 'connected') clearTimeout(this.deadline);
    else if (connectionState === 'failed' || connectionState === 'closed') void this.explain();
  }

  /** The connection is gone; the server knows why, if it was its doing. */
  private async explain(): Promise<void> {
    let ending: { code?: string; reason?: string } = {};
    try {
      if (this.session) ending = (await (await fetch(this.session, { signal: this.abort.signal })).json()) as typeof ending;
    } catch {
      // Then the connection is all that is known to be lost.
    }
    const known = ENDINGS[ending.code ?? ''];
    this.fail(known ? { code: known.code, message: ending.reason } : { code: 'connection_lost' }, known?.retry ?? true);
  }

  private fail(reason: Reason, retry = true): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.deadline);
    this.context.events.fault({ ...reason, retry });
  }

  private async measure(): Promise<void> {
    const reports = await this.connection.getStats().catch(() => null);
    if (!reports || this.over) return;
    let bytes = 0;
    reports.forEach((report: Record<string, unknown>) => {
      if (report['type'] === 'inbound-rtp') bytes += Number(report['bytesReceived'] ?? 0);
    });
    this.state = { ...this.state, bytes };
  }
}

/**
 * The answer with its sound in a stream of its own. Browsers hold pictures of a stream back until its sound is due, which is some
 * tenths of a second under load; a live picture is worth more than lips that fit.
 */
export function apart(answer: string): string {
  const sections = answer.split(/^(?=m=)/m);
  const named = (section: string): string => section.replace(/^(a=(?:ssrc:\d+ )?msid:\S+)/gm, '$1-sound');
  return sections.map((section) => (section.startsWith('m=audio ') ? named(section) : section)).join('');
}

/** Why the server takes no session, from its problem JSON (RFC 9457). */
async function refusal(response: Response): Promise<Reason> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  return { code: problem.code ?? 'internal', message: problem.detail };
}

/** The codecs of an offer's MIME type, by the names of session descriptions. */
export function codecsOf(mime: string): string[] {
  const list = /codecs="([^"]*)"/.exec(mime)?.[1] ?? '';
  return list.split(',').map((name) => name.trim().toUpperCase()).filter(Boolean);
}

const SOUNDS = new Set(['OPUS', 'PCMA', 'PCMU']);

function kindsOf(offer: EngineOffer): ('video' | 'audio')[] {
  const codecs = codecsOf(offer.mime ?? '');
  const sound = codecs.some((name) => SOUNDS.has(name));
  return [...(codecs.some((name) => !SOUNDS.has(name)) ? ['video' as const] : []), ...(sound ? ['audio' as const] : [])];
}

/** Names of the codecs that this browser receives. */
function receivable(kind: 'video' | 'audio'): Set<string> {
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  return new Set(codecs.map(({ mimeType }) => mimeType.split('/')[1]?.toUpperCase() ?? ''));
}

function refuses(offer: EngineOffer): Reason | null {
  if (typeof RTCPeerConnection !== 'function' || typeof RTCRtpReceiver !== 'function') return { code: 'no_webrtc' };
  const known = new Set([...receivable('video'), ...receivable('audio')]);
  const lacking = codecsOf(offer.mime ?? '').filter((name) => !known.has(name) && !SOUNDS.has(name));
  return lacking.length > 0 ? { code: 'codec', message: lacking.join(' + ') } : null;
}

export const webRtc: EngineKind = {
  name: 'webrtc',
  cost: 25,
  refuses,
  start: (offer, context) => new WebRtcEngine(offer, context),
};
