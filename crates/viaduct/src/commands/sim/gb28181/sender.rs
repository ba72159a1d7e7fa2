//! Sends the media of one call: a clip as a program stream in RTP.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use gb28181::mansrtsp::{Method, Moment};
use media::{AccessUnit, Frame, Muxer as _, Timestamp};
use rtp::PsPacketizer;
use sim::LoopClip;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use super::behaviour::{Behaviour, Quirk};
use super::call::{Agreed, Wanted, Way};
use super::live::Live;
use super::plant::Steering;

/// How long the platform may take to connect, to accept, or to take a frame.
const PATIENCE: Duration = Duration::from_secs(20);
/// A sender that is later than this does not make up for it.
const LATE: Duration = Duration::from_secs(1);
/// Of a clip, in pictures: no clip has a longer GOP.
const LONGEST_GOP: u64 = 1000;
/// Pictures of a call before its clock jumps.
const PICTURES_BEFORE_JUMP: u64 = 12;
/// Where a clock that will jump begins, so that it can jump back by a day.
const FIRST_BEFORE_JUMP_US: i64 = 100_000 * 1_000_000;
/// Slowest and fastest playing.
const SCALES: std::ops::RangeInclusive<f64> = 0.125..=32.0;
/// Time stamps of program streams.
const CLOCK_HZ: std::num::NonZeroU32 = std::num::NonZeroU32::new(90_000).expect("not zero");

/// Where frames go.
enum Out {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

/// The media of one call.
pub(super) struct Sender {
    clip: Arc<LoopClip>,
    steering: Arc<Steering>,
    /// What is drawn, once the camera was steered.
    live: Option<Live>,
    scene: sim::ClipConfig,
    wanted: Wanted,
    muxer: container::mpegps::Muxer,
    packetizer: PsPacketizer,
    behaviour: Arc<Behaviour>,
    /// Picture of the clip that comes next, and the one at which it ends.
    next: u64,
    end: Option<u64>,
    /// Time of the next picture in the program stream, which goes on whatever is played.
    time_us: i64,
    scale: f64,
    is_paused: bool,
    pack: BytesMut,
    /// A packet that comes behind its successor.
    held: Option<Vec<u8>>,
    /// How many pictures are sent before the clock jumps, and by how much.
    jump: Option<(u64, i64)>,
}

impl Sender {
    pub(super) fn new(
        clip: Arc<LoopClip>,
        scene: sim::ClipConfig,
        steering: Arc<Steering>,
        agreed: &Agreed,
        behaviour: &Arc<Behaviour>,
    ) -> Self {
        let mut muxer = container::mpegps::Muxer::new();
        let tracks: Vec<_> = clip.tracks().into_iter().map(Arc::new).collect();
        let _refused = muxer.set_tracks(&tracks);
        let packetizer =
            PsPacketizer::new(agreed.ssrc, rand::random(), rand::random()).with_payload_type(agreed.payload_type);
        let jump = behaviour.clock_jump_s().map(|seconds| (PICTURES_BEFORE_JUMP, i64::from(seconds) * 1_000_000));
        let mut sender = Self {
            clip,
            steering,
            live: None,
            scene,
            wanted: agreed.wanted,
            muxer,
            packetizer,
            behaviour: Arc::clone(behaviour),
            next: 0,
            end: None,
            time_us: if jump.is_some() { FIRST_BEFORE_JUMP_US } else { 0 },
            scale: 1.0,
            is_paused: false,
            pack: BytesMut::new(),
            held: None,
            jump,
        };
        match agreed.wanted {
            Wanted::Live => sender.go_to(super::unix_ms() as f64 / 1000.0),
            Wanted::Recording { start_unix_s, end_unix_s, speed } => {
                sender.scale = speed;
                #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit")]
                sender.go_to(start_unix_s as f64);
                sender.end = Some(end_unix_s * sender.pictures_per_s());
            }
        }
        sender
    }

    fn pictures_per_s(&self) -> u64 {
        (1_000_000 / u64::try_from(self.clip.frame_interval().as_micros()).unwrap_or(1).max(1)).max(1)
    }

