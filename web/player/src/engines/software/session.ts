/** One stream in a decoder worker: its connection, its units that wait, its decoder. */
import { mimeOfInit } from '../boxes';
import { fragmentOf, FragmentReader, isDisposable, isRandomAccess, sliceType, type Unit } from '../fragments';
import { sharedNow } from '../pump';
import { initOf, type InitTrack } from '../tracks';
import { openWebSocket, type Fault, type Transport } from '../transport';
import { HevcDecoder } from './hevc';
import { makePicture } from './picture';
import { MAX_UNTAKEN, type DecodeCounts, type DecodeReport, type Picture } from './protocol';
import { DecodeQueue } from './queue';

/** Pictures are withheld for so long at most after damage; then they are shown as they are. */
const MAX_WITHHELD_MS = 2_000;
/** Units in a row that give no picture, or decoders that trap, until the stream is given up. */
const MAX_BARREN = 100;
const MAX_TRAPS = 10;

type Report = (report: DecodeReport, transfer: Transferable[]) => void;

export class DecodeSession {
  readonly queue = new DecodeQueue();
  private readonly reader = new FragmentReader();
  private readonly decoder: HevcDecoder;
  private readonly transport: Transport;
  private moov: Uint8Array | null = null;
  private tracks: InitTrack[] = [];
  private mime = '';
  private configured: InitTrack | null = null;
  private shift_s = 0;
  private start_s: number | null = null;
  private end_s = 0;
  private bytes = 0;
  private arrived = 0;
  private soundWanted = false;
  private soundTrack: InitTrack | null = null;
  private sequence = 0;
  private untaken = 0;
  private withheldUntil_ms: number | null = null;
  private barren = 0;
  private trapsInRow = 0;
  private counts = { decoded: 0, damaged: 0, untaken: 0, spent_ms: 0 };
  private open = true;

  constructor(
    private readonly session: number,
    module: WebAssembly.Module,
    url: string,
    private readonly report: Report,
    /** Called when there is something to decode. */
    private readonly ready: () => void,
  ) {
    this.decoder = new HevcDecoder(module);
    let typed = false;
    this.transport = openWebSocket(url, {
      waiting: () => this.report({ kind: 'waiting', session }, []),
      tracks: (mime, refused) => {
        this.mime = mime;
        this.report({ kind: 'tracks', session, mime, refused, again: typed }, []);
        typed = true;
      },
      media: (bytes) => this.media(bytes),
      switched: (shift_s) => {
        this.shift_s += shift_s;
        this.report({ kind: 'switched', session }, []);
      },
      switchFailed: (fault) => this.report({ kind: 'switch-failed', session, fault }, []),
      fault: (fault) => this.fail(fault),
    });
  }

  switchTo(url: string): void {
    this.transport.switchTo?.(url);
  }

  taken(pictures: number): void {
    this.untaken -= pictures;
  }

  wantSound(wanted: boolean): void {
    this.soundWanted = wanted;
    this.soundTrack = null;
  }

  close(): void {
    this.open = false;
    this.transport.close();
    this.queue.clear();
  }

  progress(): void {
    if (!this.open) return;
    const { decoded, damaged, untaken, spent_ms } = this.counts;
    const { skipped, falls } = this.queue;
    const counts: DecodeCounts = { decoded, skipped, falls, damaged, traps: this.decoder.traps, untaken, spent_ms };
    const live = this.start_s === null ? null : { start: this.start_s, end: this.end_s };
    this.report({ kind: 'progress', session: this.session, live, bytes: this.bytes, arrived: this.arrived, counts }, []);
  }

