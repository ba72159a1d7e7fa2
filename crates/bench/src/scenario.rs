//! What is measured.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use crate::clip::Clip;
use crate::hls::HlsArgs;
use crate::process::Measured;
use crate::publisher::Publishers;
use crate::report::{Row, count, percentile};
use crate::snapshots::{SnapshotsArgs, snapshots};
use crate::sources::{SourcesReturnArgs, sources_return};
use crate::viewer::{Viewer, Watch};

/// Viewers are drained this often.
const DRAIN: Duration = Duration::from_millis(20);
/// Bytes that a viewer may have waiting; the memory is reserved, never touched.
const DRAIN_LEN: usize = 16 << 20;
/// Viewers whose pictures are looked at.
const LOOKED_AT: usize = 10;
/// Two GOPs and a little.
const RINGS_FILLED: Duration = Duration::from_secs(5);
/// The clip settles before anything is measured.
const WARM_UP: Duration = Duration::from_secs(3);

/// Cost of delivery.
#[derive(Clone, Debug, Args)]
pub(crate) struct FanoutArgs {
    /// Protocols.
    #[arg(long, value_delimiter = ',', default_value = "flv,ws-flv,rtmp,ts,fmp4,rtsp,rtsp-udp")]
    protocols: Vec<Watch>,
    /// Viewers.
    #[arg(long, default_value_t = 500)]
    viewers: usize,
    /// Bits a second of the stream.
    #[arg(long, default_value_t = 4_000_000)]
    bitrate: u64,
    /// Pairs of server and floor.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// The server's merge window; its default when absent.
    #[arg(long)]
    window_ms: Option<u64>,
}

