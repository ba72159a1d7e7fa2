//! The device against the platform, over a network that is simulated.

mod broadcast;
mod quirks;
mod redirection;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip::{Path, Transport};

use super::*;
use crate::collect::Completeness;
use crate::manscdp::{
    Alarm, AlarmQuery, CatalogEvent, CatalogPart, CatalogQuery, ChannelState, Command, DeviceControl, DeviceInfo,
    Guard, IFrameSpelling, MobilePosition, MobilePositionQuery, Outcome, RecordingQuery,
};
use crate::platform::{
    self, Admission, Answer, Gone, Invitation, Platform, Refusal, SessionEvent, SignIn, SubscriptionEvent,
};
use crate::sdp::Media;

const SERVER: &str = "34020000002000000001";
const DEVICE: &str = "34020000001180000001";
const CAMERA: &str = "34020000001320000001";
const DOMAIN: &str = "3402000000";
/// 2026-11-28, eight in the morning in Beijing.
const UNIX_MS: i64 = 1_795_824_000_250;

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

struct Rules;

impl platform::World for Rules {
    fn admission(&self, device: &Id) -> Option<Admission> {
        (device.as_str() == DEVICE).then(|| Admission {
            username: None,
            password: "right".to_owned(),
            tells_time: true,
            overrides: crate::profile::Overrides::default(),
            redirect: None,
        })
    }

    fn own_address(&self, _path: &Path) -> SocketAddr {
        "10.0.0.1:5060".parse().unwrap()
    }
}

/// A device of eleven channels and six recordings.
struct Cameras;

impl World for Cameras {
    fn answer(&self, _at: Moment, target: &Id, query: &Query) -> Reply {
        match query {
            Query::Catalog(_) => {
                let item = |number| CatalogItem {
                    device_id: Some(id(&format!("340200000013200000{number:02}"))),
                    name: Some("K128 上行".to_owned()),
                    address: Some("G4".to_owned()),
                    parental: Some(false),
                    state: Some(ChannelState::On),
                    longitude: Some(116.4),
                    ..CatalogItem::default()
                };
                Reply::Catalog((1..=11).map(item).collect())
            }
            Query::RecordInfo(_) => {
                let item = |hour: i64| RecordingItem {
                    device_id: Some(target.clone()),
                    start: BeijingTime::from_unix_s(hour * 3600),
                    ..RecordingItem::default()
                };
                Reply::Recordings { name: "K128".to_owned(), items: (0..6).map(item).collect() }
            }
            Query::DeviceInfo => {
                let info = DeviceInfo { channels: Some(11), ..DeviceInfo::default() };
                Reply::Said(Box::new(Said::DeviceInfo(info)))
            }
            _ => Reply::Nothing,
        }
    }

    fn position(&self, _at: Moment, _target: &Id) -> Option<Notify> {
        Some(Notify::MobilePosition(MobilePosition {
            longitude: Some(116.4),
            latitude: Some(39.9),
            ..MobilePosition::default()
        }))
    }

    fn takes(&self, _target: &Id, control: &Control) -> bool {
        !matches!(control, Control::DeviceConfig(_))
    }

    fn has_loudspeaker(&self, target: &Id) -> bool {
        target.as_str() == CAMERA
    }
}

/// Both, and the network between them.
struct Bench {
    platform: Platform,
    device: Device,
    /// Both ends know each other by these.
    paths: (Path, Path),
    start: Instant,
    elapsed: Duration,
    /// Whether anything arrives at the platform.
    is_cut: bool,
    /// What the device has sent.
    sent: Vec<Vec<u8>>,
    told: Vec<platform::Event>,
    events: Vec<Event>,
}

impl Bench {
    fn new(password: &str, transport: Transport) -> Self {
        Self::with(password, transport, Vec::new())
    }

    fn with(password: &str, transport: Transport, quirks: Vec<Quirk>) -> Self {
        let path = |remote: &str| Path { transport, local: 7, remote: remote.parse().unwrap() };
        let options = Options { quirks, ..Options::new(id(DEVICE), id(SERVER), DOMAIN, password) };
        Self {
            platform: Platform::new(platform::Options::new(id(SERVER), DOMAIN), [1; 32], [2; 32]),
            device: Device::new(options, [3; 32]),
            paths: (path("192.168.1.64:5060"), path("10.0.0.1:5060")),
            start: Instant::now(),
            elapsed: Duration::ZERO,
            is_cut: false,
            sent: Vec::new(),
            told: Vec::new(),
            events: Vec::new(),
        }
    }

