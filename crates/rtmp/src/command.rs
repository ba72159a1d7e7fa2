//! Commands and their answers (§7.2).

use bytes::{Bytes, BytesMut};
use container::amf0::{self, AmfError, Decoder, Object, Value};

use crate::CHUNK_SIZE;
use crate::chunk::{Message, MessageHeader, message_type, write_message};

/// Arguments of one command; `play` has four.
const MAX_ARGUMENTS: usize = 16;

/// One command or answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) name: Box<str>,
    /// 0 when no answer is wanted.
    pub(crate) transaction: f64,
    pub(crate) object: Value,
    pub(crate) arguments: Vec<Value>,
}

impl Command {
    /// From the body of a command message.
    pub(crate) fn parse(message: &Message) -> Result<Option<Self>, AmfError> {
        let mut body = &message.body[..];
        // An AMF3 command begins with the format byte 0, then AMF0 values follow; some clients leave it out.
        if message.kind == message_type::COMMAND_AMF3 && body.first() == Some(&0) {
            body = &body[1..];
        }
        let mut decoder = Decoder::new(body);
        let Some(Value::String(name)) = decoder.next_value()? else {
            return Ok(None);
        };
        let transaction = decoder.next_value()?.and_then(|value| value.as_number()).unwrap_or(0.0);
        let object = decoder.next_value()?.unwrap_or(Value::Null);
        let mut arguments = Vec::new();
        while arguments.len() < MAX_ARGUMENTS {
            match decoder.next_value()? {
                Some(value) => arguments.push(value),
                None => break,
            }
        }
        Ok(Some(Self { name, transaction, object, arguments }))
    }

    /// The text of an argument.
    pub(crate) fn text(&self, index: usize) -> Option<&str> {
        self.arguments.get(index)?.as_str()
    }

    /// The information object of a status or answer.
    pub(crate) fn information(&self) -> Option<&Object> {
        self.arguments.first().and_then(Value::as_object).or_else(|| self.object.as_object())
    }
}

/// Appends a command on a message stream (0 for the connection).
pub(crate) fn write_command(out: &mut BytesMut, stream_id: u32, name: &str, transaction: f64, values: &[Value]) {
    const CONNECTION: u8 = 3;
    const STREAM: u8 = 5;
    let mut body = BytesMut::with_capacity(256);
    amf0::write_str(&mut body, name);
    amf0::write(&mut body, &Value::Number(transaction));
    for value in values {
        amf0::write(&mut body, value);
    }
    let header = MessageHeader {
        chunk_stream: if stream_id == 0 { CONNECTION } else { STREAM },
        timestamp_ms: 0,
        kind: message_type::COMMAND,
        stream_id,
    };
    write_message(out, &header, CHUNK_SIZE, &[&body]);
}

/// An information object.
pub(crate) fn status(level: &str, code: &str, description: &str) -> Object {
    Object::new().with("level", level).with("code", code).with("description", description)
}

/// Appends `onStatus` on a message stream.
pub(crate) fn write_status(out: &mut BytesMut, stream_id: u32, level: &str, code: &str, description: &str) {
    let information = Value::Object(status(level, code, description));
    write_command(out, stream_id, "onStatus", 0.0, &[Value::Null, information]);
}

/// Appends script data, such as `|RtmpSampleAccess`.
pub(crate) fn write_script(out: &mut BytesMut, stream_id: u32, name: &str, values: &[Value]) {
    const CHUNK_STREAM: u8 = 5;
    let mut body = BytesMut::with_capacity(64);
    amf0::write_str(&mut body, name);
    for value in values {
        amf0::write(&mut body, value);
    }
    let kind = container::flv::TagKind::Script.id();
    let header = MessageHeader { chunk_stream: CHUNK_STREAM, timestamp_ms: 0, kind, stream_id };
    write_message(out, &header, CHUNK_SIZE, &[&body]);
}

/// The path before the first `?`, and what follows it.
pub(crate) fn split_query(text: &str) -> (&str, Option<&str>) {
    match text.split_once('?') {
        Some((path, query)) => (path, Some(query).filter(|query| !query.is_empty())),
        None => (text, None),
    }
}

/// The tags within an aggregate message, each with its time; the first one has the message's own time.
pub(crate) fn aggregate_tags(message: &Message) -> impl Iterator<Item = Message> {
    const HEADER_LEN: usize = 11;
    const TRAILER_LEN: usize = 4;
    let mut rest = message.body.clone();
    let stream_id = message.stream_id;
    let base_ms = message.timestamp_ms;
    let mut first_ms = None;
    std::iter::from_fn(move || {
        let &[kind, l0, l1, l2, t0, t1, t2, t3, ..] = rest.first_chunk::<HEADER_LEN>()?;
        let body_len = usize::from(l0) << 16 | usize::from(l1) << 8 | usize::from(l2);
        if rest.len() < HEADER_LEN + body_len {
            return None;
        }
        let tag_ms = u32::from_be_bytes([t3, t0, t1, t2]);
        let offset_ms = tag_ms.wrapping_sub(*first_ms.get_or_insert(tag_ms));
        let body: Bytes = rest.slice(HEADER_LEN..HEADER_LEN + body_len);
        rest = rest.slice((HEADER_LEN + body_len + TRAILER_LEN).min(rest.len())..);
        Some(Message { kind, stream_id, timestamp_ms: base_ms.wrapping_add(offset_ms), body })
    })
}
