/**
 * The event feed: one WebSocket with topics, sequence numbers and resumption. It
 * reconnects by itself and says when events may have been missed.
 */
export type Topic = 'streams' | 'sources' | 'server' | 'channels' | 'screens';

export interface FeedEvent {
  topic: Topic;
  event: string;
  data: unknown;
}

export interface FeedHooks {
  token(): string | null;
  /** What may be listened to; read at each connection. */
  topics(): Topic[];
  event(event: FeedEvent): void;
  /** Everything must be fetched again: the first connection, or events were missed. */
  refetch(): void;
  connected(up: boolean): void;
  /** The server refused the token. */
  expired(): void;
}

/** Their statistics come each second. */
const TICKING: Topic[] = ['streams', 'server'];
const RETRY_FIRST_MS = 500;
const RETRY_CAP_MS = 10_000;
/** A socket with statistics that is silent for this long is dead although it looks open. */
const SILENCE_MS = 15_000;
const CLOSE_UNAUTHORIZED = 4401;

export class Feed {
  private socket: WebSocket | null = null;
  private seq: number | null = null;
  private failures = 0;
  private running = false;
  private ticking = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly hooks: FeedHooks,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.connect();
  }

  stop(): void {
    this.running = false;
    this.seq = null;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.socket?.close();
    this.socket = null;
  }

  private connect(): void {
    const token = this.hooks.token();
    if (!token) return;
    const topics = this.hooks.topics();
    if (topics.length === 0) return;
    this.ticking = topics.some((topic) => TICKING.includes(topic));
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', token, topics, resume_from: this.seq }));
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof data === 'string') this.receive(data);
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.socket) return;
      this.socket = null;
      clearTimeout(this.silenceTimer);
      this.hooks.connected(false);
      if (code === CLOSE_UNAUTHORIZED) this.hooks.expired();
      else this.retry();
    };
  }

  private retry(): void {
    if (!this.running) return;
    const delay = Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** this.failures++);
    this.retryTimer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
  }

  private receive(text: string): void {
    clearTimeout(this.silenceTimer);
    if (this.ticking) this.silenceTimer = setTimeout(() => this.socket?.close(), SILENCE_MS);
    const message = parse(text);
    if (!message) return;
    switch (message['type']) {
      case 'hello': {
        const first = this.seq === null;
        if (first && typeof message['seq'] === 'number') this.seq = message['seq'];
        this.failures = 0;
        this.hooks.connected(true);
        if (first) this.hooks.refetch();
        break;
      }
      case 'gap':
        this.hooks.refetch();
        break;
      case 'event':
        if (typeof message['seq'] === 'number') this.seq = message['seq'];
        this.hooks.event({
          topic: message['topic'] as Topic,
          event: String(message['event']),
          data: message['data'],
        });
        break;
    }
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
