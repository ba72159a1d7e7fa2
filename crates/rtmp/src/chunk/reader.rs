//! Chunks to messages.

use bytes::{Bytes, BytesMut};

use super::{EXTENDED_MARK, INITIAL_CHUNK_SIZE, Message, message_type};

/// What a peer may claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message; 16 MiB is what the length field can say.
    pub max_message_len: usize,
    /// Chunk streams in use; encoders use four or five.
    pub max_chunk_streams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_message_len: 16 * 1024 * 1024, max_chunk_streams: 64 }
    }
}

/// Why a chunk stream cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// The first chunk on a chunk stream leaves out what only an earlier one could have said.
    #[error("chunk stream {0} begins without a full header")]
    NoHeader(u32),
    /// More than [`Limits::max_chunk_streams`].
    #[error("more than {0} chunk streams")]
    TooManyStreams(usize),
    /// Longer than [`Limits::max_message_len`].
    #[error("message of {0} bytes is over the limit")]
    MessageTooLong(usize),
    /// Unfinished messages together exceed [`Limits::max_message_len`] by more than 1 MiB.
    #[error("unfinished messages hold too many bytes")]
    TooMuchUnfinished,
    /// A Set Chunk Size outside of 1 to 0x7FFFFFFF, or without a value.
    #[error("chunk size is out of range")]
    ChunkSize,
}

/// The longest chunk header: 3 + 11 + 4 bytes.
const MAX_HEADER_LEN: usize = 18;
/// Reserved for a message before its bytes came; longer messages grow as they do.
const MAX_RESERVE: usize = 256 * 1024;
const UNFINISHED_SLACK: usize = 1024 * 1024;

/// Reassembles messages; follows Set Chunk Size and Abort itself.
#[derive(Debug)]
pub struct ChunkReader {
    limits: Limits,
    chunk_size: usize,
    streams: Vec<ChunkStream>,
    /// The chunk whose payload comes next: index into `streams`, bytes left.
    current: Option<(usize, usize)>,
    /// The start of a header that is cut by the end of the input.
    stash: Stash,
    unfinished_len: usize,
}

