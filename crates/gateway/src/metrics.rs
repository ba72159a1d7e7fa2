//! Counters of the gateway; each refusal has a reason.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::peer::TooMany;

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Counters since the start.
        #[derive(Debug, Default)]
        pub struct Metrics { $($(#[$doc])* pub(crate) $name: AtomicU64),+ }

        impl Metrics {
            /// Name and value of each counter.
            pub fn read(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed))),+]
            }
        }
    };
}

metrics! {
    /// Connections accepted.
    connections_accepted,
    /// Connections refused because their address has too many.
    connections_refused_per_address,
    /// Connections refused because there are too many.
    connections_refused_total,
    /// TLS handshakes that failed.
    tls_failures,
    /// Peers that sent no complete request or handshake in time.
    handshake_timeouts,
    /// HTTP/2 connections ended because requests were begun only to be cancelled.
    http2_reset_floods,
    /// Sessions ended by malformed input.
    malformed_input,
    /// Publishing and playing refused by access.
    access_denied,
    /// Bytes received from publishers.
    received_bytes,
    /// Datagrams to the RTSP ports that no session expects, or from a wrong address.
    stray_datagrams,
    /// Datagrams and connections to the WebRTC ports that no session expects.
    webrtc_stray_datagrams,
    /// Datagrams that a WebRTC session was too busy to take.
    webrtc_overflows,
    /// RTP packets that were lost on their way to us, or dropped because a session was too slow.
    rtp_packets_lost,
    /// Requests for playlists and pieces of HLS, answered or refused.
    hls_requests,
    /// Requests for pictures of streams, answered or refused.
    picture_requests,
    /// Attempts to pull a source.
    pull_attempts,
    /// Attempts that failed.
    pull_failures,
}

impl Metrics {
    /// The counter of connections that were refused so.
    pub(crate) const fn refusals(&self, refused: TooMany) -> &AtomicU64 {
        match refused {
            TooMany::PerAddress => &self.connections_refused_per_address,
            TooMany::Total => &self.connections_refused_total,
        }
    }

    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
