//! Clips that FFmpeg and GStreamer make, and what FFmpeg sees in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Two seconds of pictures with B-frames, of sound in 44.1 kHz and in 48 kHz.
const SOURCES: &str = "-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=44100 \
    -f lavfi -i sine=frequency=880:sample_rate=48000 -t 2";

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} is a required tool of the tests: {error}"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaints}");
    output.stdout
}

/// A file of this name in the build folder.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Makes a clip with FFmpeg from [`SOURCES`].
pub(crate) fn ffmpeg(name: &str, options: &str) -> PathBuf {
    let out = path(name);
    let fixed = ["-v", "error", "-nostdin", "-y"];
    let arguments = SOURCES.split_whitespace().chain(options.split_whitespace());
    let arguments: Vec<&str> = fixed.into_iter().chain(arguments).chain(out.to_str()).collect();
    run("ffmpeg", &arguments);
    out
}

/// A clip of a real camera, where `../shared/media` is beside the checkout; an absent one is noted for `make test`.
pub(crate) fn real(name: &str) -> Option<PathBuf> {
    use std::io::Write;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media").join(name);
    if path.exists() {
        return Some(path);
    }
    if let Some(notes) = std::env::var_os("VIADUCT_SKIPS") {
        let mut notes = std::fs::OpenOptions::new().create(true).append(true).open(notes).unwrap();
        writeln!(notes, "{name} of ../shared/media is not here").unwrap();
    }
    None
}

/// Makes a clip with a GStreamer pipeline that ends in `filesink name=out`.
pub(crate) fn gstreamer(name: &str, pipeline: &str) -> PathBuf {
    let out = path(name);
    let sink = format!("filesink location={}", out.display());
    let arguments: Vec<&str> = ["-q", "-e"].into_iter().chain(pipeline.split_whitespace()).collect();
    run("gst-launch-1.0", &[&arguments[..], &["!"], &sink.split_whitespace().collect::<Vec<_>>()[..]].concat());
    out
}

/// A stream of a clip as FFmpeg copies it out: the raw format, without container.
pub(crate) fn raw(clip: &Path, stream: &str, format: &str) -> Vec<u8> {
    let clip = clip.to_str().unwrap();
    run("ffmpeg", &["-v", "error", "-nostdin", "-i", clip, "-map", stream, "-c", "copy", "-f", format, "-"])
}

/// A packet as ffprobe sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) pts: i64,
    pub(crate) dts: i64,
    pub(crate) size: usize,
    pub(crate) key: bool,
}

/// The packets of one stream (such as `v:0`), all of which have time stamps.
pub(crate) fn packets(clip: &Path, stream: &str) -> Vec<Packet> {
    probed(clip, stream).into_iter().map(|(_, packet)| packet.expect("every packet has time stamps")).collect()
}

/// Key flags of the packets of one stream, and the packets that have time stamps.
pub(crate) fn probed(clip: &Path, stream: &str) -> Vec<(bool, Option<Packet>)> {
    let entries = ["-show_entries", "packet=pts,dts,size,flags", "-of", "csv=p=0"];
    let clip = ["-v", "error", "-select_streams", stream, clip.to_str().unwrap()];
    let text = String::from_utf8(run("ffprobe", &[&entries[..], &clip].concat())).unwrap();
    let packet = |line: &str| {
        // Side data of a packet stands on a line of its own.
        let fields: Vec<&str> = line.split(',').filter(|field| !field.is_empty()).collect();
        let &[pts, dts, size, flags, ..] = &fields[..] else { return None };
        let (size, key) = (size.parse().unwrap(), flags.starts_with('K'));
        let times = pts.parse().ok().zip(dts.parse().ok());
        Some((key, times.map(|(pts, dts)| Packet { pts, dts, size, key })))
    };
    text.lines().filter_map(packet).collect()
}