  /** Decodes the next unit that waits, and says how long it took, in milliseconds. */
  decodeNext(now_ms: number): number {
    const next = this.queue.take(now_ms);
    if (!next) return 0;
    const { unit, fresh, shown } = next;
    const started = performance.now();
    if (unit.track !== this.configured) {
      this.configured = unit.track;
      this.decoder.configure(unit.track.hvcC!);
    }
    if (fresh) this.decoder.reset();
    const decoded = this.decoder.decode(unit.bytes);
    const spent_ms = performance.now() - started;
    this.counts.spent_ms += spent_ms;
    if (!decoded) this.trapped();
    else this.judge(unit.key, decoded.fault !== null, now_ms);
    const picture = decoded?.picture;
    if (picture) {
      this.counts.decoded++;
      this.barren = this.trapsInRow = 0;
      const whole = this.withheldUntil_ms === null || now_ms > this.withheldUntil_ms;
      if (shown && whole) this.give(makePicture(picture, unit.pts_s, this.decoder), unit.pts_s);
    } else if (++this.barren > MAX_BARREN) this.fail({ code: 'codec', message: this.mime, retry: false });
    return spent_ms;
  }

  private media(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.arrived = sharedNow();
    try {
      for (const event of this.reader.push(bytes)) {
        if (event.kind === 'init') this.begin(event.moov, event.tracks);
        else for (const unit of event.units) this.take(unit);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.fail({ code: 'decode', message: error.message, retry: true });
    }
  }

  private begin(moov: Uint8Array, tracks: InitTrack[]): void {
    this.moov = moov;
    this.tracks = tracks;
    this.soundTrack = null;
    const video = tracks.find(({ kind }) => kind === 'video');
    if (!video?.hvcC) this.fail({ code: 'codec', message: this.mime, retry: false });
  }

  private take(unit: Unit): void {
    const { track } = unit;
    if (track.kind === 'audio') this.takeSound(unit);
    if (track.kind !== 'video' || !track.hvcC || !this.open) return;
    const seconds = (ticks: number): number => ticks / track.timescale + this.shift_s;
    const type = sliceType(unit.bytes);
    const pts_s = seconds(unit.pts);
    this.start_s ??= pts_s;
    this.end_s = Math.max(pts_s, seconds(unit.dts)) + unit.duration / track.timescale;
    const arrived_ms = performance.now();
    this.queue.push({ track, pts_s, key: isRandomAccess(type), disposable: isDisposable(type), bytes: unit.bytes, arrived_ms });
    this.ready();
  }

  private takeSound(unit: Unit): void {
    if (!this.soundWanted || !this.moov || unit.track !== this.tracks.find(({ kind }) => kind === 'audio')) return;
    if (this.soundTrack !== unit.track) {
      this.soundTrack = unit.track;
      const init = initOf(this.moov, unit.track);
      this.report({ kind: 'sound', session: this.session, mime: mimeOfInit(init), bytes: init }, []);
    }
    const bytes = fragmentOf(unit, ++this.sequence, Math.round(this.shift_s * unit.track.timescale));
    this.report({ kind: 'sound', session: this.session, mime: null, bytes }, [bytes.buffer as ArrayBuffer]);
  }

  /** After damage pictures are withheld until a key frame is whole. */
  private judge(key: boolean, damaged: boolean, now_ms: number): void {
    if (damaged) {
      this.counts.damaged++;
      this.withheldUntil_ms ??= now_ms + MAX_WITHHELD_MS;
    } else if (key) this.withheldUntil_ms = null;
  }

  private trapped(): void {
    this.queue.restart();
    if (++this.trapsInRow > MAX_TRAPS) this.fail({ code: 'decode', message: 'the decoder trapped again and again', retry: true });
  }

  private give(made: Picture | Promise<Picture>, pts_s: number): void {
    if (this.untaken >= MAX_UNTAKEN) {
      this.counts.untaken++;
      void Promise.resolve(made).then((picture) => picture.close());
      return;
    }
    this.untaken++;
    const send = (picture: Picture): void => {
      if (this.open) this.report({ kind: 'picture', session: this.session, pts_s, picture }, [picture]);
      else picture.close();
    };
    if (made instanceof Promise) void made.then(send);
    else send(made);
  }

  private fail(fault: Fault): void {
    if (!this.open) return;
    this.close();
    this.report({ kind: 'fault', session: this.session, fault }, []);
  }
}
