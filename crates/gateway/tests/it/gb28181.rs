//! Media of GB/T 28181 from devices that tests make, and from FFmpeg.

mod device;
mod film;
mod viewer;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gateway::PullGuard;
use gateway::gb28181::{Carrier, MediaPorts, PortsConfig, Signalling};
use gateway::pull::{PullFailure, PullUrl, Wish, pull};
use gb28181::Id;
use gb28181::profile::SsrcCheck;
use hub::Leg;
use media::MediaKind;

use device::{Device, Log, OTHER_PORT, STRANGER};
use film::Film;
use viewer::Viewer;

const URL: &str = "gb28181://34020000001110000001/34020000001320000001";
const RECORDING: &str = "gb28181://34020000001110000001/34020000001320000001?start=1764288000&end=1764291600";
/// Own ports, beside the shared one.
const RANGE: u16 = 64;
/// How long a test waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(30);

fn ports() -> Arc<MediaPorts> {
    let server = Id::new("34020000002000000001").unwrap();
    for _ in 0..64 {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let free = std::net::UdpSocket::bind(any).unwrap().local_addr().unwrap();
        let last = free.port().checked_add(RANGE);
        let config = PortsConfig { listen: free, last, server: server.clone() };
        if let Some(ports) = last.and_then(|_| MediaPorts::bind(config).ok()) {
            return ports;
        }
    }
    panic!("no port is free")
}

/// The platform's side.
struct Bench {
    ports: Arc<MediaPorts>,
    guard: PullGuard,
    log: Arc<Log>,
}

impl Bench {
    fn new(device: Device) -> Self {
        let log = Arc::clone(&device.log);
        let ports = ports();
        let guard = PullGuard::new();
        guard.set_allowed(&["127.0.0.0/8".to_owned()]).unwrap();
        guard.set_gb28181(Arc::new(device) as Arc<dyn Signalling>, Arc::clone(&ports));
        Self { ports, guard, log }
    }

    async fn pull(&self, url: &str, viewer: &mut Viewer) -> Result<(), PullFailure> {
        let url = PullUrl::parse(url, None, None).unwrap();
        tokio::time::timeout(PATIENCE, pull(&url, &self.guard, viewer)).await.expect("the pull ends in time")
    }

    /// Views until enough has come, and sees that nothing is left.
    async fn view(&self, enough: usize) -> Viewer {
        let mut viewer = Viewer::of(enough);
        let outcome = self.pull(URL, &mut viewer).await;
        assert_eq!(outcome, Ok(()), "{:#?}", viewer.steps);
        self.assert_nothing_is_left();
        viewer
    }

    fn assert_nothing_is_left(&self) {
        let hung_up = self.log.hung_up.load(Ordering::Relaxed);
        assert_eq!((self.ports.open_leases(), hung_up), (0, self.log.invited.load(Ordering::Relaxed)));
    }
}

/// Whether the pictures are those of the film in their order, from anywhere in it; parts may be missing.
fn assert_is_film(viewer: &Viewer, gaps: bool) {
    let (film, seen) = (Film::get().pictures(), viewer.units_of(MediaKind::Video));
    let mut next = None;
    for unit in seen {
        let at = match next {
            Some(next) if film[next % film.len()] == &unit.payload => next,
            None => film.iter().position(|picture| *picture == &unit.payload).expect("a picture of the film"),
            Some(next) => {
                assert!(gaps, "picture {next} is not the next one");
                let later = (next..next + film.len()).find(|at| film[at % film.len()] == &unit.payload);
                later.expect("a whole picture of the film")
            }
        };
        next = Some(at + 1);
    }
}

const ALL_WAYS: [(Carrier, bool); 5] = [
    (Carrier::Udp, false),
    (Carrier::Udp, true),
    (Carrier::TcpPassive, false),
    (Carrier::TcpPassive, true),
    (Carrier::TcpActive, false),
];

/// Tries all ways side by side.
async fn every_way<F: Future<Output = ()>>(test: impl Fn(Carrier, bool) -> F) {
    futures_util::future::join_all(ALL_WAYS.map(|(carrier, own_port)| test(carrier, own_port))).await;
}

#[tokio::test]
async fn a_picture_comes_by_every_way_and_nothing_is_left_of_it() {
    every_way(|carrier, own_port| async move {
        let bench = Bench::new(Device::new(carrier, own_port));
        let viewer = bench.view(120).await;
        assert_is_film(&viewer, false);
        assert_eq!(viewer.tracks.len(), 2, "{carrier:?}");
        assert!(viewer.units_of(MediaKind::Video)[0].key && viewer.bytes > 0);
        assert!(!viewer.units_of(MediaKind::Audio).is_empty());
        for (leg, part) in [
            (Leg::Connect, "Invited."),
            (Leg::Answer, "127.0.0.1"),
            (Leg::Media, "Packets arrive"),
            (Leg::Media, "They hold a program stream."),
            (Leg::KeyFrame, "A key frame came"),
        ] {
            assert!(viewer.was_told(leg, true, part), "{carrier:?} {part}: {:#?}", viewer.steps);
        }
        assert!(viewer.steps.iter().all(|step| step.1), "{carrier:?}: {:#?}", viewer.steps);
    })
    .await;
}

