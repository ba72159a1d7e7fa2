//! The platform against a device that others have written (`gb28181-rs`), over sockets.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use gb28181::collect::Completeness;
use gb28181::manscdp::{
    AlarmQuery, Body, CatalogQuery, Command, Control, DeviceControl, MobilePositionQuery, Notify, PtzControl, Query,
    RecordingItem, RecordingQuery, Response,
};
use gb28181::platform::{
    Admission, Answer, Event, Fault, Gone, Moment, Options, Output, Platform, Refusal, SignIn, World,
};
use gb28181::platform::{Ending, Invitation, SessionEvent, SessionId, SubscriptionEvent};
use gb28181::sdp::{Description, Ssrc};
use gb28181::{BeijingTime, Id, Subject, Version};
use gb28181_rs::config::{CatalogChannel, Gb28181Config, Transport as TheirTransport};
use gb28181_rs::frame::{AccessUnit, Nalu};
use gb28181_rs::manscdp::PtzCommand;
use gb28181_rs::mock::MockFrameHub;
use gb28181_rs::server::{DeviceControlHandler, Gb28181Server};
use gb28181_rs::subscribe::{DeviceNotifier, PositionReport};
use gb28181_rs::{RecordingSource, SegmentMeta};
use rtp::Packet;
use rtp::framing::TcpFraming;
use sip::{Path, StreamItem, StreamParser, Transport};

const SERVER: &str = "34020000002000000001";
const DEVICE: &str = "34020000001180000001";
const CHANNEL: &str = "34020000001320000001";
const DOMAIN: &str = "3402000000";
const PASSWORD: &str = "correct-horse";
const PATIENCE: Duration = Duration::from_secs(20);

struct Rules {
    own: SocketAddr,
}

impl World for Rules {
    fn admission(&self, device: &Id) -> Option<Admission> {
        (device.as_str() == DEVICE).then(|| Admission {
            username: None,
            password: PASSWORD.to_owned(),
            tells_time: true,
            overrides: gb28181::profile::Overrides::default(),
            redirect: None,
        })
    }

    fn own_address(&self, _path: &Path) -> SocketAddr {
        self.own
    }
}

/// The platform's end of the wire.
enum Wire {
    Udp(UdpSocket),
    Tcp { listener: TcpListener, connection: Option<(TcpStream, SocketAddr, StreamParser)> },
}

struct Bench {
    platform: Platform,
    rules: Rules,
    wire: Wire,
    events: Vec<Event>,
}

impl Bench {
    fn new(transport: Transport) -> Self {
        let wire = if transport == Transport::Udp {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            Wire::Udp(socket)
        } else {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            Wire::Tcp { listener, connection: None }
        };
        let own = match &wire {
            Wire::Udp(socket) => socket.local_addr().unwrap(),
            Wire::Tcp { listener, .. } => listener.local_addr().unwrap(),
        };
        let options = Options::new(Id::new(SERVER).unwrap(), DOMAIN);
        let platform = Platform::new(options, [5; 32], [6; 32]);
        Self { platform, rules: Rules { own }, wire, events: Vec::new() }
    }

    fn at() -> Moment {
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Moment { now: Instant::now(), unix_ms: i64::try_from(unix_ms).unwrap() }
    }

