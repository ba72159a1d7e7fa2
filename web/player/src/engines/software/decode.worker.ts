import { DecoderHost } from './host';
import type { DecodeCommand } from './protocol';

interface WorkerScope {
  onmessage: ((event: MessageEvent<DecodeCommand>) => void) | null;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
const host = new DecoderHost((report, transfer) => scope.postMessage(report, transfer));
scope.onmessage = ({ data }) => host.handle(data);
