//! Why a client session ended, and on which leg of the conversation.

use rtp::SdpError;

use crate::parser::ParseError;

/// The step of the conversation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the request of its name")]
pub enum Leg {
    Options,
    Describe,
    Announce,
    Setup,
    Play,
    Record,
    /// The session ran; media or its absence ended it.
    Media,
}

impl std::fmt::Display for Leg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Options => "OPTIONS",
            Self::Describe => "DESCRIBE",
            Self::Announce => "ANNOUNCE",
            Self::Setup => "SETUP",
            Self::Play => "PLAY",
            Self::Record => "RECORD",
            Self::Media => "media",
        })
    }
}

/// Why a client session ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The server answered with an error status.
    #[error("{leg} was refused with {status} {reason}")]
    Refused {
        /// Which request.
        leg: Leg,
        /// RTSP status.
        status: u16,
        /// Reason phrase as sent.
        reason: String,
    },
    /// Credentials are missing, wrong, or asked for in a scheme that we do not know.
    #[error("{leg} was refused for its credentials")]
    Unauthorized {
        /// Which request.
        leg: Leg,
    },
    /// The stream is elsewhere.
    #[error("{leg} was redirected to {location}")]
    Redirected {
        /// Which request.
        leg: Leg,
        /// `Location` as sent; may be empty.
        location: String,
    },
    /// No answer, or no media, in time.
    #[error("{leg} timed out")]
    Timeout {
        /// What was waited for.
        leg: Leg,
    },
    /// The server closed the connection.
    #[error("server closed the connection during {leg}")]
    Disconnected {
        /// What was under way.
        leg: Leg,
    },
    /// The server sent something that cannot be read on.
    #[error("server sent something unreadable")]
    Malformed(#[source] ParseError),
    /// The session description is unusable.
    #[error("session description is unusable")]
    Description(#[source] SdpError),
    /// The server insists on a transport other than the one that was proposed.
    #[error("server does not send by the transport that was asked for")]
    Transport,
    /// There is nothing to set up.
    #[error("no track could be set up")]
    NoTrack,
}

impl ClientError {
    /// The server would send, but not by this transport: another one may do.
    pub const fn is_about_transport(&self) -> bool {
        matches!(self, Self::Transport | Self::Refused { leg: Leg::Setup, status: 461, .. })
    }

    /// The peer went away, which is not a fault.
    pub const fn is_disconnect(&self) -> bool {
        matches!(self, Self::Disconnected { .. })
    }
}
