//! A device, with the signalling that reaches it.

use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::gb28181::{Call, CallSession, Carrier, MediaPorts, Signalling, Wanted};
use gateway::pull::PullFailure;
use gb28181::profile::SsrcCheck;
use gb28181::sdp::{Description, Media, Payload, Ssrc};
use hub::Leg;
use rtp::PsPacketizer;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;

use super::film::Film;

/// Time between packs: faster than life.
const BETWEEN: Duration = Duration::from_millis(2);
/// What the device sends from, by the number that [`Sent::via`] names: its own address, another port of it, and a
/// stranger's address.
const SOURCES: [&str; 3] = ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.2:0"];
pub(super) const OTHER_PORT: usize = 1;
pub(super) const STRANGER: usize = 2;

/// What leaves instead of one packet.
pub(super) type Sent = Vec<(usize, Vec<u8>)>;
/// Makes of each packet, with its number, what leaves.
pub(super) type Mangle = Box<dyn FnMut(usize, Vec<u8>) -> Sent + Send>;

/// What the device does, and where the platform expects it.
pub(super) struct Device {
    pub(super) carrier: Carrier,
    pub(super) own_port: bool,
    pub(super) check: SsrcCheck,
    /// The SSRC of the answer, by that of the offer.
    pub(super) answered: fn(u32) -> Option<u32>,
    /// The SSRC of the packets.
    pub(super) sent: fn(u32) -> u32,
    pub(super) answer_address: &'static str,
    pub(super) signalling_ip: IpAddr,
    pub(super) payload: Payload,
    pub(super) mangle: Arc<dyn Fn() -> Mangle + Send + Sync>,
    /// Hangs up after so many packs.
    pub(super) packs: usize,
    /// FFmpeg sends a transport stream instead, with an SSRC of its own.
    pub(super) by_ffmpeg: bool,
    pub(super) log: Arc<Log>,
}

/// What happened to the device.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) invited: AtomicUsize,
    pub(super) hung_up: AtomicUsize,
    pub(super) asked_for_key_frames: AtomicUsize,
    pub(super) wanted: Mutex<Vec<Wanted>>,
}

impl Device {
    pub(super) fn new(carrier: Carrier, own_port: bool) -> Self {
        Self {
            carrier,
            own_port,
            check: if own_port { SsrcCheck::Off } else { SsrcCheck::On },
            answered: Some,
            sent: |offered| offered,
            answer_address: "127.0.0.1",
            signalling_ip: IpAddr::from([127, 0, 0, 1]),
            payload: Payload::video(96, "PS"),
            mangle: Arc::new(|| Box::new(|_, packet| vec![(0, packet)])),
            packs: usize::MAX,
            by_ffmpeg: false,
            log: Arc::default(),
        }
    }

    pub(super) fn mangled<F>(self, mangle: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: FnMut(usize, Vec<u8>) -> Sent + Send + 'static,
    {
        Self { mangle: Arc::new(move || Box::new(mangle())), ..self }
    }
}

impl Signalling for Device {
    fn call<'a>(
        &'a self,
        wanted: &'a Wanted,
        ports: &'a Arc<MediaPorts>,
        step: &'a mut (dyn FnMut(Leg, bool, &str) + Send),
    ) -> BoxFuture<'a, Result<Call, PullFailure>> {
        async move {
            self.log.invited.fetch_add(1, Ordering::Relaxed);
            self.log.wanted.lock().unwrap().push(wanted.clone());
            let lease =
                ports.lease(self.carrier, self.own_port, wanted.span.is_some()).map_err(|error| PullFailure {
                    leg: Leg::Connect,
                    kind: ErrorKind::Exhausted,
                    text: error.to_string(),
                    next_step: String::new(),
                })?;
            step(Leg::Connect, true, "Invited.");
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = if self.carrier == Carrier::TcpActive { listener.local_addr().unwrap().port() } else { 6000 };
            let answer = Description {
                address: Some(self.answer_address.to_owned()),
                media: vec![Media::video(port, vec![self.payload.clone()])],
                ssrc: (self.answered)(lease.ssrc().0).map(Ssrc),
                ..Description::default()
            };
            let to = SocketAddr::new(ports.listen_address().ip(), lease.port());
            let (over, ended) = watch::channel(false);
            let sender = Sender {
                packetizer: PsPacketizer::new((self.sent)(lease.ssrc().0), 65_000, 7),
                mangle: (self.mangle)(),
                packs: self.packs,
            };
            let carrier = self.carrier;
            let ffmpeg = self.by_ffmpeg.then(|| Running::ffmpeg(to));
            let sending = tokio::spawn(async move {
                if ffmpeg.is_some() {
                    std::future::pending::<()>().await;
                }
                sender.send(carrier, to, listener).await;
                let _the_platform_has_hung_up = over.send(true);
                std::future::pending::<()>().await;
            });
            let dialog = Dialog { log: Arc::clone(&self.log), ports: Arc::clone(ports), ended, sending };
            Ok(Call {
                lease,
                answer,
                signalling_ip: self.signalling_ip,
                ssrc_check: self.check,
                session: Box::new(dialog),
            })
        }
        .boxed()
    }
}

