/** A microphone for pages of tests: it hears a tone, as loud as a voice near it. */
export const TONE_HZ = 440;

export const hearTone = (page) => page.addInitScript((hz) => {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const [tone, gain, out] = [context.createOscillator(), context.createGain(), context.createMediaStreamDestination()];
    [tone.frequency.value, gain.gain.value] = [hz, 0.3];
    tone.connect(gain).connect(out);
    tone.start();
    window.microphone = out.stream;
    return out.stream;
  };
}, TONE_HZ);
