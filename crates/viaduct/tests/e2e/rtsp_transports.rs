//! RTSP by every transport, in and out, with independent peers; and what strangers try with it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use testkit::clips::Clip;
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, ServerOptions, publish, until};

use crate::support::{RtspPeer, options, publish as publish_clip};

const EXPECT: Expect = Expect { pictures: 50, sound: true };

fn add(api: &Api, url: &str, mode: &str) {
    api.post("/sources", &json!({ "app": "road", "name": "cam", "url": url, "mode": mode }));
}

/// Sentences of a stream's steps.
fn steps(api: &Api, key: &str) -> String {
    api.stream(key).map(|stream| stream["steps"].to_string()).unwrap_or_default()
}

#[test]
fn independent_players_watch_by_udp_and_report() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let url = server.url("rtsp", "road/k1");
    std::thread::scope(|scope| {
        let watched = scope.spawn(|| read::gstreamer_rtsp(&url, "udp", 200));
        let viewer = until("a viewer by UDP with a report", PATIENCE, || {
            let viewers = api.get("/viewers");
            let items = viewers["items"].as_array()?;
            items.iter().find(|viewer| viewer["protocol"] == "rtsp-udp" && viewer["loss_permille"].is_u64()).cloned()
        });
        assert!(viewer["bytes"].as_u64() > Some(0) && viewer["jitter_ms"].is_u64(), "{viewer}");
        watched.join().unwrap().unwrap();
    });
    read::ffmpeg("-rtsp_transport udp", &url, EXPECT).unwrap();
    read::mpv_rtsp(&url, "udp", EXPECT.pictures).unwrap();
    until("the viewers to be gone", PATIENCE, || (api.stream("road/k1")?["viewers"] == 0).then_some(()));
    server.assert_well();
}

#[test]
fn independent_publishers_send_by_udp() {
    let mut server = options().start();
    let api = server.sign_in();
    let _ffmpeg = publish::ffmpeg_rtsp_udp(&Clip::H264Aac.path(), &server.url("rtsp", "road/ffmpeg"));
    let _gstreamer = publish::gstreamer_rtsp_by(Clip::H265Aac, "udp", &server.url("rtsp", "road/gstreamer"));
    for (name, extension) in [("road/ffmpeg", ".flv"), ("road/gstreamer", ".mp4")] {
        api.await_live(name);
        read::ffmpeg("", &server.url("http", &format!("{name}{extension}")), EXPECT).unwrap();
    }
    server.assert_well();
}

#[test]
fn a_camera_is_pulled_by_udp_and_one_that_refuses_tcp_is_asked_again() {
    let (_camera, port) = publish::gstreamer_camera_by(Clip::H264Aac, "udp", "viewer", "a password");
    for scheme in ["rtsp+udp", "rtsp"] {
        let mut server = options().start();
        let api = server.sign_in();
        add(&api, &format!("{scheme}://viewer:a%20password@127.0.0.1:{port}/stream"), "on_demand");
        read::ffmpeg("", &server.url("http", "road/cam.flv"), EXPECT).unwrap();
        let said = steps(&api, "road/cam").contains("asking for UDP");
        assert_eq!(said, scheme == "rtsp", "{}", steps(&api, "road/cam"));
        server.assert_well();
    }
}

/// Leads to a camera, but has it send its datagrams to a port where nobody hears them, as a firewall would.
fn firewall(camera: u16) -> (u16, [UdpSocket; 2]) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let deaf = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let ports: Vec<String> = deaf.iter().map(|socket| socket.local_addr().unwrap().port().to_string()).collect();
    let nowhere = format!("client_port={}", ports.join("-"));
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            let mut server = TcpStream::connect(("127.0.0.1", camera)).unwrap();
            let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            let nowhere = nowhere.clone();
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = client.read(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
                    let rewritten = match text.split_once("client_port=") {
                        Some((before, after)) => {
                            let rest =
                                after.find(|c: char| !c.is_ascii_digit() && c != '-').map_or("", |end| &after[end..]);
                            format!("{before}{nowhere}{rest}").into_bytes()
                        }
                        None => buffer[..count].to_vec(),
                    };
                    if server.write_all(&rewritten).is_err() {
                        return;
                    }
                }
                let _gone_already = server.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    (port, deaf)
}

