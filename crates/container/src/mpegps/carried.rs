//! Pictures of a codec that is only carried: what lies between two time stamps is one.

use bytes::BytesMut;

use super::clock::StreamClock;
use super::codecs::carried;
use super::picture::MAX_PICTURE_LEN;
use super::scan::Token;
use super::video::Surroundings;
use crate::systems::pes::Stamps;
use crate::systems::{DropReason, Times};

/// Reads the pictures of one stream.
#[derive(Debug)]
pub(super) struct Reader {
    name: &'static str,
    clock: StreamClock,
    picture: BytesMut,
    stamps: Option<Stamps>,
    times: Option<Times>,
    arrival: Option<i64>,
    key: bool,
    begun: bool,
    broken: Option<DropReason>,
}

impl Reader {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            clock: StreamClock::new(),
            picture: BytesMut::new(),
            stamps: None,
            times: None,
            arrival: None,
            key: false,
            begun: false,
            broken: None,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn held_len(&self) -> usize {
        self.picture.capacity()
    }

    /// A PES packet begins; `key` where the map stands in front of it, as in front of key frames alone
    /// (gb28181.md §1.8).
    pub(super) fn begin_packet(
        &mut self,
        stamps: Option<Stamps>,
        key: bool,
        stream_id: u8,
        around: &mut Surroundings<'_>,
    ) {
        let begins = match stamps {
            Some(stamps) => self.stamps != Some(stamps),
            None => !self.clock.is_stamped() && self.arrival != around.program.arrival,
        };
        if begins {
            self.finish(stream_id, around);
            self.times = self.clock.of_packet(stamps, around.program, None);
            self.begun = true;
            self.key = key;
        }
        self.stamps = stamps.or(self.stamps);
        self.arrival = around.program.arrival;
    }

    /// A piece of a payload whose end is looked for.
    pub(super) fn token(&mut self, token: Token<'_>) {
        match token {
            Token::Run(bytes) => self.take(bytes),
            Token::Zeros(count) => self.take_zeros(count),
            Token::Code { zeros, byte } => {
                self.take_zeros(zeros);
                self.take(&[1, byte]);
            }
        }
    }

    fn take_zeros(&mut self, count: usize) {
        const ZEROS: [u8; 64] = [0; 64];
        // More than a picture holds break it anyway.
        let mut left = count.min(MAX_PICTURE_LEN + 1);
        while left > 0 && self.broken.is_none() {
            let piece = left.min(ZEROS.len());
            self.take(&ZEROS[..piece]);
            left -= piece;
        }
    }

    /// A piece of a payload.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if !self.begun || self.broken.is_some() {
            return;
        }
        if self.picture.len() + bytes.len() > MAX_PICTURE_LEN {
            self.broken = Some(DropReason::TooLarge);
            self.picture = BytesMut::new();
        } else {
            self.picture.extend_from_slice(bytes);
        }
    }

    pub(super) fn finish(&mut self, stream_id: u8, around: &mut Surroundings<'_>) {
        self.begun = false;
        let payload = std::mem::take(&mut self.picture).freeze();
        if let Some(reason) = self.broken.take() {
            return around.track.dropped(reason, around.events);
        }
        if payload.is_empty() {
            return;
        }
        around.track.configure(&carried(self.name, stream_id), around.events);
        let Some(times) = self.times else { return around.track.dropped(DropReason::Untimed, around.events) };
        around.track.unit(times, self.key, payload, around.events);
    }

    /// Bytes are missing here.
    pub(super) fn lost(&mut self, around: &mut Surroundings<'_>) {
        if self.begun && !self.picture.is_empty() {
            around.track.dropped(DropReason::Incomplete, around.events);
        }
        self.picture.clear();
        self.begun = false;
        self.broken = None;
        self.clock.forget();
    }
}
