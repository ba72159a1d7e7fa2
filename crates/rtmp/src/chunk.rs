//! Chunk streams (§5.3): messages cut into pieces and interleaved.
//!
//! ```text
//! fmt(2) chunk_stream(6) [8 | 16 more]
//! fmt 0: timestamp(24) length(24) type(8) message_stream(32, little-endian) [extended(32)]
//! fmt 1: delta(24)     length(24) type(8)                                   [extended(32)]
//! fmt 2: delta(24)                                                          [extended(32)]
//! fmt 3:                                                                    [extended(32)]
//! ```

mod reader;
mod writer;

pub use reader::{ChunkError, ChunkReader, Limits};
pub use writer::{MessageHeader, write_message};

use bytes::Bytes;

/// Bytes of a chunk's payload before a Set Chunk Size.
pub const INITIAL_CHUNK_SIZE: usize = 128;

/// What marks a 24-bit time stamp field as continued in 32 further bits.
const EXTENDED_MARK: u32 = 0xFF_FFFF;

/// One whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Message type id.
    pub kind: u8,
    /// Message stream: 0 for the connection, else what `createStream` answered.
    pub stream_id: u32,
    /// Milliseconds modulo 2^32.
    pub timestamp_ms: u32,
    /// The body.
    pub body: Bytes,
}

/// Message type ids (§5.4, §7.1).
pub mod message_type {
    /// Set Chunk Size.
    pub const SET_CHUNK_SIZE: u8 = 1;
    /// Abort Message.
    pub const ABORT: u8 = 2;
    /// Acknowledgement.
    pub const ACKNOWLEDGEMENT: u8 = 3;
    /// User Control Message.
    pub const USER_CONTROL: u8 = 4;
    /// Window Acknowledgement Size.
    pub const WINDOW_ACK_SIZE: u8 = 5;
    /// Set Peer Bandwidth.
    pub const SET_PEER_BANDWIDTH: u8 = 6;
    /// AMF3 data.
    pub const DATA_AMF3: u8 = 15;
    /// AMF3 command.
    pub const COMMAND_AMF3: u8 = 17;
    /// AMF0 command.
    pub const COMMAND: u8 = 20;
    /// Several FLV tags in one message.
    pub const AGGREGATE: u8 = 22;
}

#[cfg(test)]
mod tests;
