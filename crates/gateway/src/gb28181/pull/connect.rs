//! The connection that we make, where the device listens.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hub::Leg;
use tokio::net::TcpStream;

use super::super::Call;
use super::super::diagnosis::Origin;
use super::TICK;
use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, refused};

/// Attempts, and the rest between them (GB/T 28181-2022 annex D).
const ATTEMPTS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);
/// One attempt.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Connects to where the answer says, then to where the signalling comes from; `None` when the sink wants no more.
pub(super) async fn connect(
    call: &mut Call,
    origin: &Origin,
    guard: &PullGuard,
    sink: &mut dyn PullSink,
) -> Result<Option<(SocketAddr, TcpStream)>, PullFailure> {
    let port = call.answer.video().or_else(|| call.answer.media.first()).map_or(0, |media| media.port);
    let addresses: Vec<SocketAddr> = origin.addresses().into_iter().map(|ip| (ip, port).into()).collect();
    let attempts = attempts(&addresses, guard);
    tokio::pin!(attempts);
    let connected = loop {
        tokio::select! {
            connected = &mut attempts => break connected?,
            text = call.session.over() => return Err(super::session::ended(&text)),
            () = tokio::time::sleep(TICK) => if sink.is_done() {
                return Ok(None);
            },
        }
    };
    sink.step(Leg::Connect, true, &format!("Connected to {}.", connected.0));
    Ok(Some(connected))
}

async fn attempts(addresses: &[SocketAddr], guard: &PullGuard) -> Result<(SocketAddr, TcpStream), PullFailure> {
    let mut last = PullFailure::io(Leg::Connect, &io::ErrorKind::AddrNotAvailable.into());
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        for address in addresses {
            if let Err(reason) = guard.check(*address) {
                last = refused(*address, reason);
                continue;
            }
            match tokio::time::timeout(TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok((*address, stream)),
                Ok(Err(error)) => last = failure(*address, &error),
                Err(_elapsed) => last = failure(*address, &io::ErrorKind::TimedOut.into()),
            }
        }
    }
    Err(last)
}

fn failure(address: SocketAddr, error: &io::Error) -> PullFailure {
    let failure = PullFailure::io(Leg::Connect, error);
    PullFailure {
        text: format!("no connection to {address}, where the device said that it waits: {}", failure.text),
        next_step: "Set the device to UDP, or have it connect to us.".to_owned(),
        ..failure
    }
}
