//! Time from a viewer's request to the first picture of an idle channel.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::PASSWORD;
use super::streams::signed_in;
use super::text::{camera_code, device_code};
use super::viewer::{Serving, Viewer};
use crate::clip::Clip;
use crate::process::Measured;
use crate::report::{Row, percentile};

/// Cameras of each device.
const CAMERAS: usize = 4;
/// Goal.
const MS: f64 = 300.0;

/// First pictures.
#[derive(Clone, Debug, Args)]
pub(crate) struct PictureArgs {
    /// Channels, which are watched one at a time.
    #[arg(long, default_value_t = 50)]
    channels: usize,
    /// Bits a second of each.
    #[arg(long, default_value_t = 1_000_000)]
    bitrate: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Milliseconds, sorted: with the device's own share, and without.
struct Times {
    all_ms: Vec<f64>,
    net_ms: Vec<f64>,
}

/// Runs it.
pub(crate) fn first_picture(args: &PictureArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let runs = (0..args.rounds).map(|_| one_run(args, program)).collect::<anyhow::Result<Vec<Times>>>()?;
    let net = |share| runs.iter().map(|run| percentile(&run.net_ms, share)).collect::<Vec<f64>>();
    let all = |share| runs.iter().map(|run| percentile(&run.all_ms, share)).collect::<Vec<f64>>();
    let load = format!("{} idle channels one at a time, by HTTP-FLV", args.channels);
    let rows = [
        Row::new(&load, "ms to the first picture less the device's own, p50", &net(0.5), None),
        Row::new(&load, "ms to the first picture less the device's own, p95", &net(0.95), Some(MS)),
        Row::new(&load, "ms to the first picture, p50", &all(0.5), None),
        Row::new(&load, "ms to the first picture, p95", &all(0.95), None),
    ];
    Ok(rows.into_iter().flatten().collect())
}

fn one_run(args: &PictureArgs, program: &Path) -> anyhow::Result<Times> {
    let server = Measured::server_of_devices(program, PASSWORD)?;
    let to = server.gb28181().context("the server listens for no devices")?;
    let devices = args.channels.div_ceil(CAMERAS);
    let all = signed_in(to, devices, CAMERAS, &Clip::new(args.bitrate, Instant::now()))?;
    // A device that rests does not answer at once.
    let serving = Serving::start(all, Duration::from_micros(50));
    let mut buffer = vec![0; 256 << 10];
    let mut times = Times { all_ms: Vec::new(), net_ms: Vec::new() };
    for channel in 0..args.channels {
        let camera = camera_code(&device_code(channel / CAMERAS), 1 + channel % CAMERAS);
        let mut viewer = Viewer::ask(server.ports().http, &camera)?;
        let all = viewer.wait(&mut buffer)?;
        let (sent, _) = serving.sent()?;
        times.all_ms.push(all.as_secs_f64() * 1000.0);
        times.net_ms.push(all.saturating_sub(sent.own).as_secs_f64() * 1000.0);
    }
    times.all_ms.sort_by(f64::total_cmp);
    times.net_ms.sort_by(f64::total_cmp);
    Ok(times)
}
