import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { asProblem, type ApiProblem } from '../api/problem';
import { listHosts } from '../api/hosts';
import { getServer } from '../api/server';
import { listSources } from '../api/sources';
import { listStreams } from '../api/streams';
import type { Host, Load, Source, Stream, ViewLayout } from '../api/types';
import { Feed, type FeedEvent, type Topic } from '../live/feed';
import { isKeyed, keyOf, upsert, without } from '../live/merge';
import { useRights, type Right } from '../ui/rights';
import { useSession } from './session';

type StreamStats = Pick<Stream, 'vhost' | 'app' | 'name' | 'bitrate_bps' | 'fps' | 'viewers' | 'state'>;

const REFETCH_DELAY_MS = 300;
const CHANNELS_DELAY_MS = 1000;
const TOPIC_RIGHTS: Record<Topic, Right> = { streams: 'view:stream', sources: 'view:source', server: 'view:server', channels: 'view:channel', screens: 'view:view' };
/** Rights on some cameras are enough to hear that cameras have changed. */
const SOMEWHERE: Topic[] = ['streams', 'channels', 'screens'];
const isStream = (part: Partial<Stream>): part is Stream => Array.isArray(part.tracks);
const isSource = (part: Partial<Source>): part is Source => typeof part.url === 'string';

/** What the server pushes: streams, sources and its own load. */
export const useLive = defineStore('live', () => {
  const session = useSession();
  const { may } = useRights();
  /** Name of the wall screen that this window is. */
  const screen = ref<string | null>(null);
  /** What another desk has sent to this screen last. */
  const sent = shallowRef<ViewLayout | null>(null);
  /** Grows when devices or channels are not what they were. */
  const channelChanges = ref(0);
  const wanted = (topic: Topic): boolean => may(TOPIC_RIGHTS[topic], SOMEWHERE.includes(topic)) && (topic !== 'screens' || screen.value !== null);
  const topics = computed(() => (Object.keys(TOPIC_RIGHTS) as Topic[]).filter(wanted));
  /** Whether there is anything to listen to. */
  const listening = computed(() => topics.value.length > 0);
  let started = false;
  const streams = shallowRef<Stream[]>([]);
  const sources = shallowRef<Source[]>([]);
  /** Virtual hosts beside the default one. */
  const hosts = shallowRef<Host[]>([]);
  const load = shallowRef<Load | null>(null);
  const connected = ref(false);
  /** True once the lists have been fetched. */
  const ready = ref(false);
  const problem = shallowRef<ApiProblem | null>(null);
  /** When the server was last heard of, in milliseconds. */
  const heardAt_ms = ref(0);
  const byKey = computed(() => new Map(streams.value.map((stream) => [keyOf(stream), stream])));
  let refetchTimer: ReturnType<typeof setTimeout> | undefined;
  let channelTimer: ReturnType<typeof setTimeout> | undefined;

  const feed = new Feed(`${location.origin.replace(/^http/, 'ws')}/api/v1/events`, {
    token: () => session.session?.token ?? null,
    topics: () => topics.value,
    screen: () => screen.value,
    event: receive,
    refetch,
    connected: (up) => (connected.value = up),
    expired: () => session.expire(),
  });

  function refetch(): void {
    clearTimeout(refetchTimer);
    refetchTimer = setTimeout(() => void fetchAll(), REFETCH_DELAY_MS);
  }

  async function fetchAll(): Promise<void> {
    try {
      const [nextStreams, nextSources, nextHosts, server] = await Promise.all([
        may('view:stream', true) ? listStreams() : [],
        may('view:source') ? listSources() : [],
        may('view:stream') ? listHosts() : [],
        getServer(),
      ]);
      streams.value = nextStreams;
      sources.value = nextSources;
      hosts.value = nextHosts;
      load.value = server;
      problem.value = null;
      ready.value = true;
      heardAt_ms.value = Date.now();
    } catch (error) {
      problem.value = asProblem(error);
    }
  }

  function receive({ topic, event, data }: FeedEvent): void {
    heardAt_ms.value = Date.now();
    if (topic === 'server' && event === 'stats') load.value = data as Load;
    else if (topic === 'streams' && event === 'stats') applyStats((data as { items: StreamStats[] }).items);
    else if (topic === 'channels') noteChannels();
    else if (topic === 'screens') {
      if ((data as { screen?: string }).screen === screen.value) sent.value = data as ViewLayout;
    } else if (!isKeyed(data)) refetch();
    else if (topic === 'streams') {
      if (event === 'removed') streams.value = without(streams.value, data);
      else streams.value = upsert(streams.value, data, isStream) ?? later(streams.value);
    } else if (topic === 'sources') {
      if (event === 'removed') sources.value = without(sources.value, data);
      else sources.value = upsert(sources.value, data, isSource) ?? later(sources.value);
    }
  }

  /** Many cameras that come and go at once are one change. */
  function noteChannels(): void {
    channelTimer ??= setTimeout(() => {
      channelTimer = undefined;
      channelChanges.value++;
    }, CHANNELS_DELAY_MS);
  }

  /** The event does not say enough: the present list stays until it is fetched. */
  function later<T>(items: T): T {
    refetch();
    return items;
  }

  function applyStats(items: StreamStats[]): void {
    const stats = new Map(items.map((item) => [keyOf(item), item]));
    streams.value = streams.value.map((stream) => ({ ...stream, ...stats.get(keyOf(stream)) }));
  }

  function start(): void {
    started = true;
    void fetchAll();
    feed.start();
  }

  // With other rights there is another choice of lists and topics.
  watch(
    () => `${topics.value.join()} ${screen.value}`,
    () => {
      if (!started) return;
      stop();
      if (session.signedIn) start();
    },
  );

  function stop(): void {
    started = false;
    feed.stop();
    clearTimeout(refetchTimer);
    streams.value = [];
    sources.value = [];
    hosts.value = [];
    load.value = null;
    ready.value = false;
    connected.value = false;
  }

  return { streams, sources, hosts, load, connected, listening, ready, problem, heardAt_ms, byKey, screen, sent, channelChanges, start, stop, refetch: fetchAll };
});