#[test]
fn behind_a_firewall_a_pull_falls_back_to_the_connection() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "", "");
    let (port, _deaf) = firewall(port);
    let mut server = options().set("streams.play_wait_ms", "20000").start();
    let api = server.sign_in();
    add(&api, &format!("rtsp+udp://127.0.0.1:{port}/stream"), "on_demand");
    read::ffmpeg("", &server.url("http", "road/cam.flv"), EXPECT).unwrap();
    assert!(steps(&api, "road/cam").contains("because of a firewall"), "{}", steps(&api, "road/cam"));
    server.assert_well();
}

/// Two sockets on neighbouring ports, the first even.
fn port_pair() -> (UdpSocket, UdpSocket) {
    until("a pair of ports", PATIENCE, || {
        let rtp = UdpSocket::bind("127.0.0.1:0").ok().filter(|rtp| rtp.local_addr().unwrap().port() % 2 == 0)?;
        let rtcp = UdpSocket::bind((Ipv4Addr::LOCALHOST, rtp.local_addr().unwrap().port() + 1)).ok()?;
        Some((rtp, rtcp))
    })
}

fn transport(rtp: &UdpSocket, more: &str) -> String {
    let port = rtp.local_addr().unwrap().port();
    format!("Transport: RTP/AVP;unicast;client_port={port}-{}{more}\r\n", port + 1)
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn one_in(&mut self, sides: u64) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).is_multiple_of(sides)
    }
}

#[test]
fn loss_and_disorder_are_repaired_where_possible_and_counted() {
    let seed = std::env::var("VIADUCT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_731);
    println!("VIADUCT_SEED={seed}");
    let mut dice = Dice(seed);
    let mut server = options().start();
    let api = server.sign_in();
    let inlet = UdpSocket::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (_ffmpeg, sdp) = publish::ffmpeg_rtp(&Clip::H264Aac.path(), inlet.local_addr().unwrap().port(), folder.path());
    let (rtp, _rtcp) = port_pair();
    let mut peer = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(peer.ask("ANNOUNCE", "road/lossy", "", &sdp).status, 200);
    assert_eq!(peer.ask("SETUP", "road/lossy/streamid=0", &transport(&rtp, ";mode=record"), "").status, 200);
    assert_eq!(peer.ask("RECORD", "road/lossy", "", "").status, 200);
    let to = server.address("rtsp-udp");
    let address = inlet.local_addr().unwrap();
    let dropped = Arc::<AtomicU64>::default();
    let counter = Arc::clone(&dropped);
    let sending = std::thread::spawn(move || {
        let (mut first, mut held, mut buffer) = (true, None::<Vec<u8>>, [0; 2048]);
        loop {
            let (count, _) = inlet.recv_from(&mut buffer).unwrap();
            if count == 1 {
                return;
            }
            // A loss before the first packet is none.
            if !first && dice.one_in(20) {
                counter.fetch_add(1, Ordering::Relaxed);
            } else if !first && held.is_none() && dice.one_in(10) {
                // The next one overtakes it.
                held = Some(buffer[..count].to_vec());
            } else {
                rtp.send_to(&buffer[..count], to).unwrap();
                if let Some(late) = held.take() {
                    rtp.send_to(&late, to).unwrap();
                }
            }
            first = false;
        }
    });
    api.await_live("road/lossy");
    // Pictures with holes are not sent on; the others are whole.
    read::ffprobe("", &server.url("http", "road/lossy.flv")).unwrap();
    until("enough losses", PATIENCE, || (dropped.load(Ordering::Relaxed) >= 10).then_some(()));
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&[0], address).unwrap();
    sending.join().unwrap();
    let dropped = dropped.load(Ordering::Relaxed);
    until(&format!("{dropped} losses to be counted"), PATIENCE, || {
        let lost = api.metric("viaduct_gateway_rtp_packets_lost_total");
        // One may be open at the end: nothing came after it.
        (lost + 2 >= dropped && lost <= dropped).then_some(())
    });
    assert!(steps(&api, "road/lossy").contains("packets are missing"), "{}", steps(&api, "road/lossy"));
    server.assert_well();
}

