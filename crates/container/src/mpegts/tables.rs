//! The program association table and program map tables.

use media::Language;

/// Bytes of a section before what its table defines: table id, length, identifier, version, section numbers.
const HEADER_LEN: usize = 8;
const CRC_LEN: usize = 4;
/// Streams of one program that are looked at; a section of 1,021 bytes holds 201.
const MAX_STREAMS: usize = 32;

/// What every table that we read begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head<'a> {
    /// `transport_stream_id` or `program_number`.
    id: u16,
    version: u8,
    /// `section_number` is `last_section_number`.
    last: bool,
    body: &'a [u8],
}

/// `None` when the section is another table, too short, or announces what is not valid yet
/// (`current_next_indicator`).
fn head(section: &[u8], table_id: u8) -> Option<Head<'_>> {
    let header = section.first_chunk::<HEADER_LEN>()?;
    let body = section.get(HEADER_LEN..section.len().checked_sub(CRC_LEN)?)?;
    (header[0] == table_id && header[5] & 1 == 1).then_some(Head {
        id: u16::from_be_bytes([header[3], header[4]]),
        version: header[5] >> 1 & 0x1f,
        last: header[6] == header[7],
        body,
    })
}

/// One section of the program association (§2.4.4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Association {
    /// `transport_stream_id` and `version_number`: sections with the same belong together.
    pub(super) identity: (u16, u8),
    /// No section of this version comes after it.
    pub(super) last: bool,
    /// Program numbers with the PIDs of their maps.
    pub(super) programs: Vec<(u16, u16)>,
}

impl Association {
    pub(super) fn parse(section: &[u8]) -> Option<Self> {
        /// Program number 0 gives the PID of the network information.
        const NETWORK: u16 = 0;
        let head = head(section, 0)?;
        let programs = head
            .body
            .chunks_exact(4)
            .map(|entry| (u16::from_be_bytes([entry[0], entry[1]]), pid(entry[2], entry[3])))
            .filter(|(number, _)| *number != NETWORK)
            .collect();
        Some(Self { identity: (head.id, head.version), last: head.last, programs })
    }
}

/// A program map (§2.4.4.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProgramMap {
    pub(super) number: u16,
    pub(super) streams: Vec<Entry>,
}

/// One elementary stream as a program map describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) stream_type: u8,
    pub(super) pid: u16,
    descriptors: Vec<u8>,
}

impl ProgramMap {
    pub(super) fn parse(section: &[u8]) -> Option<Self> {
        let head = head(section, 2)?;
        let &[_, _, high, low, ref rest @ ..] = head.body else { return None };
        let mut rest = rest.get(length(high, low)..)?;
        let mut streams = Vec::new();
        while let &[stream_type, pid_high, pid_low, high, low, ref tail @ ..] = rest {
            let (descriptors, next) = tail.split_at_checked(length(high, low))?;
            if streams.len() < MAX_STREAMS {
                let descriptors = descriptors.to_vec();
                streams.push(Entry { stream_type, pid: pid(pid_high, pid_low), descriptors });
            }
            rest = next;
        }
        Some(Self { number: head.id, streams })
    }
}

impl Entry {
    /// The content of the first descriptor with a tag (§2.6).
    pub(super) fn descriptor(&self, tag: u8) -> Option<&[u8]> {
        let mut rest = &self.descriptors[..];
        while let &[found, length, ref tail @ ..] = rest {
            let (content, next) = tail.split_at_checked(usize::from(length))?;
            if found == tag {
                return Some(content);
            }
            rest = next;
        }
        None
    }

    /// `format_identifier` (§2.6.8).
    pub(super) fn registration(&self) -> Option<[u8; 4]> {
        const REGISTRATION: u8 = 5;
        self.descriptor(REGISTRATION)?.first_chunk().copied()
    }

    /// `ISO_639_language_code` (§2.6.18).
    pub(super) fn language(&self) -> Option<Language> {
        const LANGUAGE: u8 = 10;
        Language::from_code(*self.descriptor(LANGUAGE)?.first_chunk()?)
    }
}

fn pid(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high & 0x1f, low])
}

fn length(high: u8, low: u8) -> usize {
    usize::from(u16::from_be_bytes([high & 0xf, low]))
}
