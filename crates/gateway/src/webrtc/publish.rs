//! A publisher: what its engine lets through, as tracks and access units.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::{BufMut, Bytes, BytesMut};
use hub::publisher::StopReason;
use hub::{Feedback, Publisher};
use media::MediaKind;
use rtp::{FIXED_HEADER_BYTES, Header, MediaDescription, NtpTime, Rtcp, SenderReport, SessionDescription};
use rtsp::Ingest;
use rtsp::ingest::Wiring;
use str0m::format::{Codec, PayloadParams};
use str0m::media::{KeyframeRequestKind, Mid};
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Event, Rtc};
use tokio::sync::mpsc;

use super::answer::{Codecs, OfferRefused, Section, offered};
use super::directory::Arrival;
use super::peer::{HANDSHAKE, Peer, Polled, ended_by};
use crate::context::Gateway;
use crate::peer::ConnectionSlot;
use crate::rtsp::to_hub;

/// How often a session looks whether it is still alive.
const TICK: Duration = Duration::from_secs(1);
const LEFT: &str = "The publisher ended the stream.";
/// What every output can carry, then the others.
const VIDEO: [(&str, Codec); 5] =
    [("H264", Codec::H264), ("H265", Codec::H265), ("AV1", Codec::Av1), ("VP9", Codec::Vp9), ("VP8", Codec::Vp8)];
const SOUND: [(&str, Codec); 3] = [("OPUS", Codec::Opus), ("PCMA", Codec::PCMA), ("PCMU", Codec::PCMU)];

/// The codecs to agree on with a publisher that offers these: one for pictures, so that what it sends can go everywhere.
/// VP8 and VP9, which browsers list first, only where there is nothing else.
pub(super) fn codecs(offer: &[u8]) -> Codecs {
    let (video, sound) = (offered(offer, "video"), offered(offer, "audio"));
    let known = |(name, _): &&(&str, Codec)| video.iter().any(|offered| offered == name);
    let wide = video.iter().find_map(|name| VIDEO[..3].iter().find(|(known, _)| known == name));
    let picture = wide.or_else(|| VIDEO.iter().find(known)).map(|(_, codec)| *codec);
    let heard = SOUND.iter().find(|(name, _)| sound.iter().any(|offered| offered == name)).map(|(_, codec)| *codec);
    picture.into_iter().chain(heard).collect()
}

/// A media section that is received.
struct Lane {
    mid: Mid,
    codec: Codec,
    payload_type: u8,
    channel: u8,
    is_video: bool,
    ssrc: Option<Ssrc>,
    reported: Option<SystemTime>,
}

/// What a publisher is made of.
pub(super) struct Parts {
    pub(super) gateway: Arc<Gateway>,
    pub(super) peer: Peer,
    pub(super) inbox: mpsc::Receiver<Arrival>,
    pub(super) publisher: Publisher,
    pub(super) reception: Reception,
    pub(super) slot: ConnectionSlot,
}

/// How what comes is read.
pub(super) struct Reception {
    lanes: Vec<Lane>,
    ingest: Ingest,
}

impl Reception {
    /// # Errors
    /// When the peer sends nothing that is known here.
    pub(super) fn new(now: Instant, sections: &[Section]) -> Result<Self, OfferRefused> {
        let (mut lanes, mut media) = (Vec::new(), Vec::new());
        for section in sections {
            let first = section.payloads.first();
            let Some((params, description)) = first.and_then(|params| Some((params, describe(section, params)?)))
            else {
                continue;
            };
            let channel = u8::try_from(2 * lanes.len()).unwrap_or(u8::MAX);
            lanes.push(Lane {
                mid: section.mid,
                codec: params.spec().codec,
                payload_type: description.payload_type,
                channel,
                is_video: section.kind == MediaKind::Video,
                ssrc: None,
                reported: None,
            });
            media.push(description);
        }
        if lanes.is_empty() {
            return Err(OfferRefused::unsupported(
                "The offer has no codec that is taken here: H.264, H.265, AV1, VP8, VP9, Opus or G.711.",
            ));
        }
        let wiring =
            |(media, lane): (usize, &Lane)| Wiring { media, rtp_channel: lane.channel, rtcp_channel: lane.channel + 1 };
        let wirings: Vec<Wiring> = lanes.iter().enumerate().map(wiring).collect();
        let description = SessionDescription { media, ..SessionDescription::default() };
        let ingest = Ingest::new(now, &description, &wirings, rand::random()).with_reordering();
        Ok(Self { lanes, ingest })
    }

