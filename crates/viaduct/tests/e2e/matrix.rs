//! Every publisher against every output, read by independent players where there are any; writes
//! `docs/reference/matrix.md` with `UPDATE_EXPECT=1` and compares it otherwise.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use container::flv::{FileReader, TagDemuxer, TagEvent};
use rtmp::ClientRole;
use serde_json::json;
use testkit::clips::{self, Clip};
use testkit::process::Process;
use testkit::read::{self, Expect};
use testkit::rtmp_peer::RtmpPeer;
use testkit::tls::TlsFront;
use testkit::upstream::HlsServer;
use testkit::wire::Wire;
use testkit::ws::WsViewer;
use testkit::{Api, PATIENCE, Server, publish, rtsp_peer, tls, until, upstream};

use crate::support::{BINARY, options};

/// Rows that are worked on at the same time.
const WORKERS: usize = 3;
/// Pictures that each reader decodes.
const PICTURES: usize = 30;
/// How long our own readers listen.
const LISTEN: Duration = Duration::from_secs(3);
const OUTPUTS: [&str; 18] = [
    "RTMP",
    "RTSP",
    "RTSP by UDP",
    "RTSP in HTTP",
    "HTTP-FLV",
    "WS-FLV",
    "HTTP-fMP4",
    "WS-fMP4",
    "HTTP-TS",
    "WS-TS",
    "HLS",
    "HLS-TS",
    "HLS for a CDN",
    "DASH",
    "RTMPS",
    "RTSPS",
    "HTTPS-FLV",
    "WSS-fMP4",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    FfmpegRtmp,
    FfmpegRtsp,
    GstreamerRtmp,
    GstreamerRtsp,
    PushRtmp,
    PushRtsp,
    PullGstreamer,
    PullRtsp,
    PullRtmp,
    PullRtsps,
    PullHttpFlv,
    PullHttpTs,
    PullHlsTs,
    PullHlsFmp4,
    Udp,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::FfmpegRtmp => "FFmpeg, RTMP",
            Self::FfmpegRtsp => "FFmpeg, RTSP",
            Self::GstreamerRtmp => "GStreamer `rtmp2sink`, RTMP",
            Self::GstreamerRtsp => "GStreamer `rtspclientsink`, RTSP",
            Self::PushRtmp => "`viaduct push`, RTMP",
            Self::PushRtsp => "`viaduct push`, RTSP",
            Self::PullGstreamer => "pulled from GStreamer's RTSP server, Digest",
            Self::PullRtsp => "pulled from Viaduct, RTSP",
            Self::PullRtmp => "pulled from Viaduct, RTMP",
            Self::PullRtsps => "pulled from GStreamer behind OpenSSL, RTSPS",
            Self::PullHttpFlv => "pulled from FFmpeg, HTTP-FLV",
            Self::PullHttpTs => "pulled from FFmpeg, HTTP-TS",
            Self::PullHlsTs => "pulled from FFmpeg's packager, HLS with TS",
            Self::PullHlsFmp4 => "pulled from FFmpeg's packager, HLS with fMP4",
            Self::Udp => "FFmpeg, MPEG-TS by UDP",
        }
    }
}

const ROWS: [(By, Clip); 31] = [
    (By::FfmpegRtmp, Clip::H264Aac),
    (By::FfmpegRtmp, Clip::H264G711),
    (By::FfmpegRtmp, Clip::H264),
    (By::FfmpegRtmp, Clip::Aac),
    (By::FfmpegRtmp, Clip::Mp3),
    (By::FfmpegRtsp, Clip::H264Aac),
    (By::FfmpegRtsp, Clip::H264G711),
    (By::FfmpegRtsp, Clip::H264),
    (By::FfmpegRtsp, Clip::H265Aac),
    (By::FfmpegRtsp, Clip::H265Opus),
    (By::FfmpegRtsp, Clip::Aac),
    (By::FfmpegRtsp, Clip::Mp3),
    (By::GstreamerRtmp, Clip::H264Aac),
    (By::GstreamerRtsp, Clip::H264Aac),
    (By::GstreamerRtsp, Clip::H265Opus),
    (By::PushRtmp, Clip::H264Aac),
    (By::PushRtmp, Clip::H265Aac),
    (By::PushRtmp, Clip::Av1),
    (By::PushRtsp, Clip::H264Aac),
    (By::PushRtsp, Clip::H265Opus),
    (By::PushRtsp, Clip::Av1),
    (By::PullGstreamer, Clip::H264Aac),
    (By::PullRtsp, Clip::H264Aac),
    (By::PullRtmp, Clip::H265Opus),
    (By::PullRtsps, Clip::H264Aac),
    (By::PullHttpFlv, Clip::H264Aac),
    (By::PullHttpTs, Clip::H265Aac),
    (By::PullHlsTs, Clip::H264Aac),
    (By::PullHlsFmp4, Clip::H265Aac),
    (By::Udp, Clip::H264Aac),
    (By::Udp, Clip::H265Opus),
];

