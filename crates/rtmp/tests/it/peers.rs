//! FFmpeg and GStreamer as publishers and viewers over loopback sockets.

use bytes::BytesMut;
use container::flv::{FileReader, MuxOptions, Tag};
use media::{CodecConfig, Muxer, TrackConfig};
use rtmp::{Output, PlayMuxer, PlayOptions, ServerConfig, ServerEvent, ServerSession};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::frames;

const DEADLINE: Duration = Duration::from_secs(60);

/// Serves one connection until the peer closes or `handle` says that it is enough.
fn serve(listener: &TcpListener, mut handle: impl FnMut(&mut ServerSession, ServerEvent, &mut TcpStream) -> bool) {
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut session = ServerSession::new(ServerConfig::default(), Instant::now(), 42);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        // A peer that closes before it has read all of our answers resets the connection.
        let count = match socket.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            outcome => outcome.unwrap(),
        };
        if count == 0 {
            return;
        }
        session.handle_input(Instant::now(), &buffer[..count]).unwrap();
        while let Some(output) = session.poll_output() {
            match output {
                Output::Transmit(bytes) => socket.write_all(&bytes).unwrap(),
                Output::Event(event) => {
                    if !handle(&mut session, event, &mut socket) {
                        return;
                    }
                }
            }
        }
    }
}

fn ffmpeg(arguments: &[&str]) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(arguments).stdin(Stdio::null());
    command
}

