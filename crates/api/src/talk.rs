//! Speaking to cameras and loudspeakers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who speaks to a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TalkStanding {
    /// Absent when nobody speaks.
    pub holder: Option<TalkHolder>,
    /// What became of the last file, until somebody speaks again.
    pub last_file: Option<TalkFileEnd>,
}

/// Who has the floor: one at a time for a device with all of its channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TalkHolder {
    /// Number of the user.
    pub user: i64,
    /// For people.
    pub name: String,
    pub since: String,
    /// Whether it is oneself, perhaps elsewhere.
    pub own: bool,
    /// Absent for a microphone.
    pub file: Option<TalkFile>,
}

/// A file that is played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TalkFile {
    pub name: String,
    pub position_ms: u64,
    pub length_ms: u64,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TalkFileEnd {
    pub name: String,
    /// Why it ended early; absent when it was played to its end.
    pub why: Option<String>,
}

/// How sound is coded: 8 kHz, one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TalkForm {
    /// Samples of 16 bits, the lower byte first.
    Pcm16,
    /// G.711 A-law.
    ALaw,
}

/// What a client sends on the WebSocket that speaks. After `start` it sends sound in binary messages of at most 8 KiB, each some
/// 20 to 100 ms. Whoever sends nothing for two seconds is hung up on.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TalkCommand {
    /// The first message.
    Auth {
        token: String,
        /// Language of sentences, such as "zh-CN"; English when absent.
        #[serde(default)]
        language: String,
    },
    /// Asks the device to listen.
    Start { form: TalkForm },
    /// Hangs up.
    Stop,
}

/// What the server sends there.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TalkMessage {
    /// At first, and whenever it has changed.
    Standing(TalkStanding),
    /// How far one's own talk is.
    State {
        /// "asking", "ringing" or "speaking".
        state: String,
    },
    /// One's own talk is over.
    Ended {
        /// "stopped" by oneself, "taken" by somebody who speaks already, "device", "dead" when nothing came any more, "rights", or
        /// "failed".
        code: String,
        /// For people, with a next step where there is one.
        why: String,
        /// Sound that was dropped because it came faster than it is heard.
        dropped_ms: u64,
    },
    /// A message was refused; the connection goes on unless the code is "unauthorized".
    Error { code: String, message: String },
}
