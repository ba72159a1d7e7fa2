//! HLS: how many requests a second are answered from memory, and what cutting a stream costs.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use crate::http::Connection;
use crate::process::Measured;
use crate::report::{Row, count};
use crate::scenario::publish;

/// A playlist is full and has parts after this: eight segments of two seconds, and a little.
const PLAYLIST_FILLED: Duration = Duration::from_secs(18);
/// How often those who ask look for newer pieces: those of the measured playlist must not grow too old.
const FRESH: Duration = Duration::from_secs(1);
/// A light viewer asks this often for the playlist and for the newest segment.
const LIGHT: Duration = Duration::from_secs(2);

/// Requests of HLS.
#[derive(Clone, Debug, Args)]
pub(crate) struct HlsArgs {
    /// Keep-alive connections that ask without pause.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Streams that are cut for the cost of cutting.
    #[arg(long, default_value_t = 100)]
    streams: usize,
    /// Bits a second of each stream.
    #[arg(long, default_value_t = 1_000_000)]
    bitrate: u64,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
}

impl HlsArgs {
    pub(crate) const fn standard(rounds: usize) -> Self {
        Self { connections: 64, streams: 100, bitrate: 1_000_000, rounds, seconds: 8 }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Playlist,
    Part,
    Segment,
}

impl Piece {
    const ALL: [Self; 3] = [Self::Playlist, Self::Part, Self::Segment];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Playlist => "playlists",
            Self::Part => "parts",
            Self::Segment => "segments",
        }
    }

    /// Its path, as the present playlist names it.
    fn path(self, playlist: &str) -> anyhow::Result<String> {
        let name = match self {
            Self::Playlist => Some("media.m3u8"),
            Self::Part => playlist.lines().rev().find_map(|line| {
                let (_, rest) = line.strip_prefix("#EXT-X-PART:")?.split_once("URI=\"")?;
                rest.split('"').next()
            }),
            Self::Segment => newest_segment(playlist),
        };
        let name = name.with_context(|| format!("no {} in the playlist", self.as_str()))?;
        Ok(shared_path(0, name))
    }
}

fn newest_segment(playlist: &str) -> Option<&str> {
    playlist.lines().rfind(|line| !line.starts_with('#') && line.ends_with(".m4s"))
}

/// Below the path of those who need no token: no session has to be kept by the client.
fn shared_path(stream: usize, name: &str) -> String {
    format!("/t/-/live/b{stream}/{name}")
}

/// Answers of one kind.
struct Answers {
    per_second: f64,
    cpu_us: f64,
    mbit_per_second: f64,
}

/// Requests a second, then the cost of cutting.
pub(crate) fn hls(args: &HlsArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut answers: [Vec<Answers>; 3] = Default::default();
    let (mut with, mut added) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        for (runs, run) in answers.iter_mut().zip(answer(args, program)?) {
            runs.push(run);
        }
        let cost = cut(args, program)?;
        with.push(cost.with);
        added.push(cost.with - cost.without);
    }
    let mut rows = Vec::new();
    for (piece, runs) in Piece::ALL.into_iter().zip(&answers) {
        let load = format!("HLS {} on {} connections", piece.as_str(), args.connections);
        let each = |get: fn(&Answers) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
        rows.extend(Row::new(&load, "requests/s", &each(|run| run.per_second), Some(10_000.0)).map(Row::at_least));
        rows.extend(Row::new(&load, "server CPU us/request", &each(|run| run.cpu_us), None));
        rows.extend(Row::new(&load, "Mbit/s", &each(|run| run.mbit_per_second), None));
    }
    #[expect(clippy::cast_precision_loss, reason = "a label")]
    let load = format!("{} streams x {} Mbit/s, a light HLS viewer each", args.streams, args.bitrate as f64 / 1e6);
    rows.extend(Row::new(&load, "% of a core per Mbit/s more than without viewers", &added, Some(0.12)));
    rows.extend(Row::new(&load, "% of a core per Mbit/s in all", &with, None));
    Ok(rows)
}

/// Asks for each kind of piece in turn.
fn answer(args: &HlsArgs, program: &Path) -> anyhow::Result<Vec<Answers>> {
    let server = Measured::server(program, None)?;
    let _publishing = publish(&server, 1, args.bitrate, Instant::now())?;
    let address = server.ports().http;
    let mut first = Connection::open(address)?;
    first.get(&shared_path(0, "media.m3u8"))?;
    let filled = Instant::now() + PLAYLIST_FILLED;
    while Instant::now() < filled {
        first.get(&shared_path(0, "media.m3u8"))?;
        std::thread::park_timeout(FRESH);
    }
    let mut connections =
        (0..args.connections).map(|_| Connection::open(address)).collect::<anyhow::Result<Vec<Connection>>>()?;
    Piece::ALL.into_iter().map(|piece| ask(&server, &mut first, &mut connections, piece, args.seconds)).collect()
}