    /// Serves until an event is found, which is taken.
    fn wait<T>(&mut self, what: &str, find: impl Fn(&Event) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some((index, found)) =
                self.events.iter().enumerate().find_map(|(at, event)| Some((at, find(event)?)))
            {
                self.events.remove(index);
                return found;
            }
            assert!(Instant::now() < end, "waited for {what}; there were {:?}", self.events);
            self.receive();
            self.platform.handle_timeout(Self::at(), &self.rules);
            self.send();
        }
    }

    fn receive(&mut self) {
        let mut buffer = [0; 65_536];
        match &mut self.wire {
            Wire::Udp(socket) => match socket.recv_from(&mut buffer) {
                Ok((length, remote)) => {
                    let path = Path { transport: Transport::Udp, local: 0, remote };
                    self.platform.handle_datagram(Self::at(), path, &buffer[..length], &self.rules);
                }
                Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
            },
            Wire::Tcp { listener, connection } => {
                if let Ok((stream, remote)) = listener.accept() {
                    stream.set_nonblocking(false).unwrap();
                    stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
                    *connection = Some((stream, remote, StreamParser::default()));
                }
                let Some((stream, remote, parser)) = connection else { return };
                let path = Path { transport: Transport::Tcp, local: 1, remote: *remote };
                match stream.read(&mut buffer) {
                    Ok(0) => {
                        *connection = None;
                        return self.platform.connection_closed(Self::at(), 1, &self.rules);
                    }
                    Ok(length) => parser.push(&buffer[..length]),
                    Err(_nothing) => return,
                }
                while let Some(item) = parser.next_item().unwrap() {
                    if let StreamItem::Message(message) = item {
                        self.platform.handle_message(Self::at(), path, message, &self.rules);
                    }
                }
            }
        }
    }

    fn send(&mut self) {
        loop {
            match self.platform.poll_output() {
                Output::Timeout(_) => return,
                Output::Event(event) => self.events.push(event),
                Output::Transmit(transmit) => match &mut self.wire {
                    Wire::Udp(socket) => drop(socket.send_to(&transmit.bytes, transmit.path.remote).unwrap()),
                    Wire::Tcp { connection, .. } => {
                        if let Some((stream, ..)) = connection {
                            stream.write_all(&transmit.bytes).unwrap();
                        }
                    }
                },
            }
        }
    }

    fn session(&mut self, what: &str, of: SessionId) -> SessionEvent {
        self.wait(what, |event| match event {
            Event::Session { session, what } if *session == of && !matches!(what, SessionEvent::Proceeding(_)) => {
                Some(what.clone())
            }
            _ => None,
        })
    }

    /// Has the device send by one way, and stops it.
    fn watch(&mut self, way: Way, hub: &MockFrameHub) {
        let (sink, port) = way.open();
        let ssrc = Ssrc::new(false, 20_000, 77);
        let offer = format!(
            "v=0\r\no={SERVER} 0 0 IN IP4 127.0.0.1\r\ns=Play\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{}\
            a=recvonly\r\na=rtpmap:96 PS/90000\r\ny={ssrc}\r\n",
            way.lines(port)
        );
        let subject = Subject {
            sender: Id::new(CHANNEL).unwrap(),
            sender_sequence: ssrc.to_string(),
            receiver: Id::new(SERVER).unwrap(),
            receiver_sequence: "0".to_owned(),
        };
        let invitation = Invitation {
            device: Id::new(DEVICE).unwrap(),
            channel: Id::new(CHANNEL).unwrap(),
            subject,
            offer: Description::parse(offer.as_bytes()).unwrap(),
        };
        let session = self.platform.invite(Self::at(), &invitation, &self.rules).unwrap();
        let SessionEvent::Established { answer, .. } = self.session("the device's answer", session) else {
            panic!("{way:?}")
        };
        let packets = sink.packets(&answer, 40);
        let agreed = answer.ssrc.unwrap_or(ssrc);
        assert!(packets.iter().all(|packet| packet.payload_type == 96 && packet.ssrc == agreed.0), "{way:?}");
        let packs = packets.iter().filter(|packet| packet.payload.starts_with(&[0, 0, 1, 0xba])).count();
        assert!(packs > 1, "{way:?}: a pack for each picture");
        self.platform.hang_up(Self::at(), session, &self.rules);
        assert_eq!(self.session("the end", session), SessionEvent::Ended(Ending::HungUp));
        let end = Instant::now() + PATIENCE;
        while hub.subscriber_count() > 0 && Instant::now() < end {
            self.receive();
            self.platform.handle_timeout(Self::at(), &self.rules);
            self.send();
        }
        assert_eq!(hub.subscriber_count(), 0, "{way:?}: the device still sends");
    }

    /// Subscribes to what the device tells, and hears it.
    fn hear(&mut self, notifier: &DeviceNotifier) {
        let device = Id::new(DEVICE).unwrap();
        let queries = [
            Query::Alarm(AlarmQuery::default()),
            Query::MobilePosition(MobilePositionQuery::default()),
            Query::Catalog(CatalogQuery::default()),
        ];
        for query in queries {
            let asked = self.platform.subscribe(Self::at(), &device, &device, query, &self.rules).unwrap();
            let what = self.wait("the device's consent", |event| match event {
                Event::Subscription { subscription, what } if *subscription == asked => Some(what.clone()),
                _ => None,
            });
            assert_eq!(what, SubscriptionEvent::Active);
        }
        assert!(notifier.send_alarm("1", "5", "2026-11-28T08:00:00", "7", "stopped vehicle"));
        let alarm = self.notice("the alarm", |notify| match notify {
            Notify::Alarm(alarm) => Some(alarm.clone()),
            _ => None,
        });
        assert_eq!((alarm.priority, alarm.method), (Some(1), Some(5)));
        assert_eq!(alarm.description.as_deref(), Some("stopped vehicle"));
        assert!(notifier.send_mobile_position(&PositionReport {
            time: "2026-11-28T08:00:00".to_owned(),
            longitude: "113.25".to_owned(),
            latitude: "23.125".to_owned(),
            speed: "88.5".to_owned(),
            direction: "90".to_owned(),
            altitude: "12".to_owned(),
        }));
        let moved = self.notice("the position", |notify| match notify {
            Notify::MobilePosition(moved) => Some(format!("{moved:?}")),
            _ => None,
        });
        assert!(moved.contains("113.25") && moved.contains("23.125"), "{moved}");
    }

    fn notice<T>(&mut self, what: &str, find: impl Fn(&Notify) -> Option<T>) -> T {
        self.wait(what, |event| match event {
            Event::Notice { message, .. } => match &message.body {
                Body::Notify(notify) => find(notify),
                _ => None,
            },
            _ => None,
        })
    }

    /// The recordings of the last day.
    fn recordings(&mut self) -> Vec<RecordingItem> {
        let now_ms = Self::at().unix_ms;
        let time = |ms| BeijingTime::from_unix_ms(ms);
        let query = RecordingQuery { start: time(now_ms - 86_400_000), end: time(now_ms), ..RecordingQuery::default() };
        match self.ask(Query::RecordInfo(query)).map(|answer| *answer) {
            Ok(Answer::Recordings(recordings)) => recordings.items,
            other => panic!("{other:?}"),
        }
    }

    fn ask(&mut self, query: Query) -> Result<Box<Answer>, Fault> {
        let device = Id::new(DEVICE).unwrap();
        let asked = self.platform.ask(Self::at(), &device, &device, query, &self.rules).unwrap();
        self.wait("the answer", |event| match event {
            Event::Answered { exchange, answer } if *exchange == asked => Some(answer.clone()),
            _ => None,
        })
    }
}