    /// To the key frame at or before a moment.
    fn go_to(&mut self, unix_s: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "not negative, and counts of pictures fit"
        )]
        let at = (unix_s.max(0.0) * self.pictures_per_s() as f64) as u64;
        let earliest = at.saturating_sub(LONGEST_GOP);
        self.next = (earliest..=at).rev().find(|picture| self.clip.unit(*picture, None).video.key).unwrap_or(0);
    }

    /// Sends until the recording ends or the platform does not take any more. Whether the recording has ended.
    pub(super) async fn run(mut self, way: Way, mut controls: mpsc::Receiver<Method>) -> io::Result<bool> {
        let mut out = connect(way).await?;
        let mut due = Instant::now();
        loop {
            tokio::select! {
                biased;
                control = controls.recv() => match control {
                    Some(control) => {
                        self.control(control);
                        due = Instant::now();
                    }
                    None => return Ok(false),
                },
                () = tokio::time::sleep_until(due.into()), if !self.is_paused => {
                    let Some(units) = self.units().await else { return Ok(true) };
                    for unit in units {
                        self.send(&mut out, &unit).await?;
                    }
                    due += self.clip.frame_interval().div_f64(self.scale);
                    due = due.max(Instant::now().checked_sub(LATE).unwrap_or(due));
                }
            }
        }
    }

    fn control(&mut self, method: Method) {
        match method {
            Method::Pause | Method::Teardown => self.is_paused = true,
            Method::Play { scale, range } => {
                self.is_paused = false;
                if let Some(scale) = scale {
                    self.scale = scale.abs().clamp(*SCALES.start(), *SCALES.end());
                }
                if let (Some(Moment::Seconds(seconds)), Wanted::Recording { start_unix_s, .. }) =
                    (range.map(|range| range.start), self.wanted)
                {
                    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit")]
                    self.go_to(start_unix_s as f64 + seconds);
                }
            }
            _ => {}
        }
    }

    /// What is sent of the next picture; `None` at the end.
    async fn units(&mut self) -> Option<VecDeque<(AccessUnit, i64)>> {
        if self.end.is_some_and(|end| self.next >= end) {
            return None;
        }
        if self.wanted == Wanted::Live && self.live.is_none() && self.steering.is_steered() {
            self.live = Live::start(&self.scene, &self.steering);
        }
        let unix_us = i64::try_from(super::unix_ms()).unwrap_or(0) * 1000;
        let unit = match &mut self.live {
            Some(live) => {
                // Drawing that failed ends the sending.
                let (unit, tracks) = live.next().await?;
                let _refused = self.muxer.set_tracks(&tracks);
                unit
            }
            None => self.clip.unit(self.next, Some(unix_us)),
        };
        self.next += 1;
        if let Some((left, by_us)) = &mut self.jump {
            *left -= 1;
            if *left == 0 {
                self.time_us += *by_us;
                self.jump = None;
            }
        }
        let at = unit.video.pts.to_timestamp().as_micros();
        let mut units = VecDeque::from([(unit.video, self.time_us)]);
        for sound in unit.audio {
            let time_us = self.time_us + sound.pts.to_timestamp().as_micros() - at;
            units.push_back((sound, time_us));
        }
        self.time_us += i64::try_from(self.clip.frame_interval().as_micros()).unwrap_or(0);
        Some(units)
    }

    async fn send(&mut self, out: &mut Out, (unit, time_us): &(AccessUnit, i64)) -> io::Result<()> {
        let time = Timestamp::from_micros(*time_us);
        let frame = Frame {
            track: unit.track,
            source_ts: unit.pts,
            dts: time,
            pts: time,
            arrival: Instant::now(),
            capture_utc: None,
            key: unit.key,
            config_version: 0,
            payload: unit.payload.clone(),
        };
        self.pack.clear();
        self.muxer.write_frame(&frame, &mut self.pack);
        if self.behaviour.has(Quirk::NoPsm) {
            remove_map(&mut self.pack);
        }
        let ticks = time.to_ticks(CLOCK_HZ);
        match out {
            Out::Udp(socket) => {
                let mut packets = Vec::new();
                self.packetizer.packetize(&self.pack, ticks, &mut |header, payload| {
                    packets.push([header.as_slice(), payload].concat());
                });
                let loss = self.behaviour.loss();
                packets.retain(|_| loss == 0.0 || !rand::random_bool(loss));
                for packet in in_turn(&mut self.held, packets, self.behaviour.reorder()) {
                    // A platform that has closed its port ends the call by itself.
                    let _lost = socket.send(&packet).await;
                }
                Ok(())
            }
            Out::Tcp(stream) => {
                let mut bytes = BytesMut::new();
                self.packetizer.packetize(&self.pack, ticks, &mut |header, payload| {
                    bytes.put_u16(u16::try_from(header.len() + payload.len()).expect("packets are small"));
                    bytes.put_slice(header);
                    bytes.put_slice(payload);
                });
                within(stream.write_all(&bytes)).await
            }
        }
    }
}

