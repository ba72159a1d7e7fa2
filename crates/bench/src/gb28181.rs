//! Many devices of GB/T 28181 that sign in all at once, and then send their heartbeats.
//!
//! A device here is what a wire needs: messages written as text, answers to what a platform asks. It decides nothing that is
//! measured.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base::http_auth::Credentials;
use clap::Args;

use crate::process::Measured;
use crate::report::Row;

const PASSWORD: &str = "bench-password";
const SERVER: &str = "34020000002000000001";
const DOMAIN: &str = "3402000000";
/// Devices on one address of this machine: each address may send so many messages.
const DEVICES_A_SOCKET: usize = 100;
/// Sign-ins that are under way at a time on one socket; the kernel's queue is no longer.
const WINDOW: usize = 100;
/// First time after which a message is sent again (RFC 3261 T1).
const AGAIN: Duration = Duration::from_millis(500);
/// Longer than this nobody waits for all to be there.
const LIMIT: Duration = Duration::from_secs(600);
/// What the server asks of devices that have signed in must be over and forgotten (RFC 3261 timer J: 32 s) before it is measured idle.
const SETTLE: Duration = Duration::from_secs(40);

/// Devices that sign in.
#[derive(Clone, Debug, Args)]
pub(crate) struct Gb28181Args {
    /// Devices.
    #[arg(long, default_value_t = 10_000)]
    devices: usize,
    /// Cameras of each.
    #[arg(long, default_value_t = 4)]
    channels: usize,
    /// Seconds between heartbeats, and how long they are measured.
    #[arg(long, default_value_t = 60)]
    heartbeat: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

#[derive(Default)]
struct Figures {
    all_s: f64,
    latencies_ms: Vec<f64>,
    idle_kib: f64,
    heartbeat_percent: f64,
    heartbeat_ms: Vec<f64>,
}

/// Runs it.
pub(crate) fn gb28181(args: &Gb28181Args, program: &Path) -> anyhow::Result<Vec<Row>> {
    let runs = (0..args.rounds).map(|_| one_run(args, program)).collect::<anyhow::Result<Vec<Figures>>>()?;
    let each = |get: &dyn Fn(&Figures) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
    let load = format!("{} devices with {} cameras by UDP", args.devices, args.channels);
    let rows = [
        Row::new(&load, "s until all have signed in", &each(&|run| run.all_s), Some(60.0)),
        Row::new(&load, "ms, p50 of a message's answer", &each(&|run| percentile(&run.latencies_ms, 0.5)), None),
        Row::new(
            &load,
            "ms, p99 of a message's answer",
            &each(&|run| percentile(&run.latencies_ms, 0.99)),
            Some(1000.0),
        ),
        Row::new(&load, "KiB of the server for each", &each(&|run| run.idle_kib), Some(4.0)),
        Row::new(
            format!("{load}, heartbeats each {} s", args.heartbeat),
            "% of a core",
            &each(&|run| run.heartbeat_percent),
            Some(10.0),
        ),
        Row::new(&load, "ms, p99 of a heartbeat's answer", &each(&|run| percentile(&run.heartbeat_ms, 0.99)), None),
    ];
    Ok(rows.into_iter().flatten().collect())
}

fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let at = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn one_run(args: &Gb28181Args, program: &Path) -> anyhow::Result<Figures> {
    let server = Measured::server_of_devices(program, PASSWORD)?;
    let to = server.gb28181().context("the server listens for no devices")?;
    let before_kib = server.memory_kib();
    let mut figures = Figures::default();
    let started = Instant::now();
    let mut sockets = (0..args.devices)
        .step_by(DEVICES_A_SOCKET)
        .map(|first| Devices::open(to, first..args.devices.min(first + DEVICES_A_SOCKET), args.channels))
        .collect::<anyhow::Result<Vec<Devices>>>()?;
    while sockets.iter().any(|devices| devices.online < devices.all.len()) {
        if started.elapsed() > LIMIT {
            bail!("not all devices have signed in within {} s", LIMIT.as_secs());
        }
        serve(&mut sockets)?;
    }
    figures.all_s = started.elapsed().as_secs_f64();
    figures.latencies_ms = sockets.iter_mut().flat_map(|devices| devices.latencies_ms.drain(..)).collect();
    let settled = Instant::now() + SETTLE;
    while Instant::now() < settled || sockets.iter().any(|devices| devices.asked_at.elapsed() < SETTLE) {
        serve(&mut sockets)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of devices")]
    let devices = args.devices as f64;
    figures.idle_kib = (server.memory_kib() - before_kib) / devices;
    heartbeats(args, &server, &mut sockets, &mut figures)?;
    Ok(figures)
}

/// One heartbeat of each device, evenly in time.
fn heartbeats(
    args: &Gb28181Args,
    server: &Measured,
    sockets: &mut [Devices],
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let time = Duration::from_secs(args.heartbeat);
    let (start, cpu) = (Instant::now(), server.cpu_seconds());
    let mut sent = 0;
    while start.elapsed() < time {
        let share = start.elapsed().as_secs_f64() / time.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a count"
        )]
        let due = (args.devices as f64 * share) as usize;
        for device in sent..due {
            sockets[device / DEVICES_A_SOCKET].heartbeat(device % DEVICES_A_SOCKET)?;
        }
        sent = due;
        serve(sockets)?;
        std::thread::park_timeout(Duration::from_millis(1));
    }
    figures.heartbeat_percent = (server.cpu_seconds() - cpu) / time.as_secs_f64() * 100.0;
    figures.heartbeat_ms = sockets.iter_mut().flat_map(|devices| devices.latencies_ms.drain(..)).collect();
    Ok(())
}

