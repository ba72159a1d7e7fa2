//! How fast registrations go and what they leave behind: a figure to look at, not a limit.
//! `cargo test --release -p sip --test speed -- --ignored --nocapture`

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::{Duration, Instant};

use base::http_auth::{Algorithm, Authorization, Challenge, Credentials, Md5Form, NonceAge, NonceKey, Secret};
use bytes::Bytes;
use sip::{Datagram, Endpoint, Event, Message, Options, Output, Path, Response, Transport, parse_datagram};

const DEVICES: u32 = 100_000;
/// Devices whose messages are made before the time is taken.
const BATCH: u32 = 1000;
const REALM: &str = "3402000000";

fn register(device: u32, number: u32, authorization: &str) -> String {
    let id = 34_020_000_001_320_000_000_u128 + u128::from(device);
    format!(
        "REGISTER sip:34020000002000000001@{REALM} SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK{device}x{number}\r\n\
         From: <sip:{id}@{REALM}>;tag={device}\r\nTo: <sip:{id}@{REALM}>\r\nCall-ID: {device}\r\n\
         CSeq: {number} REGISTER\r\nContact: <sip:{id}@192.168.1.64:5060>\r\n{authorization}\
         Max-Forwards: 70\r\nUser-Agent: IP Camera\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n"
    )
}

struct Registrar {
    endpoint: Endpoint,
    nonces: NonceKey,
    registered: u32,
}

impl Registrar {
    /// A message of a device at its time.
    fn meet(&mut self, start: Instant, device: u32, message: &str) -> Bytes {
        let now = start + Duration::from_micros(600) * device;
        let remote = ((0x0a00_0000 + device).to_be_bytes(), 5060).into();
        self.endpoint.handle_timeout(now);
        self.take(now, Path { transport: Transport::Udp, local: 1, remote }, message.as_bytes())
    }

    /// Everything that one datagram leads to, and the last thing that was sent.
    fn take(&mut self, now: Instant, path: Path, bytes: &[u8]) -> Bytes {
        self.endpoint.handle_datagram(now, path, bytes);
        let mut sent = Bytes::new();
        loop {
            match self.endpoint.poll_output() {
                Output::Event(Event::Request { id, request, .. }) => {
                    let time = Duration::from_secs(1_790_000_000);
                    let source = path.remote.ip().to_string();
                    let value = request.headers.text("Authorization");
                    let answer = value.and_then(|value| Authorization::parse(&value));
                    let verified = answer.is_some_and(|answer| match &answer {
                        Authorization::Digest(digest) => {
                            self.nonces.judge(digest.nonce(), time, source.as_bytes()) == NonceAge::Fresh
                                && digest.verify("REGISTER", REALM, Secret::Password("12345678"))
                        }
                        Authorization::Basic { .. } => false,
                    });
                    if verified {
                        self.registered += 1;
                        let response =
                            Response::new(200).with("Date", "2026-11-28T08:00:00.250").with("Expires", "3600");
                        self.endpoint.respond(now, id, &response).unwrap();
                    } else {
                        let nonce = self.nonces.mint(time, source.as_bytes());
                        let challenge = Challenge {
                            realm: REALM.to_owned(),
                            nonce,
                            algorithms: vec![Algorithm::Md5],
                            md5: Md5Form::WithQop,
                            ..Challenge::default()
                        };
                        let response = Response::new(401).with("WWW-Authenticate", &challenge.header_values()[0]);
                        self.endpoint.respond_stateless(id, &response).unwrap();
                    }
                }
                Output::Event(event) => panic!("{event:?}"),
                Output::Transmit(transmit) => sent = transmit.bytes,
                Output::Timeout(_) => return sent,
            }
        }
    }
}

#[test]
#[ignore = "a measurement; takes seconds when optimised"]
fn registrations_per_second() {
    let mut registrar = Registrar {
        endpoint: Endpoint::new([1; 32], Options::default()),
        nonces: NonceKey::new([2; 32], Duration::from_secs(60)),
        registered: 0,
    };
    let (start, before) = (Instant::now(), resident_kib());
    // What the first round leaves in the allocator's hands, the others must not add to.
    for round in 0..3 {
        let begin = start + round * Duration::from_secs(200);
        let busy = storm(&mut registrar, begin);
        let (open, _) = registrar.endpoint.open_transactions();
        let rate = f64::from(2 * DEVICES) / busy.as_secs_f64();
        println!("{rate:.0} messages read and answered per second and core, {:?} a registration", busy / DEVICES);
        println!("  {open} transactions linger after 60 s, {} KiB more than at first", resident_kib() - before);
        while registrar.endpoint.open_transactions() != (0, 0) {
            registrar.endpoint.handle_timeout(begin + Duration::from_secs(100));
        }
        println!("  then nothing is open, {} KiB more than at first", resident_kib().saturating_sub(before));
    }
    assert_eq!(registrar.registered, 3 * DEVICES);
}

/// 100,000 devices register in 60 s of the endpoint's clock; how long its work took.
fn storm(registrar: &mut Registrar, start: Instant) -> Duration {
    let mut busy = Duration::ZERO;
    for batch in 0..DEVICES / BATCH {
        let devices: Vec<_> = (batch * BATCH..(batch + 1) * BATCH).collect();
        let firsts: Vec<_> = devices.iter().map(|device| register(*device, 1, "")).collect();
        let begin = processor_time();
        let challenges: Vec<_> =
            devices.iter().zip(&firsts).map(|(device, it)| registrar.meet(start, *device, it)).collect();
        busy += processor_time() - begin;
        let answer = |(device, challenge): (&u32, &Bytes)| register(*device, 2, &authorization(challenge));
        let seconds: Vec<_> = devices.iter().zip(&challenges).map(answer).collect();
        let begin = processor_time();
        devices.iter().zip(&seconds).for_each(|(device, it)| drop(registrar.meet(start, *device, it)));
        busy += processor_time() - begin;
    }
    busy
}

/// The device's answer to a challenge.
fn authorization(challenge: &Bytes) -> String {
    let Ok(Datagram::Message(Message::Response(response))) = parse_datagram(challenge) else { panic!() };
    let mut credentials = Credentials::new("34020000001320000001", "12345678", "c");
    assert!(credentials.challenge(std::iter::once(&*response.headers.text("WWW-Authenticate").unwrap())));
    let value = credentials.authorize("REGISTER", "sip:34020000002000000001@3402000000").unwrap();
    format!("Authorization: {value}\r\n")
}

/// Time that this thread has spent on a processor, as Linux tells it: the machine may be busy with other things.
fn processor_time() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(status.split(' ').next().unwrap().parse().unwrap())
}

/// Memory of this process that is in use, as Linux tells it.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