/// Keeps what publishes alive.
struct Publishing {
    _processes: Vec<Process>,
    _front: Option<TlsFront>,
    _hls: Option<HlsServer>,
}

fn start(server: &Server, other: &Server, api: &Api, by: By, clip: Clip, name: &str) -> Publishing {
    let path = clip.path();
    let rtmp = server.url("rtmp", &format!("road/{name}"));
    let rtsp = server.url("rtsp", &format!("road/{name}"));
    let source = |url: String| {
        api.post("/sources", &json!({ "app": "road", "name": name, "url": url, "mode": "always" }));
    };
    let (mut front, mut hls) = (None, None);
    let processes = match by {
        By::FfmpegRtmp => vec![publish::ffmpeg_rtmp(&path, &rtmp)],
        By::FfmpegRtsp => vec![publish::ffmpeg_rtsp(&path, &rtsp)],
        By::GstreamerRtmp => vec![publish::gstreamer_rtmp(clip, &rtmp)],
        By::GstreamerRtsp => vec![publish::gstreamer_rtsp(clip, &rtsp)],
        By::PushRtmp => vec![publish::viaduct_push(BINARY, &path, &rtmp)],
        By::PushRtsp => vec![publish::viaduct_push(BINARY, &path, &rtsp)],
        By::PullGstreamer => {
            let (camera, port) = publish::gstreamer_camera(clip, "viewer", "a password");
            source(format!("rtsp://viewer:a%20password@127.0.0.1:{port}/stream"));
            vec![camera]
        }
        By::PullRtsp | By::PullRtmp => {
            let publisher = publish::viaduct_push(BINARY, &path, &other.url("rtmp", &format!("road/{name}")));
            source(other.url(if by == By::PullRtsp { "rtsp" } else { "rtmp" }, &format!("road/{name}")));
            vec![publisher]
        }
        By::PullRtsps => {
            let (camera, port) = publish::gstreamer_camera_by(clip, "tcp", "viewer", "a password");
            let tls = front.insert(TlsFront::start(port));
            source(format!("rtsps://viewer:a%20password@127.0.0.1:{}/stream#sha256={}", tls.port, tls.fingerprint));
            vec![camera]
        }
        By::PullHttpFlv | By::PullHttpTs => {
            let form = if by == By::PullHttpFlv { "flv" } else { "mpegts" };
            let (ffmpeg, _, url) = upstream::ffmpeg_server(clip, form, "http");
            source(url);
            vec![ffmpeg]
        }
        By::PullHlsTs | By::PullHlsFmp4 => {
            let fmp4 = if by == By::PullHlsFmp4 { "-hls_segment_type fmp4" } else { "" };
            let packager = hls.insert(HlsServer::start(clip, &format!("-map 0 {fmp4}")));
            source(packager.url("live.m3u8"));
            Vec::new()
        }
        By::Udp => {
            let port = upstream::free_port();
            source(format!("udp://127.0.0.1:{port}"));
            vec![upstream::ffmpeg_sender(clip, "mpegts", &format!("udp://127.0.0.1:{port}?pkt_size=1316"))]
        }
    };
    Publishing { _processes: processes, _front: front, _hls: hls }
}

/// What an output makes of a clip: who reads it, or that it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Ffmpeg {
        sound: bool,
    },
    /// FFmpeg 5.1 does not know enhanced FLV: our own reader counts.
    Ours,
    /// 415 or its like.
    Refused,
    /// Nobody at hand reads this codec by this way.
    Unread,
}