/// Every connection has one question open at a time; a round is over when all are answered.
fn ask(
    server: &Measured,
    first: &mut Connection,
    connections: &mut [Connection],
    piece: Piece,
    seconds: u64,
) -> anyhow::Result<Answers> {
    let (cpu, begin) = (server.cpu_seconds(), Instant::now());
    let (mut answers, mut bytes) = (0, 0);
    let (mut path, mut fresh_until) = (String::new(), begin);
    while begin.elapsed() < Duration::from_secs(seconds) {
        if Instant::now() >= fresh_until {
            path = piece.path(&first.get(&shared_path(0, "media.m3u8"))?)?;
            fresh_until = Instant::now() + FRESH;
        }
        for connection in &mut *connections {
            connection.ask(&path)?;
        }
        for connection in &mut *connections {
            bytes += connection.count()?;
            answers += 1;
        }
    }
    let (wall, cpu) = (begin.elapsed().as_secs_f64(), server.cpu_seconds() - cpu);
    Ok(Answers {
        per_second: count(answers) / wall,
        cpu_us: cpu * 1e6 / count(answers),
        mbit_per_second: count(bytes) * 8.0 / 1e6 / wall,
    })
}

/// Processor time per stream and Mbit/s, in per cent of a core.
struct CutCost {
    without: f64,
    with: f64,
}

fn cut(args: &HlsArgs, program: &Path) -> anyhow::Result<CutCost> {
    let server = Measured::server(program, None)?;
    let _publishing = publish(&server, args.streams, args.bitrate, Instant::now())?;
    let span = Duration::from_secs(args.seconds);
    #[expect(clippy::cast_precision_loss, reason = "Mbit/s")]
    let load = count(args.streams) * args.bitrate as f64 / 1e6;
    let per_mbit = |cpu: f64, begin: Instant| cpu / begin.elapsed().as_secs_f64() * 100.0 / load;
    let (cpu, begin) = (server.cpu_seconds(), Instant::now());
    std::thread::park_timeout(span);
    let without = per_mbit(server.cpu_seconds() - cpu, begin);
    let mut viewers = (0..args.streams)
        .map(|stream| Light::join(server.ports().http, stream))
        .collect::<anyhow::Result<Vec<Light>>>()?;
    for viewer in &mut viewers {
        viewer.connection.count()?;
    }
    watch(&mut viewers, PLAYLIST_FILLED)?;
    let (cpu, begin) = (server.cpu_seconds(), Instant::now());
    watch(&mut viewers, span)?;
    Ok(CutCost { without, with: per_mbit(server.cpu_seconds() - cpu, begin) })
}

/// A viewer who keeps a stream being cut and takes each segment once.
struct Light {
    connection: Connection,
    stream: usize,
    last: String,
}

impl Light {
    /// Asks for the first playlist, which is held until the stream can be cut.
    fn join(address: SocketAddr, stream: usize) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address)?;
        connection.ask(&shared_path(stream, "media.m3u8"))?;
        Ok(Self { connection, stream, last: String::new() })
    }

    fn look(&mut self) -> anyhow::Result<()> {
        let playlist = self.connection.get(&shared_path(self.stream, "media.m3u8"))?;
        if let Some(newest) = newest_segment(&playlist).filter(|newest| *newest != self.last) {
            self.connection.ask(&shared_path(self.stream, newest))?;
            self.connection.count()?;
            newest.clone_into(&mut self.last);
        }
        Ok(())
    }
}

/// Lets each viewer look once in a while, one after the other.
fn watch(viewers: &mut [Light], span: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + span;
    let step = LIGHT / u32::try_from(viewers.len().max(1))?;
    let mut due = Instant::now();
    while Instant::now() < end {
        for viewer in &mut *viewers {
            viewer.look()?;
            due += step;
            std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_pieces_are_found_in_a_playlist() {
        let playlist = "#EXTM3U\n#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:2.00000,\n11.m4s\n\
            #EXT-X-PART:DURATION=0.2,URI=\"12.0.m4s\",INDEPENDENT=YES\n#EXTINF:2.00000,\n12.m4s\n\
            #EXT-X-PART:DURATION=0.2,URI=\"13.0.m4s\",INDEPENDENT=YES\n\
            #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"13.1.m4s\"\n";
        let paths = Piece::ALL.map(|piece| piece.path(playlist).unwrap());
        assert_eq!(paths, ["/t/-/live/b0/media.m3u8", "/t/-/live/b0/13.0.m4s", "/t/-/live/b0/12.m4s"]);
        assert!(Piece::Part.path("#EXTM3U\n").is_err());
    }
}
