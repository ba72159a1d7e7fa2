//! Floods and malformed messages, sent by SIPp (Debian package `sip-tester`): the server stays, and devices do not notice. The
//! scenarios are in `storms`.

use std::process::Command;
use std::time::Duration;

use gb28181_rs::config::Transport;
use testkit::process::Process;
use testkit::{Api, PATIENCE, Server, pause, until};

use super::device::{CAMERA, DEVICE, Device, Options};
use super::{add, await_catalog, by_every_way, is_quiet, state, watch};

/// Memory that the server may have more after a storm than after the one before it.
const GROWTH_BYTES: u64 = 32 << 20;
/// File handles that may be in use more: databases and the event loop open some as they go.
const MORE_FILES: usize = 8;
/// Calls that SIPp has open at a time.
const OPEN_CALLS: &str = "1000";

/// What somebody sends.
#[derive(Clone, Copy)]
struct Storm {
    scenario: &'static str,
    /// Of SIPp: `u1` for one port, `un` for one in each call, `tn` for connections.
    mode: &'static str,
    /// Whose address it comes from. The server permits each only so many messages a second.
    from: &'static str,
    /// In whose name.
    code: &'static str,
    /// Calls in a second.
    rate: u32,
}

/// Together some 4,000 messages a second, of which half are more than the server listens to: a build without optimisation takes one in
/// 0.2 ms, and has another half of its core for the device.
const STORMS: [Storm; 7] = [
    Storm { scenario: "guesses", mode: "u1", from: "127.0.0.11", code: DEVICE, rate: 100 },
    Storm { scenario: "guesses", mode: "un", from: "127.0.0.12", code: DEVICE, rate: 100 },
    Storm { scenario: "codes", mode: "u1", from: "127.0.0.13", code: DEVICE, rate: 100 },
    Storm { scenario: "codes", mode: "tn", from: "127.0.0.14", code: DEVICE, rate: 30 },
    Storm { scenario: "methods", mode: "u1", from: "127.0.0.15", code: DEVICE, rate: 300 },
    Storm { scenario: "malformed", mode: "un", from: "127.0.0.16", code: DEVICE, rate: 15 },
    // Behind the same router as the device: what it says is read.
    Storm { scenario: "malformed", mode: "u1", from: "127.0.0.1", code: "34020000001320009999", rate: 3 },
];

impl Storm {
    fn start(&self, server: &Server, time: Duration) -> Process {
        let mut command = Command::new("sipp");
        let file = format!("{}/tests/e2e/gb28181/storms/{}.xml", env!("CARGO_MANIFEST_DIR"), self.scenario);
        let calls = u64::from(self.rate) * time.as_secs();
        command
            .args(["-sf", &file, "-i", self.from, "-t", self.mode, "-key", "device", self.code])
            .args(["-r", &self.rate.to_string(), "-m", &calls.to_string(), "-l", OPEN_CALLS, "-max_socket", OPEN_CALLS])
            .args(["-nostdin", "-nr", "-deadcall_wait", "0", "-recv_timeout", "500", "-max_reconnect", "1000000"])
            .args(["-reconnect_close", "false", "-reconnect_sleep", "0"])
            .args(["-timeout", &(time.as_secs() + 10).to_string()])
            .arg(server.address("gb28181").to_string())
            .env("TERM", "xterm")
            .current_dir(env!("CARGO_TARGET_TMPDIR"));
        Process::run(command, usize::MAX)
    }
}

/// A figure of what SIPp says at its end.
fn figure(said: &str, name: &str) -> u64 {
    let line = said.lines().rfind(|line| line.trim_start().starts_with(name));
    let value = line.and_then(|line| line.split('|').nth(2)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("SIPp does not say {name}:\n{said}"))
}

/// All storms at once; meanwhile a device signs in and is watched.
fn weather(server: &Server, api: &Api, time: Duration) {
    let mut storms: Vec<(Storm, Process)> = STORMS.iter().map(|storm| (*storm, storm.start(server, time))).collect();
    pause(Duration::from_secs(1));
    let device = Device::start(server, &Options { transport: Transport::Udp, ..Options::default() });
    let online = until("the device", PATIENCE, || Some(state(api)).filter(|device| device["state"] == "online"));
    await_catalog(api);
    watch(server, api, &format!("gb/{CAMERA}"));
    is_quiet(api, &device);
    for (storm, process) in &mut storms {
        let said = String::from_utf8(process.output(time + Duration::from_secs(20))).unwrap();
        let (made, content) = (figure(&said, "Outgoing calls created"), figure(&said, "Successful call"));
        let Storm { scenario, mode, rate, .. } = storm;
        // A slow machine sends less.
        assert!(made >= u64::from(*rate), "{scenario} by {mode}: {made} calls\n{}", process.messages());
        // Who tries passwords is told so, as far as it is listened to.
        assert!(content > 0, "{scenario} by {mode}: none of {made} calls got the answers that it awaits:\n{said}");
    }
    let after = state(api);
    assert_eq!((&after["state"], &after["since"]), (&online["state"], &online["since"]), "it was never away: {after}");
    device.crash();
}

/// Handles in use and bytes of memory, once nothing of the storm is open.
fn settled(server: &Server, api: &Api) -> (usize, u64) {
    // Connections on which nobody has signed in are closed after a minute.
    until("the end of connections", PATIENCE + Duration::from_secs(60), || {
        (api.get("/gb28181")["connections"] == 0).then_some(())
    });
    until("the end of streams", PATIENCE, || (api.metric("viaduct_gateway_open_connections") <= 2).then_some(()));
    pause(Duration::from_secs(1));
    (server.open_files(), server.memory())
}

fn endure(rounds: usize, time: Duration) {
    let mut server = by_every_way("127.0.0.1:0").set("log.level", "warn").start();
    let api = server.sign_in();
    add(&api);
    // The first one fills what is bounded: the trace, who was refused, sources.
    weather(&server, &api, time);
    let (files, memory) = settled(&server, &api);
    for _ in 0..rounds {
        weather(&server, &api, time);
    }
    let (files_after, memory_after) = settled(&server, &api);
    assert!(files_after <= files + MORE_FILES, "{files} handles before, {files_after} after");
    let grown = memory_after.saturating_sub(memory);
    assert!(grown <= GROWTH_BYTES, "{} MiB more after {rounds} storms", grown >> 20);
    let refused = api.get("/gb28181/refused");
    assert!(refused["items"].as_array().unwrap().len() <= 256, "a list that is not bounded");
    assert!(api.get("/gb28181")["flooded"].as_u64().unwrap() > 0, "nobody was silenced");
    server.assert_well();
}

#[test]
fn storms_do_not_keep_a_device_out() {
    endure(1, Duration::from_secs(4));
}

#[test]
#[ignore = "ten minutes"]
fn storms_of_minutes_leave_nothing_behind() {
    endure(9, Duration::from_secs(60));
}
