//! Devices on one address of this machine.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base::http_auth::Credentials;

use super::film::{Film, Sent};
use super::link::{Link, Transport};
use super::{DOMAIN, PASSWORD, SERVER, text};
use crate::clip::Clip;

/// Devices on one address of this machine: each address may send so many messages.
const DEVICES_AN_ADDRESS: usize = 100;
/// Messages that wait for their answers at a time on one address; the kernel's queue is no longer.
const WINDOW: usize = 100;
/// Time between the heartbeats of a device (GB/T 28181-2022 §9.6).
pub(super) const HEARTBEAT: Duration = Duration::from_secs(60);
/// First and longest time after which a message is sent again (RFC 3261 T1, T2).
const AGAIN: Duration = Duration::from_millis(500);
const AGAIN_AT_MOST: Duration = Duration::from_secs(4);

struct Device {
    code: String,
    credentials: Credentials,
    sequence: u32,
    is_online: bool,
}

/// A message that waits for its answer.
struct Waiting {
    device: usize,
    text: String,
    first: Instant,
    again: Instant,
    interval: Duration,
}

/// A call that was answered and not acknowledged.
struct Call {
    ssrc: u32,
    to: SocketAddr,
    answered_after: Duration,
}

/// Some devices on one address.
pub(super) struct Devices {
    link: Link,
    ip: IpAddr,
    all: Vec<Device>,
    by_code: HashMap<String, usize>,
    cameras: usize,
    /// Those that have not begun to sign in.
    idle: VecDeque<usize>,
    /// When each that is online sends its next heartbeat, the first first.
    beats: VecDeque<(Instant, usize)>,
    waiting: HashMap<String, Waiting>,
    branches: u64,
    online: usize,
    /// What they send when they are asked to.
    clip: Clip,
    media: UdpSocket,
    calls: HashMap<String, Call>,
    films: HashMap<String, Film>,
    /// What their films have done.
    pub(super) sent: Sent,
    /// Where media is sent to.
    pub(super) media_port: Option<u16>,
    pub(super) latencies_ms: Vec<f64>,
    /// When the server asked last.
    pub(super) asked_at: Instant,
}

/// All devices of a benchmark, each address with its own.
pub(super) fn open_all(
    transport: Transport,
    to: SocketAddr,
    devices: usize,
    cameras: usize,
    clip: &Clip,
) -> anyhow::Result<Vec<Devices>> {
    let firsts = (0..devices).step_by(DEVICES_AN_ADDRESS);
    firsts
        .map(|first| {
            let numbers = first..devices.min(first + DEVICES_AN_ADDRESS);
            Devices::open(transport, to, numbers, cameras, clip.clone())
        })
        .collect()
}

/// Takes and sends what there is, of all.
pub(super) fn serve(all: &mut [Devices]) -> anyhow::Result<()> {
    for devices in all {
        devices.receive()?;
        devices.send()?;
    }
    Ok(())
}

impl Devices {
    fn open(
        transport: Transport,
        to: SocketAddr,
        numbers: std::ops::Range<usize>,
        cameras: usize,
        clip: Clip,
    ) -> anyhow::Result<Self> {
        let [.., high, low] = u32::try_from(numbers.start / DEVICES_AN_ADDRESS)?.to_be_bytes();
        let ip = IpAddr::from([127, 1, high, low]);
        let all: Vec<Device> = numbers
            .map(|number| {
                let code = text::device_code(number);
                let credentials = Credentials::new(&code, PASSWORD, "0a4f113b");
                Device { code, credentials, sequence: 0, is_online: false }
            })
            .collect();
        Ok(Self {
            link: Link::open(transport, to, ip, all.len())?,
            ip,
            by_code: all.iter().enumerate().map(|(at, device)| (device.code.clone(), at)).collect(),
            idle: (0..all.len()).collect(),
            beats: VecDeque::new(),
            all,
            cameras,
            waiting: HashMap::new(),
            branches: 0,
            online: 0,
            clip,
            media: UdpSocket::bind(SocketAddr::new(ip, 0))?,
            calls: HashMap::new(),
            films: HashMap::new(),
            sent: Sent::default(),
            media_port: None,
            latencies_ms: Vec::new(),
            asked_at: Instant::now(),
        })
    }