    fn take(&mut self, now: Instant, engine: &mut Rtc, packet: &RtpPacket) {
        let source = packet.header.ssrc;
        let Some(mid) = engine.direct_api().stream_rx(&source).map(|stream| stream.mid()) else { return };
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.mid == mid) else { return };
        let sent = engine.codec_config().params().iter().find(|params| params.pt() == packet.header.payload_type);
        if sent.is_none_or(|params| params.spec().codec != lane.codec) {
            return;
        }
        lane.ssrc = Some(source);
        if let Some(report) = lane.report(packet) {
            self.ingest.handle_frame(now, lane.channel + 1, &report);
        }
        self.ingest.handle_frame(now, lane.channel, &lane.plain(packet));
    }

    fn request_key_frame(&self, engine: &mut Rtc) {
        for ssrc in self.lanes.iter().filter(|lane| lane.is_video).filter_map(|lane| lane.ssrc) {
            if let Some(stream) = engine.direct_api().stream_rx(&ssrc) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
            }
        }
    }
}

impl Lane {
    /// The packet as it would have come without encryption; a codec has one payload type, whichever was chosen.
    fn plain(&self, packet: &RtpPacket) -> Bytes {
        let header = &packet.header;
        let plain = Header {
            marker: header.marker,
            payload_type: self.payload_type,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            ssrc: *header.ssrc,
        };
        let mut out = BytesMut::with_capacity(FIXED_HEADER_BYTES + packet.payload.len());
        out.put_slice(&plain.to_bytes());
        out.put_slice(&packet.payload);
        out.freeze()
    }

    /// What the sender said last of its clock, once.
    fn report(&mut self, packet: &RtpPacket) -> Option<Bytes> {
        let info = packet.last_sender_info.as_ref()?;
        if self.reported.replace(info.ntp_time) == Some(info.ntp_time) {
            return None;
        }
        let unix_us = info.ntp_time.duration_since(UNIX_EPOCH).ok()?.as_micros();
        let sender = SenderReport {
            ntp: NtpTime::from_unix_us(i64::try_from(unix_us).ok()?),
            #[expect(clippy::cast_possible_truncation, reason = "RTP time is modulo 2^32")]
            rtp_timestamp: info.rtp_time.numer() as u32,
            packets: info.sender_packet_count,
            octets: info.sender_octet_count,
        };
        let mut out = BytesMut::new();
        Rtcp::SenderReport { ssrc: *info.ssrc, sender, reports: Vec::new() }.write(&mut out);
        Some(out.freeze())
    }
}

/// A section as descriptions of sessions have it.
fn describe(section: &Section, params: &PayloadParams) -> Option<MediaDescription> {
    let spec = params.spec();
    let stereo = spec.format.sprop_stereo == Some(true);
    let (encoding, clock_hz, channels, fmtp) = match spec.codec {
        Codec::H264 => ("H264", 90_000, 1, "packetization-mode=1"),
        Codec::H265 => ("H265", 90_000, 1, ""),
        Codec::Av1 => ("AV1", 90_000, 1, ""),
        Codec::Vp8 => ("VP8", 90_000, 1, ""),
        Codec::Vp9 => ("VP9", 90_000, 1, ""),
        Codec::Opus => ("opus", 48_000, 2, if stereo { "sprop-stereo=1" } else { "" }),
        Codec::PCMA => ("PCMA", 8_000, 1, ""),
        Codec::PCMU => ("PCMU", 8_000, 1, ""),
        _ => return None,
    };
    Some(MediaDescription {
        kind: section.kind,
        payload_type: *params.pt(),
        encoding: encoding.to_owned(),
        clock_hz: NonZeroU32::new(clock_hz)?,
        channels,
        fmtp: fmtp.to_owned(),
        control: None,
        language: None,
        back_channel: false,
    })
}

/// A peer that publishes.
pub(super) struct Feeder {
    gateway: Arc<Gateway>,
    peer: Peer,
    inbox: mpsc::Receiver<Arrival>,
    publisher: Publisher,
    reception: Reception,
    losses: to_hub::Losses,
    connected: bool,
    begun: Instant,
    last_media: Instant,
    _slot: ConnectionSlot,
}

/// Why it is over: code and sentence, and whether viewers are kept for another publisher.
struct End {
    code: &'static str,
    text: String,
    keep_viewers: bool,
}

impl End {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), keep_viewers: true }
    }

    fn stopped(reason: StopReason) -> Self {
        let text = format!("The publisher was stopped: {reason:?}.");
        Self { code: "stopped", text, keep_viewers: reason != StopReason::Kicked }
    }
}

impl Feeder {
    pub(super) fn new(parts: Parts) -> Self {
        let now = Instant::now();
        Self {
            gateway: parts.gateway,
            peer: parts.peer,
            inbox: parts.inbox,
            publisher: parts.publisher,
            reception: parts.reception,
            losses: to_hub::Losses::default(),
            connected: false,
            begun: now,
            last_media: now,
            _slot: parts.slot,
        }
    }

