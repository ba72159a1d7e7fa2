//! The running server against independent publishers and players, and against everything that goes wrong.
//!
//! Each test has a server of its own. `cargo test -p viaduct --test e2e` needs ffmpeg, GStreamer, mpv, Chromium,
//! python3-gi with gir1.2-gst-rtsp-server-1.0, and the console's packages (`npm ci` in `web`).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod access;
mod accounts;
mod applications;
mod attacks;
mod browsers;
mod cameras;
mod cdn;
mod channels;
mod console;
mod cut_ahead;
mod dash;
mod database;
mod endurance;
mod files;
mod gb28181;
mod groups;
mod hls;
mod hooks;
mod hosts;
mod http2;
mod input;
mod kept_snapshots;
mod latency;
mod leaks;
mod licence;
mod matrix;
mod network;
mod oidc;
mod operator;
mod origins;
mod overview;
mod people;
mod program;
mod ptz;
mod publishers;
mod pulls;
mod relays;
mod renditions;
mod rights;
mod rtsp_transports;
mod schedules;
mod settings;
mod slate;
mod snapshots;
mod software;
mod sound;
mod sources;
mod streams;
mod support;
mod tracks;
mod wall;
mod webrtc;
