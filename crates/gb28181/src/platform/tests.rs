use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::http_auth::Credentials;
use sip::transaction::ServerId;
use sip::{Dialog, Endpoint, Method, Path, Request, Response, Transport};

use super::*;
use crate::collect::Completeness;
use crate::manscdp::{
    Alarm, Body, CatalogItem, CatalogPart, CatalogQuery, Command, Control, DeviceControl, DeviceInfo, Notify, Outcome,
    Preset, PresetPart, PtzControl, Query, Response as Said,
};
use crate::version::Version;

const SERVER: &str = "34020000002000000001";
const DEVICE: &str = "34020000001180000001";
const DOMAIN: &str = "3402000000";
const PASSWORD: &str = "correct horse";
/// 2026-11-28, eight in the morning in Beijing.
const UNIX_MS: i64 = 1_795_824_000_250;

struct Rules {
    admission: Option<Admission>,
}

impl World for Rules {
    fn admission(&self, device: &Id) -> Option<Admission> {
        self.admission.clone().filter(|_| device.as_str() == DEVICE)
    }

    fn own_address(&self, _path: &Path) -> SocketAddr {
        "10.0.0.1:5060".parse().unwrap()
    }
}

/// A platform and a device that speaks SIP by the same stack; what the platform means by it, it says in its events.
struct Bench {
    platform: Platform,
    rules: Rules,
    peer: Endpoint,
    path: Path,
    credentials: Credentials,
    start: Instant,
    elapsed: Duration,
    events: Vec<Event>,
    /// Final answers to the device's requests.
    answers: Vec<Response>,
    /// Requests of the platform.
    asked: Vec<Request>,
    /// What the device answers to them; nothing when it does not.
    status: Option<u16>,
    /// The last request that the device has sent with credentials.
    sent: Option<Request>,
    /// The last INVITE or SUBSCRIBE.
    called: Option<Called>,
    /// What the device says that it sends.
    description: String,
    /// Nothing reaches the device; how many datagrams did not, once it is so.
    unheard: Option<usize>,
}

/// An INVITE or SUBSCRIBE that came to the device.
struct Called {
    id: ServerId,
    request: Request,
    dialog: Dialog,
}

impl Called {
    fn new(peer: &Endpoint, id: ServerId, request: &Request, path: &Path) -> Self {
        let contact = format!("sip:{DEVICE}@192.168.1.64:5060");
        let dialog = Dialog::from_request(request, peer.local_tag(id).unwrap(), &contact, path).unwrap();
        Self { id, request: request.clone(), dialog }
    }
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn path(remote: &str, transport: Transport) -> Path {
    Path { transport, local: 7, remote: remote.parse().unwrap() }
}

impl Bench {
    fn new() -> Self {
        let admission = Admission {
            username: None,
            password: PASSWORD.to_owned(),
            tells_time: true,
            overrides: Overrides::default(),
            redirect: None,
        };
        Self {
            platform: Platform::new(Options::new(id(SERVER), DOMAIN), [1; 32], [2; 32]),
            rules: Rules { admission: Some(admission) },
            peer: Endpoint::new([3; 32], sip::Options::default()),
            path: path("192.168.1.64:5060", Transport::Udp),
            credentials: Credentials::new(DEVICE, PASSWORD, "cnonce"),
            start: Instant::now(),
            elapsed: Duration::ZERO,
            events: Vec::new(),
            answers: Vec::new(),
            asked: Vec::new(),
            status: Some(200),
            sent: None,
            called: None,
            description: "v=0\r\ns=Play\r\nc=IN IP4 192.168.1.64\r\nt=0 0\r\nm=video 15060 RTP/AVP 96\r\n\
                a=sendonly\r\na=rtpmap:96 PS/90000\r\ny=0200000001\r\n"
                .to_owned(),
            unheard: None,
        }
    }

    /// Nothing is left of what was.
    fn assert_idle(&mut self) {
        self.pass(Duration::from_secs(64));
        assert!(self.platform.is_idle());
    }