#[test]
fn media_goes_to_nobody_but_who_connected() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let (rtp, _rtcp) = port_pair();
    let victim = UdpSocket::bind("127.0.0.2:0").unwrap();
    let mut peer = RtspPeer::connect(server.address("rtsp"));
    let track = "road/k1/trackID=0";
    for refused in [
        transport(&rtp, ";destination=127.0.0.2"),
        transport(&rtp, ";destination=camera.example"),
        "Transport: RTP/AVP;unicast;client_port=53-54\r\n".to_owned(),
        "Transport: RTP/AVP;unicast;client_port=0-0\r\n".to_owned(),
        "Transport: RTP/AVP;unicast;client_port=5000-5000\r\n".to_owned(),
        "Transport: RTP/AVP;unicast;client_port=65535\r\n".to_owned(),
        "Transport: RTP/AVP;unicast;client_port=99999-100000\r\n".to_owned(),
    ] {
        assert_eq!(peer.ask("SETUP", track, &refused, "").status, 461, "{refused}");
    }
    // Over TLS media would leave in clear.
    let mut wire = testkit::wire::Wire::open(server.address("rtsps"), true);
    write!(wire, "SETUP rtsps://h/{track} RTSP/1.0\r\nCSeq: 1\r\n{}\r\n", transport(&rtp, "")).unwrap();
    let mut answer = [0; 64];
    assert!(wire.read(&mut answer).unwrap() > 0 && answer.starts_with(b"RTSP/1.0 461"));
    let own = transport(&rtp, ";destination=127.0.0.1");
    assert_eq!(peer.ask("SETUP", track, &own, "").status, 200);
    // The same ports cannot be meant for two.
    let mut second = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(second.ask("SETUP", track, &own, "").status, 461);
    assert_eq!(peer.ask("PLAY", "road/k1", "", "").status, 200);
    rtp.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut buffer = [0; 2048];
    let (count, from) = rtp.recv_from(&mut buffer).unwrap();
    assert!(count > 12 && from == server.address("rtsp-udp"), "{from}");
    victim.set_nonblocking(true).unwrap();
    assert!(victim.recv(&mut buffer).is_err());
    server.assert_well();
}

#[test]
fn ten_thousand_setups_and_a_flood_change_nothing() {
    let mut server = options().start();
    let api = server.sign_in();
    let udp = server.address("rtsp-udp");
    let (rtp, _rtcp) = port_pair();
    let mut publisher = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(publisher.ask("ANNOUNCE", "road/g711", "", G711_SDP).status, 200);
    assert_eq!(publisher.ask("SETUP", "road/g711/trackID=0", &transport(&rtp, ";mode=record"), "").status, 200);
    assert_eq!(publisher.ask("RECORD", "road/g711", "", "").status, 200);
    // Strangers flood both ports, with and without the form of RTP.
    let stranger = UdpSocket::bind("127.0.0.3:0").unwrap();
    for index in 0..20_000u32 {
        let port = udp.port() + u16::try_from(index % 2).unwrap();
        let _lost_as_floods_are = stranger.send_to(&g711(u16::MAX, index, 66), (Ipv4Addr::LOCALHOST, port));
    }
    until("the flood to be noticed", PATIENCE, || {
        (api.metric("viaduct_gateway_stray_datagrams_total") > 100).then_some(())
    });
    // The publisher is heard all the same: numbers wrap, another source cuts in, nonsense comes between.
    for index in 0..60u32 {
        let sequence = u16::try_from((65_520 + index) % 65_536).unwrap();
        rtp.send_to(&g711(sequence, index * 160, 7), udp).unwrap();
        rtp.send_to(&g711(9, index, 8), udp).unwrap();
        rtp.send_to(&[0x80, 8, 1], udp).unwrap();
        rtp.send_to(&[], udp).unwrap();
        testkit::pause(Duration::from_millis(20));
    }
    let stream = api.await_live("road/g711");
    assert_eq!(stream["tracks"].as_array().map(Vec::len), Some(1), "{stream}");
    assert_eq!(api.metric("viaduct_gateway_rtp_packets_lost_total"), 0);
    // The source changes for good.
    for index in 0..60u32 {
        rtp.send_to(&g711(u16::try_from(30_000 + index).unwrap(), 70_000 + index * 160, 99), udp).unwrap();
        testkit::pause(Duration::from_millis(20));
    }
    read_sound(&server, &rtp, udp);
    let mut greedy = RtspPeer::connect(server.address("rtsp"));
    let mut refused = 0;
    for index in 0..10_000u32 {
        let port = 2000 + index * 2 % 60_000;
        let header = format!("Transport: RTP/AVP;unicast;client_port={port}-{}\r\n", port + 1);
        refused += u32::from(greedy.ask("SETUP", "road/g711/trackID=0", &header, "").status == 453);
    }
    assert_eq!(refused, 10_000 - 16);
    server.assert_well();
}