    fn signed_in() -> Self {
        let mut bench = Self::new("right", Transport::Udp);
        bench.sign_in();
        assert_eq!(bench.take_told(), [platform::Event::SignedIn { device: id(DEVICE), how: SignIn::Anew }]);
        assert!(matches!(bench.take()[..], [Event::SignedIn { clock: Some(_) }]));
        bench
    }

    fn at(&self) -> Moment {
        let ms = i64::try_from(self.elapsed.as_millis()).unwrap();
        Moment { now: self.start + self.elapsed, unix_ms: UNIX_MS + ms }
    }

    fn sign_in(&mut self) {
        self.device.sign_in(self.at(), self.paths.1, self.paths.0.remote);
        self.settle();
    }

    fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    fn take_told(&mut self) -> Vec<platform::Event> {
        std::mem::take(&mut self.told)
    }

    fn settle(&mut self) {
        loop {
            let (to_device, to_platform) = (self.drain_platform(), self.drain_device());
            self.sent.extend(to_platform.iter().cloned());
            if to_device.is_empty() && to_platform.is_empty() {
                return;
            }
            for bytes in to_device {
                self.device.handle_datagram(self.at(), self.paths.1, &bytes, &Cameras);
            }
            for bytes in to_platform.iter().filter(|_| !self.is_cut) {
                self.platform.handle_datagram(self.at(), self.paths.0, bytes, &Rules);
            }
        }
    }

