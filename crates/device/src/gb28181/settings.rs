//! How the platform's side of GB/T 28181 is set.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use gb28181::Id;
use gb28181::platform::MISSED_HEARTBEATS;

/// Settings that last as long as the server runs.
#[derive(Clone)]
pub struct Settings {
    /// Where SIP is listened for, by UDP and TCP.
    pub listen: SocketAddr,
    /// Where SIP over TLS is listened for, with the server's certificate.
    pub tls_listen: Option<SocketAddr>,
    /// The address that devices reach us by, where it is not that of the interface which leads to them: behind a router that
    /// translates addresses.
    pub public_address: Option<IpAddr>,
    /// Ports that media comes in by, for people: the shared one, and the last of a range behind it.
    pub media_ports: (u16, Option<u16>),
    /// Our own code, of 20 digits.
    pub server_id: Id,
    /// Our domain, which is the realm of passwords too: usually the first ten digits of the code.
    pub domain: String,
    /// Time between heartbeats that devices are expected to send; [`MISSED_HEARTBEATS`] may be missing.
    pub heartbeat: Duration,
    /// A password with which any device may sign in, for trials.
    pub trial_password: Option<String>,
}

impl Settings {
    /// How long a device may be silent before it counts as gone.
    pub fn silence(&self) -> Duration {
        self.heartbeat * MISSED_HEARTBEATS
    }
}

impl std::fmt::Debug for Settings {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("server_id", &self.server_id)
            .field("domain", &self.domain)
            .finish_non_exhaustive()
    }
}
