//! For tests only: runs the real server and independent publishers and players against it.
//!
//! ```text
//! Server (the binary, free ports, temporary folder) <- publishers: FFmpeg, GStreamer, our own RTMP client
//!                                                   -> readers:    FFmpeg, GStreamer, mpv, tungstenite
//! ```
//! Each [`clips::Clip`] carries its frame number as a bar code, so that a reader proves motion from pixels.
//! A tool that is missing fails the test: a check that did not run must not look like one that passed.
//! Nothing here is linked into the product.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "tests watch other processes and have nothing else to do meanwhile")]

pub mod cache;
pub mod chaos;
pub mod clips;
pub mod flv;
pub mod hls;
pub mod http;
pub mod keeper;
pub mod picture;
pub mod postgres;
pub mod process;
pub mod publish;
pub mod read;
pub mod receiver;
pub mod rtmp_peer;
pub mod rtsp_peer;
pub mod server;
pub mod tls;
pub mod upstream;
pub mod webrtc;
pub mod wire;
pub mod ws;

use std::time::{Duration, Instant};

pub use server::{Api, Server, ServerOptions};

/// How long anything may take that has no time of its own: the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `check` until it gives something, at most for `patience`.
pub fn until<T>(what: &str, patience: Duration, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(value) = check() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {patience:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits for time itself to pass, where that is what is tested.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
