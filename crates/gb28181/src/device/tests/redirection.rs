//! Sign-ins that are sent to another server, which is written here.

use super::*;

/// A server that answers each request as it is told, and keeps them.
fn exchanged(
    device: &mut Device,
    at: Moment,
    path: Path,
    answer: &dyn Fn(&Request) -> Response,
) -> (Vec<Request>, Vec<Event>) {
    let mut peer = Endpoint::new([9; 32], sip::Options::default());
    let (mut requests, mut events) = (Vec::new(), Vec::new());
    loop {
        match device.poll_output() {
            Output::Timeout(_) => return (requests, events),
            Output::Transmit(transmit) => peer.handle_datagram(at.now, path, &transmit.bytes),
            Output::Event(event) => events.push(event),
        }
        loop {
            match peer.poll_output() {
                sip::Output::Timeout(_) => break,
                sip::Output::Transmit(transmit) => device.handle_datagram(at, path, &transmit.bytes, &Cameras),
                sip::Output::Event(sip::Event::Request { id, request, .. }) => {
                    peer.respond_stateless(id, &answer(&request)).unwrap();
                    requests.push(request);
                }
                sip::Output::Event(_) => {}
            }
        }
    }
}

/// A device that two servers may let in.
struct Led {
    device: Device,
    start: Instant,
}

impl Led {
    fn new() -> Self {
        let device = Device::new(Options::new(id(DEVICE), id(SERVER), DOMAIN, "right"), [3; 32]);
        Self { device, start: Instant::now() }
    }

    fn at(&self, seconds: u64) -> Moment {
        Moment { now: self.start + Duration::from_secs(seconds), unix_ms: UNIX_MS }
    }

    fn path(last: u8) -> Path {
        Path { transport: Transport::Udp, local: 7, remote: SocketAddr::from(([10, 0, 0, last], 5060)) }
    }

    fn own() -> SocketAddr {
        "192.168.1.64:5060".parse().unwrap()
    }

    fn sign_in(&mut self, seconds: u64, answer: &dyn Fn(&Request) -> Response) -> (Vec<Request>, Vec<Event>) {
        let at = self.at(seconds);
        self.device.sign_in(at, Self::path(1), Self::own());
        exchanged(&mut self.device, at, Self::path(1), answer)
    }

    fn follow(&mut self, events: &[Event], answer: &dyn Fn(&Request) -> Response) -> (Vec<Request>, Vec<Event>) {
        let [Event::Redirected(server)] = events else { panic!("{events:?}") };
        let at = self.at(0);
        self.device.follow(at, server.clone(), Self::path(2), Self::own());
        exchanged(&mut self.device, at, Self::path(2), answer)
    }
}

fn elsewhere(_request: &Request) -> Response {
    Response::new(302).with("Contact", "<sip:34020000002000000002@10.0.0.2:5060>").with("Expires", "3600")
}

fn challenged(request: &Request) -> Response {
    if request.headers.get("Authorization").is_some() {
        return elsewhere(request);
    }
    Response::new(401).with("WWW-Authenticate", &format!("Digest realm=\"{DOMAIN}\", nonce=\"first\""))
}

#[test]
fn a_redirection_is_followed_and_the_first_platform_is_asked_again_when_the_other_forgets_it() {
    let mut led = Led::new();
    let (first, events) = led.sign_in(0, &challenged);
    let (requests, events) = led.follow(&events, &|_| Response::new(200).with("Expires", "3600"));
    assert!(matches!(events[..], [Event::SignedIn { .. }]), "{events:?}");
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.uri, "sip:34020000002000000002@10.0.0.2:5060");
    // What the first has challenged is none of the other's business.
    assert!(request.headers.get("Authorization").is_none());
    assert_ne!(request.headers.call_id(), first[0].headers.call_id());

    let at = led.at(61);
    led.device.handle_timeout(at, &Cameras);
    let (heartbeats, events) = exchanged(&mut led.device, at, Led::path(2), &|_| Response::new(404));
    assert_eq!(heartbeats.iter().map(|it| it.method.clone()).collect::<Vec<_>>(), [Method::Message]);
    assert_eq!(heartbeats[0].uri, request.uri);
    assert_eq!(events, [Event::SignedOut(SignedOut::Unknown(404))]);
    let (again, events) = led.sign_in(90, &|_| Response::new(200));
    assert_eq!(again[0].uri, first[0].uri);
    assert!(matches!(events[..], [Event::SignedIn { .. }]), "{events:?}");
}

#[test]
fn redirections_in_a_circle_end() {
    let mut led = Led::new();
    let (_, mut events) = led.sign_in(0, &elsewhere);
    for _ in 1..MAX_REDIRECTIONS {
        (_, events) = led.follow(&events, &elsewhere);
    }
    (_, events) = led.follow(&events, &elsewhere);
    assert_eq!(events, [Event::SignedOut(SignedOut::Refused(302))]);
    // It begins again at the first, with all redirections before it.
    let (requests, events) = led.sign_in(60, &elsewhere);
    assert_eq!(requests[0].uri, format!("sip:{SERVER}@{DOMAIN}"));
    assert!(matches!(events[..], [Event::Redirected(_)]), "{events:?}");
}

#[test]
fn a_redirection_to_nowhere_is_a_refusal() {
    for contact in
        ["", "<sip:34020000002000000002@other.example>", "<sips:34020000002000000002@10.0.0.2>", "<sip:10.0.0.2>"]
    {
        let mut led = Led::new();
        let (_, events) = led.sign_in(0, &|_| Response::new(302).with("Contact", contact));
        assert_eq!(events, [Event::SignedOut(SignedOut::Refused(302))], "{contact}");
        let at = led.at(61);
        led.device.handle_timeout(at, &Cameras);
        let (again, _) = exchanged(&mut led.device, at, Led::path(1), &|_| Response::new(200));
        assert_eq!(again.len(), 1, "{contact}");
    }
}
