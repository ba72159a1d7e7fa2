//! The media half of GB/T 28181 as platform: program streams in RTP, by UDP and both TCP ways, from devices that
//! somebody else speaks with.
//!
//! ```text
//! pull(gb28181://DEVICE/CHANNEL) ── Signalling::call ── INVITE, 200, ACK ── Call { Lease, answer, CallSession }
//!                                                                             │
//! device ── RTP ── shared port, told apart by SSRC ──┐                        │
//!              └── a port of the session's own ──────┴── packets ── Intake ── tracks and units ── PullSink
//! ```
//!
//! | specification | scope | where |
//! |---|---|---|
//! | GB/T 28181-2022 annex C | program streams in RTP, elementary streams, payload types | `intake` |
//! | annex D, RFC 4571, RFC 4145 | RTP over TCP connections, who connects | `medium` |
//! | annex G | SSRC, address and port of the answer | `ports` |
//! | §9.12 | sound to devices | `speech` |
//!
//! Invariants: a [`Lease`] is a value whose drop gives port, SSRC, sockets and routes back; media is taken only from
//! where the answer or the signalling says; every queue is bounded and counts what it drops.
//!
//! It deliberately speaks no SIP: that is [`Signalling`]'s business.

mod diagnosis;
mod intake;
mod medium;
mod ports;
mod pull;
mod speech;
mod wanted;

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use gb28181::profile::SsrcCheck;
use gb28181::sdp::Description;
use hub::Leg;

use crate::pull::{PullFailure, resolve};

pub(crate) use intake::intake_any;
pub use ports::{Carrier, Lease, MediaPorts, NoPort, PortsConfig};
pub(crate) use pull::pull;
pub use speech::{BYTES_PER_PACKET, Hearer, MAX_QUEUED_BYTES, PACKET_TIME, Speech, SpeechCounters, SpeechEnd};
pub use wanted::{Span, Wanted};

/// Speaks with devices.
pub trait Signalling: Send + Sync {
    /// Invites a device to send; returns once it has answered. `step` is told what was passed or failed on the way.
    ///
    /// # Errors
    /// The leg that failed.
    ///
    /// # Cancel safety
    /// Dropping the future gives the call up: nothing of it is left, neither here nor at the device.
    fn call<'a>(
        &'a self,
        wanted: &'a Wanted,
        ports: &'a Arc<MediaPorts>,
        step: &'a mut (dyn FnMut(Leg, bool, &str) + Send),
    ) -> BoxFuture<'a, Result<Call, PullFailure>>;
}

/// A session that a device has agreed to. Fields are dropped in their order: the device is told before the port is
/// given back.
pub struct Call {
    /// The dialog.
    pub session: Box<dyn CallSession>,
    /// Where media comes in.
    pub lease: Lease,
    /// What the device said: payloads, address, port, setup and SSRC of its section with pictures.
    pub answer: Description,
    /// Where the device's signalling comes from: media may come from there or from where the answer says.
    pub signalling_ip: IpAddr,
    /// Whether packets with another SSRC than the session's are dropped, by the device's profile.
    pub ssrc_check: SsrcCheck,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("lease", &self.lease).field("answer", &self.answer).finish_non_exhaustive()
    }
}

/// The dialog of a call; dropping it hangs up (BYE).
pub trait CallSession: Send {
    /// Asks the device for a key frame; returns at once.
    fn ask_key_frame(&mut self);

    /// Whether somebody has paused the recording, so that nothing comes for as long as it takes.
    fn is_paused(&self) -> bool {
        false
    }

    /// Resolves with a sentence once the device has ended the session, or is gone.
    ///
    /// # Cancel safety
    /// Safe: an end that was not taken is said again.
    fn over(&mut self) -> BoxFuture<'_, String>;
}

/// The addresses behind what a device names in a description: an address or a name; none where it says nothing (`0.0.0.0`),
/// or nobody knows the name.
async fn named_addresses(named: Option<&str>) -> Vec<IpAddr> {
    let Some(named) = named else { return Vec::new() };
    match named.parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => Vec::new(),
        Ok(ip) => vec![ip.to_canonical()],
        Err(_) => {
            let found = resolve(named, 0).await.unwrap_or_default();
            found.into_iter().map(|address| address.ip().to_canonical()).collect()
        }
    }
}
