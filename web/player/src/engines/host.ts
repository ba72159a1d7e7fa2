/** Where a player's pump runs: a worker of its own, or the page where a worker cannot. */
import { Pump, type PumpCommand, type PumpReport } from './pump';

export interface PumpHost {
  readonly inWorker: boolean;
  post(command: PumpCommand): void;
  onreport: ((report: PumpReport) => void) | null;
  close(): void;
}

export function workersPlayMedia(): boolean {
  return (
    typeof Worker === 'function' &&
    typeof MediaSource === 'function' &&
    (MediaSource as { canConstructInDedicatedWorker?: boolean }).canConstructInDedicatedWorker === true
  );
}

/** Opens a host. It is reused for every load of its player and must be closed with it. */
export function openHost(): PumpHost {
  return workersPlayMedia() ? new WorkerHost() : new PageHost();
}

class WorkerHost implements PumpHost {
  readonly inWorker = true;
  onreport: ((report: PumpReport) => void) | null = null;
  private readonly worker: Worker;
  private last: PumpCommand | null = null;

  constructor() {
    this.worker = new Worker(new URL('./pump.worker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<PumpReport>) => this.onreport?.(data);
    this.worker.onerror = (event) => {
      const fault = { code: 'internal', message: event.message, retry: true };
      if (this.last) this.onreport?.({ kind: 'fault', session: this.last.session, fault });
    };
  }

  post(command: PumpCommand): void {
    this.last = command;
    this.worker.postMessage(command);
  }

  close(): void {
    this.onreport = null;
    this.worker.terminate();
  }
}

class PageHost implements PumpHost {
  readonly inWorker = false;
  onreport: ((report: PumpReport) => void) | null = null;
  private readonly pump = new Pump((report) => this.onreport?.(report));

  post(command: PumpCommand): void {
    this.pump.handle(command);
  }

  close(): void {
    this.onreport = null;
    this.pump.close();
  }
}
