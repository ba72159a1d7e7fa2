//! What a simulated device answers to an invitation, and by which way it will send.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

use gb28181::Id;
use gb28181::sdp::{Carriage, Description, Direction, Media, SessionKind, Setup, Ssrc, Transport};

use super::behaviour::{Behaviour, Quirk};

/// A port that stands in an answer when nothing will be sent.
const NO_PORT: u16 = 15_060;
/// How many times as fast as it was a recording is fetched where the platform does not say.
const USUAL_DOWNLOAD_SPEED: u16 = 4;

/// By which way media is sent.
#[derive(Debug)]
pub(super) enum Way {
    /// Datagrams from a socket to the platform.
    Udp(UdpSocket),
    /// The platform connects.
    Passive(TcpListener),
    /// The platform listens.
    Active(SocketAddr),
    /// Nothing is sent.
    Nowhere,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    /// What is to be seen now.
    Live,
    /// A recording.
    Recording {
        start_unix_s: u64,
        end_unix_s: u64,
        /// How many times as fast as it was.
        speed: f64,
    },
}

/// What was agreed on.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) answer: Description,
    pub(super) way: Way,
    pub(super) wanted: Wanted,
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
}

/// Agrees to an offer; else the status of the refusal. `own` is our address as the platform knows it.
pub(super) fn agree(
    offer: &Description,
    device: &Id,
    own: IpAddr,
    sends: bool,
    behaviour: &Behaviour,
) -> Result<Agreed, u16> {
    let video = offer.video().ok_or(488_u16)?;
    let payload = video.payloads.iter().find(|payload| payload.carriage() == Carriage::ProgramStream).ok_or(488_u16)?;
    let wanted = wanted(offer, video)?;
    let remote = offer.address_of(video).and_then(|address| address.parse::<IpAddr>().ok());
    let remote = remote.map(|ip| SocketAddr::new(ip, video.port)).ok_or(488_u16)?;
    let way = if sends { open(video, own, remote).map_err(|_unavailable| 500_u16)? } else { Way::Nowhere };
    let ssrc = offer.ssrc.unwrap_or_else(|| Ssrc(rand::random_range(1..1_000_000_000)));

    let mut media = Media::video(way.port(), vec![payload.clone()]);
    media.transport = video.transport;
    media.direction = Some(Direction::SendOnly);
    media.setup = match video.setup {
        _ if video.transport == Transport::Udp => None,
        Some(Setup::Active) => Some(Setup::Passive),
        _ => Some(Setup::Active),
    };
    if behaviour.has(Quirk::AnswerPortZero) && video.transport == Transport::Udp {
        media.port = 0;
    }
    let answer = Description {
        owner: Some(device.clone()),
        address: Some(own.to_string()),
        kind: offer.kind.clone(),
        start_unix_s: offer.start_unix_s,
        end_unix_s: offer.end_unix_s,
        media: vec![media],
        ssrc: (!behaviour.has(Quirk::NoY)).then_some(ssrc),
        ..Description::default()
    };
    let ssrc = if behaviour.has(Quirk::SsrcZero) { 0 } else { ssrc.0 };
    Ok(Agreed { answer, way, wanted, ssrc, payload_type: payload.payload_type })
}

fn wanted(offer: &Description, video: &Media) -> Result<Wanted, u16> {
    let (start_unix_s, end_unix_s) = (offer.start_unix_s, offer.end_unix_s);
    let speed = match offer.kind {
        SessionKind::Playback => 1.0,
        SessionKind::Download => f64::from(video.download_speed.unwrap_or(USUAL_DOWNLOAD_SPEED).max(1)),
        SessionKind::Talk => return Err(488),
        _ => return Ok(Wanted::Live),
    };
    if end_unix_s <= start_unix_s {
        return Err(488);
    }
    Ok(Wanted::Recording { start_unix_s, end_unix_s, speed })
}

fn open(video: &Media, own: IpAddr, remote: SocketAddr) -> std::io::Result<Way> {
    match (video.transport, video.setup) {
        (Transport::Udp, _) => {
            let socket = UdpSocket::bind((own, 0))?;
            socket.connect(remote)?;
            socket.set_nonblocking(true)?;
            Ok(Way::Udp(socket))
        }
        (Transport::Tcp, Some(Setup::Active)) => {
            let listener = TcpListener::bind((own, 0))?;
            listener.set_nonblocking(true)?;
            Ok(Way::Passive(listener))
        }
        (Transport::Tcp, _) => Ok(Way::Active(remote)),
    }
}

impl Way {
    /// The port of the answer.
    fn port(&self) -> u16 {
        let own = match self {
            Self::Udp(socket) => socket.local_addr().ok(),
            Self::Passive(listener) => listener.local_addr().ok(),
            Self::Active(_) | Self::Nowhere => None,
        };
        // Who connects has no port to be reached by; RFC 4145 says 9, and platforms refuse 0 (quirk 30).
        own.map_or(if matches!(self, Self::Active(_)) { 9 } else { NO_PORT }, |own| own.port())
    }
}
