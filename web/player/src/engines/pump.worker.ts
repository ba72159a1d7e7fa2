import { Pump, type PumpCommand } from './pump';

interface WorkerScope {
  onmessage: ((event: MessageEvent<PumpCommand>) => void) | null;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
const pump = new Pump((report, transfer) => scope.postMessage(report, transfer));
scope.onmessage = ({ data }) => pump.handle(data);