fn way(clip: Clip, output: &str) -> Way {
    let flv = output.contains("FLV") || output.starts_with("RTMP");
    let ts = output.ends_with("TS");
    match clip {
        // FFmpeg 5.1 reads neither enhanced FLV nor AV1 over RTP.
        Clip::H265Aac | Clip::H265Opus | Clip::Av1 if flv => Way::Ours,
        Clip::Av1 if output == "RTSP" || output == "RTSPS" => Way::Ours,
        Clip::Av1 if output.starts_with("RTSP") => Way::Unread,
        Clip::Av1 if ts => Way::Refused,
        // FFmpeg 5.1 does not know G.711 in MPEG-TS, as GB/T 28181 has it.
        Clip::H264G711 => Way::Ffmpeg { sound: !ts },
        _ => Way::Ffmpeg { sound: clip.has_audio() },
    }
}

fn check(server: &Server, clip: Clip, name: &str, output: &str) -> Result<&'static str, String> {
    let pictures = if clip.has_video() { PICTURES } else { 0 };
    let path = format!("road/{name}");
    match way(clip, output) {
        Way::Ffmpeg { sound } => {
            let expect = Expect { pictures, sound };
            let url = |scheme: &str, extension: &str| server.url(scheme, &format!("{path}{extension}"));
            match output {
                "RTMP" => read::ffmpeg("", &url("rtmp", ""), expect)?,
                "RTSP" => read::ffmpeg("-rtsp_transport tcp", &url("rtsp", ""), expect)?,
                "RTSP by UDP" => read::ffmpeg("-rtsp_transport udp", &url("rtsp", ""), expect)?,
                "RTSP in HTTP" => {
                    let tunnel = url("http", "").replacen("http:", "rtsp:", 1);
                    read::ffmpeg("-rtsp_transport http", &tunnel, expect)?;
                }
                "HLS for a CDN" => {
                    let path = format!("t/-/{path}/index.m3u8");
                    read::ffmpeg("", &server.url("http", &path), expect)?;
                }
                "HTTP-FLV" => read::ffmpeg("", &url("http", ".flv"), expect)?,
                "HTTP-fMP4" => read::ffmpeg("", &url("http", ".mp4"), expect)?,
                "RTMPS" => read::ffmpeg("", &url("rtmps", ""), expect)?,
                "RTSPS" => read::ffmpeg("-rtsp_transport tcp", &url("rtsps", ""), expect)?,
                "HTTPS-FLV" => read::ffmpeg("-tls_verify 0", &url("https", ".flv"), expect)?,
                "HLS" => read::ffmpeg("", &url("http", "/index.m3u8"), expect)?,
                "HLS-TS" => read::ffmpeg("", &url("http", "/ts.m3u8"), expect)?,
                "DASH" => read::ffmpeg("", &url("http", "/manifest.mpd"), expect)?,
                "HTTP-TS" => read::ffmpeg("", &url("http", ".ts"), expect)?,
                "WS-TS" => websocket(server, &format!("/{path}.ts"), false, "mpegts", expect)?,
                "WS-FLV" => websocket(server, &format!("/{path}.flv"), false, "flv", expect)?,
                "WS-fMP4" => websocket(server, &format!("/{path}.mp4"), false, "mp4", expect)?,
                _ => websocket(server, &format!("/{path}.mp4"), true, "mp4", expect)?,
            }
            Ok(if output.starts_with("WS") { "tungstenite + FFmpeg" } else { "FFmpeg" })
        }
        Way::Ours => ours(server, &path, output).map(|()| "ours only"),
        Way::Refused => refused(server, &path, output).map(|()| "refused"),
        Way::Unread => Ok("not read"),
    }
}

/// The answer says that the container cannot carry the codec.
fn refused(server: &Server, path: &str, output: &str) -> Result<(), String> {
    let target = if output == "HLS-TS" { format!("/{path}/ts.m3u8") } else { format!("/{path}.ts") };
    let answer = testkit::http::request(server.address("http"), "GET", &target, &[], None);
    let refused = answer.status == 415;
    if refused { Ok(()) } else { Err(format!("{output} of a codec that it cannot carry: {}", answer.status)) }
}