    /// Passes on what comes until one side has enough.
    pub(super) async fn run(mut self) {
        let End { code, text, keep_viewers } = self.serve().await;
        self.peer.close();
        self.peer.entry().end(code, text.clone());
        self.publisher.finish(text, keep_viewers);
    }

    async fn serve(&mut self) -> End {
        let feedback = self.publisher.feedback();
        let mut tick = tokio::time::interval(TICK);
        loop {
            let due = match self.advance(Instant::now()) {
                Ok(due) => due.min(self.reception.ingest.poll_timeout()),
                Err(end) => return end,
            };
            tokio::select! {
                arrival = self.inbox.recv() => {
                    if !self.peer.accept(arrival) {
                        return End::new("left", LEFT);
                    }
                }
                wish = feedback.next() => match wish {
                    Feedback::KeyFrame => self.reception.request_key_frame(self.peer.engine()),
                    Feedback::Stop(reason) => return End::stopped(reason),
                },
                () = tokio::time::sleep_until(due.into()) => {}
                _ = tick.tick() => {
                    if let Err(end) = self.look_around(Instant::now()) {
                        return end;
                    }
                }
            }
        }
    }

    fn advance(&mut self, now: Instant) -> Result<Instant, End> {
        self.drain(now)?;
        self.reception.ingest.handle_timeout(now);
        self.pass_on(now)?;
        self.peer.elapse(now).map_err(|error| failed(&error))?;
        self.drain(now)
    }

    /// Takes what the engine has; it wants to be emptied after each input.
    fn drain(&mut self, now: Instant) -> Result<Instant, End> {
        loop {
            match self.peer.poll().map_err(|error| failed(&error))? {
                Polled::Event(event) => self.on_event(now, event)?,
                Polled::Idle(due) => return Ok(due),
            }
        }
    }

    fn on_event(&mut self, now: Instant, event: Event) -> Result<(), End> {
        match event {
            Event::Connected => self.connected = true,
            Event::RtpPacket(packet) => {
                self.last_media = now;
                let bytes = packet.payload.len() as u64;
                self.gateway.metrics.received_bytes.fetch_add(bytes, Ordering::Relaxed);
                self.reception.take(now, self.peer.engine(), &packet);
                self.pass_on(now)?;
            }
            Event::Closed => return Err(End::new("left", LEFT)),
            _ => {}
        }
        Ok(())
    }

    fn pass_on(&mut self, now: Instant) -> Result<(), End> {
        let Reception { ingest, .. } = &mut self.reception;
        let wanted = to_hub::drain(ingest, &mut self.publisher, &mut self.losses, &self.gateway.metrics, now);
        // The engine has sent its own reports already.
        while ingest.poll_transmit().is_some() {}
        if wanted { Ok(()) } else { Err(End::stopped(StopReason::Replaced)) }
    }

    fn look_around(&mut self, now: Instant) -> Result<(), End> {
        if !self.connected && now.saturating_duration_since(self.begun) > HANDSHAKE {
            return Err(End::new(
                "timeout",
                "No connection came about: no packet of the publisher reached this server.",
            ));
        }
        let idle = self.gateway.config.limits.publisher_idle;
        if self.connected && now.saturating_duration_since(self.last_media) > idle {
            return Err(End::new("timeout", "The publisher sends nothing any more."));
        }
        self.losses.report(self.publisher.stream(), now);
        Ok(())
    }
}

fn failed(error: &str0m::RtcError) -> End {
    let (code, text) = ended_by(error);
    End::new(code, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_is_asked_for_what_can_go_everywhere() {
        let offer = |video: &[&str], audio: &[&str]| {
            let lines =
                |names: &[&str]| names.iter().map(|name| format!("a=rtpmap:1 {name}/1\r\n")).collect::<String>();
            format!("v=0\r\nm=audio 9 x 1\r\n{}m=video 9 x 1\r\n{}", lines(audio), lines(video))
        };
        for (video, audio, expected) in [
            (&["VP8", "rtx", "VP9", "H264", "AV1"][..], &["opus", "PCMU"][..], &[Codec::H264, Codec::Opus][..]),
            (&["H265", "H264"], &["PCMU", "PCMA"], &[Codec::H265, Codec::PCMA]),
            (&["VP8", "VP9"], &[], &[Codec::Vp9]),
            (&["VP8"], &["G722"], &[Codec::Vp8]),
            (&[], &["opus"], &[Codec::Opus]),
            (&["H263"], &["G729"], &[]),
        ] {
            assert_eq!(codecs(offer(video, audio).as_bytes()), expected, "{video:?} {audio:?}");
        }
    }
}