fn golden(name: &str) -> String {
    format!("{}/../container/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn ffmpeg_publishes_and_ffmpeg_plays() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();

    // Publish.
    let url = format!("rtmp://127.0.0.1:{port}/live/cam1?token=secret");
    let source = golden("h264_bframes_aac.flv");
    let mut publisher = ffmpeg(&["-i", &source, "-c", "copy", "-f", "flv", &url]).spawn().unwrap();
    let (mut tags, mut closed) = (Vec::new(), false);
    serve(&listener, |session, event, _| {
        let now = Instant::now();
        match event {
            ServerEvent::Connect(request) => {
                assert_eq!(&*request.app, "live");
                session.accept_connect(now).unwrap();
            }
            ServerEvent::Publish(request) => {
                assert_eq!((&*request.name, request.query.as_deref()), ("cam1", Some("token=secret")));
                session.accept_publish(now).unwrap();
            }
            ServerEvent::Message { kind, timestamp_ms, body } => {
                tags.push(Tag { kind, timestamp_ms, body });
            }
            ServerEvent::Close => closed = true,
            other => panic!("{other:?}"),
        }
        true
    });
    assert!(publisher.wait().unwrap().success());
    assert!(closed, "FFmpeg ends with FCUnpublish and deleteStream");
    let (tracks, frames) = frames(tags);
    let is_video = |track: &Arc<TrackConfig>| matches!(track.codec, CodecConfig::H264(_));
    assert!(tracks.len() == 2 && tracks.iter().any(is_video), "{tracks:?}");

    // Play.
    let mut muxer = PlayMuxer::new(PlayOptions::viewers(MuxOptions::default()));
    assert!(muxer.set_tracks(&tracks).is_empty());
    let mut media = BytesMut::new();
    muxer.write_header(&mut media);
    for frame in &frames {
        muxer.write_frame(frame, &mut media);
    }
    let url = format!("rtmp://127.0.0.1:{port}/live/cam1");
    let player = ffmpeg(&["-i", &url, "-c", "copy", "-f", "framemd5", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    serve(&listener, |session, event, socket| {
        let now = Instant::now();
        match event {
            ServerEvent::Connect(_) => session.accept_connect(now).unwrap(),
            ServerEvent::Play(request) => {
                assert_eq!(&*request.name, "cam1");
                session.accept_play(now).unwrap();
                while let Some(Output::Transmit(bytes)) = session.poll_output() {
                    socket.write_all(&bytes).unwrap();
                }
                socket.write_all(&media).unwrap();
                session.end_stream(now);
            }
            _ => {}
        }
        true
    });
    let output = player.wait_with_output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let played = listed.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(played, frames.len(), "{listed}");
}

#[test]
fn ffmpeg_is_told_why_it_may_not_play() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("rtmp://{}/live/nothing", listener.local_addr().unwrap());
    let player = ffmpeg(&["-i", &url, "-f", "null", "-"]).stderr(Stdio::piped()).spawn().unwrap();
    serve(&listener, |session, event, _| {
        match event {
            ServerEvent::Connect(_) => session.accept_connect(Instant::now()).unwrap(),
            _ => session.reject(Instant::now(), base::ErrorKind::NotFound, "No such stream."),
        }
        true
    });
    let output = player.wait_with_output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("No such stream."));
}

#[test]
fn gstreamer_publishes_and_plays() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("rtmp://{}/live/gst", listener.local_addr().unwrap());
    let launch = |description: String| {
        let mut command = Command::new("gst-launch-1.0");
        command.arg("-q").args(description.split(' ')).stdin(Stdio::null());
        command.spawn().unwrap()
    };
    let source = golden("h264_bframes_aac.flv");
    let mut publisher = launch(format!(
        "flvmux name=m ! rtmp2sink location={url} filesrc location={source} ! flvdemux name=d \
         d.video ! queue ! h264parse ! m. d.audio ! queue ! aacparse ! m."
    ));
    let mut tags = Vec::new();
    serve(&listener, |session, event, _| {
        let now = Instant::now();
        match event {
            ServerEvent::Connect(_) => session.accept_connect(now).unwrap(),
            ServerEvent::Publish(request) => {
                assert_eq!((&*request.app, &*request.name), ("live", "gst"));
                session.accept_publish(now).unwrap();
            }
            ServerEvent::Message { kind, timestamp_ms, body } => tags.push(Tag { kind, timestamp_ms, body }),
            _ => {}
        }
        true
    });
    assert!(publisher.wait().unwrap().success());
    let (tracks, frames) = frames(tags);
    assert_eq!(tracks.len(), 2);
    let of_track = |index: usize| frames.iter().filter(|frame| frame.track == tracks[index].id).count();
    assert!(of_track(0).max(of_track(1)) > 40 && of_track(0).min(of_track(1)) >= 24, "{}", frames.len());

    let mut muxer = PlayMuxer::new(PlayOptions::viewers(MuxOptions::default()));
    muxer.set_tracks(&tracks);
    let mut media = BytesMut::new();
    muxer.write_header(&mut media);
    for frame in &frames {
        muxer.write_frame(frame, &mut media);
    }
    let copy = std::env::temp_dir().join(format!("rtmp-gst-{}.flv", std::process::id()));
    let mut player = launch(format!("rtmp2src location={url} ! filesink location={}", copy.display()));
    serve(&listener, |session, event, socket| {
        let now = Instant::now();
        match event {
            ServerEvent::Connect(_) => session.accept_connect(now).unwrap(),
            ServerEvent::Play(_) => {
                session.accept_play(now).unwrap();
                while let Some(Output::Transmit(bytes)) = session.poll_output() {
                    socket.write_all(&bytes).unwrap();
                }
                socket.write_all(&media).unwrap();
                session.end_stream(now);
            }
            _ => {}
        }
        true
    });
    assert!(player.wait().unwrap().success());
    let mut reader = FileReader::new();
    reader.push(&std::fs::read(&copy).unwrap());
    std::fs::remove_file(&copy).unwrap();
    let (_, played) = self::frames(std::iter::from_fn(|| reader.next_tag().unwrap()).collect());
    // The source element stops at the end of the stream and may drop the message that it just read.
    assert!(played.len() + 2 >= frames.len(), "{} of {}", played.len(), frames.len());
    let same = played.iter().zip(&frames).all(|(played, sent)| played.payload == sent.payload);
    assert!(same);
}
