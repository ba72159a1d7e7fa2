use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client sends on the event WebSocket.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message.
    Auth {
        token: String,
        /// "streams", "sources", "channels", "screens", "server".
        topics: Vec<String>,
        /// The last sequence number seen, to go on from there.
        resume_from: Option<u64>,
        /// The name of the screen that this window is, as long as this connection is there.
        #[serde(default)]
        screen: Option<String>,
    },
}

/// What the server sends.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventMessage {
    Hello {
        seq: u64,
    },
    /// Resuming is not possible: fetch everything again.
    Gap,
    Event {
        seq: u64,
        topic: String,
        event: String,
        data: serde_json::Value,
    },
    Error {
        code: String,
        message: String,
    },
}