/// Time to the first key frame.
#[derive(Clone, Debug, Args)]
pub(crate) struct JoinArgs {
    /// Protocols.
    #[arg(long, value_delimiter = ',', default_value = "flv,ws-flv,rtmp,rtsp,ws-fmp4")]
    protocols: Vec<Watch>,
    /// Joins a second.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Joins in all.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Bits a second of the stream.
    #[arg(long, default_value_t = 4_000_000)]
    bitrate: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Publishers without viewers.
#[derive(Clone, Debug, Args)]
pub(crate) struct IngestArgs {
    /// Publishers.
    #[arg(long, default_value_t = 300)]
    publishers: usize,
    /// Bits a second of each.
    #[arg(long, default_value_t = 1_000_000)]
    bitrate: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
}

/// One stalled and one slow viewer among many.
#[derive(Clone, Debug, Args)]
pub(crate) struct SlowArgs {
    /// Viewers.
    #[arg(long, default_value_t = 500)]
    viewers: usize,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Everything.
#[derive(Clone, Debug, Args)]
pub(crate) struct AllArgs {
    /// Runs of each.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Also write JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// One measurement of many viewers.
struct Delivery {
    cpu_s_per_gb: f64,
    cycles_per_byte: Option<f64>,
    core_percent: f64,
    latency_p50_ms: f64,
    latency_p99_ms: f64,
    slowest_share: f64,
    lost: usize,
    missing: u64,
    memory_per_viewer_kib: f64,
}

fn deliver(
    measured: &Measured,
    watch: Watch,
    viewers: usize,
    seconds: u64,
    origin: Instant,
) -> anyhow::Result<Delivery> {
    let ports = measured.ports();
    let mut all = Vec::with_capacity(viewers);
    let mut buffer = vec![0; 1 << 20];
    // The first viewer makes the rendition, whose ring fills with two GOPs: what the others add is theirs.
    all.push(Viewer::join(watch, &ports, "b0")?);
    run_for(&mut all, RINGS_FILLED, &mut buffer, |_| {});
    let before_kib = measured.memory_kib();
    for index in 1..viewers {
        all.push(Viewer::join(watch, &ports, "b0")?);
        if index % 20 == 0 {
            drain(&mut all, &mut buffer, |_| {});
        }
    }
    run_for(&mut all, WARM_UP, &mut buffer, |_| {});
    let memory_per_viewer_kib = (measured.memory_kib() - before_kib) / count(viewers);
    let start_bytes: Vec<u64> = all.iter().map(|viewer| viewer.bytes).collect();
    let missing: u64 = all.iter().map(Viewer::missing).sum();
    let (cpu, begin) = (measured.cpu_seconds(), Instant::now());
    let cycles = measured.count_cycles();
    let mut latencies = Vec::new();
    run_for(&mut all, Duration::from_secs(seconds), &mut buffer, |sent_ns| {
        latencies.push(origin.elapsed().as_secs_f64() * 1e3 - nanos(sent_ns) / 1e6);
    });
    let cycles = cycles.and_then(crate::process::Cycles::stop);
    let (cpu, wall) = (measured.cpu_seconds() - cpu, begin.elapsed().as_secs_f64());
    let mut taken: Vec<f64> = all.iter().zip(start_bytes).map(|(viewer, start)| nanos(viewer.bytes - start)).collect();
    taken.sort_by(f64::total_cmp);
    let total: f64 = taken.iter().sum();
    latencies.sort_by(f64::total_cmp);
    Ok(Delivery {
        cpu_s_per_gb: cpu / (total / 1e9),
        cycles_per_byte: cycles.map(|cycles| cycles / total),
        core_percent: cpu / wall * 100.0,
        latency_p50_ms: percentile(&latencies, 0.5),
        latency_p99_ms: percentile(&latencies, 0.99),
        slowest_share: taken[0] / percentile(&taken, 0.5),
        lost: all.iter().filter(|viewer| !viewer.alive).count(),
        missing: all.iter().map(Viewer::missing).sum::<u64>() - missing,
        memory_per_viewer_kib,
    })
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
const fn nanos(value: u64) -> f64 {
    value as f64
}

fn drain(all: &mut [Viewer], buffer: &mut [u8], mut picture: impl FnMut(u64)) {
    let mut untouched: Vec<u8> = Vec::with_capacity(DRAIN_LEN);
    let step = (all.len() / LOOKED_AT).max(1);
    for (index, viewer) in all.iter_mut().enumerate() {
        if index % step == 0 {
            viewer.look(buffer, &mut picture);
        } else {
            viewer.drain(untouched.spare_capacity_mut());
        }
    }
}

/// Viewers that are looked at are polled every millisecond, the others every 20.
fn run_for(all: &mut [Viewer], span: Duration, buffer: &mut [u8], mut picture: impl FnMut(u64)) {
    let end = Instant::now() + span;
    let step = (all.len() / LOOKED_AT).max(1);
    let mut next_drain = Instant::now();
    while Instant::now() < end {
        if Instant::now() >= next_drain {
            next_drain += DRAIN;
            drain(all, buffer, &mut picture);
        } else {
            all.iter_mut().step_by(step).for_each(|viewer| viewer.look(buffer, &mut picture));
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// One stream, many viewers, in turn with the floor.
pub(crate) fn fanout(args: &FanoutArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for watch in &args.protocols {
        let mut runs = Vec::new();
        for _ in 0..args.rounds {
            let floor = Measured::floor(program, args.bitrate, watch.floor())?;
            let below = deliver(&floor, watch.floor(), args.viewers, args.seconds, Instant::now())?;
            drop(floor);
            let server = Measured::server(program, args.window_ms)?;
            let origin = Instant::now();
            let _publishing = publish(&server, 1, args.bitrate, origin)?;
            runs.push((deliver(&server, *watch, args.viewers, args.seconds, origin)?, below));
        }
        rows.extend(fanout_rows(*watch, args, &runs));
    }
    Ok(rows)
}

/// Starts publishers of `live/bN` and lets them settle.
pub(crate) fn publish(
    server: &Measured,
    publishers: usize,
    bitrate_bps: u64,
    origin: Instant,
) -> anyhow::Result<Publishers> {
    let clip = Clip::new(bitrate_bps, origin);
    let publishers = Publishers::start(server.ports().rtmp, "b", publishers, &clip)?;
    std::thread::park_timeout(Duration::from_millis(100));
    let settled = Instant::now() + WARM_UP;
    while Instant::now() < settled {
        std::thread::park_timeout(Duration::from_millis(50));
    }
    Ok(publishers)
}

fn fanout_rows(watch: Watch, args: &FanoutArgs, runs: &[(Delivery, Delivery)]) -> Vec<Row> {
    let each = |get: &dyn Fn(&(Delivery, Delivery)) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
    #[expect(clippy::cast_precision_loss, reason = "a label")]
    let load = format!("{} x {} Mbit/s {}", args.viewers, args.bitrate as f64 / 1e6, watch.as_str());
    let goal = match watch {
        Watch::Flv | Watch::WsFlv => Some(1.3),
        Watch::Rtmp | Watch::Ts | Watch::Fmp4 | Watch::WsFmp4 => Some(1.4),
        Watch::Rtsp => Some(1.6),
        Watch::FlvTls | Watch::WsFlvTls | Watch::Webrtc => Some(1.5),
        Watch::RtspUdp | Watch::Floor | Watch::FloorTls | Watch::FloorUdp | Watch::FloorSrtp => None,
    };
    let memory_kib = match watch {
        // Each has an engine with keys of its own, and remembers a second of packets that may be asked for again.
        Watch::Webrtc => None,
        _ if watch.is_encrypted() => Some(40.0),
        _ => Some(4.0),
    };
    let cycles = |run: &Delivery| run.cycles_per_byte.unwrap_or(f64::NAN);
    // Where the kernel counts no cycles, processor time has to do.
    let counted = runs.iter().any(|run| run.0.cycles_per_byte.is_some());
    let mut rows = vec![
        Row::new(&load, "x floor, cycles/B", &each(&|run| cycles(&run.0) / cycles(&run.1)), goal),
        Row::new(&load, "cycles/B", &each(&|run| cycles(&run.0)), None),
        Row::new(&load, "floor cycles/B", &each(&|run| cycles(&run.1)), None),
        Row::new(
            &load,
            "x floor, CPU s/GB",
            &each(&|run| run.0.cpu_s_per_gb / run.1.cpu_s_per_gb),
            goal.filter(|_| !counted),
        ),
        Row::new(&load, "CPU s/GB", &each(&|run| run.0.cpu_s_per_gb), None),
        Row::new(&load, "% of a core", &each(&|run| run.0.core_percent), None),
        Row::new(&load, "slowest viewer / median", &each(&|run| run.0.slowest_share), None),
        Row::new(&load, "viewers lost", &each(&|run| count(run.0.lost)), Some(0.0)),
        Row::new(&load, "KiB per viewer", &each(&|run| run.0.memory_per_viewer_kib), memory_kib),
    ];
    if watch == Watch::RtspUdp {
        rows.push(Row::new(&load, "datagrams missing", &each(&|run| nanos(run.0.missing)), Some(0.0)));
        // 1 Gbit/s are an eighth of a gigabyte each second.
        rows.push(Row::new(&load, "% of a core per Gbit/s", &each(&|run| run.0.cpu_s_per_gb * 100.0 / 8.0), None));
    }
    if !watch.is_encrypted() {
        rows.push(Row::new(&load, "latency p50 ms", &each(&|run| run.0.latency_p50_ms), Some(25.0)));
        rows.push(Row::new(&load, "latency p99 ms", &each(&|run| run.0.latency_p99_ms), Some(60.0)));
    }
    rows.into_iter().flatten().collect()
}

/// Joins at a steady rate.
pub(crate) fn join(args: &JoinArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for watch in &args.protocols {
        let (mut p50, mut p99) = (Vec::new(), Vec::new());
        for _ in 0..args.rounds {
            let server = Measured::server(program, None)?;
            let _publishing = publish(&server, 1, args.bitrate, Instant::now())?;
            let ports = server.ports();
            let (mut viewers, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
            let begin = Instant::now();
            for index in 0..args.count {
                let due = begin + Duration::from_secs(1) / args.rate * index;
                while Instant::now() < due {
                    std::hint::spin_loop();
                }
                viewers.push(Viewer::join(*watch, &ports, "b0")?);
                if index % 25 == 0 {
                    drain(&mut viewers, &mut buffer, |_| {});
                }
            }
            let mut times: Vec<f64> = viewers.iter().map(|viewer| viewer.joined.as_secs_f64() * 1e3).collect();
            times.sort_by(f64::total_cmp);
            p50.push(percentile(&times, 0.5));
            p99.push(percentile(&times, 0.99));
        }
        let load = format!("{} joins/s {}", args.rate, watch.as_str());
        rows.extend(Row::new(&load, "first key frame p50 ms", &p50, Some(1.0)));
        rows.extend(Row::new(&load, "first key frame p99 ms", &p99, Some(10.0)));
    }
    Ok(rows)
}

/// Publishers that nobody watches.
pub(crate) fn ingest(args: &IngestArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let (mut cpu, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let server = Measured::server(program, None)?;
        let before_kib = server.memory_kib();
        let _publishing = publish(&server, args.publishers, args.bitrate, Instant::now())?;
        std::thread::park_timeout(WARM_UP);
        let (used, begin) = (server.cpu_seconds(), Instant::now());
        let end = begin + Duration::from_secs(args.seconds);
        while Instant::now() < end {
            std::thread::park_timeout(Duration::from_millis(100));
        }
        let percent = (server.cpu_seconds() - used) / begin.elapsed().as_secs_f64() * 100.0;
        cpu.push(percent / count(args.publishers));
        memory.push((server.memory_kib() - before_kib) / 1024.0 / count(args.publishers));
    }
    #[expect(clippy::cast_precision_loss, reason = "a label")]
    let load = format!("{} publishers x {} Mbit/s", args.publishers, args.bitrate as f64 / 1e6);
    Ok([Row::new(&load, "% of a core each", &cpu, Some(0.05)), Row::new(&load, "MiB each", &memory, Some(0.5))]
        .into_iter()
        .flatten()
        .collect())
}

/// What a stalled viewer and one at 10 kB/s do to the others.
pub(crate) fn slow(args: &SlowArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut change = Vec::new();
    for _ in 0..args.rounds {
        let alone = latency_among(args.viewers, program, false)?;
        let disturbed = latency_among(args.viewers, program, true)?;
        change.push(disturbed - alone);
    }
    let load = format!("{} viewers, one stalled and one at 10 kB/s", args.viewers);
    Ok(Row::new(load, "change of the others' p99, ms", &change, Some(20.0)).into_iter().collect())
}

fn latency_among(viewers: usize, program: &Path, disturb: bool) -> anyhow::Result<f64> {
    let server = Measured::server(program, None)?;
    let origin = Instant::now();
    let _publishing = publish(&server, 1, 4_000_000, origin)?;
    let ports = server.ports();
    let mut bad = Vec::new();
    if disturb {
        bad.push(Viewer::join(Watch::Flv, &ports, "b0")?);
        bad.push(Viewer::join(Watch::Flv, &ports, "b0")?);
    }
    let mut all = Vec::with_capacity(viewers);
    let (mut buffer, mut few) = (vec![0; 1 << 20], [0; 200]);
    for index in 0..viewers {
        all.push(Viewer::join(Watch::Flv, &ports, "b0")?);
        if index % 20 == 0 {
            drain(&mut all, &mut buffer, |_| {});
        }
    }
    let mut latencies = Vec::new();
    let end = Instant::now() + Duration::from_secs(8);
    while Instant::now() < end {
        // 200 bytes every 20 ms are 10 kB/s; the first bad viewer takes nothing at all.
        if let Some(slow) = bad.get_mut(1) {
            slow.nibble(&mut few);
        }
        run_for(&mut all, DRAIN, &mut buffer, |sent_ns| {
            latencies.push(origin.elapsed().as_secs_f64() * 1e3 - nanos(sent_ns) / 1e6);
        });
    }
    latencies.sort_by(f64::total_cmp);
    Ok(percentile(&latencies, 0.99))
}

/// The programme behind the published figures.
pub(crate) fn all(args: &AllArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let fan = |protocols: Vec<Watch>, viewers: usize, bitrate: u64| FanoutArgs {
        protocols,
        viewers,
        bitrate,
        rounds: args.rounds,
        seconds: 6,
        window_ms: None,
    };
    let plain = vec![Watch::Flv, Watch::WsFlv, Watch::Rtmp, Watch::Ts, Watch::Fmp4, Watch::Rtsp, Watch::RtspUdp];
    let mut rows = fanout(&fan(plain, 500, 4_000_000), program)?;
    rows.extend(fanout(&fan(vec![Watch::Flv, Watch::WsFlv], 1000, 4_000_000), program)?);
    rows.extend(fanout(&fan(vec![Watch::Flv], 3000, 1_000_000), program)?);
    rows.extend(fanout(&fan(vec![Watch::FlvTls, Watch::WsFlvTls], 500, 4_000_000), program)?);
    for window in [0, 40, 100, 300] {
        let args = FanoutArgs { window_ms: Some(window), ..fan(vec![Watch::Flv], 500, 4_000_000) };
        let mut windowed = fanout(&args, program)?;
        windowed.iter_mut().for_each(|row| row.what = format!("{} at a window of {window} ms", row.what));
        rows.extend(windowed);
    }
    let protocols = vec![Watch::Flv, Watch::WsFlv, Watch::Rtmp, Watch::Rtsp, Watch::WsFmp4];
    rows.extend(join(
        &JoinArgs { protocols, rate: 500, count: 1000, bitrate: 4_000_000, rounds: args.rounds },
        program,
    )?);
    for (publishers, bitrate) in [(1000, 200_000), (300, 1_000_000)] {
        rows.extend(ingest(&IngestArgs { publishers, bitrate, rounds: args.rounds, seconds: 8 }, program)?);
    }
    rows.extend(crate::hls::hls(&HlsArgs::standard(args.rounds), program)?);
    rows.extend(sources_return(&SourcesReturnArgs::standard(args.rounds), program)?);
    rows.extend(snapshots(&SnapshotsArgs::standard(args.rounds), program)?);
    rows.extend(slow(&SlowArgs { viewers: 500, rounds: args.rounds }, program)?);
    Ok(rows)
}
