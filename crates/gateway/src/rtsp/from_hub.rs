//! From the hub to RTSP viewers.

use std::net::SocketAddr;
use std::sync::Arc;

use hub::{Rendition, RenditionKey, Stream, Tracks};
use media::{Muxer, TrackId};
use rtp::{InterleavedMuxer, InterleavedTrack, Packetizer};
use rtsp::Delivery;
use rtsp::header::RtpInfo;
use rtsp::server::Setup;

/// Size of an RTP packet: the bytes can also leave through a UDP relay, and every player takes them.
const PACKET_BYTES: usize = 1400;
/// Size of an RTP packet by UDP: with the headers of IPv6 it fits the 1,400 bytes that tunnels and mobile
/// networks leave of an Ethernet frame, for a datagram that is too long is lost.
const DATAGRAM_BYTES: usize = 1328;
/// Chunks that are searched for the first packet of each track.
const PEEK: usize = 8;

/// The tracks that a viewer has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// By channel.
    tracks: Vec<(u8, TrackId, Box<str>)>,
    datagrams: bool,
}

impl Selection {
    /// By UDP the channels are counted anew, so that all viewers of the same tracks share every byte.
    pub(super) fn new(setups: &[Setup]) -> Self {
        let mut tracks: Vec<_> = setups
            .iter()
            .filter_map(|setup| Some((setup.channels.0, TrackId(setup.track_number()?), setup.uri.clone())))
            .collect();
        let datagrams = setups.iter().any(|setup| setup.delivery != Delivery::Interleaved);
        if datagrams {
            tracks.sort_by_key(|(_, track, _)| *track);
            for ((channel, ..), number) in tracks.iter_mut().zip((0..=u8::MAX).step_by(2)) {
                *channel = number;
            }
        }
        tracks.sort_by_key(|(channel, ..)| *channel);
        Self { tracks, datagrams }
    }

    /// Every track that RTP can carry, for a group.
    pub(super) fn all(tracks: &Tracks) -> Self {
        let carried = tracks.list.iter().filter(|track| Packetizer::new(&track.codec).is_some());
        let tracks =
            carried.zip((0..=u8::MAX).step_by(2)).map(|(track, channel)| (channel, track.id, Box::from(""))).collect();
        Self { tracks, datagrams: true }
    }

    /// The channel of a track's RTP packets.
    pub(super) fn channel(&self, track: u8) -> Option<u8> {
        self.tracks.iter().find(|(_, id, _)| id.0 == track).map(|(channel, ..)| *channel)
    }

    /// Channels of RTP and RTCP together.
    pub(super) fn channels(&self) -> u16 {
        u16::try_from(2 * self.tracks.len()).unwrap_or(u16::MAX)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// Where the packets of each channel go, for a viewer at `peer`.
    pub(super) fn destinations(&self, setups: &[Setup], at: impl Fn(u16) -> SocketAddr) -> Vec<Option<SocketAddr>> {
        let mut destinations = Vec::new();
        for (_, _, uri) in &self.tracks {
            let setup = setups.iter().find(|setup| setup.uri == *uri);
            let ports = match setup.map(|setup| setup.delivery) {
                Some(Delivery::Udp { client_port, .. }) => Some(client_port),
                _ => None,
            };
            destinations.extend([ports.map(|(rtp, _)| at(rtp)), ports.map(|(_, rtcp)| at(rtcp))]);
        }
        destinations
    }

    /// Viewers with the same tracks on the same channels share every byte.
    fn key(&self) -> RenditionKey {
        let parts: Vec<String> =
            self.tracks.iter().map(|(channel, track, _)| format!("{}@{channel}", track.0)).collect();
        let form = if self.datagrams { "rtp" } else { "rtsp" };
        RenditionKey(format!("{form}:{}", parts.join(",")).into())
    }

    fn muxer(&self, unix_us_at_zero: i64) -> Box<dyn Muxer> {
        let tracks: Vec<InterleavedTrack> = self
            .tracks
            .iter()
            .map(|(channel, track, _)| InterleavedTrack {
                track: *track,
                channel: *channel,
                ssrc: rand::random(),
                first_sequence: rand::random(),
                timestamp_offset: rand::random(),
            })
            .collect();
        let muxer = InterleavedMuxer::new(&tracks, unix_us_at_zero, "viaduct");
        Box::new(if self.datagrams {
            muxer.with_max_packet_bytes(DATAGRAM_BYTES).as_datagrams()
        } else {
            muxer.with_max_packet_bytes(PACKET_BYTES)
        })
    }

    /// The rendition that serves this selection.
    pub(super) fn rendition(&self, stream: &Arc<Stream>) -> Option<Arc<Rendition>> {
        let unix_us_at_zero = stream.unix_us_at_zero();
        stream.rendition(self.key(), || self.muxer(unix_us_at_zero))
    }

    /// What the viewer is told about its first packets.
    pub(super) fn rtp_info(&self, rendition: &Rendition) -> Vec<RtpInfo> {
        let mut found: Vec<(u8, RtpInfo)> = Vec::new();
        let positions = if self.datagrams { rtp::datagrams::positions } else { rtp::positions };
        for position in rendition.peek_join(PEEK).iter().flat_map(|body| positions(body)) {
            let known = found.iter().any(|(channel, _)| *channel == position.channel);
            let track = self.tracks.iter().find(|(channel, ..)| *channel == position.channel);
            if let (Some((_, _, url)), false) = (track, known) {
                let info = RtpInfo { url: url.to_string(), sequence: position.sequence, timestamp: position.timestamp };
                found.push((position.channel, info));
            }
        }
        found.into_iter().map(|(_, info)| info).collect()
    }
}