fn serve(sockets: &mut [Devices]) -> anyhow::Result<()> {
    for devices in sockets {
        devices.receive()?;
        devices.send()?;
    }
    Ok(())
}

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
}

/// Some devices behind one socket.
struct Devices {
    socket: UdpSocket,
    own: SocketAddr,
    all: Vec<Device>,
    by_code: HashMap<String, usize>,
    channels: usize,
    /// Those that have not begun to sign in.
    idle: VecDeque<usize>,
    waiting: HashMap<String, Waiting>,
    branches: u64,
    online: usize,
    latencies_ms: Vec<f64>,
    /// When the server asked last.
    asked_at: Instant,
}

impl Devices {
    fn open(to: SocketAddr, numbers: std::ops::Range<usize>, channels: usize) -> anyhow::Result<Self> {
        let [.., high, low] = u32::try_from(numbers.start / DEVICES_A_SOCKET)?.to_be_bytes();
        let socket = UdpSocket::bind(SocketAddr::from(([127, 1, high, low], 0)))?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        let all: Vec<Device> = numbers
            .map(|number| {
                let code = format!("3402000000118{number:07}");
                let credentials = Credentials::new(&code, PASSWORD, "0a4f113b");
                Device { code, credentials, sequence: 0, is_online: false }
            })
            .collect();
        Ok(Self {
            own: socket.local_addr()?,
            socket,
            by_code: all.iter().enumerate().map(|(at, device)| (device.code.clone(), at)).collect(),
            idle: (0..all.len()).collect(),
            all,
            channels,
            waiting: HashMap::new(),
            branches: 0,
            online: 0,
            latencies_ms: Vec::new(),
            asked_at: Instant::now(),
        })
    }