/// Waits as long as the platform may take.
pub(super) async fn within<T>(what: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, what).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Packets in the order in which they are sent: a share of them behind their successors. The last may be held until then.
fn in_turn(held: &mut Option<Vec<u8>>, packets: Vec<Vec<u8>>, share: f64) -> Vec<Vec<u8>> {
    let mut turns = Vec::with_capacity(packets.len() + 1);
    for packet in packets {
        if held.is_none() && share > 0.0 && rand::random_bool(share) {
            *held = Some(packet);
            continue;
        }
        turns.push(packet);
        turns.extend(held.take());
    }
    turns
}

async fn connect(way: Way) -> io::Result<Out> {
    Ok(match way {
        Way::Udp(socket) => Out::Udp(UdpSocket::from_std(socket)?),
        Way::Active(remote) => Out::Tcp(within(TcpStream::connect(remote)).await?),
        Way::Passive(listener) => {
            let listener = TcpListener::from_std(listener)?;
            Out::Tcp(within(listener.accept()).await?.0)
        }
        Way::Nowhere => return Err(io::ErrorKind::NotConnected.into()),
    })
}

/// Cuts the program stream map out of a pack (ISO/IEC 13818-1 §2.5.4), in which it stands before the first PES packet.
fn remove_map(pack: &mut BytesMut) {
    const MAP: [u8; 4] = [0, 0, 1, 0xBC];
    /// Pack header, system header and map are shorter.
    const HEAD: usize = 256;
    let head = &pack[..pack.len().min(HEAD)];
    let Some(at) = head.windows(MAP.len()).position(|four| four == MAP) else { return };
    let Some(length) = pack.get(at + 4..at + 6).map(|two| usize::from(two[0]) << 8 | usize::from(two[1])) else {
        return;
    };
    let after = pack.split_off((at + 6 + length).min(pack.len()));
    pack.truncate(at);
    pack.unsplit(after);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_change_places_and_none_is_lost() {
        let packets = |range: std::ops::Range<u8>| range.map(|number| vec![number]).collect::<Vec<_>>();
        let mut held = None;
        assert_eq!(in_turn(&mut held, packets(0..4), 0.0), packets(0..4));
        assert_eq!(in_turn(&mut held, packets(0..3), 1.0), [[1], [0]]);
        assert_eq!(in_turn(&mut held, packets(3..4), 1.0), [[3], [2]]);
        assert_eq!(held, None);
    }

    #[test]
    fn a_map_is_cut_out_and_nothing_else() {
        let mut pack = BytesMut::from(&b"abc\x00\x00\x01\xBC\x00\x02xydef"[..]);
        remove_map(&mut pack);
        assert_eq!(&pack[..], b"abcdef");
        remove_map(&mut pack);
        assert_eq!(&pack[..], b"abcdef");
        let mut cut = BytesMut::from(&b"\x00\x00\x01\xBC\x00\xFFab"[..]);
        remove_map(&mut cut);
        assert!(cut.is_empty());
    }
}
