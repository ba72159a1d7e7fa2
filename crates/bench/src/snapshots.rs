//! Pictures a second from streams that run.
//!
//! The cameras play one clip of real pictures, which FFmpeg makes (synthetic: a test pattern with noise, about as large as
//! a busy road). Each request is for a picture that nobody has asked for, so that none comes from what is kept.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;

use crate::http::{Api, Connection};
use crate::process::Measured;
use crate::report::{Row, count, percentile};

/// The goal on two processors.
const GOAL: f64 = 100.0;
/// Rows of the pictures.
const HEIGHT: usize = 1080;
/// How long the streams run before they are asked.
const WARM_UP: Duration = Duration::from_secs(4);
/// Longer than this no stream takes to come up.
const LIMIT: Duration = Duration::from_secs(30);

/// Pictures a second.
#[derive(Clone, Debug, Args)]
pub(crate) struct SnapshotsArgs {
    /// Running streams of 1920x1080.
    #[arg(long, default_value_t = 4)]
    streams: usize,
    /// "h264" or "h265".
    #[arg(long, value_delimiter = ',', default_value = "h264,h265")]
    codecs: Vec<String>,
    /// Questions at a time.
    #[arg(long, default_value_t = 8)]
    askers: usize,
    /// "jpg", "png", "webp".
    #[arg(long, value_delimiter = ',', default_value = "jpg")]
    forms: Vec<String>,
    /// Width of the pictures; 1920 leaves them as they are.
    #[arg(long, value_delimiter = ',', default_value = "1920,640")]
    widths: Vec<u32>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

impl SnapshotsArgs {
    pub(crate) fn standard(rounds: usize) -> Self {
        Self {
            streams: 4,
            codecs: vec!["h264".to_owned(), "h265".to_owned()],
            askers: 8,
            forms: vec!["jpg".to_owned()],
            widths: vec![1920, 640],
            seconds: 6,
            rounds,
        }
    }
}

/// One run.
struct Run {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    kib: f64,
}

/// For each codec, form and width.
pub(crate) fn snapshots(args: &SnapshotsArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for codec in &args.codecs {
        let server = Measured::server(program, None)?;
        start_cameras(args.streams, codec, &server)?;
        for (form, width) in args.forms.iter().flat_map(|form| args.widths.iter().map(move |width| (form, *width))) {
            let runs =
                (0..args.rounds).map(|_| measure(args, form, width, &server)).collect::<anyhow::Result<Vec<Run>>>()?;
            let each = |get: fn(&Run) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
            let load = format!("{form} {width} wide of {} streams of 1080p {codec}", args.streams);
            let goal = (form == "jpg").then_some(GOAL);
            rows.extend(Row::new(&load, "pictures/s", &each(|run| run.per_second), goal).map(Row::at_least));
            rows.extend(Row::new(&load, "p50 ms", &each(|run| run.p50_ms), None));
            rows.extend(Row::new(&load, "p99 ms", &each(|run| run.p99_ms), None));
            rows.extend(Row::new(&load, "KiB each", &each(|run| run.kib), None));
        }
    }
    Ok(rows)
}

/// Makes the clip and has all cameras play it.
fn start_cameras(streams: usize, codec: &str, server: &Measured) -> anyhow::Result<()> {
    let folder = server.data().context("the server's folder")?.join("files");
    let encoder = match codec {
        "h265" => "-c:v libx265 -preset ultrafast -x265-params keyint=50:min-keyint=50:log-level=error",
        _ => "-c:v libx264 -preset veryfast -g 50 -keyint_min 50 -sc_threshold 0",
    };
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i"])
        .arg(format!("testsrc2=size=1920x{HEIGHT}:rate=25:duration=10,noise=alls=8:allf=t"))
        .args(encoder.split(' '))
        .args(["-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M", "-pix_fmt", "yuv420p"])
        .arg(folder.join("bench.mp4"))
        .status()
        .context("this benchmark needs the program ffmpeg")?;
    ensure!(made.success(), "ffmpeg made no clip of {codec}");
    let mut api = Api::sign_in(server.ports().http)?;
    for index in 0..streams {
        let name = format!("camera{index}");
        api.post(
            "/api/v1/sources",
            &json!({ "app": "live", "name": name, "url": "file:bench.mp4", "mode": "always" }),
        )?;
    }
    let begin = Instant::now();
    for index in 0..streams {
        let path = format!("/live/camera{index}.jpg");
        while Connection::open(server.ports().http)?.get(&path).is_err() {
            ensure!(begin.elapsed() < LIMIT, "camera{index} gives no picture");
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
    std::thread::park_timeout(WARM_UP);
    Ok(())
}

fn measure(args: &SnapshotsArgs, form: &str, width: u32, server: &Measured) -> anyhow::Result<Run> {
    /// Counts over all measurements, so that no two requests of the process are for the same picture.
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let address = server.ports().http;
    let begin = Instant::now();
    let end = begin + Duration::from_secs(args.seconds);
    let ask = || -> anyhow::Result<Vec<(f64, usize)>> {
        let mut connection = Connection::open(address)?;
        let mut taken = Vec::new();
        while Instant::now() < end {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            // A limit above the picture's rows changes nothing but the question.
            let height = HEIGHT + number / args.streams % 7000;
            let path = format!("/live/camera{}.{form}?width={width}&height={height}", number % args.streams);
            let asked = Instant::now();
            connection.ask(&path)?;
            let length = connection.count()?;
            taken.push((asked.elapsed().as_secs_f64() * 1e3, length));
        }
        Ok(taken)
    };
    let taken = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..args.askers).map(|_| scope.spawn(ask)).collect();
        let mut all = Vec::new();
        for asker in askers {
            all.extend(asker.join().map_err(|_| anyhow::anyhow!("an asker panicked"))??);
        }
        anyhow::Ok(all)
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    let mut times: Vec<f64> = taken.iter().map(|(ms, _)| *ms).collect();
    times.sort_by(f64::total_cmp);
    let bytes: usize = taken.iter().map(|(_, length)| length).sum();
    Ok(Run {
        per_second: count(taken.len()) / seconds,
        p50_ms: percentile(&times, 0.5),
        p99_ms: percentile(&times, 0.99),
        kib: count(bytes) / 1024.0 / count(taken.len().max(1)),
    })
}