/// Which way media goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Udp,
    /// The device connects to us.
    TcpPassive,
    /// We connect to the device.
    TcpActive,
}

/// Where media arrives.
enum Sink {
    Udp(UdpSocket),
    Listener(TcpListener),
    Nowhere,
}

impl Way {
    fn open(self) -> (Sink, u16) {
        match self {
            Self::Udp => {
                let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                let port = socket.local_addr().unwrap().port();
                (Sink::Udp(socket), port)
            }
            Self::TcpPassive => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let port = listener.local_addr().unwrap().port();
                (Sink::Listener(listener), port)
            }
            // RFC 4145 §4.1: who connects names the discard port.
            Self::TcpActive => (Sink::Nowhere, 9),
        }
    }

    fn lines(self, port: u16) -> String {
        match self {
            Self::Udp => format!("m=video {port} RTP/AVP 96\r\n"),
            Self::TcpPassive => format!("m=video {port} TCP/RTP/AVP 96\r\na=setup:passive\r\na=connection:new\r\n"),
            Self::TcpActive => format!("m=video {port} TCP/RTP/AVP 96\r\na=setup:active\r\na=connection:new\r\n"),
        }
    }
}

impl Sink {
    /// Some packets of what the device sends.
    fn packets(self, answer: &Description, count: usize) -> Vec<Packet> {
        let stream = match self {
            Self::Udp(socket) => {
                let mut buffer = [0; 2048];
                let mut next = || {
                    let (length, _) = socket.recv_from(&mut buffer).unwrap();
                    Packet::parse(&Bytes::copy_from_slice(&buffer[..length])).unwrap()
                };
                return (0..count).map(|_| next()).collect();
            }
            Self::Listener(listener) => listener.accept().unwrap().0,
            Self::Nowhere => {
                let video = answer.video().unwrap();
                TcpStream::connect((answer.address_of(video).unwrap(), video.port)).unwrap()
            }
        };
        framed(stream, count)
    }
}

