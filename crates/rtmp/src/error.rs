//! Why a session ends.

use base::ErrorKind;
use container::amf0::AmfError;

use crate::chunk::ChunkError;
use crate::handshake::HandshakeError;

/// Why a session cannot go on. The owner closes the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The peer does not speak RTMP.
    #[error("RTMP handshake failed")]
    Handshake(#[from] HandshakeError),
    /// The chunk stream cannot be followed any more.
    #[error("RTMP chunk stream is broken")]
    Chunk(#[from] ChunkError),
    /// A command is not AMF.
    #[error("RTMP command is malformed")]
    Command(#[from] AmfError),
    /// A command lacks an argument or has one of the wrong type or length.
    #[error("RTMP command {command} has no usable {argument}")]
    Argument {
        /// The command's name.
        command: &'static str,
        /// The argument's name.
        argument: &'static str,
    },
    /// A command came before `connect`.
    #[error("RTMP command came before connect")]
    NotConnected,
    /// The peer keeps sending while it should wait for an answer.
    #[error("peer sent more than {0} bytes while its request was open")]
    Impatient(usize),
    /// The peer did not get as far as it should in time.
    #[error("no progress of {0} in time")]
    Timeout(&'static str),
    /// The server refused what the client asked for.
    #[error("server answered {code}: {description}")]
    Refused {
        /// The server's status code, such as `NetStream.Play.StreamNotFound`.
        code: String,
        /// Its explanation.
        description: String,
    },
}

impl Error {
    /// The kind that network surfaces map to their status codes.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Timeout(_) => ErrorKind::Timeout,
            Self::Impatient(_) => ErrorKind::Exhausted,
            Self::Refused { code, description } => refusal_kind(code, description),
            _ => ErrorKind::InvalidInput,
        }
    }
}

/// Servers say "unauthorized" in many ways; the codes are those of Adobe's `NetConnection` and `NetStream`.
fn refusal_kind(code: &str, description: &str) -> ErrorKind {
    let description = description.to_ascii_lowercase();
    if description.contains("auth") || description.contains("token") {
        return ErrorKind::Unauthorized;
    }
    match code {
        "NetStream.Play.StreamNotFound" | "NetConnection.Connect.InvalidApp" => ErrorKind::NotFound,
        "NetStream.Publish.BadName" => ErrorKind::Conflict,
        "NetStream.Publish.Denied" | "NetConnection.Connect.Rejected" => ErrorKind::Forbidden,
        _ => ErrorKind::Unavailable,
    }
}
