/** The microphone of this computer. */
import type { Piece } from './worklet';
import workletUrl from './worklet.ts?worker&url';

/** Why there is no microphone, each with its own sentence. */
export type MicrophoneTrouble = 'insecure' | 'denied' | 'missing' | 'busy';

export class MicrophoneError extends Error {
  constructor(readonly trouble: MicrophoneTrouble) {
    super(trouble);
  }
}

/** Browsers give the microphone to pages over HTTPS, and of this computer itself, only. */
export const isMicrophoneAllowed = (): boolean => window.isSecureContext && navigator.mediaDevices !== undefined;

export class Microphone {
  private constructor(private readonly stream: MediaStream, private readonly context: AudioContext) {}

  /** Asks for the microphone; `lost` is told when it is gone, such as unplugged. Throws a MicrophoneError. */
  static async open(hear: (piece: Piece) => void, lost: () => void): Promise<Microphone> {
    if (!isMicrophoneAllowed()) throw new MicrophoneError('insecure');
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } }).catch((error: unknown) => {
      throw new MicrophoneError(troubleOf(error));
    });
    const context = new AudioContext({ latencyHint: 'interactive' });
    const microphone = new Microphone(stream, context);
    try {
      await context.audioWorklet.addModule(workletUrl);
      const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
      node.port.onmessage = ({ data }: MessageEvent<Piece>) => hear(data);
      context.createMediaStreamSource(stream).connect(node);
      stream.getAudioTracks()[0]?.addEventListener('ended', lost);
      await context.resume();
    } catch (error) {
      microphone.close();
      throw error;
    }
    return microphone;
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}

function troubleOf(error: unknown): MicrophoneTrouble {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