fn framed(mut stream: TcpStream, count: usize) -> Vec<Packet> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut framing, mut packets, mut buffer) = (TcpFraming::new(), Vec::new(), [0; 4096]);
    while packets.len() < count {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0, "the connection ended after {} packets", packets.len());
        framing.push(&buffer[..length]);
        packets.extend(std::iter::from_fn(|| framing.poll()).map(|framed| Packet::parse(&framed.packet).unwrap()));
    }
    packets
}

/// Pictures that only their start codes tell from noise: what they hold is other tests' business.
fn produce(hub: &MockFrameHub, number: u64) {
    let key = number.is_multiple_of(25);
    let nalu = |nalu_type: u8, size: usize| Nalu {
        nalu_type,
        data: std::iter::once(nalu_type).chain((1..size).map(|at| u8::try_from(at % 200 + 7).unwrap())).collect(),
        is_idr: nalu_type == 5,
        is_sps: nalu_type == 7,
        is_pps: nalu_type == 8,
        is_aud: nalu_type == 9,
    };
    let nalus = if key { vec![nalu(7, 27), nalu(8, 9), nalu(5, 20_000)] } else { vec![nalu(1, 3_000)] };
    hub.write(AccessUnit { nalus, timestamp: Instant::now(), is_key_frame: key });
}

/// One recording of ten minutes.
struct Archive {
    start_ms: i64,
}

impl RecordingSource for Archive {
    fn lookup(&self, start_ms: u64, end_ms: u64) -> Vec<SegmentMeta> {
        let own = u64::try_from(self.start_ms).unwrap();
        let segment = SegmentMeta { file: "segment.h264".to_owned(), start_ms: own, end_ms: own + 600_000 };
        if segment.start_ms <= end_ms && segment.end_ms >= start_ms { vec![segment] } else { Vec::new() }
    }
}

/// What the device was told to do.
#[derive(Default)]
struct Orders {
    seen: Mutex<Vec<String>>,
}

impl DeviceControlHandler for Orders {
    fn on_ptz(&self, command: &PtzCommand) {
        self.seen.lock().unwrap().push(format!("{command:?}"));
    }

    fn on_guard(&self, arm: bool) {
        self.seen.lock().unwrap().push(format!("guard {arm}"));
    }

    fn on_force_iframe(&self) {
        self.seen.lock().unwrap().push("key frame".to_owned());
    }
}

fn config(own: SocketAddr, transport: TheirTransport, password: &str) -> Gb28181Config {
    Gb28181Config {
        enabled: true,
        platform_sip_address: "127.0.0.1".to_owned(),
        platform_sip_port: own.port(),
        device_id: DEVICE.to_owned(),
        channel_id: CHANNEL.to_owned(),
        sip_domain: DOMAIN.to_owned(),
        password: password.to_owned(),
        local_sip_port: testkit::upstream::free_port(),
        register_interval_secs: 3600,
        heartbeat_interval_secs: 1,
        transport,
        protocol_version: Some("3.0".to_owned()),
        manufacturer: Some("Acme".to_owned()),
        extra_channels: (2..=5)
            .map(|serial| CatalogChannel {
                device_id: format!("3402000000132000000{serial}"),
                name: format!("K128+{serial}00"),
                manufacturer: "Acme".to_owned(),
                model: "M1".to_owned(),
                status: "ON".to_owned(),
                ptz_type: Some(1),
                photoelectric_imaging_type: None,
            })
            .collect(),
        ..Gb28181Config::default()
    }
}

fn signed_in(event: &Event) -> Option<SignIn> {
    match event {
        Event::SignedIn { how, .. } => Some(*how),
        _ => None,
    }
}

fn order(command: Command) -> Control {
    Control::DeviceControl(DeviceControl { command, info: None })
}

