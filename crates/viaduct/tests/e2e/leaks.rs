//! Nothing stays behind: handles and memory after many short visits.

use std::io::Write;
use std::time::Duration;

use rtmp::ClientRole;
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::http;
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::WsViewer;
use testkit::{PATIENCE, Server, tls, until};

use crate::support::{RtspPeer, options, publish};

const VISITS: usize = 200;

fn visit(server: &Server, kind: usize) {
    let http = server.address("http");
    match kind {
        0 => drop(FlvViewer::open(http, "/road/k1.flv")),
        1 => drop(WsViewer::open(http, "/road/k1.mp4", false)),
        2 => drop(RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).unwrap()),
        3 => {
            let mut peer = RtspPeer::connect(server.address("rtsp"));
            assert_eq!(peer.play("road/k1"), 200);
        }
        4 => {
            // Publishers of names that nobody else uses.
            drop(RtmpPeer::open(server.address("rtmp"), "road/short", ClientRole::Publish));
        }
        5 => {
            let mut stream = tls::connect(server.address("https"));
            stream.write_all(b"GET /road/k1.flv HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        }
        6 => drop(http::connect(server.address("rtsp"))),
        _ => {
            http::request(http, "GET", "/healthz", &[], None);
        }
    }
}

#[test]
fn handles_and_memory_return_after_many_visits_and_cuts() {
    let mut server = options().set("streams.publisher_grace_ms", "0").set("log.level", "warn").start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    // Warm: lazily made things are made.
    (0..8).for_each(|kind| (0..20).for_each(|_| visit(&server, kind)));
    let settled = |what: &str| {
        until(what, PATIENCE, || {
            (api.stream("road/k1")?["viewers"] == 0 && api.metric("viaduct_gateway_open_connections") <= 2)
                .then_some(())
        });
        testkit::pause(Duration::from_millis(500));
    };
    settled("the warm-up to end");
    let (files, memory) = (server.open_files(), server.memory());
    std::thread::scope(|scope| {
        for kind in 0..8 {
            let server = &server;
            scope.spawn(move || (0..VISITS).for_each(|_| visit(server, kind)));
        }
    });
    settled("all visitors to be gone");
    let (files_after, memory_after) = (server.open_files(), server.memory());
    assert!(files_after <= files + 4, "{files} handles before, {files_after} after");
    let grown = memory_after.saturating_sub(memory) >> 20;
    assert!(grown <= 24, "{grown} MiB more after {} visits", 8 * VISITS);
    assert_eq!(api.get("/streams")["items"].as_array().unwrap().len(), 1);
    server.assert_well();
}
