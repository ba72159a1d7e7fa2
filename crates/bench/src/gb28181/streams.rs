//! Many program streams that come in at once.
//!
//! A packet that is missing is the server's fault here: the sender's numbers have no gaps, as it waits for the system to take each
//! packet, and counts those that were refused. What the server's socket was too slow to take the system counts
//! (`/proc/net/udp`, drops); what is missing after that the server counts.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::PASSWORD;
use super::devices::{Devices, open_all, serve};
use super::film::Sent;
use super::link::Transport;
use super::text::{camera_code, device_code};
use super::viewer::{Serving, Viewer};
use crate::clip::Clip;
use crate::http::Api;
use crate::process::Measured;
use crate::report::{Row, count};

const LOST: &str = "viaduct_gateway_rtp_packets_lost_total";
/// Catalogs are read by then.
const CATALOGS_READ: Duration = Duration::from_secs(3);
/// Rings hold two GOPs by then.
const RINGS_FILLED: Duration = Duration::from_secs(6);
/// Viewers that stay, whose pictures are counted.
const SAMPLE: usize = 10;
/// A viewer has what was sent before so long ago.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// Goals for each stream: percent of a core, MiB.
const PERCENT: f64 = 0.15;
const MIB: f64 = 0.5;

/// Program streams.
#[derive(Clone, Debug, Args)]
pub(crate) struct StreamsArgs {
    /// Streams, each of a device of its own.
    #[arg(long, default_value_t = 300)]
    streams: usize,
    /// Bits a second of each.
    #[arg(long, default_value_t = 1_000_000)]
    bitrate: u64,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

struct Figures {
    percent: f64,
    watched_percent: f64,
    mib: f64,
    lost: f64,
    kernel_drops: f64,
    unseen: f64,
    refused: f64,
    late_ms: f64,
}

/// Runs it.
pub(crate) fn streams(args: &StreamsArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let runs = (0..args.rounds).map(|_| one_run(args, program)).collect::<anyhow::Result<Vec<Figures>>>()?;
    let each = |get: fn(&Figures) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
    #[expect(clippy::cast_precision_loss, reason = "a bit rate")]
    let rate = args.bitrate as f64 / 1e6;
    let load = format!("{} program streams of {rate} Mbit/s by UDP", args.streams);
    let watched = format!("{load}, each with a viewer by HTTP-FLV");
    let sampled = format!("{load}, {SAMPLE} of them watched");
    let rows = [
        Row::new(&sampled, "% of a core for each", &each(|run| run.percent), Some(PERCENT)),
        Row::new(&sampled, "MiB of the server for each", &each(|run| run.mib), Some(MIB)),
        Row::new(&sampled, "packets missing at the server", &each(|run| run.lost), Some(0.0)),
        Row::new(&sampled, "packets that its socket dropped", &each(|run| run.kernel_drops), Some(0.0)),
        Row::new(&sampled, "pictures that its viewers missed", &each(|run| run.unseen), Some(0.0)),
        Row::new(&sampled, "packets that the sender's system refused", &each(|run| run.refused), None),
        Row::new(&sampled, "ms that the sender was late at most", &each(|run| run.late_ms), None),
        Row::new(&watched, "% of a core for each", &each(|run| run.watched_percent), None),
    ];
    Ok(rows.into_iter().flatten().collect())
}

fn one_run(args: &StreamsArgs, program: &Path) -> anyhow::Result<Figures> {
    let server = Measured::server_of_devices(program, PASSWORD)?;
    let to = server.gb28181().context("the server listens for no devices")?;
    let http = server.ports().http;
    let all = signed_in(to, args.streams, 1, &Clip::new(args.bitrate, Instant::now()))?;
    let serving = Serving::start(all, Duration::from_millis(1));
    let before_kib = server.memory_kib();
    let mut buffer = vec![0; 256 << 10];
    let mut viewers = Vec::with_capacity(args.streams);
    for number in 0..args.streams {
        let mut viewer = Viewer::ask(http, &camera_code(&device_code(number), 1))?;
        viewer.wait(&mut buffer)?;
        viewers.push(viewer);
    }
    watch(&mut viewers, RINGS_FILLED, &mut buffer)?;
    let seconds = Duration::from_secs(args.seconds);
    let cpu = server.cpu_seconds();
    watch(&mut viewers, seconds, &mut buffer)?;
    let watched_percent = percent(server.cpu_seconds() - cpu, args);
    viewers.truncate(SAMPLE);
    watch(&mut viewers, RINGS_FILLED, &mut buffer)?;
    let (before, port) = serving.sent()?;
    let (lost, drops) = (lost_at(http)?, kernel_drops(port));
    let (cpu, from) = (server.cpu_seconds(), viewers.iter().map(|viewer| viewer.pictures.len()).sum::<usize>());
    watch(&mut viewers, seconds, &mut buffer)?;
    let percent = percent(server.cpu_seconds() - cpu, args);
    let mib = (server.memory_kib() - before_kib) / 1024.0 / count(args.streams);
    let seen = viewers.iter().map(|viewer| viewer.pictures.len()).sum::<usize>() - from;
    let (after, _) = serving.sent()?;
    watch(&mut viewers, UNDER_WAY, &mut buffer)?;
    Ok(Figures {
        percent,
        watched_percent,
        mib,
        lost: lost_at(http)? - lost,
        kernel_drops: kernel_drops(port) - drops,
        unseen: unseen(before, after, seen, viewers.len(), args.streams),
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        refused: (after.refused - before.refused) as f64,
        late_ms: after.latest.as_secs_f64() * 1000.0,
    })
}

/// Packets that are missing at the server. A connection that rested between two questions would be closed.
fn lost_at(http: SocketAddr) -> anyhow::Result<f64> {
    Api::sign_in(http)?.metric(LOST)
}

/// Devices that have signed in and told what cameras they have.
pub(super) fn signed_in(to: SocketAddr, devices: usize, cameras: usize, clip: &Clip) -> anyhow::Result<Vec<Devices>> {
    let mut all = open_all(Transport::Udp, to, devices, cameras, clip)?;
    while !all.iter().all(Devices::are_online) || all.iter().any(|devices| devices.asked_at.elapsed() < CATALOGS_READ) {
        for devices in &mut all {
            devices.sign_in(1.0)?;
        }
        serve(&mut all)?;
    }
    Ok(all)
}

fn watch(viewers: &mut [Viewer], time: Duration, buffer: &mut [u8]) -> anyhow::Result<()> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        for viewer in &mut *viewers {
            viewer.look(buffer)?;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    Ok(())
}

fn percent(cpu_s: f64, args: &StreamsArgs) -> f64 {
    cpu_s / Duration::from_secs(args.seconds).as_secs_f64() * 100.0 / count(args.streams)
}

/// Pictures that the sample should have seen and did not, but for the one of each that was under way at both ends.
fn unseen(before: Sent, after: Sent, seen: usize, viewers: usize, streams: usize) -> f64 {
    let sent = usize::try_from(after.pictures - before.pictures).unwrap_or(usize::MAX);
    let due = sent * viewers / streams.max(1);
    count(due.saturating_sub(seen + viewers))
}

/// Datagrams that the system dropped because the socket of a port was full.
fn kernel_drops(port: Option<u16>) -> f64 {
    let table = std::fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let own = port.map(|port| format!(":{port:04X}")).unwrap_or_default();
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<&str>>());
    let of_port = lines.filter(|fields| fields.get(1).is_some_and(|local| local.ends_with(&own)));
    of_port.filter_map(|fields| fields.last()?.parse::<f64>().ok()).sum()
}