fn a_device_of_others(transport: Transport, theirs: TheirTransport) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut bench = Bench::new(transport);
    let orders = Arc::new(Orders::default());
    let hub = Arc::new(MockFrameHub::new());
    runtime.spawn({
        let hub = Arc::clone(&hub);
        async move {
            for number in 0.. {
                produce(&hub, number);
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    });
    let server = Gb28181Server::with_recording_index(
        config(bench.rules.own, theirs, PASSWORD),
        hub.clone(),
        Some(Arc::new(Archive { start_ms: Bench::at().unix_ms - 7_200_000 })),
    )
    .with_control_handler(Some(orders.clone()));
    let notifier = server.device_notifier();
    let mut handle = runtime.block_on(server.spawn()).unwrap();

    assert_eq!(bench.wait("the device", signed_in), SignIn::Anew);
    let device = Id::new(DEVICE).unwrap();
    assert_eq!(bench.platform.device(&device).unwrap().path.transport, transport);
    bench.wait("a heartbeat", |event| matches!(event, Event::Heartbeat { .. }).then_some(()));

    let Ok(answer) = bench.ask(Query::DeviceInfo) else { panic!("no answer") };
    let Answer::Said(Response::DeviceInfo(info)) = *answer else { panic!("{answer:?}") };
    assert_eq!(info.manufacturer.as_deref(), Some("Acme"));
    let Ok(answer) = bench.ask(Query::Catalog(CatalogQuery::default())) else { panic!("no answer") };
    let Answer::Catalog(catalog) = *answer else { panic!("{answer:?}") };
    assert_eq!((catalog.items.len(), catalog.completeness), (5, Completeness::Whole));
    assert!(catalog.items.iter().any(|item| item.name.as_deref() == Some("K128+300")));

    let recordings = bench.recordings();
    let minutes = |item: &RecordingItem| (item.end.unwrap().unix_ms() - item.start.unwrap().unix_ms()) / 60_000;
    assert_eq!(recordings.iter().map(minutes).collect::<Vec<_>>(), [10]);

    let channel = Id::new(CHANNEL).unwrap();
    // Right at half speed.
    let right = PtzControl { hex: "A50F010180000036".to_owned(), ..PtzControl::default() };
    let given = bench.platform.order(Bench::at(), &device, &channel, order(Command::Ptz(right)), &bench.rules).unwrap();
    let taken = bench.wait("the 200", |event| match event {
        Event::Answered { exchange, answer } if *exchange == given => Some(answer.clone()),
        _ => None,
    });
    assert_eq!(taken, Ok(Box::new(Answer::Taken)));
    let end = Instant::now() + PATIENCE;
    while !orders.seen.lock().unwrap().iter().any(|order| order.contains("bits: 1, pan_speed: 128")) {
        assert!(Instant::now() < end, "the device was told {:?}", orders.seen.lock().unwrap());
        bench.receive();
    }
    if transport == Transport::Udp {
        for way in [Way::Udp, Way::TcpPassive, Way::TcpActive] {
            bench.watch(way, &hub);
        }
        // Over a connection that it has opened, the device notifies nobody.
        bench.hear(&notifier);
    } else {
        bench.watch(Way::Udp, &hub);
    }
    // The device knows the form of RFC 3261 alone, so it says nothing about our `Date`.
    if transport == Transport::Udp {
        assert_eq!(handle.platform_protocol_version().as_deref(), Some(Version::V2022.as_str()));
        let ended = std::thread::spawn(move || runtime.block_on(handle.shutdown_with_deregister()).map(|()| runtime));
        let why = bench.wait("its leave", |event| match event {
            Event::Gone { why, .. } => Some(*why),
            _ => None,
        });
        assert_eq!(why, Gone::SignedOut);
        drop(ended.join().unwrap().unwrap());
    } else {
        handle.abort();
        drop(runtime);
        let why = bench.wait("the end of its connection", |event| match event {
            Event::Gone { why, .. } => Some(*why),
            _ => None,
        });
        assert_eq!(why, Gone::ConnectionClosed);
    }
}

#[test]
fn a_device_of_others_signs_in_answers_and_leaves_by_udp() {
    a_device_of_others(Transport::Udp, TheirTransport::Udp);
}

#[test]
fn a_device_of_others_signs_in_answers_and_leaves_by_tcp() {
    a_device_of_others(Transport::Tcp, TheirTransport::TcpOut);
}

#[test]
fn a_device_of_others_with_a_wrong_password_is_not_let_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut bench = Bench::new(Transport::Udp);
    let config = config(bench.rules.own, TheirTransport::Udp, "wrong");
    let handle = runtime.block_on(Gb28181Server::new(config, Arc::new(MockFrameHub::new())).spawn()).unwrap();
    let why = bench.wait("its refusal", |event| match event {
        Event::Refused { why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(why, Refusal::WrongPassword);
    assert!(bench.platform.devices().next().is_none());
    handle.abort();
}