    fn respond(&mut self, id: ServerId, status: u16, request: &Request) {
        let mut response = Response::new(status);
        if request.method == Method::Invite && response.is_success() {
            let contact = format!("<sip:{DEVICE}@192.168.1.64:5060>");
            response = response.with("Contact", &contact).with_body("application/sdp", self.description.clone());
        }
        self.peer.respond(self.start + self.elapsed, id, &response).unwrap();
    }

    fn at(&self) -> Moment {
        let ms = i64::try_from(self.elapsed.as_millis()).unwrap();
        Moment { now: self.start + self.elapsed, unix_ms: UNIX_MS + ms }
    }

    fn signed_in() -> Self {
        let mut bench = Self::new();
        assert_eq!(bench.register("3600"), 200);
        assert_eq!(bench.take(), [Event::SignedIn { device: id(DEVICE), how: SignIn::Anew }]);
        bench
    }

    fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Hands everything to and fro until nobody has more to say.
    fn settle(&mut self) {
        loop {
            let mut idle = true;
            while let Some(bytes) = self.next_of_platform() {
                idle = false;
                self.peer.handle_datagram(self.start + self.elapsed, self.path, &bytes);
            }
            while let Some(bytes) = self.next_of_peer() {
                idle = false;
                self.platform.handle_datagram(self.at(), self.path, &bytes, &self.rules);
            }
            if idle {
                return;
            }
        }
    }

    fn next_of_platform(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.platform.poll_output() {
                Output::Transmit(transmit) if transmit.path == self.path => match &mut self.unheard {
                    Some(unheard) => *unheard += 1,
                    None => return Some(transmit.bytes.to_vec()),
                },
                // To where the device was before.
                Output::Transmit(_) => {}
                Output::Event(event) => self.events.push(event),
                Output::Timeout(_) => return None,
            }
        }
    }

