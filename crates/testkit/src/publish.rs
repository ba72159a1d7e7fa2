//! Publishers: independent ones and our own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use container::flv::{Tag, TagKind};

use crate::clips::{Clip, path_text, words};
use crate::process::Process;
use crate::rtmp_peer::RtmpPeer;

/// FFmpeg by RTMP.
pub fn ffmpeg_rtmp(source: &Path, url: &str) -> Process {
    ffmpeg(source, &["-f", "flv", url])
}

/// FFmpeg by RTSP over TCP.
pub fn ffmpeg_rtsp(source: &Path, url: &str) -> Process {
    ffmpeg(source, &["-f", "rtsp", "-rtsp_transport", "tcp", url])
}

/// FFmpeg by RTSP with media by UDP.
pub fn ffmpeg_rtsp_udp(source: &Path, url: &str) -> Process {
    ffmpeg(source, &["-f", "rtsp", "-rtsp_transport", "udp", url])
}

/// FFmpeg's video as bare RTP to a port of this machine; gives the session description that it writes.
pub fn ffmpeg_rtp(source: &Path, port: u16, folder: &Path) -> (Process, String) {
    let file = folder.join("sdp");
    let mut arguments = words("-v error -nostdin -re -i");
    arguments.push(path_text(source));
    arguments.extend(words("-map 0:v -c copy -f rtp -sdp_file"));
    arguments.extend([path_text(&file), format!("rtp://127.0.0.1:{port}?pkt_size=1200")]);
    let process = Process::start("ffmpeg", arguments);
    let sdp = crate::until("FFmpeg's session description", crate::PATIENCE, || {
        std::fs::read_to_string(&file).ok().filter(|sdp| sdp.contains("sprop-parameter-sets"))
    });
    (process, sdp)
}

fn ffmpeg(source: &Path, target: &[&str]) -> Process {
    let mut arguments = words("-v error -nostdin -re -stream_loop -1 -i");
    arguments.push(path_text(source));
    arguments.extend(words("-map 0 -c copy"));
    arguments.extend(target.iter().map(|&word| word.to_owned()));
    Process::start("ffmpeg", arguments)
}

/// GStreamer's `rtmp2sink`; H.264 and AAC.
pub fn gstreamer_rtmp(clip: Clip, url: &str) -> Process {
    let source = path_text(&clip.path());
    let line = format!(
        "filesrc location={source} ! qtdemux name=d \
         d. ! queue ! h264parse ! flvmux name=m streamable=true ! rtmp2sink sync=true location={url} \
         d. ! queue ! aacparse ! m."
    );
    Process::start("gst-launch-1.0", [vec!["-q".to_owned()], words(&line)].concat())
}

/// GStreamer's `rtspclientsink` over TCP.
pub fn gstreamer_rtsp(clip: Clip, url: &str) -> Process {
    gstreamer_rtsp_by(clip, "tcp", url)
}

/// GStreamer's `rtspclientsink` by the transport named.
pub fn gstreamer_rtsp_by(clip: Clip, protocols: &str, url: &str) -> Process {
    let source = path_text(&clip.path());
    let video = if matches!(clip, Clip::H265Aac | Clip::H265Opus) { "h265parse" } else { "h264parse" };
    let audio = if clip == Clip::H265Opus { "opusparse" } else { "aacparse" };
    let line = format!(
        "filesrc location={source} ! qtdemux name=d \
         d. ! queue ! {video} ! s.sink_0 rtspclientsink name=s protocols={protocols} location={url} \
         d. ! queue ! {audio} ! s.sink_1"
    );
    Process::start("gst-launch-1.0", [vec!["-q".to_owned()], words(&line)].concat())
}

/// `viaduct push`.
pub fn viaduct_push(binary: &str, source: &Path, url: &str) -> Process {
    Process::start(binary, ["push", "--loop", &path_text(source), "--to", url])
}

/// A GStreamer RTSP server (`gst-rtsp-server`) that serves a clip with Digest authentication; prints its port.
pub fn gstreamer_camera(clip: Clip, user: &str, password: &str) -> (Process, u16) {
    gstreamer_camera_by(clip, "any", user, password)
}

/// The same that sends by one transport alone: `tcp`, `udp`, or `multicast`.
pub fn gstreamer_camera_by(clip: Clip, transport: &str, user: &str, password: &str) -> (Process, u16) {
    let mut command = Command::new("/usr/bin/python3");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/camera.py");
    let folder = tempfile::tempdir().unwrap();
    let port_file = folder.path().join("port");
    command.arg(script).arg(path_text(&clip.path())).args([user, password]).arg(&port_file).arg(transport);
    let mut process = Process::run(command, usize::MAX);
    let port = crate::until("the GStreamer camera (python3-gi, gir1.2-gst-rtsp-server-1.0)", crate::PATIENCE, || {
        assert!(process.ended().is_none(), "the GStreamer camera ended: {}", process.messages());
        std::fs::read_to_string(&port_file).ok()?.trim().parse().ok()
    });
    (process, port)
}

/// Publishes tags at the speed of their time stamps in the background.
#[derive(Debug)]
pub struct TagPublisher {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<RtmpPeer>>,
}

impl TagPublisher {
    /// Sends `tags`, each with the time stamp that `stamp` makes of its own.
    pub fn start(mut peer: RtmpPeer, tags: Vec<Tag>, stamp: impl Fn(i64) -> u32 + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let started = Instant::now();
            let origin = tags.first().map_or(0, |tag| tag.timestamp_ms);
            for tag in tags {
                let due = Duration::from_millis(u64::try_from(tag.timestamp_ms - origin).unwrap_or(0));
                crate::pause(due.saturating_sub(started.elapsed()));
                if stopped.load(Ordering::Relaxed) || !peer.send(tag.kind, stamp(tag.timestamp_ms), &tag.body) {
                    break;
                }
            }
            peer
        });
        Self { stop, thread: Some(thread) }
    }

    /// Stops sending and gives the connection back, still open.
    pub fn stop(mut self) -> RtmpPeer {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for TagPublisher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The tags of a clip from its beginning, without script data.
pub fn media_tags(clip: Clip) -> Vec<Tag> {
    let mut tags = crate::flv::tags(&clip.flv());
    tags.retain(|tag| tag.kind != TagKind::Script);
    tags
}