const G711_SDP: &str =
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\na=control:trackID=0\r\n";

/// 20 ms of a loud tone.
fn g711(sequence: u16, timestamp: u32, ssrc: u32) -> Vec<u8> {
    let header = rtp::Header { marker: false, payload_type: 8, sequence, timestamp, ssrc };
    let mut packet = header.to_bytes().to_vec();
    packet.extend((0..160u32).map(|sample| if sample / 10 % 2 == 0 { 0x2A } else { 0xAA }));
    packet
}

/// FFmpeg hears the source that took over.
fn read_sound(server: &testkit::Server, rtp: &UdpSocket, udp: SocketAddr) {
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let url = server.url("rtsp", "road/g711");
            read::ffmpeg("-rtsp_transport tcp", &url, Expect { pictures: 0, sound: true })
        });
        for index in 60.. {
            if reader.is_finished() {
                break;
            }
            let sequence = u16::try_from((30_000 + index) % 65_536).unwrap();
            rtp.send_to(&g711(sequence, 70_000 + index * 160, 99), udp).unwrap();
            testkit::pause(Duration::from_millis(20));
        }
        reader.join().unwrap().unwrap();
    });
}

/// A network of groups for this process alone, so that tests do not hear each other.
fn multicast_options(index: u32) -> ServerOptions {
    let number = std::process::id() % 16_000 * 4 + index;
    let network = format!("239.200.{}.{}/31", number / 256 % 256, number % 256 / 2 * 2);
    options().set("rtsp.multicast", &network).set("rtsp.multicast_ttl", "1")
}

#[test]
fn a_group_is_sent_to_once_for_all_its_viewers() {
    let mut server = multicast_options(0).start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let url = server.url("rtsp", "road/k1");
    std::thread::scope(|scope| {
        let long = scope.spawn(|| read::gstreamer_rtsp(&url, "udp-mcast", 200));
        until("a viewer of the group", PATIENCE, || (api.stream("road/k1")?["viewers"] == 1).then_some(()));
        read::ffmpeg("-rtsp_transport udp_multicast", &url, EXPECT).unwrap();
        long.join().unwrap().unwrap();
    });
    until("the viewers to be gone", PATIENCE, || (api.stream("road/k1")?["viewers"] == 0).then_some(()));
    server.assert_well();
    // Off unless configured.
    let closed = options().start();
    let _publisher = publish_clip(&closed, "road/k1", Clip::H264);
    closed.sign_in().await_live("road/k1");
    let mut peer = RtspPeer::connect(closed.address("rtsp"));
    assert_eq!(peer.ask("SETUP", "road/k1/trackID=0", "Transport: RTP/AVP;multicast\r\n", "").status, 461);
}

#[test]
fn a_group_is_pulled() {
    // gst-rtsp-server binds the group's ports for itself, so that nobody else on its machine can join: the camera
    // is a server of ours, whose groups independent players understand.
    let camera = multicast_options(2).start();
    let _publisher = publish_clip(&camera, "road/k1", Clip::H264Aac);
    camera.sign_in().await_live("road/k1");
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &camera.url("rtsp", "road/k1").replacen("rtsp", "rtsp+multicast", 1), "on_demand");
    read::ffmpeg("", &server.url("http", "road/cam.flv"), EXPECT).unwrap();
    assert!(steps(&api, "road/cam").contains("Joined 239.200."), "{}", steps(&api, "road/cam"));
    server.assert_well();
}