    fn next_of_peer(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.peer.poll_output() {
                sip::Output::Transmit(transmit) => return Some(transmit.bytes.to_vec()),
                sip::Output::Event(sip::Event::Request { id, request, path }) => {
                    let begins = request.headers.to().is_some_and(|to| to.tag().is_none());
                    if matches!(request.method, Method::Invite | Method::Subscribe) && begins {
                        self.called = Some(Called::new(&self.peer, id, &request, &path));
                    }
                    if let Some(status) = self.status {
                        self.respond(id, status, &request);
                    }
                    self.asked.push(request);
                }
                sip::Output::Event(sip::Event::Response { response, .. }) => self.answers.push(response),
                sip::Output::Event(_) => {}
                sip::Output::Timeout(_) => return None,
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while self.elapsed < end {
            self.elapsed = end.min(self.elapsed + Duration::from_millis(500));
            self.platform.handle_timeout(self.at(), &self.rules);
            self.peer.handle_timeout(self.start + self.elapsed);
            self.settle();
        }
    }

    fn request(&mut self, request: Request) -> Response {
        let now = self.start + self.elapsed;
        self.peer.send_request(now, self.path, "192.168.1.64:5060", request).unwrap();
        self.settle();
        self.answers.pop().expect("an answer")
    }

    fn new_register(&mut self, expires: &str) -> Request {
        let own = format!("sip:{DEVICE}@{DOMAIN}");
        let request = self.peer.new_request(Method::Register, &format!("sip:{SERVER}@{DOMAIN}"), &own, &own);
        request
            .with("Contact", &format!("<sip:{DEVICE}@192.168.1.64:5060>"))
            .with("Expires", expires)
            .with("User-Agent", "Embedded Net DVR")
            .with("X-GB-Ver", "3.0")
    }

    /// Signs in, with a challenge; the final status.
    fn register(&mut self, expires: &str) -> u16 {
        // Two challenges of one moment are the same.
        self.pass(Duration::from_millis(10));
        let mut request = self.new_register(expires);
        let answer = self.request(request.clone());
        if answer.status != 401 {
            return answer.status;
        }
        let challenges: Vec<String> = answer.headers.all("WWW-Authenticate").map(|it| it.into_owned()).collect();
        assert!(self.credentials.challenge(challenges.iter().map(String::as_str)));
        request.advance();
        let value = self.credentials.authorize("REGISTER", &request.uri).unwrap();
        let request = request.with("Authorization", &value);
        self.sent = Some(request.clone());
        let answer = self.request(request);
        self.answers.push(answer.clone());
        answer.status
    }

    fn message(&mut self, body: &Message) -> u16 {
        self.message_of(DEVICE, body)
    }

    fn message_of(&mut self, sender: &str, body: &Message) -> u16 {
        let own = format!("sip:{sender}@{DOMAIN}");
        let request = self.peer.new_request(Method::Message, &format!("sip:{SERVER}@{DOMAIN}"), &own, &own);
        let body = body.write(crate::Charset::Gb18030, Version::V2022);
        self.request(request.with_body("Application/MANSCDP+xml", body)).status
    }

    fn asked_message(&mut self) -> Message {
        Message::parse(&self.asked.pop().expect("a question").body).unwrap().message
    }
}

fn keepalive() -> Message {
    let keepalive = Keepalive { status: Some(Outcome::Ok), faulty: None };
    Message::new(1, id(DEVICE), Body::Notify(Notify::Keepalive(keepalive)))
}

#[test]
fn a_device_signs_in_is_told_the_time_and_is_known_by_what_it_says() {
    let mut bench = Bench::signed_in();
    let answer = bench.answers.pop().unwrap();
    assert_eq!(answer.headers.text("Date").as_deref(), Some("2026-11-28T08:00:00.260"));
    assert_eq!(answer.headers.text("Expires").as_deref(), Some("3600"));
    assert_eq!(answer.headers.text("X-GB-Ver").as_deref(), Some("3.0"));
    let device = bench.platform.device(&id(DEVICE)).unwrap();
    assert_eq!((device.profile.version, &*device.user_agent), (Version::V2022, "Embedded Net DVR"));
    assert_eq!(device.path, bench.path);

    assert_eq!(bench.register("3600"), 200);
    assert_eq!(bench.take(), [Event::SignedIn { device: id(DEVICE), how: SignIn::Renewed }]);
    assert_eq!(bench.register("0"), 200);
    assert_eq!(bench.take(), [Event::Gone { device: id(DEVICE), why: Gone::SignedOut }]);
    assert!(bench.platform.device(&id(DEVICE)).is_none());
}

#[test]
fn who_is_not_permitted_learns_no_more_than_who_has_a_wrong_password() {
    let mut statuses = Vec::new();
    for (is_permitted, why) in [(true, Refusal::WrongPassword), (false, Refusal::Unknown)] {
        let mut bench = Bench::new();
        bench.credentials = Credentials::new(DEVICE, "wrong", "cnonce");
        if !is_permitted {
            bench.rules.admission = None;
        }
        let from = bench.path.remote;
        let refused = |why| Event::Refused { device: id(DEVICE), from, why };
        let tried = [bench.register("3600"), bench.register("3600"), bench.register("3600")];
        assert_eq!(bench.take(), [refused(why), refused(why), refused(why)]);
        // Not even a right one counts now.
        bench.credentials = Credentials::new(DEVICE, PASSWORD, "cnonce");
        let locked = bench.register("3600");
        assert_eq!(bench.take(), [refused(Refusal::Locked)]);
        statuses.push((tried, locked, bench.answers.len()));
        assert!(bench.platform.devices().next().is_none());
        if is_permitted {
            bench.path.remote = "192.168.1.65:5060".parse().unwrap();
            assert_eq!(bench.register("3600"), 200, "the device itself is elsewhere");
        }
    }
    assert_eq!(statuses[0], statuses[1]);
    assert_eq!((statuses[0].0, statuses[0].1), ([403; 3], 403));
}

#[test]
fn a_device_without_a_password_or_of_another_name_is_not_let_in() {
    let mut bench = Bench::new();
    bench.credentials = Credentials::new(DEVICE, "", "cnonce");
    bench.rules.admission.as_mut().unwrap().password = String::new();
    assert_eq!(bench.register("3600"), 403);
    let mut bench = Bench::new();
    bench.rules.admission.as_mut().unwrap().username = Some("camera".to_owned());
    assert_eq!(bench.register("3600"), 403);
    bench.credentials = Credentials::new("camera", PASSWORD, "cnonce");
    assert_eq!(bench.register("3600"), 200);
}

#[test]
fn words_that_were_said_before_prove_nothing() {
    let mut bench = Bench::signed_in();
    let mut again = bench.sent.clone().unwrap();
    again.headers.remove("Via");
    again.advance();
    assert_eq!(bench.request(again).status, 401);
    assert!(bench.take().is_empty());
    // An old challenge is answered with a new one, which is marked, so that a device does not take it for a refusal.
    let mut bench = Bench::new();
    assert_eq!(bench.register("3600"), 200);
    let mut late = bench.sent.clone().unwrap();
    late.headers.remove("Via");
    bench.pass(NONCE_AGE + Duration::from_secs(1));
    late.advance();
    let answer = bench.request(late);
    assert_eq!(answer.status, 401);
    assert!(answer.headers.text("WWW-Authenticate").unwrap().contains("stale=\"true\""));
}

#[test]
fn a_device_that_is_silent_is_gone_and_one_that_is_heard_stays() {
    let mut bench = Bench::signed_in();
    for _ in 0..5 {
        bench.pass(Duration::from_secs(60));
        assert_eq!(bench.message(&keepalive()), 200);
        assert!(matches!(&bench.take()[..], [Event::Heartbeat { .. }]));
    }
    bench.pass(Duration::from_secs(181));
    assert_eq!(bench.take(), [Event::Gone { device: id(DEVICE), why: Gone::Silent }]);
    assert_eq!(bench.message(&keepalive()), 404, "so that it signs in again");

    let mut bench = Bench::new();
    assert_eq!(bench.register("100"), 200);
    bench.take();
    for _ in 0..4 {
        bench.pass(Duration::from_secs(30));
        bench.message(&keepalive());
    }
    assert!(bench.take().contains(&Event::Gone { device: id(DEVICE), why: Gone::Expired }));
}

#[test]
fn a_device_that_comes_and_goes_is_looked_after_once() {
    let mut bench = Bench::new();
    for _ in 0..20 {
        assert_eq!((bench.register("3600"), bench.register("0")), (200, 200));
    }
    assert_eq!(bench.register("3600"), 200);
    for _ in 0..10 {
        bench.pass(Duration::from_secs(60));
        assert_eq!(bench.message(&keepalive()), 200);
    }
    assert_eq!(bench.platform.deadlines.len(), 1);
}

#[test]
fn what_comes_from_another_address_is_not_the_device() {
    let mut bench = Bench::signed_in();
    bench.path.remote = "192.168.1.64:41000".parse().unwrap();
    assert_eq!(bench.message(&keepalive()), 200, "a router gave it another port");
    assert_eq!(bench.platform.device(&id(DEVICE)).unwrap().path, bench.path);
    bench.take();
    bench.path.remote = "192.168.1.99:5060".parse().unwrap();
    assert_eq!(bench.message(&keepalive()), 404);
    assert!(bench.take().is_empty());
    assert_eq!(bench.register("3600"), 200, "with its password it is");
    assert_eq!(bench.take(), [Event::SignedIn { device: id(DEVICE), how: SignIn::Moved }]);
}

#[test]
fn a_question_is_answered_by_a_message_of_its_own() {
    let mut bench = Bench::signed_in();
    let (at, device) = (bench.at(), id(DEVICE));
    let exchange = bench.platform.ask(at, &device, &device, Query::DeviceInfo, &bench.rules).unwrap();
    bench.settle();
    assert!(bench.take().is_empty(), "the 200 alone says nothing");
    let asked = bench.asked_message();
    assert!(matches!(asked.body, Body::Query(Query::DeviceInfo)), "{asked:?}");
    let info = DeviceInfo { manufacturer: Some("Hikvision".to_owned()), ..DeviceInfo::default() };
    assert_eq!(bench.message(&asked.answered(Said::DeviceInfo(info.clone()))), 200);
    let answer = Ok(Box::new(Answer::Said(Said::DeviceInfo(info.clone()))));
    assert_eq!(bench.take(), [Event::Answered { exchange, answer }]);
    // A second answer is to nobody.
    bench.message(&asked.answered(Said::DeviceInfo(info)));
    assert!(bench.take().is_empty());
}

#[test]
fn an_answer_in_the_name_of_a_channel_is_of_the_device_that_was_asked() {
    const CHANNEL: &str = "34020000001320000009";
    let mut bench = Bench::signed_in();
    let (at, device) = (bench.at(), id(DEVICE));
    let exchange = bench.platform.ask(at, &device, &id(CHANNEL), Query::PresetQuery, &bench.rules).unwrap();
    bench.settle();
    let answered = bench.asked_message().answered(Said::Presets(PresetPart::default()));
    let unasked = Message { sn: answered.sn + 1, ..answered.clone() };
    assert_eq!(bench.message_of(CHANNEL, &unasked), 404);
    let elsewhere = bench.path;
    bench.path.remote = "192.168.1.65:5060".parse().unwrap();
    assert_eq!(bench.message_of(CHANNEL, &answered), 404, "who was asked is elsewhere");
    bench.path = elsewhere;
    assert_eq!(bench.message_of(CHANNEL, &answered), 200);
    assert!(matches!(bench.take().last(), Some(Event::Answered { exchange: of, answer: Ok(_) }) if *of == exchange));
}

#[test]
fn presets_that_come_in_many_messages_are_put_together() {
    let preset = |number| Preset { number: Some(number), name: Some(format!("P{number}")) };
    let part = |total, numbers: &[u16]| {
        Said::Presets(PresetPart { total, items: numbers.iter().copied().map(preset).collect() })
    };
    // The number of all, and the messages that it comes in.
    for (total, parts) in
        [(Some(5), vec![&[1, 2][..], &[3, 4], &[5]]), (None, vec![&[1, 2, 3, 4, 5][..]]), (Some(0), vec![&[][..]])]
    {
        let mut bench = Bench::signed_in();
        let (at, device) = (bench.at(), id(DEVICE));
        let exchange = bench.platform.ask(at, &device, &device, Query::PresetQuery, &bench.rules).unwrap();
        bench.settle();
        let asked = bench.asked_message();
        for numbers in &parts {
            assert_eq!(bench.message(&asked.answered(part(total, numbers))), 200);
        }
        let events = bench.take();
        let Some(Event::Answered { exchange: of, answer: Ok(answer) }) = events.last() else { panic!("{events:?}") };
        let Answer::Presets(collected) = &**answer else { panic!("{answer:?}") };
        let numbers: Vec<u16> = collected.items.iter().filter_map(|item| item.number).collect();
        assert_eq!((*of, numbers), (exchange, parts.concat()));
        assert_eq!(collected.completeness, Completeness::Whole);
    }
}

#[test]
fn a_question_that_comes_to_nothing_says_why() {
    let faults: HashMap<Option<u16>, Fault> = HashMap::from([
        (Some(200), Fault::Silent),
        (None, Fault::NoAnswer),
        (Some(488), Fault::Refused { status: 488, reason: "Not Acceptable Here".to_owned() }),
    ]);
    for (status, fault) in faults {
        let mut bench = Bench::signed_in();
        bench.status = status;
        let (at, device) = (bench.at(), id(DEVICE));
        let exchange = bench.platform.ask(at, &device, &device, Query::DeviceStatus, &bench.rules).unwrap();
        bench.settle();
        bench.pass(Duration::from_secs(40));
        assert_eq!(bench.take(), [Event::Answered { exchange, answer: Err(fault) }]);
    }
    let mut bench = Bench::new();
    let (at, device) = (bench.at(), id(DEVICE));
    let asked = bench.platform.ask(at, &device, &device, Query::DeviceInfo, &bench.rules);
    assert_eq!(asked, Err(Fault::NotSignedIn));
}

#[test]
fn a_catalog_comes_in_many_messages() {
    let mut bench = Bench::signed_in();
    let (at, device) = (bench.at(), id(DEVICE));
    let query = Query::Catalog(CatalogQuery::default());
    let exchange = bench.platform.ask(at, &device, &device, query, &bench.rules).unwrap();
    bench.settle();
    let asked = bench.asked_message();
    for serial in 1..=3 {
        let channel = id(&format!("3402000000132000000{serial}"));
        let item = CatalogItem { device_id: Some(channel), ..CatalogItem::default() };
        let part = CatalogPart { result: None, total: Some(3), items: vec![item] };
        assert_eq!(bench.message(&asked.answered(Said::Catalog(part))), 200);
    }
    let events = bench.take();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Progress { .. })).count(), 3);
    let Some(Event::Answered { exchange: answered, answer: Ok(answer) }) = events.last() else { panic!("{events:?}") };
    let Answer::Catalog(catalog) = &**answer else { panic!("{answer:?}") };
    assert_eq!((*answered, catalog.items.len(), catalog.completeness), (exchange, 3, Completeness::Whole));
}

