//! Sessions that are opened and closed again and again leave nothing behind: no port, handle, thread or memory.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Api, PATIENCE, Server, http, pause, until};

use super::by_every_way;
use super::device::PASSWORD;
use super::simulated::{Devices, RECORDER};

/// Channels of each recorder. A recorder's address may send 5,000 messages at once, and each session has some five.
const CHANNELS: usize = 50;
/// File handles that may be in use more: databases and the event loop open some as they go.
const MORE_FILES: usize = 8;
/// Memory that may be in use more after all rounds than after the first.
const GROWTH_BYTES: u64 = 24 << 20;
/// What a session may leave of memory on the average, once there are many.
const GROWTH_PER_SESSION: u64 = 256;

/// Media on a port that all share, and on ports of their own.
struct Ports {
    listen: &'static str,
    options: fn() -> Value,
}

const SHARED: Ports = Ports { listen: "127.0.0.1:0", options: || json!({}) };
const OWN: Ports = Ports { listen: "127.0.0.1:21000-22100", options: || json!({ "ssrc": "any" }) };

fn recorder(number: usize) -> String {
    let first: u64 = RECORDER[13..].parse().unwrap();
    format!("{}{:07}", &RECORDER[..13], first + u64::try_from(number).unwrap())
}

fn add(api: &Api, code: &str, options: &Value) {
    let device = json!({
        "name": code, "organisation_id": 1, "driver": "gb28181", "address": code, "password": PASSWORD, "enabled": true,
        "options": options
    });
    api.post("/devices", &device);
}

/// Codes of all channels of a recorder, once it has told them.
fn channels(api: &Api, code: &str) -> Vec<String> {
    until("the catalog", PATIENCE, || {
        let device = api.send("GET", &format!("/gb28181/devices/{code}"), None).json();
        (device["catalog"] == "whole").then_some(())
    });
    let catalog = api.get(&format!("/gb28181/devices/{code}/catalog"));
    let items = catalog["items"].as_array().unwrap().iter().filter(|item| item["camera"] == true);
    let codes: Vec<String> = items.map(|item| item["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), CHANNELS, "{catalog}");
    codes
}

/// Asks for pictures, which never come: the session is open until the server has waited long enough.
fn ask(server: &Server, channel: &str) -> TcpStream {
    let mut viewer = http::connect(server.address("http"));
    viewer.write_all(format!("GET /gb/{channel}.flv HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    viewer.set_nonblocking(true).unwrap();
    viewer
}

/// Waits for a number of sessions.
fn await_sessions(api: &Api, count: usize, mut meanwhile: impl FnMut()) {
    let end = Instant::now() + PATIENCE * 4;
    let mut most = 0;
    loop {
        let open = usize::try_from(api.get("/gb28181")["sessions"].as_u64().unwrap()).unwrap();
        most = most.max(open);
        if open == count {
            return;
        }
        assert!(Instant::now() < end, "{open} sessions instead of {count}, {most} at most");
        meanwhile();
        pause(Duration::from_millis(50));
    }
}

/// Opens a session to each channel, all at the same time, and closes them.
fn open_and_close(server: &Server, api: &Api, channels: &[String]) {
    let mut viewers: Vec<TcpStream> = channels.iter().map(|channel| ask(server, channel)).collect();
    await_sessions(api, channels.len(), || {
        // On a machine with other work the first are told that nothing came before the last are open.
        for (viewer, channel) in viewers.iter_mut().zip(channels) {
            if viewer.peek(&mut [0]).is_ok() {
                *viewer = ask(server, channel);
            }
        }
    });
    drop(viewers);
    await_sessions(api, 0, || {});
}

/// Handles, threads and bytes of memory, once all is closed.
fn in_use(server: &Server, api: &Api) -> (usize, usize, u64) {
    until("the end of viewers", PATIENCE, || (api.metric("viaduct_gateway_open_connections") <= 2).then_some(()));
    until("the end of streams", PATIENCE, || {
        api.get("/streams")["items"].as_array().is_none_or(Vec::is_empty).then_some(())
    });
    pause(Duration::from_secs(1));
    let threads = std::fs::read_dir(format!("/proc/{}/task", server.id())).unwrap().count();
    (server.open_files(), threads, server.memory())
}

fn endure(recorders: usize, rounds: usize, ports: &Ports) {
    // All channels of a recorder are asked for at once, and none sends.
    let settings = by_every_way(ports.listen).set("pull.connections_per_host", &CHANNELS.to_string());
    let mut server = settings.set("log.level", "warn").start();
    let api = server.sign_in();
    let codes: Vec<String> = (0..recorders).map(recorder).collect();
    codes.iter().for_each(|code| add(&api, code, &(ports.options)()));
    let from = format!("127.0.2.1-127.0.2.{recorders}");
    let (devices, channels_each) = (recorders.to_string(), CHANNELS.to_string());
    let arguments = ["--nvr", "--no-media", "--devices", &devices, "--channels", &channels_each, "--from", &from];
    let _devices = Devices::start(server.address("gb28181"), &arguments);
    let all: Vec<String> = codes.iter().flat_map(|code| channels(&api, code)).collect();
    let round = || open_and_close(&server, &api, &all);
    // What is made once is made.
    round();
    let (files, threads, memory) = in_use(&server, &api);
    (1..rounds).for_each(|_| round());
    let (files_after, threads_after, memory_after) = in_use(&server, &api);
    assert!(files_after <= files + MORE_FILES, "{files} handles before, {files_after} after");
    assert!(threads_after <= threads + 4, "{threads} threads before, {threads_after} after");
    let sessions = u64::try_from(all.len() * rounds).unwrap();
    let grown = memory_after.saturating_sub(memory);
    let most = GROWTH_BYTES.max(sessions * GROWTH_PER_SESSION);
    assert!(grown <= most, "{} MiB more after {sessions} sessions", grown >> 20);
    assert_eq!(api.get("/gb28181")["flooded"], 0, "the recorders were too loud for this test");
    server.assert_well();
}

#[test]
fn sessions_that_come_and_go_leave_nothing_behind() {
    endure(1, 3, &OWN);
}

#[test]
#[ignore = "half an hour"]
fn a_thousand_sessions_a_hundred_times_leave_nothing_behind() {
    endure(20, 10, &SHARED);
    endure(20, 100, &OWN);
}
