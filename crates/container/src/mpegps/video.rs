//! H.264 and H.265 out of PES payloads that are cut anywhere: pictures told by their NAL units.
//!
//! PES packets of cameras hold a picture, a slice, one NAL unit or 64 KiB of any of them, and those of FFmpeg whatever
//! fits into 2 KiB (gb28181.md §1.8 and §2, quirk 18). So the payloads are taken as one byte stream, and only the
//! syntax of the codec says where a picture begins; time stamps are looked up by the byte at which it does.

use bytes::BytesMut;
use media::Codec;
use media::bitstream::{h264, inband};

use super::clock::{ProgramClock, StreamClock};
use super::demux::Event;
use super::markers::Markers;
use super::picture::{Ended, Picture, Place};
use super::scan::Token;
use crate::systems::pes::Stamps;
use crate::systems::{DropReason, ParameterSets, Syntax, Track};

/// Bytes of a NAL unit that tell what it is: the header of H.265 and the first bits of a slice.
const HEAD_LEN: usize = 3;

/// Where the bytes of the NAL unit go that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nowhere: none has begun, it is a delimiter, or it belongs to no picture that is whole.
    Passing,
    /// Its head is not complete.
    Head,
    /// Into the picture.
    Taking,
    /// Aside: it is a parameter set of another codec.
    Contrary,
}

/// Reads the pictures of one stream.
#[derive(Debug)]
pub(super) struct Reader {
    /// `None` as long as neither the map nor a parameter set has told the codec.
    sets: Option<ParameterSets>,
    state: State,
    head: [u8; HEAD_LEN],
    head_len: usize,
    /// Bytes of the stream so far.
    at: u64,
    /// Where the start code of the NAL unit stands, with the zeros before it and without.
    unit_at: (u64, u64),
    picture: Picture,
    /// Whether a picture has begun that is whole so far.
    begun: bool,
    /// What the map claims to be another codec, as it came.
    contrary: BytesMut,
    clock: StreamClock,
    markers: Markers,
    /// Pictures may be pairs of fields. H.265 has none: what is coded so has a time stamp for each field.
    has_fields: bool,
    has_delimiters: bool,
    /// Since a loss, no picture has begun.
    after_loss: bool,
}

/// What a reader works with that belongs to others.
pub(super) struct Surroundings<'a> {
    pub(super) program: &'a mut ProgramClock,
    pub(super) track: &'a mut Track,
    pub(super) events: &'a mut Vec<Event>,
}

impl Reader {
    pub(super) fn new(claimed: Option<Syntax>) -> Self {
        Self {
            sets: claimed.map(ParameterSets::new),
            state: State::Passing,
            head: [0; HEAD_LEN],
            head_len: 0,
            at: 0,
            unit_at: (0, 0),
            picture: Picture::default(),
            begun: false,
            contrary: BytesMut::new(),
            clock: StreamClock::new(),
            markers: Markers::default(),
            has_fields: false,
            has_delimiters: false,
            after_loss: true,
        }
    }

    pub(super) fn syntax(&self) -> Option<Syntax> {
        self.sets.as_ref().map(ParameterSets::syntax)
    }

    /// What the map says. Tolerance: a codec that the stream itself has told stands (gb28181.md §2, quirk 17: the map
    /// says H.264, and it is H.265).
    pub(super) fn claim(&mut self, syntax: Syntax) {
        if self.sets.is_none() {
            self.sets = Some(ParameterSets::new(syntax));
        }
    }

    pub(super) fn held_len(&self) -> usize {
        self.picture.held_len() + self.contrary.capacity()
    }

    /// A PES packet begins, so many bytes behind the last token.
    pub(super) fn begin_packet(&mut self, stamps: Option<Stamps>, pending: usize) {
        if let Some(stamps) = stamps {
            self.clock.mark(self.at + u64::try_from(pending).unwrap_or(u64::MAX), stamps);
        }
    }

