//! A viewer that speaks RTSP with our own client: for what no independent player understands.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::{AccessUnit, TrackConfig};
use rtsp::{ClientOptions, Puller, PullerOutput, RtspUrl};

use crate::wire::Wire;

/// Presentation times of the first `count` access units of a stream's first track, in its ticks.
///
/// # Errors
/// Why the session ended, or what arrived in time.
pub fn pull(
    address: SocketAddr,
    path: &str,
    encrypted: bool,
    count: usize,
    patience: Duration,
) -> Result<Vec<i64>, String> {
    let wire = Wire::open(address, encrypted);
    wire.set_patience(Duration::from_millis(50));
    let pulled = pull_over(wire, &format!("rtsp://{address}/{path}"), count, patience)?;
    Ok(pulled.units.iter().map(|unit| unit.pts.ticks).collect())
}

/// What came of a stream's first track.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Its configuration, once it was told.
    pub track: Option<TrackConfig>,
    /// Its access units.
    pub units: Vec<AccessUnit>,
}

/// Pulls over a connection that is there already, whose reads end after a short time.
///
/// # Errors
/// As [`pull`].
pub fn pull_over(mut wire: impl Read + Write, url: &str, count: usize, patience: Duration) -> Result<Pulled, String> {
    let url = RtspUrl::parse(url).map_err(|error| error.to_string())?;
    let options = ClientOptions { url, user_agent: "testkit".to_owned(), client_nonce: "00".to_owned() };
    let mut puller = Puller::new(Instant::now(), options, 7);
    let deadline = Instant::now() + patience;
    let mut pulled = Pulled::default();
    let mut buffer = vec![0; 64 << 10];
    while pulled.units.len() < count {
        while let Some(output) = puller.poll_output() {
            match output {
                PullerOutput::Transmit(bytes) => {
                    wire.write_all(&bytes).and_then(|()| wire.flush()).map_err(|error| error.to_string())?;
                }
                PullerOutput::Tracks(tracks) => pulled.track = tracks.into_iter().find(|track| track.id.0 == 0),
                PullerOutput::Unit(unit) if unit.track.0 == 0 => pulled.units.push(unit),
                PullerOutput::Closed(reason) => return Err(format!("closed after {pulled:?}: {reason:?}")),
                _ => {}
            }
        }
        if Instant::now() > deadline {
            return Err(format!("only {} units in {patience:?}", pulled.units.len()));
        }
        match wire.read(&mut buffer) {
            Ok(0) => puller.handle_eof(),
            Ok(read) => puller.handle_input(Instant::now(), &buffer[..read]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(pulled)
}
