import { describe, expect, it } from 'vitest';
import { apart } from '../src/engines/webrtc';

const head = 'v=0\r\ns=-\r\na=msid-semantic: WMS viaduct\r\n';
const video = 'm=video 8189 UDP/TLS/RTP/SAVPF 102\r\na=msid:viaduct pictures\r\na=ssrc:1 cname:x\r\na=ssrc:1 msid:viaduct pictures\r\n';
const audio = 'm=audio 8189 UDP/TLS/RTP/SAVPF 8\r\na=msid:viaduct sound\r\na=ssrc:2 cname:x\r\na=ssrc:2 msid:viaduct sound\r\n';
const alone = audio.replaceAll('msid:viaduct ', 'msid:viaduct-sound ');

describe('an answer of WebRTC', () => {
  it.each([
    ['pictures and sound', head + video + audio, head + video + alone],
    ['sound first', head + audio + video, head + alone + video],
    ['no sound', head + video, head + video],
    ['nothing', '', ''],
  ])('has its sound in a stream of its own: %s', (_what, answer, expected) => {
    expect(apart(answer)).toBe(expected);
  });
});
