//! What both ends of a connection have in common: chunks, acknowledgements, pings.

use bytes::{Bytes, BytesMut};
use container::flv::{TagKind, unroll_ms};

use crate::CHUNK_SIZE;
use crate::chunk::{ChunkError, ChunkReader, Limits, Message, message_type};
use crate::command::aggregate_tags;
use crate::control::{self, UserControl};

/// The acknowledgement window that we announce, bytes.
pub(crate) const WINDOW: u32 = 2_500_000;
/// Peers that ask for acknowledgements more often get them this often, bytes.
const MIN_WINDOW: u32 = 65_536;

#[derive(Debug)]
pub(crate) struct Link {
    reader: ChunkReader,
    pub(crate) out: BytesMut,
    received: u64,
    acknowledged: u64,
    window: u32,
    last_timestamp_ms: Option<i64>,
}

/// What a message means, once the link has taken its own share.
#[derive(Debug)]
pub(crate) enum Incoming {
    Command(Message),
    Media(Message),
    StreamEof,
    /// Handled here, or nothing that we understand.
    Nothing,
}

impl Link {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            reader: ChunkReader::new(limits),
            out: BytesMut::new(),
            received: 0,
            acknowledged: 0,
            window: WINDOW,
            last_timestamp_ms: None,
        }
    }

    /// Announces what this end does: sent once, before anything longer than a small chunk.
    pub(crate) fn announce(&mut self) {
        control::write_window_ack_size(&mut self.out, WINDOW);
        control::write_set_chunk_size(&mut self.out, CHUNK_SIZE);
    }

    /// Accounts for bytes read from the peer (§5.4.3). Half the window leaves the peer time to see it.
    pub(crate) fn count_received(&mut self, count: usize) {
        self.received += u64::try_from(count).expect("usize fits 64 bits");
        if self.received - self.acknowledged >= u64::from(self.window / 2) {
            self.acknowledged = self.received;
            let sequence = u32::try_from(self.received & u64::from(u32::MAX)).expect("masked to 32 bits");
            control::write_acknowledgement(&mut self.out, sequence);
        }
    }

    /// The next message that concerns the session.
    pub(crate) fn read(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, ChunkError> {
        Ok(self.reader.read(input)?.map(|message| self.sort(message)))
    }

    fn sort(&mut self, message: Message) -> Incoming {
        match message.kind {
            message_type::COMMAND | message_type::COMMAND_AMF3 => {
                return Incoming::Command(message);
            }
            message_type::DATA_AMF3 | message_type::AGGREGATE => return Incoming::Media(message),
            kind if TagKind::from_id(kind).is_some() => return Incoming::Media(message),
            message_type::WINDOW_ACK_SIZE => {
                if let Some(window) = control::parse_u32(&message.body) {
                    self.window = window.max(MIN_WINDOW);
                }
            }
            message_type::SET_PEER_BANDWIDTH => {
                control::write_window_ack_size(&mut self.out, WINDOW);
            }
            message_type::USER_CONTROL => match control::parse_user_control(&message.body) {
                UserControl::PingRequest(timestamp_ms) => {
                    control::write_ping_response(&mut self.out, timestamp_ms);
                }
                UserControl::StreamEof => return Incoming::StreamEof,
                UserControl::Other => {}
            },
            _ => {}
        }
        Incoming::Nothing
    }

    /// The tags of a media message with unrolled time stamps.
    pub(crate) fn tags(&mut self, message: Message, mut each: impl FnMut(TagKind, i64, Bytes)) {
        match message.kind {
            message_type::AGGREGATE => {
                for tag in aggregate_tags(&message) {
                    self.tag(tag, &mut each);
                }
            }
            message_type::DATA_AMF3 => {
                // The format byte 0 stands in front of AMF0 values.
                let skipped = usize::from(message.body.first() == Some(&0));
                let body = message.body.slice(skipped..);
                self.tag(Message { kind: TagKind::Script.id(), body, ..message }, &mut each);
            }
            _ => self.tag(message, &mut each),
        }
    }

    fn tag(&mut self, message: Message, each: &mut impl FnMut(TagKind, i64, Bytes)) {
        // Empty audio messages are what some encoders send instead of silence; they carry nothing.
        if let Some(kind) = TagKind::from_id(message.kind).filter(|_| !message.body.is_empty()) {
            let timestamp_ms = unroll_ms(self.last_timestamp_ms, message.timestamp_ms);
            self.last_timestamp_ms = Some(timestamp_ms);
            each(kind, timestamp_ms, message.body);
        }
    }

    /// Bytes for the peer, all at once; gives their memory away.
    pub(crate) fn take_out(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out).freeze())
    }
}
