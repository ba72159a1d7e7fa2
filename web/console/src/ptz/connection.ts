/** Steers one camera over a WebSocket: a motion is repeated while it lasts, and stops when anything goes wrong. */
import { onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { PtzCommand, PtzMessage, PtzMove, PtzStanding } from '../api/types';
import { useSession } from '../stores/session';

/** The server stops a camera of whose motion it has not heard for a second. */
const REPEAT_MS = 400;
const RETRY_MS = 2_000;

/** What the server said last that people should know. */
export type PtzNotice = Exclude<PtzMessage, { type: 'standing' }>;

export interface PtzConnection {
  connected: Ref<boolean>;
  standing: ShallowRef<PtzStanding | null>;
  notice: ShallowRef<PtzNotice | null>;
  /** Begins a motion, which goes on until `stop`. */
  move(speeds: PtzMove): void;
  stop(): void;
  send(command: PtzCommand): void;
}

export function usePtz(id: number): PtzConnection {
  const session = useSession();
  const connected = ref(false);
  const standing = shallowRef<PtzStanding | null>(null);
  const notice = shallowRef<PtzNotice | null>(null);
  let socket: WebSocket | null = null;
  let open = true;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let repeat: ReturnType<typeof setInterval> | undefined;

  function send(command: PtzCommand): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command));
  }

  function connect(): void {
    const token = session.session?.token;
    if (!open || !token) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/channels/${id}/ptz/connect`);
    socket.onopen = () => send({ type: 'auth', token });
    socket.onmessage = ({ data }: MessageEvent<string>) => receive(JSON.parse(data) as PtzMessage);
    socket.onclose = () => {
      connected.value = false;
      clearInterval(repeat);
      if (open) retry = setTimeout(connect, RETRY_MS);
    };
  }

  function receive(message: PtzMessage): void {
    if (message.type === 'standing') {
      connected.value = true;
      standing.value = message;
      return;
    }
    notice.value = message;
    // Whoever may not steer is not asked again and again.
    if (message.type === 'error' && message.code === 'unauthorized') open = false;
    clearInterval(repeat);
  }

  function move(speeds: PtzMove): void {
    clearInterval(repeat);
    notice.value = null;
    const again = (): void => send({ type: 'move', ...speeds });
    again();
    repeat = setInterval(again, REPEAT_MS);
    moving = true;
  }

  let moving = false;
  function stop(): void {
    clearInterval(repeat);
    if (moving) send({ type: 'stop' });
    moving = false;
  }

  // A finger that is lifted elsewhere is not heard of.
  const hidden = (): void => void (document.visibilityState === 'hidden' && stop());
  onMounted(() => {
    connect();
    window.addEventListener('blur', stop);
    document.addEventListener('visibilitychange', hidden);
  });
  onBeforeUnmount(() => {
    stop();
    open = false;
    clearTimeout(retry);
    socket?.close();
    window.removeEventListener('blur', stop);
    document.removeEventListener('visibilitychange', hidden);
  });
  return { connected, standing, notice, move, stop, send };
}
