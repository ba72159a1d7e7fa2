//! A viewer that speaks RTSP with our own client: for what no independent player understands.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

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
    let mut wire = Wire::open(address, encrypted);
    wire.set_patience(Duration::from_millis(50));
    let url = RtspUrl::parse(&format!("rtsp://{address}/{path}")).map_err(|error| error.to_string())?;
    let options = ClientOptions { url, user_agent: "testkit".to_owned(), client_nonce: "00".to_owned() };
    let mut puller = Puller::new(Instant::now(), options, 7);
    let deadline = Instant::now() + patience;
    let mut times = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    while times.len() < count {
        while let Some(output) = puller.poll_output() {
            match output {
                PullerOutput::Transmit(bytes) => {
                    wire.write_all(&bytes).and_then(|()| wire.flush()).map_err(|error| error.to_string())?;
                }
                PullerOutput::Unit(unit) if unit.track.0 == 0 => times.push(unit.pts.ticks),
                PullerOutput::Closed(reason) => return Err(format!("closed after {times:?}: {reason:?}")),
                _ => {}
            }
        }
        if Instant::now() > deadline {
            return Err(format!("only {times:?} in {patience:?}"));
        }
        match wire.read(&mut buffer) {
            Ok(0) => puller.handle_eof(),
            Ok(read) => puller.handle_input(Instant::now(), &buffer[..read]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(times)
}
