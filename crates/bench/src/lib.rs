//! `viaduct bench`: measures a server process from outside.
//!
//! Every fan-out figure stands beside its floor, measured in turn with it: a bare program that sends the same
//! number of bytes to the same number of sockets every 25 ms (for TLS: seals them with AES-128-GCM first; for RTSP by
//! UDP: hands many datagrams of one size to the system in one call, as the server does; for WebRTC: both, each datagram
//! sealed by itself).
//! Quote medians of paired ratios; absolute times of shared machines mean little.
//!
//! The clip is synthetic: pictures of the configured bit rate whose payload ends with a marker (send time and
//! key flag), so that latency is read from the byte stream of any protocol without parsing it. Viewers who are
//! not looked at closely are drained with `MSG_TRUNC`, so that the client stays cheap.

mod cameras;
mod channels;
mod clip;
mod datagrams;
mod events;
mod floor;
mod gb28181;
mod hls;
mod http;
mod licence;
mod process;
mod publisher;
mod report;
mod scenario;
mod snapshots;
mod sources;
mod viewer;
mod webrtc;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};

pub use report::Row;

/// Measures a server.
#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Cost of delivery: one stream to many viewers, in turn with the floor.
    Fanout(scenario::FanoutArgs),
    /// Time from connecting to the first complete key frame.
    Join(scenario::JoinArgs),
    /// Cost of publishers that nobody watches.
    Ingest(scenario::IngestArgs),
    /// Requests of HLS a second, and the cost of cutting streams.
    Hls(hls::HlsArgs),
    /// What one stalled and one slow viewer do to the others.
    Slow(scenario::SlowArgs),
    /// Pictures a second from running streams of 1080p.
    Snapshots(snapshots::SnapshotsArgs),
    /// Answers of the interface with many channels.
    Channels(channels::ChannelsArgs),
    /// How soon many listeners hear of a change.
    Events(events::EventsArgs),
    /// Many devices of GB/T 28181 that sign in, their heartbeats, and a restart of the server.
    Gb28181(gb28181::SignInArgs),
    /// Many program streams of devices of GB/T 28181.
    Gb28181Streams(gb28181::StreamsArgs),
    /// Time from a viewer's request to the first picture of an idle channel of GB/T 28181.
    Gb28181Picture(gb28181::PictureArgs),
    /// How long many sources take to be live again after all were gone.
    SourcesReturn(sources::SourcesReturnArgs),
    /// The whole programme of docs/reference/performance.md.
    All(scenario::AllArgs),
    /// The floor itself (started by the others).
    #[command(hide = true)]
    Floor(floor::FloorArgs),
    /// Cameras (started by the others).
    #[command(hide = true)]
    Cameras(cameras::CamerasArgs),
}

/// Runs a benchmark; `server` is the program that serves.
///
/// # Errors
/// When the server does not start or a viewer cannot connect.
pub fn run(args: &BenchArgs, server: &std::path::Path) -> anyhow::Result<()> {
    raise_file_limit();
    match &args.command {
        BenchCommand::Floor(floor) => floor::serve(floor),
        BenchCommand::Cameras(cameras) => cameras::serve(cameras),
        BenchCommand::Channels(args) => channels::channels(args, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Events(args) => events::events(args, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Gb28181(args) => gb28181::sign_in(args, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Gb28181Streams(args) => {
            gb28181::streams(args, server).and_then(|rows| report::finish(&rows, None))
        }
        BenchCommand::Gb28181Picture(args) => {
            gb28181::first_picture(args, server).and_then(|rows| report::finish(&rows, None))
        }
        BenchCommand::SourcesReturn(args) => {
            sources::sources_return(args, server).and_then(|rows| report::finish(&rows, None))
        }
        BenchCommand::Fanout(fanout) => scenario::fanout(fanout, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Join(join) => scenario::join(join, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Ingest(ingest) => scenario::ingest(ingest, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Hls(args) => hls::hls(args, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::Snapshots(args) => {
            snapshots::snapshots(args, server).and_then(|rows| report::finish(&rows, None))
        }
        BenchCommand::Slow(slow) => scenario::slow(slow, server).and_then(|rows| report::finish(&rows, None)),
        BenchCommand::All(all) => {
            let rows = scenario::all(all, server)?;
            report::finish(&rows, all.json.as_deref())
        }
    }
}

fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // A small limit shows as a connection that fails, with its own message.
    let _refused = setrlimit(Resource::Nofile, limit);
}

/// Writes `text` to `path`.
fn write(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", PathBuf::from(path).display()))
}
