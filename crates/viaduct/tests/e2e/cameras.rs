//! `viaduct sim`: simulated cameras for other programs, seen by them.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sim::barcode::{self, Stamp};
use testkit::PATIENCE;
use testkit::process;

use crate::support::{BINARY, options};

/// Size that FFmpeg scales pictures to before the strip is read.
const WIDTH: usize = 640;
const HEIGHT: usize = 360;
/// Pictures that are decoded.
const PICTURES: usize = 20;
/// Of a camera of 25 pictures per second.
const MS_PER_PICTURE: u64 = 40;
/// Drawing and encoding a clip of 20 s without optimisation takes its time.
const ENCODING: Duration = Duration::from_secs(120);

struct Cameras {
    child: Child,
    urls: Vec<String>,
}

impl Drop for Cameras {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Starts one camera and waits until it says where it can be watched.
fn start(folder: &Path, arguments: &[&str]) -> Cameras {
    let mut command = Command::new(BINARY);
    command.args(["sim", "--cameras", "1", "--listen", "127.0.0.1:0", "--cache"]).arg(folder.join("cache"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Cameras { child, urls: vec![line.trim().to_owned()] }
}

/// The strips of pictures that FFmpeg decodes.
pub(crate) fn stamps(options: &[&str], url: &str) -> Vec<Stamp> {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().join("pictures");
    let mut arguments = vec!["-v", "error", "-nostdin"];
    arguments.extend(options);
    let frames = PICTURES.to_string();
    let filter = format!("scale={WIDTH}:{HEIGHT}");
    let path = pictures.to_str().unwrap();
    arguments.extend(["-i", url, "-an", "-fps_mode", "passthrough", "-frames:v", &frames, "-vf", &filter]);
    arguments.extend(["-pix_fmt", "gray", "-f", "rawvideo", path]);
    let (ok, _, messages) = process::run("ffmpeg", &arguments, ENCODING);
    assert!(ok, "{url}: {messages}");
    let bytes = std::fs::read(&pictures).unwrap();
    let stamps = bytes.chunks_exact(WIDTH * HEIGHT);
    stamps.map(|luma| barcode::read(luma, WIDTH, HEIGHT, WIDTH).expect("a strip in every picture")).collect()
}

fn assert_counting(stamps: &[Stamp]) {
    assert_eq!(stamps.len(), PICTURES);
    assert!(stamps.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1), "{stamps:?}");
}

#[test]
fn a_looped_camera_is_watched_pushed_and_comes_with_its_truth() {
    let mut server = options().start();
    let api = server.sign_in();
    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth");
    let to = server.url("rtmp", "sim");
    let cameras = start(folder.path(), &["--truth", truth.to_str().unwrap(), "--to", &to]);
    let url = &cameras.urls[0];
    let name = url.rsplit('/').next().unwrap();
    assert_counting(&stamps(&["-rtsp_transport", "tcp"], url));
    api.await_live(&format!("sim/{name}"));
    assert_counting(&stamps(&[], &server.url("http", &format!("sim/{name}.flv"))));

    let text = std::fs::read_to_string(truth.join(format!("{name}.jsonl"))).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let frames: Vec<&Value> = lines.iter().filter(|line| line.get("frame").is_some()).collect();
    assert_eq!(frames.len(), 500, "20 s of 25 pictures");
    let tracks: BTreeSet<u64> = frames
        .iter()
        .flat_map(|frame| frame["boxes"].as_array().unwrap())
        .map(|each| each["track"].as_u64().unwrap())
        .collect();
    assert!(tracks.len() >= 3, "vehicles pass: {tracks:?}");
    server.assert_well();
}

#[test]
fn a_live_camera_shows_the_time_of_day() {
    let folder = tempfile::tempdir().unwrap();
    let cameras = start(folder.path(), &["--mode", "live"]);
    let stamps = stamps(&["-rtsp_transport", "tcp"], &cameras.urls[0]);
    assert_eq!(stamps.len(), PICTURES);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let shown = Duration::from_millis(stamps[PICTURES - 1].unix_ms);
    assert!(now > shown && now - shown < PATIENCE, "{shown:?} at {now:?}");
    assert!(stamps.windows(2).all(|pair| pair[1].unix_ms > pair[0].unix_ms), "{stamps:?}");
    assert!(stamps.windows(2).all(|pair| pair[1].counter > pair[0].counter), "{stamps:?}");
    // A machine that is late leaves out pictures: the counter keeps to the clock that is shown.
    let (first, last) = (stamps[0], stamps[PICTURES - 1]);
    let counted = u64::from(last.counter - first.counter) * MS_PER_PICTURE;
    assert!(counted.abs_diff(last.unix_ms - first.unix_ms) < 500, "{stamps:?}");
}