fn websocket(server: &Server, target: &str, encrypted: bool, format: &str, expect: Expect) -> Result<(), String> {
    let address = server.address(if encrypted { "https" } else { "http" });
    let bytes = WsViewer::open(address, target, encrypted).collect(LISTEN);
    read::ffmpeg_bytes(format, &bytes, expect)
}

/// Our own demultiplexers find pictures with monotone decoding times.
fn ours(server: &Server, path: &str, output: &str) -> Result<(), String> {
    let mut demuxer = TagDemuxer::new();
    let mut events = Vec::new();
    match output {
        "RTMP" | "RTMPS" => {
            let listener = output.to_ascii_lowercase();
            let wire = Wire::open(server.address(&listener), output == "RTMPS");
            let mut peer =
                RtmpPeer::over(wire, "localhost", path, ClientRole::Play).map_err(|error| error.to_string())?;
            for _ in 0..PICTURES * 6 {
                let Some(tag) = peer.next(LISTEN) else { break };
                demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
            }
        }
        "RTSP" | "RTSPS" => {
            let address = server.address(&output.to_ascii_lowercase());
            return rtsp_peer::pull(address, path, output == "RTSPS", PICTURES, PATIENCE).map(drop);
        }
        _ => {
            let bytes = match output {
                "HTTP-FLV" => read_http(&mut testkit::http::connect(server.address("http")), path),
                "HTTPS-FLV" => read_http(&mut tls::connect(server.address("https")), path),
                _ => WsViewer::open(server.address("http"), &format!("/{path}.flv"), false).collect(LISTEN),
            };
            let mut reader = FileReader::new();
            reader.push(&bytes);
            while let Some(tag) = reader.next_tag().map_err(|error| error.to_string())? {
                demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
            }
        }
    }
    let mut configured = 0;
    let mut pictures = Vec::new();
    for event in events {
        match event {
            TagEvent::Config(_) => configured += 1,
            TagEvent::Unit(unit) if unit.track.0 == 0 => pictures.push(unit.dts.map_or(0, |dts| dts.ticks)),
            _ => {}
        }
    }
    let steady = pictures.windows(2).all(|pair| pair[0] < pair[1]);
    if configured == 0 || pictures.len() < PICTURES || !steady {
        return Err(format!("{configured} tracks, pictures at {pictures:?}"));
    }
    Ok(())
}

fn read_http(stream: &mut (impl std::io::Read + std::io::Write), path: &str) -> Vec<u8> {
    stream.write_all(format!("GET /{path}.flv HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let deadline = std::time::Instant::now() + LISTEN;
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    while std::time::Instant::now() < deadline {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    let body = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| end + 4);
    bytes.split_off(body)
}

/// Players beside FFmpeg, on streams that they understand.
fn players(server: &Server, name: &str) -> BTreeMap<(String, &'static str), Result<(), String>> {
    let mut seen = BTreeMap::new();
    for (output, scheme, extension) in
        [("RTMP", "rtmp", ""), ("RTSP", "rtsp", ""), ("HTTP-FLV", "http", ".flv"), ("HTTP-fMP4", "http", ".mp4")]
    {
        let url = server.url(scheme, &format!("road/{name}{extension}"));
        seen.insert((output.to_owned(), "GStreamer"), read::gstreamer(&url, PICTURES));
        seen.insert((output.to_owned(), "mpv"), read::mpv(&url, PICTURES));
        let options = if scheme == "rtsp" { "-rtsp_transport tcp" } else { "" };
        seen.insert((output.to_owned(), "ffprobe"), read::ffprobe(options, &url).map(drop));
    }
    seen
}

#[test]
fn every_publisher_reaches_every_output() {
    let mut server = options().set("log.level", "info").start();
    let other = options().set("log.level", "info").start();
    let api = server.sign_in();
    let next = AtomicUsize::new(0);
    let cells = Mutex::new(BTreeMap::new());
    let player_cells = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let row = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&(by, clip)) = ROWS.get(row) else { return };
                    let name = format!("row{row}");
                    let _publishing = start(&server, &other, &api, by, clip, &name);
                    api.await_live(&format!("road/{name}"));
                    for output in OUTPUTS {
                        // A reader that a busy machine starved is asked once more; that is printed, not hidden.
                        let outcome = check(&server, clip, &name, output).or_else(|error| {
                            eprintln!("second try: {} {} -> {output}: {error}", by.name(), clip.name());
                            check(&server, clip, &name, output)
                        });
                        cells.lock().unwrap().insert((row, output), outcome);
                    }
                    if (by, clip) == ROWS[0] {
                        player_cells.lock().unwrap().extend(players(&server, &name));
                    }
                    let _pushed_streams_have_none = api.send("DELETE", &format!("/sources/road/{name}"), None);
                }
            });
        }
    });
    let cells = cells.into_inner().unwrap();
    let player_cells = player_cells.into_inner().unwrap();
    let mut faults: Vec<String> = Vec::new();
    for ((row, output), outcome) in &cells {
        if let Err(error) = outcome {
            let (by, clip) = ROWS[*row];
            faults.push(format!("{}: {} -> {output}: {error}", by.name(), clip.name()));
        }
    }
    for ((output, player), outcome) in &player_cells {
        if let Err(error) = outcome {
            faults.push(format!("{player} <- {output}: {error}"));
        }
    }
    assert!(faults.is_empty(), "{} cells failed:\n{}", faults.len(), faults.join("\n"));
    server.assert_well();
    compare(&document(&cells));
}

