//! A platform of the test's own, which takes media by each way and keeps what came.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gb28181::manscdp::Body;
use gb28181::mansrtsp::Method;
use gb28181::platform::{
    Admission, Answer, Ending, Event, Invitation, Moment, Options, Output, Platform, SessionEvent, SessionId, World,
};
use gb28181::sdp::{Description, Media, Payload, SessionKind, Setup, Ssrc, Transport};
use gb28181::{Id, Subject};
use sip::Path;
use testkit::PATIENCE;

use super::device::PASSWORD;

const SERVER: &str = "34020000002000000001";
/// How long is waited for a datagram before times are looked at.
const TURN: Duration = Duration::from_millis(20);
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Lets in whoever knows the password.
struct Rules(SocketAddr);

impl World for Rules {
    fn admission(&self, _device: &Id) -> Option<Admission> {
        let password = PASSWORD.to_owned();
        Some(Admission {
            username: None,
            password,
            tells_time: true,
            overrides: gb28181::profile::Overrides::default(),
            redirect: None,
        })
    }

    fn own_address(&self, _path: &Path) -> SocketAddr {
        self.0
    }
}

/// By which way media come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    /// The device connects.
    Passive,
    /// The platform connects.
    Active,
}

/// What came of one call.
pub(crate) struct Taken {
    /// Payloads of all packets, one after another.
    pub(crate) stream: Vec<u8>,
    /// SSRCs of the packets.
    pub(crate) ssrcs: Vec<u32>,
    pub(crate) answer: Description,
}

pub(crate) struct Upper {
    platform: Platform,
    socket: UdpSocket,
    rules: Rules,
    pub(crate) address: SocketAddr,
}