#[test]
fn orders_that_are_not_answered_are_done_with_the_200() {
    let mut bench = Bench::signed_in();
    let (at, device, channel) = (bench.at(), id(DEVICE), id("34020000001320000001"));
    let stop = PtzControl { hex: "A50F0100000000B5".to_owned(), ..PtzControl::default() };
    let order = |command| Control::DeviceControl(DeviceControl { command, info: None });
    let exchange = bench.platform.order(at, &device, &channel, order(Command::Ptz(stop)), &bench.rules).unwrap();
    bench.settle();
    assert_eq!(bench.take(), [Event::Answered { exchange, answer: Ok(Box::new(Answer::Taken)) }]);
    assert_eq!(bench.asked.last().unwrap().uri, "sip:34020000001320000001@192.168.1.64:5060");
    assert_eq!(bench.asked_message().device_id, Some(channel.clone()));
    let mut old = bench.rules.admission.take().unwrap();
    old.overrides.version = Some(Version::V2016);
    bench.rules.admission = Some(old);
    assert_eq!(bench.register("3600"), 200);
    let at = bench.at();
    let refused = bench.platform.order(at, &device, &channel, order(Command::FormatSdCard(0)), &bench.rules);
    assert_eq!(refused, Err(Fault::OlderEdition(Version::V2022)));
}