    fn request(&mut self, at: usize, method: &str, authorization: Option<&str>, body: &str) -> anyhow::Result<()> {
        self.branches += 1;
        let branch = format!("z9hG4bK{}", self.branches);
        let own = self.own;
        let device = &mut self.all[at];
        device.sequence += 1;
        let (code, sequence) = (&device.code, device.sequence);
        let mut text = format!(
            "{method} sip:{SERVER}@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch={branch}\r\n\
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
        self.transmit(&text);
        let now = Instant::now();
        self.waiting.insert(branch, Waiting { device: at, text, first: now, again: now + AGAIN });
        Ok(())
    }

    /// What the system does not take is sent again, as anything that is lost.
    fn transmit(&self, text: &str) {
        let _lost = self.socket.send(text.as_bytes());
    }

    fn heartbeat(&mut self, at: usize) -> anyhow::Result<()> {
        let code = &self.all[at].code;
        let body = format!(
            "<?xml version=\"1.0\"?><Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>{code}</DeviceID><Status>OK</Status></Notify>"
        );
        self.request(at, "MESSAGE", None, &body)
    }

    fn send(&mut self) -> anyhow::Result<()> {
        while self.waiting.len() < WINDOW {
            let Some(next) = self.idle.pop_front() else { break };
            self.request(next, "REGISTER", None, "")?;
        }
        let now = Instant::now();
        let due: Vec<String> =
            self.waiting.iter().filter(|(_, it)| it.again <= now).map(|(branch, _)| branch.clone()).collect();
        for branch in due {
            let Some(it) = self.waiting.get_mut(&branch) else { continue };
            it.again = now + AGAIN;
            let text = it.text.clone();
            self.transmit(&text);
        }
        Ok(())
    }

    fn receive(&mut self) -> anyhow::Result<()> {
        let mut buffer = [0; 8192];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if let Some(rest) = text.strip_prefix("SIP/2.0 ") {
                self.on_response(rest.get(..3).unwrap_or_default(), &text)?;
            } else {
                self.on_request(&text)?;
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
                device.credentials.challenge(header(text, "WWW-Authenticate").into_iter());
                let authorization = device.credentials.authorize("REGISTER", &format!("sip:{SERVER}@{DOMAIN}"));
                self.request(waiting.device, "REGISTER", authorization.as_deref(), "")
            }
            "200" if !device.is_online => {
                device.is_online = true;
                self.online += 1;
                Ok(())
            }
            "200" => Ok(()),
            _ => bail!("the server answered {status} to {}", device.code),
        }
    }

    /// Takes what the server asks, and says what it wants to know.
    fn on_request(&mut self, text: &str) -> anyhow::Result<()> {
        self.asked_at = Instant::now();
        let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            let value = header(text, name).unwrap_or_default();
            let tag = if name == "To" && !value.contains("tag=") { ";tag=1" } else { "" };
            write!(answer, "{name}: {value}{tag}\r\n")?;
        }
        answer += "Content-Length: 0\r\n\r\n";
        self.transmit(&answer);
        let inside = |tag: &str| text.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split('<').next());
        let (Some(sn), Some(code)) = (inside("SN"), inside("DeviceID")) else { return Ok(()) };
        let (Some(&at), true) = (self.by_code.get(code), text.starts_with("MESSAGE")) else { return Ok(()) };
        let head = |kind: &str| {
            format!(
                "<?xml version=\"1.0\"?><Response><CmdType>{kind}</CmdType><SN>{sn}</SN><DeviceID>{code}</DeviceID>"
            )
        };
        let body = match inside("CmdType") {
            Some("DeviceInfo") => {
                format!(
                    "{}<DeviceName>{code}</DeviceName><Result>OK</Result><Manufacturer>Bench</Manufacturer><Model>B1</Model></Response>",
                    head("DeviceInfo")
                )
            }
            Some("DeviceStatus") => format!(
                "{}<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status></Response>",
                head("DeviceStatus")
            ),
            Some("Catalog") => format!("{}{}</Response>", head("Catalog"), self.catalog(code)),
            _ => return Ok(()),
        };
        self.request(at, "MESSAGE", None, &body)
    }

    fn catalog(&self, code: &str) -> String {
        let channels = self.channels;
        let items = (1..=channels).map(|number| {
            format!(
                "<Item><DeviceID>{}132{}{number}</DeviceID><Name>K{number}</Name><Manufacturer>Bench</Manufacturer><Model>C1</Model>\
                 <ParentID>{code}</ParentID><Status>ON</Status></Item>",
                &code[..10],
                &code[14..]
            )
        });
        format!("<SumNum>{channels}</SumNum><DeviceList Num=\"{channels}\">{}</DeviceList>", items.collect::<String>())
    }
}

/// The first header of a name.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.split("\r\n").take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
