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
    let listens = video.transport == Transport::Tcp && video.setup != Some(Setup::Active);
    if listens && behaviour.has(Quirk::NoTcpPassive) {
        return Err(488);
    }
    let wanted = wanted(offer, video)?;
    let remote = offer.address_of(video).and_then(|address| address.parse::<IpAddr>().ok());
    let remote = remote.map(|ip| SocketAddr::new(ip, video.port)).ok_or(488_u16)?;
    let way = if sends { open(video, own, remote).map_err(|_unavailable| 500_u16)? } else { Way::Nowhere };
    let ssrc = offer.ssrc.unwrap_or_else(|| Ssrc(rand::random_range(1..1_000_000_000)));

    let ssrc = if behaviour.has(Quirk::YReversed) { reversed(ssrc) } else { ssrc };

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

/// The ten digits from behind; those that would be none of 32 bits stay.
fn reversed(ssrc: Ssrc) -> Ssrc {
    let digits: String = ssrc.to_string().chars().rev().collect();
    digits.parse().map_or(ssrc, Ssrc)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(setup: Option<Setup>, ssrc: u32, quirk: Option<Quirk>) -> Result<Agreed, u16> {
        let mut video = Media::video(30_000, vec![gb28181::sdp::Payload::video(96, "PS")]);
        video.setup = setup;
        video.transport = if setup.is_some() { Transport::Tcp } else { Transport::Udp };
        let address = Some("127.0.0.1".to_owned());
        let offer = Description { media: vec![video], address, ssrc: Some(Ssrc(ssrc)), ..Description::default() };
        let behaviour = Behaviour { quirks: quirk.into_iter().collect(), faults: Vec::new() };
        let device = Id::new("34020000001320000001").unwrap();
        agree(&offer, &device, "127.0.0.1".parse().unwrap(), false, &behaviour)
    }

    #[test]
    fn who_takes_no_passive_offers_takes_all_others() {
        let refuses = |setup| agreed(setup, 1, Some(Quirk::NoTcpPassive)).err();
        assert_eq!(refuses(Some(Setup::Passive)), Some(488));
        assert_eq!((refuses(Some(Setup::Active)), refuses(None)), (None, None));
        assert!(agreed(Some(Setup::Passive), 1, None).is_ok());
    }

    #[test]
    fn who_reverses_digits_says_and_sends_the_same() {
        for (offered, answered) in [(200_000_001, 1_000_000_020), (9, 9)] {
            let agreed = agreed(None, offered, Some(Quirk::YReversed)).unwrap();
            assert_eq!((agreed.ssrc, agreed.answer.ssrc), (answered, Some(Ssrc(answered))));
        }
    }
}