    fn drain_platform(&mut self) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        loop {
            match self.platform.poll_output() {
                platform::Output::Transmit(transmit) => sent.push(transmit.bytes.to_vec()),
                platform::Output::Event(event) => self.told.push(event),
                platform::Output::Timeout(_) => return sent,
            }
        }
    }

    fn drain_device(&mut self) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        loop {
            match self.device.poll_output() {
                Output::Transmit(transmit) => sent.push(transmit.bytes.to_vec()),
                Output::Event(event) => self.events.push(event),
                Output::Timeout(_) => return sent,
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while self.elapsed < end {
            self.elapsed = end.min(self.elapsed + Duration::from_millis(500));
            self.platform.handle_timeout(self.at(), &Rules);
            self.device.handle_timeout(self.at(), &Cameras);
            self.settle();
        }
    }

    fn ask(&mut self, query: Query) -> Answer {
        self.platform.ask(self.at(), &id(DEVICE), &id(CAMERA), query, &Rules).unwrap();
        self.settle();
        let answered = self.take_told().into_iter().find_map(|event| match event {
            platform::Event::Answered { answer, .. } => Some(answer),
            _ => None,
        });
        *answered.expect("an answer").unwrap()
    }

    fn order(&mut self, command: Command) -> Answer {
        let control = Control::DeviceControl(DeviceControl { command, info: None });
        self.platform.order(self.at(), &id(DEVICE), &id(CAMERA), control, &Rules).unwrap();
        self.settle();
        let answered = self.take_told().into_iter().find_map(|event| match event {
            platform::Event::Answered { answer, .. } => Some(answer),
            _ => None,
        });
        *answered.expect("an answer").unwrap()
    }

    fn invite(&mut self) -> (platform::SessionId, CallId) {
        let video = Media::video(30_000, vec![crate::sdp::Payload::video(96, "PS")]);
        let offer = Description { media: vec![video], address: Some("10.0.0.1".to_owned()), ..Description::default() };
        let subject = Subject::parse(&format!("{CAMERA}:0100000001,{SERVER}:0")).unwrap();
        let invitation = Invitation { device: id(DEVICE), channel: id(CAMERA), subject, offer };
        let session = self.platform.invite(self.at(), &invitation, &Rules).unwrap();
        self.settle();
        let events = self.take();
        let [Event::Invited { call, channel, subject: Some(_), .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(channel.as_str(), CAMERA);
        (session, *call)
    }

    fn call(&mut self) -> (platform::SessionId, CallId) {
        let (session, call) = self.invite();
        let video = Media::video(15_060, vec![crate::sdp::Payload::video(96, "PS")]);
        let answer =
            Description { media: vec![video], address: Some("192.168.1.64".to_owned()), ..Description::default() };
        self.device.accept(self.at(), call, &answer);
        self.settle();
        assert_eq!(self.take(), [Event::Confirmed(call)]);
        let told = self.take_told();
        let is_up = |event: &platform::Event| {
            matches!(event, platform::Event::Session { what: SessionEvent::Established { .. }, .. })
        };
        assert!(told.iter().any(is_up), "{told:?}");
        (session, call)
    }
}

#[test]
fn a_wrong_password_is_told_and_tried_again_later() {
    let mut bench = Bench::new("wrong", Transport::Udp);
    bench.sign_in();
    assert_eq!(bench.take(), [Event::SignedOut(SignedOut::Refused(403))]);
    let told = bench.take_told();
    assert!(matches!(told[..], [platform::Event::Refused { why: Refusal::WrongPassword, .. }]), "{told:?}");
    bench.pass(Duration::from_secs(61));
    assert_eq!(bench.take(), [Event::SignedOut(SignedOut::Refused(403))]);
}

#[test]
fn it_stays_signed_in_by_heartbeats_and_renewals_and_signs_out() {
    let mut bench = Bench::signed_in();
    bench.pass(Duration::from_secs(3700));
    let renewals = bench.take().iter().filter(|event| matches!(event, Event::SignedIn { .. })).count();
    assert_eq!(renewals, 2);
    let told = bench.take_told();
    assert!(!told.iter().any(|event| matches!(event, platform::Event::Gone { .. })), "{told:?}");
    let heartbeats = told.iter().filter(|event| matches!(event, platform::Event::Heartbeat { .. })).count();
    assert_eq!(heartbeats, 61);

    bench.device.sign_out(bench.at());
    bench.settle();
    assert_eq!(bench.take(), [Event::SignedOut(SignedOut::Asked)]);
    assert_eq!(bench.take_told(), [platform::Event::Gone { device: id(DEVICE), why: Gone::SignedOut }]);
    bench.pass(Duration::from_secs(600));
    assert_eq!(bench.take(), []);
}

#[test]
fn a_platform_that_is_silent_or_has_forgotten_it_gets_a_new_sign_in() {
    let mut bench = Bench::signed_in();
    bench.is_cut = true;
    bench.pass(Duration::from_secs(3 * 60 + 40));
    assert_eq!(bench.take(), [Event::SignedOut(SignedOut::Silent)]);
    bench.is_cut = false;
    bench.pass(Duration::from_secs(100));
    assert!(matches!(bench.take()[..], [Event::SignedIn { .. }]));

    bench.platform.dismiss(&id(DEVICE));
    bench.pass(Duration::from_secs(61));
    assert!(matches!(bench.take()[..], [Event::SignedOut(SignedOut::Unknown(404)), Event::SignedIn { .. }]));
}

#[test]
fn questions_are_answered_in_as_many_messages_as_it_takes() {
    let mut bench = Bench::signed_in();
    let Answer::Catalog(catalog) = bench.ask(Query::Catalog(CatalogQuery::default())) else { panic!() };
    assert_eq!((catalog.completeness, catalog.items.len()), (Completeness::Whole, 11));
    let Answer::Recordings(recordings) = bench.ask(Query::RecordInfo(RecordingQuery::default())) else { panic!() };
    assert_eq!(recordings.items.len(), 6);
    let Answer::Said(Said::DeviceInfo(info)) = bench.ask(Query::DeviceInfo) else { panic!() };
    assert_eq!(info.channels, Some(11));
}

#[test]
fn orders_are_told_and_answered_where_the_standard_wants_it() {
    let mut bench = Bench::signed_in();
    for (command, is_said) in [
        (Command::TeleBoot, false),
        (Command::IFrame(IFrameSpelling::IFame), false),
        (Command::Guard(Guard::Set), true),
        (Command::ResetAlarm, true),
    ] {
        let answer = bench.order(command.clone());
        assert_eq!(matches!(answer, Answer::Said(Said::DeviceControl(_))), is_said, "{command:?}: {answer:?}");
        let events = bench.take();
        let [Event::Ordered { target, control }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(target.as_str(), CAMERA);
        assert!(matches!(&**control, Control::DeviceControl(order) if order.command == command), "{control:?}");
    }
}

#[test]
fn a_catalog_that_is_cut_since_too_many_messages_wait_is_told() {
    let mut bench = Bench::signed_in();
    bench.is_cut = true;
    let catalogs = MAX_WAITING / 3 + 2;
    for sn in 1..=u32::try_from(catalogs).unwrap() {
        let message = Message::new(sn, id(DEVICE), Body::Query(Query::Catalog(CatalogQuery::default())));
        let at = bench.at();
        let reply = Cameras.answer(at, &id(DEVICE), &Query::Catalog(CatalogQuery::default()));
        bench.device.reply(at, &message, reply);
    }
    assert_eq!(bench.device.waiting.len(), MAX_WAITING);
    // One is under way; each catalog is three messages.
    let unsaid = catalogs * 3 - MAX_WAITING - 1;
    bench.device.waiting.truncate(2);
    bench.is_cut = false;
    bench.pass(Duration::from_secs(2));
    let told: Vec<_> = bench.take().into_iter().filter(|event| matches!(event, Event::Unsaid(_))).collect();
    assert_eq!(told, [Event::Unsaid(unsaid)]);
}

#[test]
fn an_order_that_is_not_taken_is_answered_and_not_told() {
    let mut bench = Bench::signed_in();
    let control = Control::DeviceConfig(Box::default());
    bench.platform.order(bench.at(), &id(DEVICE), &id(CAMERA), control, &Rules).unwrap();
    bench.settle();
    let is_refused = |event: &platform::Event| match event {
        platform::Event::Answered { answer: Ok(answer), .. } => {
            matches!(&**answer, Answer::Said(Said::DeviceConfig(said)) if said.result == Some(Outcome::Error))
        }
        _ => false,
    };
    let told = bench.take_told();
    assert!(told.iter().any(is_refused), "{told:?}");
    assert_eq!(bench.take(), []);
}

#[test]
fn calls_are_taken_controlled_finished_and_ended() {
    let mut bench = Bench::signed_in();
    let (session, call) = bench.call();
    bench.platform.control(bench.at(), session, mansrtsp::Method::speed(2.0), &Rules).unwrap();
    bench.settle();
    assert_eq!(bench.take(), [Event::Controlled { call, method: mansrtsp::Method::speed(2.0) }]);
    let told = bench.take_told();
    let is_done = |event: &platform::Event| matches!(event, platform::Event::Session { what: SessionEvent::Controlled(Ok(Some(answer))), .. } if answer.status == 200);
    assert!(told.iter().any(is_done), "{told:?}");

    bench.device.finish(bench.at(), call);
    bench.settle();
    assert_eq!(bench.take(), [Event::Ended { call, why: Ending::ByPlatform }]);
    let ended = |why| platform::Event::Session { session, what: SessionEvent::Ended(why) };
    assert_eq!(bench.take_told(), [ended(platform::Ending::Finished)]);

    let (session, call) = bench.call();
    bench.device.hang_up(bench.at(), call);
    bench.settle();
    assert_eq!(bench.take(), [Event::Ended { call, why: Ending::HungUp }]);
    let told = bench.take_told();
    assert_eq!(told, [platform::Event::Session { session, what: SessionEvent::Ended(platform::Ending::ByDevice) }]);

    let (session, call) = bench.invite();
    bench.platform.hang_up(bench.at(), session, &Rules);
    bench.settle();
    assert_eq!(bench.take(), [Event::Ended { call, why: Ending::GivenUp }]);

    let (_, call) = bench.invite();
    bench.device.refuse(bench.at(), call, 486);
    bench.settle();
    assert_eq!(bench.take(), [Event::Ended { call, why: Ending::HungUp }]);
    bench.pass(Duration::from_secs(40));
    assert!(bench.platform.is_idle());
}

#[test]
fn what_is_subscribed_to_is_told_by_notification_until_it_is_given_back() {
    let mut bench = Bench::signed_in();
    let queries = [
        Query::Catalog(CatalogQuery::default()),
        Query::Alarm(AlarmQuery::default()),
        Query::MobilePosition(MobilePositionQuery { interval_s: Some(10) }),
    ];
    let subscriptions =
        queries.map(|query| bench.platform.subscribe(bench.at(), &id(DEVICE), &id(DEVICE), query, &Rules).unwrap());
    bench.settle();
    let told = bench.take_told();
    let active = |event: &&platform::Event| {
        matches!(event, platform::Event::Subscription { what: SubscriptionEvent::Active, .. })
    };
    assert_eq!(told.iter().filter(active).count(), 3, "{told:?}");

    // Longer than they last: the platform renews them.
    bench.pass(Duration::from_secs(4000));
    let positions = bench.take_told().iter().filter(|event| is_notice(event, "MobilePosition")).count();
    assert!((398..=400).contains(&positions), "{positions}");

    let item = CatalogItem { event: Some(CatalogEvent::Off), device_id: Some(id(CAMERA)), ..CatalogItem::default() };
    let changed = CatalogPart { total: Some(1), items: vec![item], ..CatalogPart::default() };
    bench.device.tell(bench.at(), &id(DEVICE), Notify::Catalog(changed));
    bench.device.alarm(bench.at(), &id(CAMERA), Alarm::default());
    bench.settle();
    let told = bench.take_told();
    assert!(is_notice(&told[0], "Catalog") && is_notice(&told[1], "Alarm"), "{told:?}");

    for subscription in subscriptions {
        bench.platform.unsubscribe(bench.at(), subscription, &Rules);
    }
    bench.settle();
    assert!(bench.device.subscriptions.is_empty());
    bench.pass(Duration::from_secs(30));
    assert!(!bench.take_told().iter().any(|event| is_notice(event, "MobilePosition")));
    // Alarms are told all the same.
    bench.device.alarm(bench.at(), &id(CAMERA), Alarm::default());
    bench.settle();
    assert!(bench.take_told().iter().any(|event| is_notice(event, "Alarm")));
}

fn is_notice(event: &platform::Event, cmd_type: &str) -> bool {
    matches!(event, platform::Event::Notice { message, .. } if message.body.cmd_type() == cmd_type)
}

#[test]
fn a_restart_ends_calls_and_signs_in_anew() {
    let mut bench = Bench::signed_in();
    let (_, call) = bench.call();
    bench.device.restart(bench.at(), Duration::from_secs(5));
    bench.settle();
    assert_eq!(bench.take(), [Event::Ended { call, why: Ending::Forgotten }]);
    bench.pass(Duration::from_secs(6));
    assert!(matches!(bench.take()[..], [Event::SignedIn { .. }]));
}

#[test]
fn a_connection_that_ends_is_told_once() {
    let mut bench = Bench::new("right", Transport::Tcp);
    bench.sign_in();
    assert!(matches!(bench.take()[..], [Event::SignedIn { .. }]));
    bench.device.connection_closed();
    bench.device.connection_closed();
    bench.settle();
    assert_eq!(bench.take(), [Event::SignedOut(SignedOut::ConnectionClosed)]);
    bench.pass(Duration::from_secs(600));
    assert_eq!(bench.take(), []);
}

/// Registers that a device sends to a platform which challenges each of them, and does not say that any was old, until it gives up.
fn registers_of_one_attempt(device: &mut Device, at: Moment, start: impl FnOnce(&mut Device)) -> usize {
    let path = Path { transport: Transport::Udp, local: 7, remote: "10.0.0.1:5060".parse().unwrap() };
    let mut peer = Endpoint::new([9; 32], sip::Options::default());
    start(device);
    let mut count = 0;
    loop {
        match device.poll_output() {
            Output::Timeout(_) => return count,
            Output::Transmit(transmit) => peer.handle_datagram(at.now, path, &transmit.bytes),
            Output::Event(_) => {}
        }
        loop {
            match peer.poll_output() {
                sip::Output::Timeout(_) => break,
                sip::Output::Transmit(transmit) => device.handle_datagram(at, path, &transmit.bytes, &Cameras),
                sip::Output::Event(sip::Event::Request { id, .. }) => {
                    count += 1;
                    assert!(count < 10, "it does not give up");
                    let nonce = format!("Digest realm=\"{DOMAIN}\", nonce=\"n{count}\"");
                    let answer = Response::new(401).with("WWW-Authenticate", &nonce);
                    peer.respond_stateless(id, &answer).unwrap();
                }
                sip::Output::Event(_) => {}
            }
        }
    }
}

#[test]
fn a_platform_that_challenges_always_is_answered_once_in_each_attempt() {
    let path = Path { transport: Transport::Udp, local: 7, remote: "10.0.0.1:5060".parse().unwrap() };
    let own = "192.168.1.64:5060".parse().unwrap();
    let at = |seconds: u64| Moment { now: Instant::now() + Duration::from_secs(seconds), unix_ms: UNIX_MS };
    let mut device = Device::new(Options::new(id(DEVICE), id(SERVER), DOMAIN, "right"), [3; 32]);
    assert_eq!(registers_of_one_attempt(&mut device, at(0), |device| device.sign_in(at(0), path, own)), 2);
    // What it knows of the last attempt is old now, without anybody's saying so.
    let again = |device: &mut Device| device.handle_timeout(at(3600), &Cameras);
    assert_eq!(registers_of_one_attempt(&mut device, at(3600), again), 2);
    assert_eq!(registers_of_one_attempt(&mut device, at(3700), |device| device.sign_out(at(3700))), 2);
}