    pub(super) const fn are_online(&self) -> bool {
        self.online == self.all.len()
    }

    /// The server is gone: all must sign in again.
    pub(super) fn forget_server(&mut self) {
        self.link.reset();
        self.waiting.clear();
        self.calls.clear();
        self.films.clear();
        self.online = 0;
        self.beats.clear();
        self.idle = (0..self.all.len()).collect();
        for device in &mut self.all {
            device.is_online = false;
        }
    }

    /// Lets a share of the devices begin to sign in.
    pub(super) fn sign_in(&mut self, share: f64) -> anyhow::Result<()> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a count"
        )]
        let stay = self.all.len() - ((self.all.len() as f64 * share).ceil() as usize).min(self.all.len());
        while self.waiting.len() < WINDOW && self.idle.len() > stay {
            let Some(next) = self.idle.pop_front() else { break };
            self.request(next, "REGISTER", None, "")?;
        }
        Ok(())
    }

    /// Sends the heartbeats whose time has come.
    fn beat(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        while let Some((_, at)) = self.beats.pop_front_if(|(due, _)| *due <= now) {
            self.beats.push_back((now + HEARTBEAT, at));
            let body = text::heartbeat(&self.all[at].code);
            self.request(at, "MESSAGE", None, &body)?;
        }
        Ok(())
    }

    fn request(&mut self, at: usize, method: &str, authorization: Option<&str>, body: &str) -> anyhow::Result<()> {
        self.branches += 1;
        let branch = format!("z9hG4bK{}", self.branches);
        let own = self.link.own(at)?;
        let transport = self.link.transport().as_str();
        let device = &mut self.all[at];
        device.sequence += 1;
        let (code, sequence) = (&device.code, device.sequence);
        let mut text = format!(
            "{method} sip:{SERVER}@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/{transport} {own};rport;branch={branch}\r\n\
             From: <sip:{code}@{DOMAIN}>;tag={code}\r\nTo: <sip:{SERVER}@{DOMAIN}>\r\nCall-ID: {code}-{sequence}\r\n\
             CSeq: {sequence} {method}\r\nContact: <sip:{code}@{own}>\r\nMax-Forwards: 70\r\nUser-Agent: Bench\r\n"
        );
        if method == "REGISTER" {
            text += "Expires: 3600\r\nX-GB-Ver: 3.0\r\n";
        }
        if let Some(authorization) = authorization {
            write!(text, "Authorization: {authorization}\r\n")?;
        }
        if !body.is_empty() {
            text += "Content-Type: Application/MANSCDP+xml\r\n";
        }
        write!(text, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.link.send(at, &text)?;
        let now = Instant::now();
        let waiting = Waiting { device: at, text, first: now, again: now + AGAIN, interval: AGAIN };
        self.waiting.insert(branch, waiting);
        Ok(())
    }

    fn send(&mut self) -> anyhow::Result<()> {
        for film in self.films.values_mut() {
            film.advance(&mut self.sent);
        }
        self.beat()?;
        if self.link.transport() == Transport::Tcp {
            return Ok(());
        }
        let now = Instant::now();
        for it in self.waiting.values_mut().filter(|it| it.again <= now) {
            it.interval = (it.interval * 2).min(AGAIN_AT_MOST);
            it.again = now + it.interval;
            self.link.send(it.device, &it.text)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> anyhow::Result<()> {
        for (device, text) in self.link.receive()? {
            if let Some(rest) = text.strip_prefix("SIP/2.0 ") {
                self.on_response(rest.get(..3).unwrap_or_default(), &text)?;
            } else {
                self.on_request(device, &text)?;
            }
        }
        Ok(())
    }

    fn on_response(&mut self, status: &str, text: &str) -> anyhow::Result<()> {
        let branch = text.split_once("branch=").map(|(_, rest)| rest);
        let branch = branch.and_then(|rest| rest.split([';', '\r', ',']).next()).unwrap_or_default();
        let Some(waiting) = self.waiting.remove(branch) else { return Ok(()) };
        self.latencies_ms.push(waiting.first.elapsed().as_secs_f64() * 1000.0);
        let device = &mut self.all[waiting.device];
        match status {
            "401" => {
                device.credentials.challenge(text::header(text, "WWW-Authenticate").into_iter());
                let authorization = device.credentials.authorize("REGISTER", &format!("sip:{SERVER}@{DOMAIN}"));
                self.request(waiting.device, "REGISTER", authorization.as_deref(), "")
            }
            "200" if !device.is_online => {
                device.is_online = true;
                self.online += 1;
                self.beats.push_back((Instant::now() + HEARTBEAT, waiting.device));
                Ok(())
            }
            "200" => Ok(()),
            _ => bail!("the server answered {status} to {}", device.code),
        }
    }

    /// Takes what the server asks, and says what it wants to know.
    fn on_request(&mut self, device: Option<usize>, request: &str) -> anyhow::Result<()> {
        let now = Instant::now();
        self.asked_at = now;
        let method = request.split(' ').next().unwrap_or_default();
        let target = request.split_once("sip:").and_then(|(_, rest)| rest.split('@').next()).unwrap_or_default();
        let found = text::device_of(target).and_then(|code| self.by_code.get(&code).copied());
        let at = device.or(found).unwrap_or_default();
        let call = text::header(request, "Call-ID").unwrap_or_default();
        match method {
            "INVITE" => return self.on_invite(at, request, now),
            "ACK" => {
                if let Some(call_is) = self.calls.remove(call) {
                    self.start_film(call, &call_is)?;
                }
                return Ok(());
            }
            "BYE" => drop(self.films.remove(call)),
            _ => {}
        }
        self.link.send(at, &text::answer(request, "", ""))?;
        let said = (method == "MESSAGE").then(|| text::said(request, &self.all[at].code, self.cameras)).flatten();
        said.map_or(Ok(()), |body| self.request(at, "MESSAGE", None, &body))
    }

    fn on_invite(&mut self, at: usize, request: &str, now: Instant) -> anyhow::Result<()> {
        let port = text::line(request, "m=video ").and_then(|rest| rest.split(' ').next()).context("a port")?;
        let ip = text::line(request, "c=IN IP4 ").context("an address")?;
        let ssrc = text::line(request, "y=").context("an SSRC")?;
        let to: SocketAddr = format!("{ip}:{port}").parse()?;
        let (own, media, ip) = (self.link.own(at)?, self.media.local_addr()?.port(), self.ip);
        let code = &self.all[at].code;
        let body = format!(
            "v=0\r\no={code} 0 0 IN IP4 {ip}\r\ns=Play\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=video {media} RTP/AVP 96\r\n\
             a=sendonly\r\na=rtpmap:96 PS/90000\r\ny={ssrc}\r\n"
        );
        let more = format!("Contact: <sip:{code}@{own}>\r\nContent-Type: application/sdp\r\n");
        self.link.send(at, &text::answer(request, &more, &body))?;
        self.media_port = Some(to.port());
        let call = Call { ssrc: ssrc.trim().parse()?, to, answered_after: now.elapsed() };
        self.calls.insert(text::header(request, "Call-ID").unwrap_or_default().to_owned(), call);
        Ok(())
    }

    fn start_film(&mut self, name: &str, call: &Call) -> anyhow::Result<()> {
        let socket = self.media.try_clone()?;
        let film = Film::start(self.clip.clone(), call.ssrc, call.to, socket, call.answered_after);
        self.films.insert(name.to_owned(), film);
        Ok(())
    }
}