struct Dialog {
    log: Arc<Log>,
    ports: Arc<MediaPorts>,
    ended: watch::Receiver<bool>,
    sending: tokio::task::JoinHandle<()>,
}

impl CallSession for Dialog {
    fn ask_key_frame(&mut self) {
        self.log.asked_for_key_frames.fetch_add(1, Ordering::Relaxed);
    }

    fn over(&mut self) -> BoxFuture<'_, String> {
        async move {
            self.ended.wait_for(|ended| *ended).await.unwrap();
            "The device has hung up.".to_owned()
        }
        .boxed()
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        // The port must be the session's until the device was told.
        if self.ports.open_leases() > 0 {
            self.log.hung_up.fetch_add(1, Ordering::Relaxed);
        }
        self.sending.abort();
    }
}

/// A program that is stopped when it is not wanted any more.
struct Running(Child);

impl Running {
    fn ffmpeg(to: SocketAddr) -> Self {
        let child = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i"])
            .arg(&Film::get().path)
            .args(["-map", "0", "-c", "copy", "-f", "rtp_mpegts", &format!("rtp://{to}")])
            .stdout(Stdio::null())
            .spawn()
            .expect("ffmpeg is a required tool of the tests");
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _it_may_have_ended = self.0.wait();
    }
}

struct Sender {
    packetizer: PsPacketizer,
    mangle: Mangle,
    packs: usize,
}

impl Sender {
    async fn send(mut self, carrier: Carrier, to: SocketAddr, listener: TcpListener) {
        let mut way = match carrier {
            Carrier::Udp => {
                let mut sockets = Vec::new();
                for source in SOURCES {
                    sockets.push(UdpSocket::bind(source).await.unwrap());
                }
                Way::Datagrams(sockets, to)
            }
            Carrier::TcpPassive => Way::Connection(TcpStream::connect(to).await.unwrap()),
            Carrier::TcpActive => Way::Connection(listener.accept().await.unwrap().0),
        };
        let mut number = 0;
        let packs = &Film::get().packs;
        let length = packs.last().unwrap().0 - packs[0].0 + 3600;
        for index in 0..self.packs {
            let (ticks, pack) = &packs[index % packs.len()];
            let round = i64::try_from(index / packs.len()).unwrap();
            let mut packets = Vec::new();
            self.packetizer.packetize(pack, ticks + round * length, &mut |header, payload| {
                packets.push([&header[..], payload].concat());
            });
            for packet in packets {
                for (via, bytes) in (self.mangle)(number, packet) {
                    if way.send(via, &bytes).await.is_err() {
                        return;
                    }
                }
                number += 1;
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }
}

enum Way {
    Datagrams(Vec<UdpSocket>, SocketAddr),
    Connection(TcpStream),
}

impl Way {
    async fn send(&mut self, via: usize, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Datagrams(sockets, to) => sockets[via].send_to(bytes, *to).await.map(|_| ()),
            Self::Connection(stream) => {
                let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                stream.write_all(&[&length[..], bytes].concat()).await
            }
        }
    }
}