#[tokio::test]
async fn another_ssrc_is_put_up_with_where_the_profile_says_so() {
    let answered: [fn(u32) -> Option<u32>; 3] = [Some, |_| None, |offered| Some(offered + 77)];
    every_way(|carrier, own_port| async move {
        for answered in answered {
            let device = Device::new(carrier, own_port);
            let device = Device { check: SsrcCheck::Off, sent: |_| 0, answered, ..device };
            let viewer = Bench::new(device).view(20).await;
            assert_is_film(&viewer, false);
            assert!(viewer.was_told(Leg::Media, true, "SSRC 0000000000 instead of"), "{:#?}", viewer.steps);
        }
    })
    .await;
}

#[tokio::test]
async fn the_ssrc_of_the_answer_counts_even_where_it_is_checked() {
    every_way(|carrier, own_port| async move {
        let device = Device::new(carrier, own_port);
        let device = Device {
            check: SsrcCheck::On,
            answered: |offered| Some(offered + 77),
            sent: |offered| offered + 77,
            ..device
        };
        assert_is_film(&Bench::new(device).view(20).await, false);
    })
    .await;
}

#[tokio::test]
async fn the_port_of_the_sender_may_change_in_mid_stream() {
    for own_port in [false, true] {
        for sent in [(|offered| offered) as fn(u32) -> u32, |_| 0] {
            let device = Device { check: SsrcCheck::Off, sent, ..Device::new(Carrier::Udp, own_port) };
            let device = device.mangled(|| |number, packet| vec![(if number < 100 { 0 } else { OTHER_PORT }, packet)]);
            assert_is_film(&Bench::new(device).view(150).await, false);
        }
    }
}

#[tokio::test]
async fn a_stranger_is_not_listened_to() {
    for own_port in [false, true] {
        let device = Device::new(Carrier::Udp, own_port).mangled(|| {
            |_, packet: Vec<u8>| {
                let mut other = packet.clone();
                other[12..].fill(0xff);
                vec![(STRANGER, other), (0, packet)]
            }
        });
        let viewer = Bench::new(device).view(120).await;
        assert_is_film(&viewer, false);
        assert!(viewer.was_told(Leg::Media, false, "127.0.0.2 sends to port"), "{:#?}", viewer.steps);
    }
}

#[tokio::test]
async fn reports_and_junk_at_the_port_do_no_harm() {
    every_way(|carrier, own_port| async move {
        let device = Device::new(carrier, own_port).mangled(|| {
            |number, packet: Vec<u8>| {
                let report = [&[0x80, 200, 0, 6], &packet[8..12], &[0; 20]].concat();
                let mut sent = vec![(0, packet)];
                if number % 7 == 3 {
                    sent.push((0, report));
                }
                sent
            }
        });
        assert_is_film(&Bench::new(device).view(60).await, false);
    })
    .await;
    let junk = Device::new(Carrier::Udp, false)
        .mangled(|| |number, packet| vec![(0, vec![0xff; number % 40]), (0, vec![0x80; number % 13]), (0, packet)]);
    assert_is_film(&Bench::new(junk).view(60).await, false);
}

#[tokio::test]
async fn packets_that_overtake_are_put_in_order_and_lost_ones_cost_their_picture_alone() {
    for own_port in [false, true] {
        let device = Device::new(Carrier::Udp, own_port).mangled(|| {
            let (mut random, mut late) = (0x2545_f491_u32, None);
            move |_, packet| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match random >> 16 {
                    lost if lost % 50 == 0 => Vec::new(),
                    overtaken if overtaken % 10 == 1 && late.is_none() => {
                        late = Some(packet);
                        Vec::new()
                    }
                    _ => std::iter::once(packet).chain(late.take()).map(|packet| (0, packet)).collect(),
                }
            }
        });
        let viewer = Bench::new(device).view(200).await;
        assert_is_film(&viewer, true);
        assert!(viewer.was_told(Leg::Media, false, "packets are missing"), "{:#?}", viewer.steps);
        assert!(viewer.lost > 0, "and are counted");
    }
}

