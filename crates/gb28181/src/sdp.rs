//! Session descriptions of GB/T 28181 (2022 annex G): RFC 8866 with `y=` and `f=`, seconds of Unix in `t=`, and a
//! fixed order.
//!
//! Lines and sections are told apart here, since `y=`, `f=`, `u=` and several payload types in a section are of no
//! use to other protocols; what a payload type stands for is told by [`rtp::sdp`].

mod parameters;
mod parser;
mod section;
mod ssrc;
#[cfg(test)]
mod tests;
mod writer;

use base::ErrorKind;
use media::MediaKind;

pub use parameters::{AudioParameters, FormatParameters, VideoParameters};
pub use section::{Carriage, Direction, Media, Payload, Setup, StreamAttribute, StreamChoice, Transport};
pub use ssrc::{DOMAIN_DIGITS, Lease, SEQUENCES, Ssrc, SsrcAllocator};

use crate::id::Id;

/// Bytes of a description that are read.
pub const MAX_DESCRIPTION_BYTES: usize = 64 << 10;
/// Media sections that are read; further ones are ignored.
pub const MAX_MEDIA: usize = 8;
/// Payload types of one section that are read.
pub const MAX_PAYLOADS: usize = 32;

/// Why a text is no session description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// Longer than [`MAX_DESCRIPTION_BYTES`].
    #[error("session description of {0} bytes is too long")]
    TooLong(usize),
    /// It has no media section that can be read.
    #[error("session description has no media")]
    NoMedia,
}

impl SdpError {
    /// How the error is classified.
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::TooLong(_) => ErrorKind::Exhausted,
            Self::NoMedia => ErrorKind::InvalidInput,
        }
    }
}

/// What a session is for (`s=`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionKind {
    /// A live picture.
    #[default]
    Play,
    /// A recording as it was.
    Playback,
    /// A recording as fast as it comes.
    Download,
    /// Sound both ways (until 2016).
    Talk,
    /// Anything else, as devices name their answers.
    Other(String),
}

impl SessionKind {
    /// Reads the value of `s=`, whatever its case.
    pub fn from_name(name: &str) -> Self {
        let known = [Self::Play, Self::Playback, Self::Download, Self::Talk];
        let found = known.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name.trim()));
        found.unwrap_or_else(|| Self::Other(name.trim().to_owned()))
    }

    /// The value of `s=`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Play => "Play",
            Self::Playback => "Playback",
            Self::Download => "Download",
            Self::Talk => "Talk",
            Self::Other(name) => name,
        }
    }

    /// Whether it is of the past: so says the first digit of its SSRC.
    pub const fn is_history(&self) -> bool {
        matches!(self, Self::Playback | Self::Download)
    }
}

/// Which recording is wanted (`u=`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingSource {
    /// Of a channel.
    Channel {
        /// The channel.
        channel: Id,
        /// Why recorded: 0 any, 1 by hand, 2 alarm, 3 plan.
        cause: u8,
    },
    /// A file, by its URL, or anything else.
    Url(String),
}

impl RecordingSource {
    fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let channel = value.rsplit_once(':').and_then(|(channel, cause)| {
            Some(Self::Channel { channel: Id::new(channel).ok()?, cause: cause.trim().parse().ok()? })
        });
        // Tolerance: a channel alone means any cause.
        let alone = || Id::new(value).ok().map(|channel| Self::Channel { channel, cause: 0 });
        channel.or_else(alone).or_else(|| (!value.is_empty()).then(|| Self::Url(value.to_owned())))
    }
}

/// A session description, offered or answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Who sends it (`o=`).
    pub owner: Option<Id>,
    /// Where media goes to, or comes from (`c=`): an IP address or a name.
    pub address: Option<String>,
    /// What the session is for.
    pub kind: SessionKind,
    /// Which recording.
    pub source: Option<RecordingSource>,
    /// Begin of the recording in seconds since 1970 in UTC; 0 for live media.
    pub start_unix_s: u64,
    /// End of the recording; 0 for live media.
    pub end_unix_s: u64,
    /// Media sections in their order.
    pub media: Vec<Media>,
    /// SSRC of the media (`y=`). A foreign domain chooses its own in the answer; devices answer with another one
    /// than asked, or none (quirk 14).
    pub ssrc: Option<Ssrc>,
    /// Wishes for the coding (`f=`), which hardly any device heeds.
    pub parameters: Option<FormatParameters>,
}

impl Description {
    /// Reads a description; see the module `parser` for what is tolerated.
    ///
    /// # Errors
    /// When it is too long or has no media.
    pub fn parse(bytes: &[u8]) -> Result<Self, SdpError> {
        parser::parse(bytes)
    }

    /// Writes the description in the order that Hikvision insists on: `u=` right behind `s=`, `y=` last (quirk 7).
    pub fn write(&self) -> String {
        writer::write(self)
    }

    /// The first section with pictures; those carry the sound, too.
    pub fn video(&self) -> Option<&Media> {
        self.media.iter().find(|media| media.kind == MediaKind::Video)
    }

    /// The first section with sound alone.
    pub fn audio(&self) -> Option<&Media> {
        self.media.iter().find(|media| media.kind == MediaKind::Audio)
    }

    /// Where the media of a section goes to or comes from.
    pub fn address_of<'a>(&'a self, media: &'a Media) -> Option<&'a str> {
        media.address.as_deref().or(self.address.as_deref())
    }
}
