//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use std::time::Instant;

use bytes::Bytes;
use media::TrackId;

use crate::framing::{MAX_FRAMED_BYTES, TcpFraming};
use crate::{Packet, PsDepacketizer, SessionDescription, TrackReceiver, parse_compound};

/// RTP packet.
pub fn packet(bytes: &[u8]) {
    let _ = Packet::parse(&Bytes::copy_from_slice(bytes));
}

/// RTCP compound packet.
pub fn rtcp(bytes: &[u8]) {
    parse_compound(bytes).count();
}

/// Session description, with its tracks.
pub fn sdp(bytes: &[u8]) {
    if let Ok(description) = SessionDescription::parse(bytes) {
        for (media, id) in description.media.iter().zip(0..) {
            let _ = media.track(TrackId(id));
            let _ = media.depacketizer(TrackId(id));
        }
        let _ = description.write();
    }
}

/// Encodings that [`payload`] chooses from by its first byte.
pub const ENCODINGS: [&str; 10] = [
    "H264/90000",
    "H265/90000",
    "AV1/90000",
    "mpeg4-generic/48000/2",
    "MPA/90000",
    "opus/48000/2",
    "PCMA/8000",
    "vnd.onvif.metadata/90000",
    "VP8/90000",
    "MP4A-LATM/48000/2",
];

/// Depacketizers: the first byte chooses one; then packets of `flags, length, payload`.
pub fn payload(bytes: &[u8]) {
    let Some((choice, mut rest)) = bytes.split_first() else {
        return;
    };
    let encoding = ENCODINGS[usize::from(*choice) % ENCODINGS.len()];
    let sdp = format!("m=video 0 RTP/AVP 96\na=rtpmap:96 {encoding}\na=fmtp:96 cpresent=0;config=400024203fc0");
    let Ok(description) = SessionDescription::parse(sdp.as_bytes()) else {
        return;
    };
    let mut receiver = TrackReceiver::new(&description.media[0], TrackId(0));
    let now = Instant::now();
    let mut packet = Packet {
        marker: false,
        payload_type: 96,
        sequence: 0,
        timestamp: 0,
        ssrc: 0,
        csrc: Vec::new(),
        extension: None,
        payload: Bytes::new(),
    };
    while let [flags, length, tail @ ..] = rest {
        let (payload, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        packet.marker = flags & 1 != 0;
        packet.timestamp = packet.timestamp.wrapping_add(u32::from(flags >> 1 & 1));
        packet.sequence = packet.sequence.wrapping_add(1 + u16::from(flags >> 2 & 1));
        packet.payload = Bytes::copy_from_slice(payload);
        receiver.handle_packet(now, &packet);
        while receiver.poll().is_some() {}
    }
}

/// A TCP connection in pieces, whose length the first byte says; what comes out goes on to a depacketizer. How the bytes
/// are cut must not matter.
pub fn framing(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let (mut whole, mut pieces) = (TcpFraming::new(), TcpFraming::new());
    whole.push(bytes);
    let mut depacketizer = PsDepacketizer::new();
    for piece in bytes.chunks(usize::from(*first) + 1) {
        pieces.push(piece);
        while let Some(framed) = pieces.poll() {
            assert!(framed.packet.len() <= MAX_FRAMED_BYTES, "a length has 16 bits");
            assert_eq!(whole.poll().as_ref(), Some(&framed), "the cut matters");
            if let Ok(packet) = Packet::parse(&framed.packet) {
                let _ = depacketizer.push(&packet);
            }
        }
    }
    assert_eq!(whole.poll(), None, "the cut matters");
}