#[test]
fn an_alarm_is_told_and_acknowledged() {
    let mut bench = Bench::signed_in();
    let alarm = Alarm { priority: Some(1), method: Some(5), ..Alarm::default() };
    let message = Message::new(42, id(DEVICE), Body::Notify(Notify::Alarm(alarm)));
    assert_eq!(bench.message(&message), 200);
    assert!(matches!(&bench.take()[..], [Event::Notice { .. }]));
    let said = bench.asked_message();
    assert_eq!((said.sn, said.body.cmd_type()), (42, "Alarm"));
    assert!(matches!(said.body, Body::Response(_)));
}

#[test]
fn a_device_goes_with_its_connection_and_its_questions_with_it() {
    let mut bench = Bench::new();
    bench.path = path("192.168.1.64:33000", Transport::Tcp);
    assert_eq!(bench.register("3600"), 200);
    bench.take();
    let (at, device) = (bench.at(), id(DEVICE));
    let exchange = bench.platform.ask(at, &device, &device, Query::DeviceInfo, &bench.rules).unwrap();
    bench.settle();
    bench.platform.connection_closed(bench.at(), 7, &bench.rules);
    bench.settle();
    let gone = Event::Gone { device: device.clone(), why: Gone::ConnectionClosed };
    assert_eq!(bench.take(), [Event::Answered { exchange, answer: Err(Fault::NotSignedIn) }, gone]);
    bench.pass(Duration::from_secs(200));
    assert!(bench.take().is_empty());
    assert_eq!(bench.platform.endpoint.open_transactions(), (0, 0));
}

#[test]
fn a_device_is_sent_to_another_platform() {
    let mut bench = Bench::new();
    bench.rules.admission.as_mut().unwrap().redirect = Some(format!("sip:{SERVER}@10.0.0.2:5060"));
    assert_eq!(bench.register("3600"), 302);
    let answer = bench.answers.pop().unwrap();
    assert_eq!(answer.headers.text("Contact").as_deref(), Some("<sip:34020000002000000001@10.0.0.2:5060>"));
    assert!(bench.platform.devices().next().is_none());
}

mod broadcast;
mod calls;
mod catalogs;
mod session;
mod strangers;
mod subscription;

#[test]
fn nothing_is_kept_of_a_heartbeat() {
    let mut bench = Bench::signed_in();
    let before = bench.platform.endpoint.open_transactions();
    assert_eq!(bench.message(&keepalive()), 200);
    assert_eq!(bench.platform.endpoint.open_transactions(), before);
}