    /// The next piece of the stream.
    pub(super) fn token(&mut self, token: Token<'_>, around: &mut Surroundings<'_>) {
        self.at += u64::try_from(token.len()).unwrap_or(u64::MAX);
        match token {
            Token::Code { zeros, byte } => {
                self.end_unit(around);
                let code_at = self.at - 4;
                // Three zeros at most are the start code's own (H.264 annex B: zero_byte and the prefix).
                self.unit_at = (if zeros > 2 { code_at - 1 } else { code_at }, code_at);
                self.state = State::Head;
                self.head_len = 0;
                self.take(&[byte], around);
            }
            Token::Run(bytes) => {
                self.goes_on();
                self.take(bytes, around);
            }
            Token::Zeros(count) => {
                self.goes_on();
                self.take_zeros(count, around);
            }
        }
    }

    /// The RTP packet that ends here has the marker bit.
    pub(super) fn marked(&mut self, around: &mut Surroundings<'_>) {
        if self.markers.seen() && self.begun && self.picture.has_slice {
            self.finish(around);
        }
    }

    /// The stream ends or stops being this codec: gives out what is there.
    pub(super) fn finish(&mut self, around: &mut Surroundings<'_>) {
        self.end_unit(around);
        self.state = State::Passing;
        self.end_picture(around);
    }

    /// Bytes are missing here: the picture that has begun is not whole.
    pub(super) fn lost(&mut self, around: &mut Surroundings<'_>) {
        if self.begun && (self.picture.has_slice || self.state != State::Passing) {
            around.track.dropped(DropReason::Incomplete, around.events);
        }
        self.picture.break_with(DropReason::Incomplete);
        self.picture.end();
        self.begun = false;
        self.state = State::Passing;
        self.contrary.clear();
        self.clock.forget();
        self.markers.lost();
        self.after_loss = true;
    }

    /// More of a NAL unit whose head has come: a marker before it was no end.
    fn goes_on(&mut self) {
        if self.state != State::Head {
            self.markers.content();
        }
    }

    fn take(&mut self, bytes: &[u8], around: &mut Surroundings<'_>) {
        let mut bytes = bytes;
        if self.state == State::Head {
            let wanted = (HEAD_LEN - self.head_len).min(bytes.len());
            self.head[self.head_len..self.head_len + wanted].copy_from_slice(&bytes[..wanted]);
            self.head_len += wanted;
            bytes = &bytes[wanted..];
            if self.head_len < HEAD_LEN {
                return;
            }
            self.begin_unit(around);
        }
        match self.state {
            State::Taking => self.picture.extend(bytes),
            State::Contrary if self.contrary.len() + bytes.len() <= h264::MAX_PARAMETER_SET_LEN => {
                self.contrary.extend_from_slice(bytes);
            }
            State::Contrary | State::Passing | State::Head => {}
        }
    }

    fn take_zeros(&mut self, count: usize, around: &mut Surroundings<'_>) {
        let mut count = count;
        while self.state == State::Head && count > 0 {
            self.take(&[0], around);
            count -= 1;
        }
        match self.state {
            State::Taking => self.picture.extend_with_zeros(count),
            // Emulation prevention leaves two zeros in a row at most.
            State::Contrary => self.take(&[0; 2][..count.min(2)], around),
            State::Passing | State::Head => {}
        }
    }

    /// The head of a NAL unit is there: decides where it belongs.
    fn begin_unit(&mut self, around: &mut Surroundings<'_>) {
        let head = self.head;
        let head = &head[..self.head_len];
        self.state = State::Passing;
        if !self.recognise(head, around) {
            return;
        }
        let Some(syntax) = self.syntax() else { return };
        let begins = syntax.begins_picture(head);
        self.has_delimiters |= syntax.is_delimiter(head);
        self.markers.unit(begins && (self.picture.has_slice || !self.begun));
        let (start, code) = self.unit_at;
        if begins && self.picture.has_slice && self.splits_at(code) {
            self.end_picture(around);
        }
        if !self.begun {
            if !begins || self.may_lack_its_beginning(syntax, head) {
                return;
            }
            self.begun = true;
            self.after_loss = false;
            self.picture.times = self.clock.begin(start, code, around.program, around.track.config());
        } else {
            self.clock.goes_on(code);
        }
        if head[0] & 0x80 != 0 {
            // forbidden_zero_bit
            return self.picture.break_with(DropReason::MalformedUnit);
        }
        self.picture.has_slice |= syntax.is_slice(head);
        if !syntax.is_delimiter(head) && !syntax.is_filler(head) {
            let place = if syntax.set_kind(head).is_some() { Place::Sets } else { Place::Payload };
            self.picture.open(place, head);
            self.state = State::Taking;
        }
    }

