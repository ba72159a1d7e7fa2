//! Many devices that sign in, send heartbeats, and come back when the server was restarted.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;

use super::PASSWORD;
use super::devices::{Devices, HEARTBEAT, open_all, serve};
use super::link::Transport;
use crate::clip::Clip;
use crate::process::Measured;
use crate::report::{Row, count, percentile};

/// Longer than this nobody waits for all to be there.
const LIMIT: Duration = Duration::from_secs(600);
/// What the server asks of devices that have signed in must be over and forgotten (RFC 3261 timer J: 32 s) before it is measured
/// idle.
const SETTLE: Duration = Duration::from_secs(40);
/// Goals: seconds until all are there, milliseconds of an answer, KiB of an idle device, percent of a core for heartbeats.
const SOON_S: f64 = 60.0;
const SOON_OF_VERY_MANY_S: f64 = 300.0;
const ANSWER_MS: f64 = 1000.0;
const IDLE_KIB: f64 = 4.0;
const HEARTBEATS_PERCENT: f64 = 10.0;
/// Devices that are very many.
const VERY_MANY: usize = 100_000;

/// Devices that sign in.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignInArgs {
    /// Devices.
    #[arg(long, default_value_t = 10_000)]
    devices: usize,
    /// Cameras of each, at most 9.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(0..=9))]
    channels: u8,
    /// What SIP travels over.
    #[arg(long, value_enum, default_value = "udp")]
    transport: Transport,
    /// Seconds within which the devices begin to sign in, evenly; 0: all at once, 100 of each 100 under way.
    #[arg(long, default_value_t = 30)]
    spread: u64,
    /// Leave the restart of the server out.
    #[arg(long)]
    no_restart: bool,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// One time that all devices signed in.
#[derive(Default)]
struct SignedIn {
    all_s: f64,
    /// Until the server asked nobody any more for what it is.
    asked_s: f64,
    latencies_ms: Vec<f64>,
}

#[derive(Default)]
struct Figures {
    first: SignedIn,
    again: Option<SignedIn>,
    idle_kib: f64,
    heartbeat_percent: f64,
    heartbeat_ms: Vec<f64>,
}

/// Runs it.
pub(crate) fn sign_in(args: &SignInArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let runs = (0..args.rounds).map(|_| one_run(args, program)).collect::<anyhow::Result<Vec<Figures>>>()?;
    let each = |get: &dyn Fn(&Figures) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
    let again = |get: &dyn Fn(&SignedIn) -> f64| {
        runs.iter().filter_map(|run| run.again.as_ref()).map(get).collect::<Vec<f64>>()
    };
    let load = format!(
        "{} devices with {} cameras by {}, within {} s",
        args.devices,
        args.channels,
        args.transport.as_str(),
        args.spread
    );
    let restart = format!("{load}, after a restart");
    let soon_s = if args.devices >= VERY_MANY { SOON_OF_VERY_MANY_S } else { SOON_S };
    let latency = |of: &SignedIn, share: f64| percentile(&of.latencies_ms, share);
    let rows = [
        Row::new(&load, "s until all have signed in", &each(&|run| run.first.all_s), Some(soon_s)),
        Row::new(&load, "s until all were asked for their cameras", &each(&|run| run.first.asked_s), None),
        Row::new(&load, "ms, p50 of a message's answer", &each(&|run| latency(&run.first, 0.5)), None),
        Row::new(&load, "ms, p99 of a message's answer", &each(&|run| latency(&run.first, 0.99)), Some(ANSWER_MS)),
        Row::new(&load, "KiB of the server for each", &each(&|run| run.idle_kib), Some(IDLE_KIB)),
        Row::new(
            format!("{load}, heartbeats each {} s", HEARTBEAT.as_secs()),
            "% of a core",
            &each(&|run| run.heartbeat_percent),
            Some(HEARTBEATS_PERCENT),
        ),
        Row::new(&load, "ms, p99 of a heartbeat's answer", &each(&|run| percentile(&run.heartbeat_ms, 0.99)), None),
        Row::new(&restart, "s from the start until all are online", &again(&|run| run.all_s), Some(soon_s)),
        Row::new(&restart, "s from the start until all were asked", &again(&|run| run.asked_s), None),
        Row::new(&restart, "ms, p99 of a message's answer", &again(&|run| latency(run, 0.99)), Some(ANSWER_MS)),
    ];
    Ok(rows.into_iter().flatten().collect())
}

fn one_run(args: &SignInArgs, program: &Path) -> anyhow::Result<Figures> {
    let mut server = Measured::server_of_devices(program, PASSWORD)?;
    let to = server.gb28181().context("the server listens for no devices")?;
    let before_kib = server.memory_kib();
    // Nobody asks for pictures here.
    let clip = Clip::new(0, Instant::now());
    let mut all = open_all(args.transport, to, args.devices, usize::from(args.channels), &clip)?;
    let mut figures = Figures { first: all_sign_in(args, &mut all, Instant::now())?, ..Figures::default() };
    figures.idle_kib = (server.memory_kib() - before_kib) / count(args.devices);
    heartbeats(&server, &mut all, &mut figures)?;
    if !args.no_restart {
        all.iter_mut().for_each(Devices::forget_server);
        let start = Instant::now();
        server.restart(program, PASSWORD)?;
        figures.again = Some(all_sign_in(args, &mut all, start)?);
    }
    Ok(figures)
}

/// All sign in, and the server asks them what it wants to know and forgets what it need not keep.
fn all_sign_in(args: &SignInArgs, all: &mut [Devices], start: Instant) -> anyhow::Result<SignedIn> {
    let (begin, spread_s) = (Instant::now(), Duration::from_secs(args.spread).as_secs_f64());
    while !all.iter().all(Devices::are_online) {
        if start.elapsed() > LIMIT {
            bail!("not all devices have signed in within {} s", LIMIT.as_secs());
        }
        let share = if spread_s > 0.0 { begin.elapsed().as_secs_f64() / spread_s } else { 1.0 };
        for devices in &mut *all {
            devices.sign_in(share.min(1.0))?;
        }
        serve(all)?;
    }
    let all_s = start.elapsed().as_secs_f64();
    while all.iter().any(|devices| devices.asked_at.elapsed() < SETTLE) {
        serve(all)?;
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let asked_at = all.iter().map(|devices| devices.asked_at).max().unwrap_or(start);
    Ok(SignedIn { all_s, asked_s: (asked_at - start).as_secs_f64(), latencies_ms: take_latencies(all) })
}

/// Sorted.
fn take_latencies(all: &mut [Devices]) -> Vec<f64> {
    let mut latencies_ms: Vec<f64> = all.iter_mut().flat_map(|devices| devices.latencies_ms.drain(..)).collect();
    latencies_ms.sort_by(f64::total_cmp);
    latencies_ms
}

/// One heartbeat of each device.
fn heartbeats(server: &Measured, all: &mut [Devices], figures: &mut Figures) -> anyhow::Result<()> {
    let (start, cpu) = (Instant::now(), server.cpu_seconds());
    while start.elapsed() < HEARTBEAT {
        serve(all)?;
        std::thread::park_timeout(Duration::from_millis(1));
    }
    figures.heartbeat_percent = (server.cpu_seconds() - cpu) / start.elapsed().as_secs_f64() * 100.0;
    figures.heartbeat_ms = take_latencies(all);
    Ok(())
}
