//! Independent servers and senders that are pulled from.

use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::clips::{Clip, path_text, words};
use crate::process::Process;
use crate::{PATIENCE, until};

/// Ports that the system gives to nobody by itself: one that is chosen here and bound a moment later is not taken by a client's
/// connection meanwhile, as one of the system's would be.
const FREE_PORTS: std::ops::Range<u16> = 12_000..30_000;

/// A port that nobody has for UDP or TCP, another one each time in this process.
pub fn free_port() -> u16 {
    static LAST: AtomicU16 = AtomicU16::new(0);
    let count = FREE_PORTS.end - FREE_PORTS.start;
    // Processes that run at a time begin at different places.
    let start = u16::try_from(std::process::id().wrapping_mul(257) % u32::from(count)).unwrap();
    let nth = |number: u16| {
        FREE_PORTS.start + u16::try_from((u32::from(start) + u32::from(number)) % u32::from(count)).unwrap()
    };
    let is_free = |port: &u16| {
        let address = (std::net::Ipv4Addr::UNSPECIFIED, *port);
        std::net::TcpListener::bind(address).is_ok() && std::net::UdpSocket::bind(address).is_ok()
    };
    std::iter::repeat_with(|| nth(LAST.fetch_add(1, Ordering::Relaxed))).take(usize::from(count)).find(is_free).unwrap()
}

/// Whether somebody listens on the port, found without taking the one connection that FFmpeg accepts.
pub fn is_listening(port: u16) -> bool {
    let wanted = format!(":{port:04X} 00000000:0000 0A");
    std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&wanted)
}

/// FFmpeg waits for one client on a port of 127.0.0.1 and serves a clip at its own speed. `form` is FFmpeg's name of
/// the container, perhaps with options behind it. Returns the port and the URL too.
pub fn ffmpeg_server(clip: Clip, form: &str, scheme: &str) -> (Process, u16, String) {
    let port = free_port();
    let extension = form.split(' ').next().unwrap();
    let url = format!("{scheme}://127.0.0.1:{port}/live/cam.{extension}");
    let mut arguments = words("-v error -nostdin -re -i");
    arguments.push(path_text(&clip.path()));
    arguments.extend(words(&format!("-map 0 -c copy -f {form} -listen 1")));
    arguments.push(url.clone());
    let process = Process::start("ffmpeg", arguments);
    until("FFmpeg to listen", PATIENCE, || is_listening(port).then_some(()));
    (process, port, url)
}

/// FFmpeg sends a clip in datagrams at its own speed, again and again.
pub fn ffmpeg_sender(clip: Clip, form: &str, url: &str) -> Process {
    let mut arguments = words("-v error -nostdin -re -stream_loop -1 -i");
    arguments.push(path_text(&clip.path()));
    arguments.extend(words(&format!("-map 0 -c copy -f {form}")));
    arguments.push(url.to_owned());
    Process::start("ffmpeg", arguments)
}

/// Python serves a folder by HTTP on 127.0.0.1.
pub fn python_server(folder: &Path) -> (Process, u16) {
    let port = free_port();
    let folder = path_text(folder);
    let arguments = ["-m", "http.server", &port.to_string(), "--bind", "127.0.0.1", "--directory", &folder];
    let process = Process::start("/usr/bin/python3", arguments);
    until("Python to listen", PATIENCE, || is_listening(port).then_some(()));
    (process, port)
}

/// FFmpeg writes live HLS into a folder and Python serves it.
#[derive(Debug)]
pub struct HlsServer {
    /// Where `live.m3u8` and what it leads to are.
    pub folder: tempfile::TempDir,
    port: u16,
    _processes: [Process; 2],
}

impl HlsServer {
    /// Begins with two segments. `FOLDER` in the options of FFmpeg's packager is the folder.
    pub fn start(clip: Clip, options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = path_text(folder.path());
        let mut arguments = words("-v error -nostdin -re -stream_loop -1 -i");
        arguments.push(path_text(&clip.path()));
        arguments.extend(words("-c copy -f hls -hls_time 2 -hls_list_size 5 -hls_flags delete_segments"));
        arguments.extend(words(&options.replace("FOLDER", &here)));
        arguments.push(format!("{here}/live.m3u8"));
        let ffmpeg = Process::start("ffmpeg", arguments);
        let (python, port) = python_server(folder.path());
        until("two segments", PATIENCE, || {
            let text = std::fs::read_to_string(folder.path().join("live.m3u8")).ok()?;
            (text.matches("#EXTINF").count() >= 2).then_some(())
        });
        Self { folder, port, _processes: [ffmpeg, python] }
    }

    /// The URL of a file.
    pub fn url(&self, file: &str) -> String {
        format!("http://127.0.0.1:{}/{file}", self.port)
    }
}