impl Upper {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        socket.set_read_timeout(Some(TURN)).unwrap();
        let address = socket.local_addr().unwrap();
        let heartbeat = Duration::from_secs(3);
        let options = Options { heartbeat, ..Options::new(Id::new(SERVER).unwrap(), "3402000000") };
        Self { platform: Platform::new(options, [1; 32], [2; 32]), socket, rules: Rules(address), address }
    }

    fn at() -> Moment {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Moment { now: Instant::now(), unix_ms: i64::try_from(since_1970.as_millis()).unwrap() }
    }

    /// Serves devices until something has happened.
    pub(crate) fn until<T>(&mut self, what: &str, mut happened: impl FnMut(&Event) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            loop {
                match self.platform.poll_output() {
                    Output::Transmit(transmit) => {
                        self.socket.send_to(&transmit.bytes, transmit.path.remote).unwrap();
                    }
                    Output::Event(event) => {
                        if let Some(found) = happened(&event) {
                            return found;
                        }
                    }
                    Output::Timeout(_) => break,
                }
            }
            let mut buffer = [0; 65_536];
            if let Ok((len, remote)) = self.socket.recv_from(&mut buffer) {
                let path = Path { transport: sip::Transport::Udp, local: 1, remote };
                self.platform.handle_datagram(Self::at(), path, &buffer[..len], &self.rules);
            } else {
                self.platform.handle_timeout(Self::at(), &self.rules);
            }
        }
        panic!("{what} did not come");
    }

    pub(crate) fn await_sign_in(&mut self) {
        self.until("the device", |event| matches!(event, Event::SignedIn { .. }).then_some(()));
    }

    /// Takes media of a channel for a while.
    pub(crate) fn take(&mut self, device: &str, channel: &str, way: Way, time: Duration) -> Taken {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
        let port = match way {
            Way::Udp => socket.local_addr().unwrap().port(),
            Way::Passive | Way::Active => listener.local_addr().unwrap().port(),
        };
        let (session, answer) = self.call(device, channel, way, port, None);
        let end = Instant::now() + time;
        let packets = match way {
            Way::Udp => datagrams(&socket, end),
            Way::Passive => framed(&listener.accept().unwrap().0, end),
            Way::Active => {
                let port = answer.video().unwrap().port;
                framed(&TcpStream::connect((LOOPBACK, port)).unwrap(), end)
            }
        };
        self.platform.hang_up(Self::at(), session, &self.rules);
        self.flush();
        let parsed = packets.into_iter().map(|packet| rtp::Packet::parse(&packet.into()).unwrap());
        let (mut stream, mut ssrcs) = (Vec::new(), Vec::new());
        for packet in parsed {
            stream.extend_from_slice(&packet.payload);
            ssrcs.push(packet.ssrc);
        }
        ssrcs.dedup();
        Taken { stream, ssrcs, answer }
    }

    /// Begins to play so many seconds of a recording of an hour ago, to the socket.
    pub(crate) fn play(&mut self, device: &str, channel: &str, seconds: u64) -> (SessionId, UdpSocket) {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let (session, _) = self.call(device, channel, Way::Udp, port, Some(seconds));
        (session, socket)
    }

    pub(crate) fn control(&mut self, session: SessionId, method: Method) {
        self.platform.control(Self::at(), session, method, &self.rules).unwrap();
        self.until("the answer to a control", |event| match event {
            Event::Session { what: SessionEvent::Controlled(answer), .. } => Some(answer.clone().unwrap()),
            _ => None,
        });
    }

    pub(crate) fn await_end(&mut self) -> Ending {
        self.until("the end", |event| match event {
            Event::Session { what: SessionEvent::Ended(why), .. } => Some(why.clone()),
            _ => None,
        })
    }

    /// Gives an order or asks, and waits for what is said in return.
    pub(crate) fn say(&mut self, device: &str, channel: &str, body: Body) -> Answer {
        let (device, channel) = (Id::new(device).unwrap(), Id::new(channel).unwrap());
        let begun = match body {
            Body::Query(query) => self.platform.ask(Self::at(), &device, &channel, query, &self.rules),
            Body::Control(control) => self.platform.order(Self::at(), &device, &channel, control, &self.rules),
            _ => panic!("neither a question nor an order"),
        };
        begun.unwrap();
        self.until("the answer", |event| match event {
            Event::Answered { answer, .. } => Some((**answer.as_ref().unwrap()).clone()),
            _ => None,
        })
    }

    /// Whether the device takes or refuses an invitation in time.
    pub(crate) fn is_answered(&mut self, device: &str, channel: &str, time: Duration) -> bool {
        let session = self.invite(device, channel, Way::Udp, 30_000, None);
        let end = Instant::now() + time;
        let ended = |event: &Event| match event {
            Event::Session { what: SessionEvent::Established { .. } | SessionEvent::Ended(_), .. } => Some(true),
            _ => (Instant::now() > end).then_some(false),
        };
        // Heartbeats come all the time.
        let is_answered = self.until("an answer or a heartbeat", ended);
        self.platform.hang_up(Self::at(), session, &self.rules);
        is_answered
    }

    fn call(
        &mut self,
        device: &str,
        channel: &str,
        way: Way,
        port: u16,
        recording_s: Option<u64>,
    ) -> (SessionId, Description) {
        let session = self.invite(device, channel, way, port, recording_s);
        let answer = self.until("the answer", |event| match event {
            Event::Session { what: SessionEvent::Established { answer, .. }, .. } => Some((**answer).clone()),
            Event::Session { what: SessionEvent::Ended(why), .. } => panic!("{why:?}"),
            _ => None,
        });
        // The ACK has been sent when nothing comes any more.
        self.platform.handle_timeout(Self::at(), &self.rules);
        self.flush();
        (session, answer)
    }

    fn flush(&mut self) {
        while let Output::Transmit(transmit) = self.platform.poll_output() {
            self.socket.send_to(&transmit.bytes, transmit.path.remote).unwrap();
        }
    }

    fn invite(&mut self, device: &str, channel: &str, way: Way, port: u16, recording_s: Option<u64>) -> SessionId {
        let start_unix_s = u64::try_from(Self::at().unix_ms / 1000 - 3600).unwrap();
        let mut video = Media::video(port, vec![Payload::video(96, "PS")]);
        (video.transport, video.setup) = match way {
            Way::Udp => (Transport::Udp, None),
            Way::Passive => (Transport::Tcp, Some(Setup::Passive)),
            Way::Active => (Transport::Tcp, Some(Setup::Active)),
        };
        let offer = Description {
            owner: Some(Id::new(SERVER).unwrap()),
            address: Some(LOOPBACK.to_string()),
            kind: if recording_s.is_some() { SessionKind::Playback } else { SessionKind::Play },
            start_unix_s: recording_s.map_or(0, |_| start_unix_s),
            end_unix_s: recording_s.map_or(0, |seconds| start_unix_s + seconds),
            media: vec![video],
            ssrc: Some(Ssrc(100_000_001)),
            ..Description::default()
        };
        let subject = Subject::parse(&format!("{channel}:0100000001,{SERVER}:0")).unwrap();
        let (device, channel) = (Id::new(device).unwrap(), Id::new(channel).unwrap());
        let invitation = Invitation { device, channel, subject, offer };
        self.platform.invite(Self::at(), &invitation, &self.rules).unwrap()
    }
}

pub(crate) fn datagrams(socket: &UdpSocket, end: Instant) -> Vec<Vec<u8>> {
    socket.set_read_timeout(Some(TURN)).unwrap();
    let (mut packets, mut buffer) = (Vec::new(), [0; 2048]);
    while Instant::now() < end {
        if let Ok(len) = socket.recv(&mut buffer) {
            packets.push(buffer[..len].to_vec());
        }
    }
    packets
}

/// Packets behind their lengths (RFC 4571).
fn framed(mut stream: &TcpStream, end: Instant) -> Vec<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut packets = Vec::new();
    while Instant::now() < end {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut packet).unwrap();
        packets.push(packet);
    }
    packets
}