#[derive(Debug)]
struct ChunkStream {
    id: u32,
    timestamp_ms: u32,
    delta_ms: u32,
    /// The extended time stamp of the last header that had one.
    extended: Option<u32>,
    length: usize,
    kind: u8,
    stream_id: u32,
    /// Whether a message has begun and is not complete.
    open: bool,
    body: BytesMut,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stash {
    bytes: [u8; MAX_HEADER_LEN],
    len: usize,
}

/// One chunk header as it stands on the wire.
#[derive(Clone, Copy, Debug)]
struct Header {
    chunk_stream: u32,
    format: u8,
    used: usize,
    /// Absolute (fmt 0) or delta.
    time_ms: u32,
    extended: Option<u32>,
    length: usize,
    kind: u8,
    stream_id: u32,
}

impl ChunkReader {
    /// With the initial chunk size.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            chunk_size: INITIAL_CHUNK_SIZE,
            streams: Vec::new(),
            current: None,
            stash: Stash { bytes: [0; MAX_HEADER_LEN], len: 0 },
            unfinished_len: 0,
        }
    }

    /// Consumes input up to the end of the next message. `None` means that all input is consumed.
    ///
    /// # Errors
    /// When the peer breaks the protocol or a limit; the reader is of no use after that.
    pub fn read(&mut self, input: &mut &[u8]) -> Result<Option<Message>, ChunkError> {
        loop {
            if let Some((index, left)) = self.current {
                let taken = self.payload(index, left, input)?;
                if taken < left {
                    self.current = Some((index, left - taken));
                    if self.stash.len == 0 && input.is_empty() {
                        return Ok(None);
                    }
                    continue;
                }
                self.current = None;
                if let Some(message) = self.finish_chunk(index)? {
                    return Ok(Some(message));
                }
                continue;
            }
            match self.next_header(input)? {
                Some(header) => self.begin_chunk(&header)?,
                None => return Ok(None),
            }
        }
    }

    /// Moves payload bytes into the message; bytes that were stashed as a possible header go first.
    fn payload(&mut self, index: usize, left: usize, input: &mut &[u8]) -> Result<usize, ChunkError> {
        let stream = &mut self.streams[index];
        let taken = if self.stash.len > 0 { left.min(self.stash.len) } else { left.min(input.len()) };
        self.unfinished_len += taken;
        if self.unfinished_len > self.limits.max_message_len + UNFINISHED_SLACK {
            return Err(ChunkError::TooMuchUnfinished);
        }
        if stream.body.capacity() == 0 && taken > 0 {
            stream.body.reserve(stream.length.min(MAX_RESERVE));
        }
        if self.stash.len > 0 {
            stream.body.extend_from_slice(&self.stash.bytes[..taken]);
            self.stash.drop_front(taken);
        } else {
            stream.body.extend_from_slice(&input[..taken]);
            *input = &input[taken..];
        }
        Ok(taken)
    }

    fn next_header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, ChunkError> {
        if self.stash.len == 0 {
            if let Some(header) = self.parse(input) {
                *input = &input[header.used..];
                return Ok(Some(header));
            }
            self.stash.append(input);
            *input = &[];
            return Ok(None);
        }
        let mut joined = self.stash;
        let added = joined.append(input);
        match self.parse(&joined.bytes[..joined.len]) {
            None => {
                self.stash = joined;
                *input = &input[added..];
                Ok(None)
            }
            Some(header) if header.used < self.stash.len => {
                self.stash.drop_front(header.used);
                Ok(Some(header))
            }
            Some(header) => {
                *input = &input[header.used - self.stash.len..];
                self.stash.len = 0;
                Ok(Some(header))
            }
        }
    }

    /// `None` when the header is not complete; [`MAX_HEADER_LEN`] bytes always are.
    fn parse(&self, bytes: &[u8]) -> Option<Header> {
        let first = *bytes.first()?;
        let format = first >> 6;
        let (chunk_stream, mut at) = match first & 0x3F {
            0 => (64 + u32::from(*bytes.get(1)?), 2),
            1 => (64 + u32::from(*bytes.get(1)?) + (u32::from(*bytes.get(2)?) << 8), 3),
            id => (u32::from(id), 1),
        };
        let known = self.streams.iter().find(|stream| stream.id == chunk_stream);
        let mut header = Header {
            chunk_stream,
            format,
            used: 0,
            time_ms: known.map_or(0, |stream| stream.delta_ms),
            extended: known.and_then(|stream| stream.extended),
            length: known.map_or(0, |stream| stream.length),
            kind: known.map_or(0, |stream| stream.kind),
            stream_id: known.map_or(0, |stream| stream.stream_id),
        };
        if format < 3 {
            header.time_ms = u24(bytes, at)?;
            at += 3;
        }
        if format < 2 {
            header.length = usize::try_from(u24(bytes, at)?).expect("24 bits fit");
            header.kind = *bytes.get(at + 3)?;
            at += 4;
        }
        if format == 0 {
            header.stream_id = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
            at += 4;
        }
        if format < 3 {
            header.extended = None;
            if header.time_ms == EXTENDED_MARK {
                header.time_ms = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
                header.extended = Some(header.time_ms);
                at += 4;
            }
        } else if let (Some(expected), Some(stream)) = (header.extended, known) {
            // Violates §5.3.1.3: some senders do not repeat the extended time stamp on fmt 3. Four bytes that
            // are neither it nor the message's absolute time are payload then.
            let repeated = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
            if repeated == expected || repeated == stream.timestamp_ms {
                at += 4;
            }
        }
        header.used = at;
        Some(header)
    }

    fn begin_chunk(&mut self, header: &Header) -> Result<(), ChunkError> {
        let index = match self.streams.iter().position(|stream| stream.id == header.chunk_stream) {
            Some(index) => index,
            // Violates §5.3.1.2.2: librtmp begins its first ping with fmt 1, which leaves out the stream only.
            None if header.format < 2 => self.add_stream(header.chunk_stream)?,
            None => return Err(ChunkError::NoHeader(header.chunk_stream)),
        };
        let stream = &mut self.streams[index];
        let continues = stream.open
            && (header.format == 3
                // Violates §5.3.1.2.4: some senders repeat a longer header on each chunk of a message.
                || header.length == stream.length && header.kind == stream.kind);
        if !continues {
            if header.length > self.limits.max_message_len {
                return Err(ChunkError::MessageTooLong(header.length));
            }
            self.unfinished_len -= stream.body.len();
            stream.body = BytesMut::new();
            stream.timestamp_ms =
                if header.format == 0 { header.time_ms } else { stream.timestamp_ms.wrapping_add(header.time_ms) };
            stream.delta_ms = header.time_ms;
            stream.extended = header.extended;
            stream.length = header.length;
            stream.kind = header.kind;
            stream.stream_id = header.stream_id;
            stream.open = true;
        }
        self.current = Some((index, self.chunk_size.min(stream.length - stream.body.len())));
        Ok(())
    }

    fn add_stream(&mut self, id: u32) -> Result<usize, ChunkError> {
        if self.streams.len() >= self.limits.max_chunk_streams {
            return Err(ChunkError::TooManyStreams(self.limits.max_chunk_streams));
        }
        self.streams.push(ChunkStream {
            id,
            timestamp_ms: 0,
            delta_ms: 0,
            extended: None,
            length: 0,
            kind: 0,
            stream_id: 0,
            open: false,
            body: BytesMut::new(),
        });
        Ok(self.streams.len() - 1)
    }

    fn finish_chunk(&mut self, index: usize) -> Result<Option<Message>, ChunkError> {
        let stream = &mut self.streams[index];
        if stream.body.len() < stream.length {
            return Ok(None);
        }
        stream.open = false;
        self.unfinished_len -= stream.body.len();
        let message = Message {
            kind: stream.kind,
            stream_id: stream.stream_id,
            timestamp_ms: stream.timestamp_ms,
            body: std::mem::take(&mut stream.body).freeze(),
        };
        match message.kind {
            message_type::SET_CHUNK_SIZE => self.chunk_size = chunk_size(&message.body)?,
            message_type::ABORT => self.abort(&message.body),
            _ => return Ok(Some(message)),
        }
        Ok(None)
    }

    fn abort(&mut self, body: &Bytes) {
        let Some(id) = body.first_chunk().map(|id| u32::from_be_bytes(*id)) else {
            return;
        };
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == id) {
            self.unfinished_len -= stream.body.len();
            stream.body = BytesMut::new();
            stream.open = false;
        }
    }
}

impl Stash {
    /// Takes as many bytes as fit; tells how many.
    fn append(&mut self, bytes: &[u8]) -> usize {
        let added = bytes.len().min(MAX_HEADER_LEN - self.len);
        self.bytes[self.len..self.len + added].copy_from_slice(&bytes[..added]);
        self.len += added;
        added
    }

    fn drop_front(&mut self, count: usize) {
        self.bytes.copy_within(count..self.len, 0);
        self.len -= count;
    }
}

/// §5.4.1: the top bit is zero; sizes over the longest message mean the same as that.
fn chunk_size(body: &Bytes) -> Result<usize, ChunkError> {
    const MAX: u32 = 0xFF_FFFF;
    match body.first_chunk().map(|size| u32::from_be_bytes(*size)) {
        Some(size @ 1..=0x7FFF_FFFF) => Ok(usize::try_from(size.min(MAX)).expect("24 bits fit")),
        _ => Err(ChunkError::ChunkSize),
    }
}

fn u24(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at + 3)?;
    Some(u32::from(field[0]) << 16 | u32::from(field[1]) << 8 | u32::from(field[2]))
}