#[test]
fn independent_players_tunnel_through_http() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    // Players go to the port of the URL: that of RTSP, and that of HTTP.
    let urls = [server.url("rtsp", "road/k1"), format!("rtsp://{}/road/k1", server.address("http"))];
    for url in &urls {
        read::ffmpeg("-rtsp_transport http", url, EXPECT).unwrap();
        read::gstreamer(&url.replacen("rtsp", "rtsph", 1), EXPECT.pictures).unwrap();
    }
    read::mpv_rtsp(&urls[0], "http", EXPECT.pictures).unwrap();
    server.assert_well();
}

#[test]
fn an_independent_camera_is_pulled_through_http() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "a password");
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtsp+http://viewer:a%20password@127.0.0.1:{port}/stream"), "on_demand");
    read::ffmpeg("", &server.url("http", "road/cam.flv"), EXPECT).unwrap();
    assert!(steps(&api, "road/cam").contains("tunnel through HTTP"), "{}", steps(&api, "road/cam"));
    server.assert_well();
}

/// The answer's first line to raw bytes.
fn raw(address: SocketAddr, bytes: &str) -> String {
    let mut socket = testkit::http::connect(address);
    socket.write_all(bytes.as_bytes()).unwrap();
    let mut answer = [0; 12];
    match socket.read(&mut answer) {
        Ok(count) => String::from_utf8_lossy(&answer[..count]).into_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn half_tunnels_and_broken_base64_end_alone() {
    let mut server = options().set("limits.handshake_ms", "2000").start();
    let api = server.sign_in();
    let rtsp = server.address("rtsp");
    let head = |method: &str, cookie: &str| format!("{method} /road/k1 HTTP/1.0\r\nx-sessioncookie: {cookie}\r\n\r\n");
    assert_eq!(raw(rtsp, &head("POST", "nobody")), "HTTP/1.0 404");
    assert_eq!(raw(rtsp, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.0 400");
    assert_eq!(raw(rtsp, &head("GET", &"c".repeat(200))), "HTTP/1.0 400");
    for (body, answered) in [("T1BUSU9OUyAqIFJUU1AvMS4wDQpDU2VxOiAxDQoNCg==", true), ("T1BU****", false), ("=", false)]
    {
        let mut get = testkit::http::connect(rtsp);
        get.write_all(head("GET", "one").as_bytes()).unwrap();
        let mut answer = [0; 4096];
        assert!(get.read(&mut answer).unwrap() > 0 && answer.starts_with(b"HTTP/1.0 200"));
        // Another's cookie is no key: a second GET is refused, and so is a POST of another address.
        assert_eq!(raw(rtsp, &head("GET", "one")), "HTTP/1.0 400");
        let mut post = testkit::http::connect(rtsp);
        post.write_all(format!("{}{body}", head("POST", "one")).as_bytes()).unwrap();
        get.set_read_timeout(Some(PATIENCE)).unwrap();
        let count = get.read(&mut answer).unwrap();
        assert_eq!(answer[..count].starts_with(b"RTSP/1.0 200"), answered, "{body}");
    }
    // A GET that nobody joins is not kept.
    let mut lonely = testkit::http::connect(rtsp);
    lonely.write_all(head("GET", "lonely").as_bytes()).unwrap();
    lonely.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut rest = Vec::new();
    lonely.read_to_end(&mut rest).unwrap();
    assert_eq!(raw(rtsp, &head("POST", "lonely")), "HTTP/1.0 404");
    assert_eq!(api.get("/streams")["items"].as_array().map(Vec::len), Some(0));
    server.assert_well();
}

#[test]
fn rtsp_over_websocket_is_understood_by_an_independent_websocket_client() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let bytes = testkit::ws::rtsp_pictures(server.address("http"), "road/k1", 60);
    // What FFmpeg decodes as H.264 must have been whole.
    read::ffmpeg_bytes("h264", &bytes, Expect { pictures: 25, sound: false }).unwrap();
    server.assert_well();
}