fn document(cells: &BTreeMap<(usize, &str), Result<&'static str, String>>) -> String {
    let mut text = String::from(
        "# Publishers and outputs\n\n\
         Made by `cargo test -p viaduct --test e2e matrix` with `UPDATE_EXPECT=1`; the test fails when it no longer \
         holds. Each cell names who read the stream: **FFmpeg** decoded the pictures and found the frame number in \
         their pixels counting on, and heard the sound; **tungstenite + FFmpeg** is the same behind an independent \
         WebSocket client; **ours only** means that no independent reader on the test machine understands the \
         combination (FFmpeg 5.1 and GStreamer 1.22 know neither enhanced RTMP nor AV1 over RTP), so our own \
         demultiplexers read it, without decoding; **not read** that nobody at hand reads it at all. In *H.264 baseline + G.711A* fMP4 carries the sound as FLAC, and FFmpeg does not hear G.711 in MPEG-TS.\n\n",
    );
    let _infallible = writeln!(text, "| publisher | codecs | {} |", OUTPUTS.join(" | "));
    let _infallible = writeln!(text, "|---|---|{}", "---|".repeat(OUTPUTS.len()));
    for (row, (by, clip)) in ROWS.iter().enumerate() {
        let _infallible = write!(text, "| {} | {} |", by.name(), clip.name());
        for output in OUTPUTS {
            let _infallible = write!(text, " {} |", cells[&(row, output)].as_deref().unwrap_or("failed"));
        }
        text.push('\n');
    }
    text += "\nOn the first row RTMP, RTSP, HTTP-FLV and HTTP-fMP4 are also read by ffprobe, GStreamer (`uridecodebin`) \
             and mpv; WS-fMP4 and HTTP-fMP4 by Chromium, in the console's player and in a bare `<video>`.\n";
    text
}

fn compare(made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/matrix.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stored, made, "docs/reference/matrix.md is not what the test found; UPDATE_EXPECT=1 writes it");
}

#[test]
fn a_real_road_clip_pushed_by_ffmpeg_is_read_everywhere() {
    let Some(clip) = clips::real("intel_car-detection.mp4") else { return };
    let server = options().start();
    let api = server.sign_in();
    let _rtmp = publish::ffmpeg_rtmp(&clip, &server.url("rtmp", "road/rtmp"));
    let _rtsp = publish::ffmpeg_rtsp(&clip, &server.url("rtsp", "road/rtsp"));
    for name in ["road/rtmp", "road/rtsp"] {
        until("the clip", PATIENCE, || (api.stream(name)?["gop"]["joinable"] == true).then_some(()));
        for (scheme, extension, options) in
            [("rtmp", "", ""), ("rtsp", "", "-rtsp_transport tcp"), ("http", ".flv", ""), ("http", ".mp4", "")]
        {
            let url = server.url(scheme, &format!("{name}{extension}"));
            let codecs = read::ffprobe(options, &url).unwrap();
            assert!(codecs.iter().any(|codec| codec == "h264"), "{url}: {codecs:?}");
        }
    }
}