#[tokio::test]
async fn sound_in_packets_of_its_own_stands_beside_the_picture() {
    /// 20 ms of A-law.
    fn sound(ssrc: &[u8], sequence: u16, index: u32) -> Vec<u8> {
        let header = [&[0x80, 8], &sequence.to_be_bytes()[..], &(index * 160 + 99).to_be_bytes(), ssrc].concat();
        [&header[..], &[0xd5; 160]].concat()
    }
    every_way(|carrier, own_port| async move {
        // One packet of sound behind every third packet, with an SSRC and numbers of its own.
        let apart = Device { check: SsrcCheck::Off, ..Device::new(carrier, own_port) }.mangled(|| {
            |number, packet: Vec<u8>| {
                let index = u16::try_from(number / 3).unwrap();
                let beside = sound(&packet[8..12], index.wrapping_add(30_000), u32::from(index));
                if number % 3 == 0 { vec![(0, packet), (0, beside)] } else { vec![(0, packet)] }
            }
        });
        // The same with one series of numbers for both.
        let together = Device::new(carrier, own_port).mangled(|| {
            let mut sequence = 65_500u16;
            move |number, mut packet: Vec<u8>| {
                let mut next = || {
                    sequence = sequence.wrapping_add(1);
                    sequence
                };
                packet[2..4].copy_from_slice(&next().to_be_bytes());
                let index = u32::try_from(number / 3).unwrap();
                let beside = (number % 3 == 0).then(|| (0, sound(&packet[8..12], next(), index)));
                std::iter::once((0, packet)).chain(beside).collect()
            }
        });
        for (name, device) in [("apart", apart), ("together", together)] {
            let viewer = Bench::new(device).view(100).await;
            assert_is_film(&viewer, false);
            let beside = viewer.tracks.iter().find(|track| track.codec() == media::Codec::G711A).map(|track| track.id);
            let heard = viewer.units.iter().filter(|unit| Some(unit.track) == beside).collect::<Vec<_>>();
            assert!(heard.len() > 50, "{carrier:?} {name}: {} {:#?}", heard.len(), viewer.tracks);
            assert!(heard.iter().all(|unit| unit.payload[..] == [0xd5; 160]));
            let mut picture = 0;
            for unit in &viewer.units {
                let time = unit.pts.to_timestamp().as_millis();
                if unit.track == viewer.track(MediaKind::Video) {
                    picture = time;
                } else if Some(unit.track) == beside {
                    assert!((time - picture).abs() < 3200, "{carrier:?} {name}: sound at {time}, picture at {picture}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_recording_ends_with_success_and_a_live_stream_with_a_failure_when_the_device_hangs_up() {
    every_way(|carrier, own_port| async move {
        let device = || Device { packs: Film::get().packs.len(), ..Device::new(carrier, own_port) };
        let (recording, live) = (Bench::new(device()), Bench::new(device()));
        let mut viewer = Viewer::of(usize::MAX);
        assert_eq!(recording.pull(RECORDING, &mut viewer).await, Ok(()), "{:#?}", viewer.steps);
        assert_is_film(&viewer, false);
        assert_eq!(viewer.units_of(MediaKind::Video).len(), Film::get().pictures().len(), "{carrier:?}");
        assert_eq!(recording.log.wanted.lock().unwrap()[0].span.unwrap().start_unix_s, 1_764_288_000);
        let failure = live.pull(URL, &mut Viewer::of(usize::MAX)).await.unwrap_err();
        // Over a connection that we made, its end may be seen first.
        let says = ["The device has hung up", "has closed the connection"].map(|part| failure.text.contains(part));
        assert!(failure.leg == Leg::Media && says.contains(&true), "{failure}");
        recording.assert_nothing_is_left();
        live.assert_nothing_is_left();
    })
    .await;
}

#[tokio::test]
async fn wishes_for_key_frames_reach_the_device() {
    let bench = Bench::new(Device::new(Carrier::Udp, false));
    let mut viewer = Viewer { wishes: vec![Wish::KeyFrame], ..Viewer::of(400) };
    bench.pull(URL, &mut viewer).await.unwrap();
    assert_eq!(bench.log.asked_for_key_frames.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_pull_that_is_given_up_leaves_nothing() {
    every_way(|carrier, own_port| async move {
        let bench = Bench::new(Device::new(carrier, own_port));
        let mut viewer = Viewer::of(usize::MAX);
        let url = PullUrl::parse(URL, None, None).unwrap();
        let given_up =
            tokio::time::timeout(Duration::from_millis(100), pull(&url, &bench.guard, &mut viewer)).await.is_err();
        assert!(given_up);
        bench.assert_nothing_is_left();
    })
    .await;
}

#[tokio::test]
async fn two_hundred_sessions_come_and_go_without_leftovers() {
    every_way(|carrier, own_port| async move {
        let bench = Bench::new(Device::new(carrier, own_port));
        for _ in 0..10 {
            let sessions = (0..20).map(|_| bench.pull_some());
            futures_util::future::join_all(sessions).await;
        }
        assert_eq!(bench.log.invited.load(Ordering::Relaxed), 200);
        bench.assert_nothing_is_left();
        assert_is_film(&bench.view(20).await, false);
    })
    .await;
}

impl Bench {
    /// A pull that is given up after its first pictures.
    async fn pull_some(&self) {
        let mut viewer = Viewer::of(usize::MAX);
        let url = PullUrl::parse(URL, None, None).unwrap();
        let _given_up = tokio::time::timeout(Duration::from_millis(60), pull(&url, &self.guard, &mut viewer)).await;
    }
}

#[tokio::test]
async fn sessions_on_the_shared_port_are_told_apart() {
    for carrier in [Carrier::Udp, Carrier::TcpPassive] {
        let bench = Bench::new(Device::new(carrier, false));
        let viewers = futures_util::future::join_all((0..8).map(|_| async {
            let mut viewer = Viewer::of(60);
            bench.pull(URL, &mut viewer).await.unwrap();
            viewer
        }));
        viewers.await.iter().for_each(|viewer| assert_is_film(viewer, false));
        bench.assert_nothing_is_left();
    }
}

#[tokio::test]
async fn each_broken_leg_is_named() {
    let silent = |carrier, own_port| Device::new(carrier, own_port).mangled(|| |_, _| Vec::new());
    let other_ssrc = |check| Device { check, sent: |_| 5, ..Device::new(Carrier::Udp, false) };
    let noise = Device::new(Carrier::Udp, true).mangled(|| {
        |_, mut packet: Vec<u8>| {
            packet[12..].fill(0x55);
            vec![(0, packet)]
        }
    });
    let strange = |own_port| Device::new(Carrier::Udp, own_port).mangled(|| |_, packet| vec![(STRANGER, packet)]);
    let behind_nat = Device { answer_address: "192.168.1.64", ..silent(Carrier::Udp, false) };
    // The first picture is the only key frame, and it is damaged.
    let keyless = Device::new(Carrier::TcpPassive, false).mangled(|| {
        |_, mut packet: Vec<u8>| {
            // H.264: the type of slices of key frames becomes one that is not in use.
            let at = packet.windows(4).position(|bytes| bytes[..3] == [0, 0, 1] && bytes[3] & 0x1f == 5);
            if let Some(at) = at {
                packet[at + 3] = 0x7f;
            }
            vec![(0, packet)]
        }
    });
    let refused = Device { answer_address: "127.0.0.1", ..Device::new(Carrier::TcpActive, false) };
    let cases: Vec<(Device, Leg, &str)> = vec![
        (silent(Carrier::Udp, false), Leg::Media, "nothing arrived at UDP port"),
        (silent(Carrier::Udp, true), Leg::Media, "nothing arrived at UDP port"),
        (silent(Carrier::TcpPassive, false), Leg::Media, "sent nothing to TCP port"),
        (silent(Carrier::TcpActive, false), Leg::Media, "over the connection to it"),
        (other_ssrc(SsrcCheck::On), Leg::Media, "SSRC 0000000005 instead of"),
        (strange(false), Leg::Media, "media comes from 127.0.0.2"),
        (strange(true), Leg::Media, "media comes from 127.0.0.2"),
        (behind_nat, Leg::Media, "nothing arrived"),
        (noise, Leg::Media, "no program stream was found"),
        (keyless, Leg::KeyFrame, "no whole key frame"),
    ];
    let outcomes = cases.into_iter().map(|(device, leg, part)| async move {
        let bench = Bench::new(device);
        let failure = bench.pull(URL, &mut Viewer::of(usize::MAX)).await.unwrap_err();
        bench.assert_nothing_is_left();
        assert_eq!(failure.leg, leg, "{part}: {failure}");
        assert!(failure.text.contains(part), "{part}: {failure}");
    });
    let closed = async {
        let bench = Bench::new(refused);
        bench.guard.set_allowed(&[]).unwrap();
        let failure = bench.pull(URL, &mut Viewer::of(usize::MAX)).await.unwrap_err();
        assert_eq!(failure.leg, Leg::Connect);
        assert!(failure.text.contains("loopback"), "{failure}");
        bench.assert_nothing_is_left();
    };
    futures_util::future::join(futures_util::future::join_all(outcomes), closed).await;
}

#[tokio::test]
async fn a_transport_stream_of_ffmpeg_is_played() {
    for own_port in [false, true] {
        let device = Device { by_ffmpeg: true, check: SsrcCheck::Off, ..Device::new(Carrier::Udp, own_port) };
        let viewer = Bench::new(device).view(60).await;
        assert_is_film(&viewer, false);
        assert!(viewer.was_told(Leg::Media, true, "They hold a transport stream."), "{:#?}", viewer.steps);
        assert!(viewer.was_told(Leg::Media, true, "which is put up with"), "{:#?}", viewer.steps);
        assert_eq!(viewer.tracks.len(), 2);
    }
}