    /// Whether a unit that begins a picture does so here, where one with slices has begun.
    fn splits_at(&self, code: u64) -> bool {
        // Two fields with one time stamp are one picture.
        !self.has_fields || !self.clock.is_stamped() || self.clock.has_other(code)
    }

    /// After a loss, units in front of a slice may be missing: a stream that has delimiters goes on at one, and a stream
    /// that has time stamps at a new one.
    fn may_lack_its_beginning(&self, syntax: Syntax, head: &[u8]) -> bool {
        let delimited = !self.has_delimiters || syntax.is_delimiter(head);
        let stamped = !self.clock.is_stamped() || self.clock.has_other(self.unit_at.1);
        self.after_loss && !(delimited && stamped)
    }

    /// Looks at parameter sets for which codec this is; `false` when the unit is set aside.
    ///
    /// Tolerance: the map may be missing, come late or name another codec (gb28181.md §2, quirk 17). Without a codec,
    /// one parameter set decides; against a codec, two in succession, so that no damaged unit does.
    fn recognise(&mut self, head: &[u8], around: &mut Surroundings<'_>) -> bool {
        match (Syntax::of_parameter_set(head), self.syntax()) {
            (Some(told), None) => self.sets = Some(ParameterSets::new(told)),
            (Some(told), Some(current)) if told != current => {
                if self.contrary.is_empty() {
                    self.contrary.extend_from_slice(head);
                    self.state = State::Contrary;
                    return false;
                }
                self.change_to(told, around);
            }
            _ => {}
        }
        self.contrary.clear();
        true
    }

    fn change_to(&mut self, syntax: Syntax, around: &mut Surroundings<'_>) {
        // What stands before the parameter sets belongs to their picture, under whichever syntax it was read.
        let times = self.picture.times.filter(|_| self.begun && !self.picture.has_slice);
        self.end_picture(around);
        self.sets = Some(ParameterSets::new(syntax));
        self.has_fields = false;
        self.has_delimiters = false;
        self.begun = true;
        self.after_loss = false;
        let (start, code) = self.unit_at;
        self.picture.times = times.or_else(|| self.clock.begin(start, code, around.program, None));
        self.picture.open(Place::Sets, &self.contrary);
        self.picture.close();
    }

    fn end_unit(&mut self, around: &mut Surroundings<'_>) {
        if self.state == State::Head && self.head_len > 0 {
            self.begin_unit(around);
        }
        let is_h264 = self.syntax() == Some(Syntax::H264);
        if let Some(unit) = self.picture.close()
            && is_h264
            && h264::nal_unit_type(unit) == Some(h264::nal_type::SPS)
        {
            self.has_fields = h264::may_have_fields(unit);
        }
    }

    fn end_picture(&mut self, around: &mut Surroundings<'_>) {
        let ended = self.picture.end();
        if !std::mem::take(&mut self.begun) {
            return;
        }
        if let Some(reason) = ended.broken {
            return around.track.dropped(reason, around.events);
        }
        if let Some(reason) = self.emit(ended, around) {
            around.track.dropped(reason, around.events);
        }
    }

    /// Says the configuration where it is new, and the picture; or why not.
    fn emit(&mut self, ended: Ended, around: &mut Surroundings<'_>) -> Option<DropReason> {
        let sets = self.sets.as_mut()?;
        let codec = codec(sets.syntax());
        let matching = |track: &Track| track.config().filter(|config| config.codec() == codec).cloned();
        let mut current = matching(around.track);
        if !ended.sets.is_empty()
            && let Some((Some(config), _)) = sets.clean(ended.sets, current.as_ref())
        {
            around.track.configure(&config, around.events);
            current = Some(config);
        }
        if !ended.has_slice {
            return None;
        }
        let Some(config) = current else { return Some(DropReason::MissingParameterSets) };
        let Some(times) = ended.times else { return Some(DropReason::Untimed) };
        let cleaned = inband::clean(&config, ended.payload);
        around.track.unit(times, cleaned.key.unwrap_or(false), cleaned.payload, around.events);
        None
    }
}

const fn codec(syntax: Syntax) -> Codec {
    match syntax {
        Syntax::H264 => Codec::H264,
        Syntax::H265 => Codec::H265,
    }
}
