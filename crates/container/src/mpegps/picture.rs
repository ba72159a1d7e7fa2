//! One picture as it grows: its NAL units behind their lengths, its parameter sets apart.

use bytes::{BufMut, Bytes, BytesMut};

use crate::systems::{DropReason, Times};

/// Bytes of one picture: a key frame of 8K video has some 4 MiB.
pub const MAX_PICTURE_LEN: usize = 8 * 1024 * 1024;
const LENGTH_LEN: usize = 4;

/// Where the bytes of a NAL unit go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Payload,
    Sets,
}

/// What has come of a picture.
#[derive(Debug, Default)]
pub(super) struct Picture {
    payload: BytesMut,
    sets: BytesMut,
    /// Where the length of the NAL unit stands that is growing.
    open: Option<(Place, usize)>,
    pub(super) has_slice: bool,
    pub(super) times: Option<Times>,
    broken: Option<DropReason>,
    /// Bytes of the picture before of the same kind and a quarter, which are reserved for the next: of one without
    /// parameter sets, of one with them.
    typical_len: [usize; 2],
}

/// A picture that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) payload: Bytes,
    pub(super) sets: Bytes,
    pub(super) times: Option<Times>,
    pub(super) has_slice: bool,
    pub(super) broken: Option<DropReason>,
}

impl Picture {
    /// Bytes held.
    pub(super) fn held_len(&self) -> usize {
        self.payload.capacity() + self.sets.capacity()
    }

    /// A NAL unit begins.
    pub(super) fn open(&mut self, place: Place, bytes: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        if place == Place::Payload && self.payload.is_empty() {
            self.payload.reserve(self.typical_len[self.kind()]);
        }
        let buffer = self.buffer(place);
        let at = buffer.len();
        buffer.put_bytes(0, LENGTH_LEN);
        self.open = Some((place, at));
        self.extend(bytes);
    }

    /// More of the NAL unit that has begun.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        if let Some(buffer) = self.room_for(bytes.len()) {
            buffer.extend_from_slice(bytes);
        }
    }

    /// Zeros of the NAL unit that has begun.
    pub(super) fn extend_with_zeros(&mut self, count: usize) {
        if let Some(buffer) = self.room_for(count) {
            buffer.put_bytes(0, count);
        }
    }

    /// The buffer that grows, if it may by so much.
    fn room_for(&mut self, more: usize) -> Option<&mut BytesMut> {
        let (place, _) = self.open?;
        if (self.payload.len() + self.sets.len()).saturating_add(more) > MAX_PICTURE_LEN {
            self.break_with(DropReason::TooLarge);
            return None;
        }
        Some(self.buffer(place))
    }

    /// The NAL unit has ended; gives it.
    pub(super) fn close(&mut self) -> Option<&[u8]> {
        let (place, at) = self.open.take()?;
        let buffer = self.buffer(place);
        let length = u32::try_from(buffer.len() - at - LENGTH_LEN).expect("bounded by MAX_PICTURE_LEN");
        buffer[at..at + LENGTH_LEN].copy_from_slice(&length.to_be_bytes());
        Some(&buffer[at + LENGTH_LEN..])
    }

    /// Nothing of the picture can be used.
    pub(super) fn break_with(&mut self, reason: DropReason) {
        self.open = None;
        self.payload = BytesMut::new();
        self.sets = BytesMut::new();
        self.broken.get_or_insert(reason);
    }

    /// Gives the picture and begins the next.
    pub(super) fn end(&mut self) -> Ended {
        self.close();
        if !self.payload.is_empty() {
            self.typical_len[self.kind()] = self.payload.len() + self.payload.len() / 4;
        }
        Ended {
            payload: frozen(std::mem::take(&mut self.payload)),
            sets: std::mem::take(&mut self.sets).freeze(),
            times: self.times.take(),
            has_slice: std::mem::take(&mut self.has_slice),
            broken: self.broken.take(),
        }
    }

    /// Key frames, which have parameter sets in front, are much larger than others.
    fn kind(&self) -> usize {
        usize::from(!self.sets.is_empty())
    }

    fn buffer(&mut self, place: Place) -> &mut BytesMut {
        match place {
            Place::Payload => &mut self.payload,
            Place::Sets => &mut self.sets,
        }
    }
}

/// Pictures are kept for a while: what was reserved for much more than there is, is given back.
fn frozen(payload: BytesMut) -> Bytes {
    const SLACK_LEN: usize = 1024;
    if payload.capacity() > 2 * payload.len() + SLACK_LEN { Bytes::copy_from_slice(&payload) } else { payload.freeze() }
}
