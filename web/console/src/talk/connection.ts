/** Speaks to one camera or device over a WebSocket, and knows who speaks there. */
import { onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { pathOf, type Whom } from '../api/talk';
import type { TalkCommand, TalkMessage, TalkStanding } from '../api/types';
import { useSession } from '../stores/session';
import { Microphone, MicrophoneError, type MicrophoneTrouble } from './microphone';
import type { Piece } from './worklet';

const RETRY_MS = 2_000;
/** What is waiting to leave by then was held up on the way, and would be heard late. */
const MAX_WAITING_BYTES = 8_000;
/** A microphone that gives nothing for so long is muted. */
const SILENT_MS = 3_000;

/** How far a talk is. */
export type TalkPhase = 'idle' | 'opening' | 'asking' | 'ringing' | 'speaking';

/** What went wrong: in the server's words, or by a name that has its own sentence. */
export type TalkTrouble = { sentence: string } | { name: MicrophoneTrouble | 'unplugged' | 'cut' | 'broken' };

export interface TalkConnection {
  connected: Ref<boolean>;
  standing: ShallowRef<TalkStanding | null>;
  phase: Ref<TalkPhase>;
  trouble: ShallowRef<TalkTrouble | null>;
  /** How loud the microphone is, 0 to 1. */
  level: Ref<number>;
  /** Whether nothing at all comes from the microphone. */
  silent: Ref<boolean>;
  start(): Promise<void>;
  stop(): void;
}

export function useTalk(whom: Whom): TalkConnection {
  const session = useSession();
  const connected = ref(false);
  const standing = shallowRef<TalkStanding | null>(null);
  const phase = ref<TalkPhase>('idle');
  const trouble = shallowRef<TalkTrouble | null>(null);
  const level = ref(0);
  const silent = ref(false);
  let socket: WebSocket | null = null;
  let open = true;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let microphone: Microphone | null = null;
  /** Which wish to speak it is; one that was given up opens nothing any more. */
  let wish = 0;
  /** Talks whose end the server has not told yet: what it says of an old one is not about the new one. */
  let pending = 0;
  let heardAt = 0;

  const isCalling = (): boolean => phase.value !== 'idle' && phase.value !== 'opening';

  function send(command: TalkCommand): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command));
  }

  function connect(): void {
    const token = session.session?.token;
    if (!open || !token) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1${pathOf(whom)}/talk/connect`);
    socket.onopen = () => send({ type: 'auth', token, language: document.documentElement.lang });
    socket.onmessage = ({ data }: MessageEvent<string>) => receive(JSON.parse(data) as TalkMessage);
    socket.onclose = () => {
      connected.value = false;
      pending = 0;
      if (phase.value !== 'idle') fail({ name: 'cut' });
      if (open) retry = setTimeout(connect, RETRY_MS);
    };
  }

  function receive(message: TalkMessage): void {
    if (message.type === 'standing') {
      connected.value = true;
      standing.value = message;
    } else if (message.type === 'state') {
      if (pending === 1 && isCalling()) phase.value = message.state as TalkPhase;
    } else if (message.type === 'ended') {
      pending -= 1;
      if (pending === 0 && isCalling()) fail({ sentence: message.why });
    } else {
      trouble.value = { sentence: message.message };
      // Whoever may not speak is not asked again and again.
      if (!connected.value || message.code === 'unauthorized') open = false;
    }
  }

  function hear({ a_law, peak }: Piece): void {
    // A piece may be on its way from the sound's thread when the microphone is closed.
    if (!microphone) return;
    const now = performance.now();
    // A meter falls slowly, so that it can be read.
    level.value = Math.max(peak, level.value * 0.8);
    if (peak > 0) heardAt = now;
    silent.value = now - heardAt > SILENT_MS;
    if (phase.value === 'speaking' && socket && socket.bufferedAmount < MAX_WAITING_BYTES) socket.send(a_law);
  }

  async function start(): Promise<void> {
    if (phase.value !== 'idle' || !connected.value) return;
    const mine = ++wish;
    [phase.value, trouble.value, heardAt] = ['opening', null, performance.now()];
    try {
      const opened = await Microphone.open(hear, () => mine === wish && fail({ name: 'unplugged' }));
      if (mine !== wish) return opened.close();
      microphone = opened;
    } catch (error) {
      if (mine === wish) fail({ name: error instanceof MicrophoneError ? error.trouble : 'broken' });
      return;
    }
    phase.value = 'asking';
    pending += 1;
    send({ type: 'start', form: 'a_law' });
  }

  function stop(): void {
    if (phase.value === 'idle') return;
    if (isCalling()) send({ type: 'stop' });
    wish += 1;
    microphone?.close();
    [microphone, phase.value, level.value, silent.value] = [null, 'idle', 0, false];
  }

  function fail(why: TalkTrouble): void {
    stop();
    trouble.value = why;
  }

  onMounted(connect);
  onBeforeUnmount(() => {
    stop();
    open = false;
    clearTimeout(retry);
    socket?.close();
  });
  return { connected, standing, phase, trouble, level, silent, start, stop };
}
