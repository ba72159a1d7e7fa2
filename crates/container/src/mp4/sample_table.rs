//! `stbl`: where the samples of an ordinary file are and when they are due.

use bytes::Bytes;

use super::Mp4Error;
use super::boxes::{Fields, child};

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) offset: u64,
    pub(crate) size: u32,
    pub(crate) dts: i64,
    pub(crate) composition: i32,
    pub(crate) key: bool,
}

/// Walks the tables without expanding them.
#[derive(Debug)]
pub(crate) struct SampleTable {
    durations: Runs,
    compositions: Runs,
    sizes: Sizes,
    /// `stss`: numbers of sync samples, from 1; `None` when every sample is one.
    sync: Option<Entries<4>>,
    chunks: Chunks,
    /// Number of the next sample, from 1.
    number: u32,
    dts: i64,
}

impl SampleTable {
    pub(super) fn parse(stbl: &Bytes) -> Result<Self, Mp4Error> {
        let table = |kind: &[u8; 4]| child(stbl, kind);
        let wide = table(b"co64");
        let offsets = match &wide {
            Some(_) => Offsets::Wide(Entries::parse(wide.as_ref(), "co64")?),
            None => Offsets::Narrow(Entries::parse(table(b"stco").as_ref(), "stco")?),
        };
        let sync = table(b"stss");
        Ok(Self {
            durations: Runs::new(Entries::parse(table(b"stts").as_ref(), "stts")?),
            compositions: Runs::new(Entries::parse(table(b"ctts").as_ref(), "ctts")?),
            sizes: Sizes::parse(table(b"stsz").as_ref())?,
            sync: match sync {
                Some(sync) => Some(Entries::parse(Some(&sync), "stss")?),
                None => None,
            },
            chunks: Chunks {
                map: Entries::parse(table(b"stsc").as_ref(), "stsc")?,
                map_at: 0,
                offsets,
                chunk: 0,
                left: 0,
                position: 0,
            },
            number: 1,
            dts: 0,
        })
    }

    /// The next sample in decoding order.
    pub(super) fn next_sample(&mut self) -> Option<Sample> {
        let size = self.sizes.get(self.number)?;
        let offset = self.chunks.place(size)?;
        let key = match &mut self.sync {
            None => true,
            Some(sync) => sync.first().is_some_and(|entry| u32::from_be_bytes(entry) == self.number),
        };
        if let Some(sync) = self.sync.as_mut().filter(|_| key) {
            sync.drop_first();
        }
        let dts = self.dts;
        // Version 0 offsets are unsigned by the text and signed in the files that need it.
        let composition = self.compositions.next_value().unwrap_or(0).cast_signed();
        self.dts = self.dts.saturating_add(i64::from(self.durations.next_value().unwrap_or(0)));
        self.number = self.number.checked_add(1)?;
        Some(Sample { offset, size, dts, composition, key })
    }
}

/// The entries of a table, `N` bytes each; as many as are there, whatever the count says.
#[derive(Clone, Debug)]
struct Entries<const N: usize> {
    bytes: Bytes,
}

impl<const N: usize> Entries<N> {
    /// An absent table is empty.
    fn parse(content: Option<&Bytes>, what: &'static str) -> Result<Self, Mp4Error> {
        let Some(content) = content else {
            return Ok(Self { bytes: Bytes::new() });
        };
        let (_, _, mut fields) = Fields::full(content, what)?;
        let count = fields.u32()?;
        Ok(Self::counted(&content.slice_ref(fields.rest()), count))
    }

    fn counted(bytes: &Bytes, count: u32) -> Self {
        let claimed = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(N);
        let length = claimed.min(bytes.len() / N * N);
        Self { bytes: bytes.slice(..length) }
    }

    fn get(&self, index: usize) -> Option<[u8; N]> {
        self.bytes.get(index.checked_mul(N)?..)?.first_chunk().copied()
    }

    fn first(&self) -> Option<[u8; N]> {
        self.get(0)
    }

    fn drop_first(&mut self) {
        self.bytes = self.bytes.slice(N.min(self.bytes.len())..);
    }
}

/// Run-length coded values: count, value.
#[derive(Debug)]
struct Runs {
    entries: Entries<8>,
    used: u32,
    last: Option<u32>,
}

impl Runs {
    const fn new(entries: Entries<8>) -> Self {
        Self { entries, used: 0, last: None }
    }

    /// The next value; the last one goes on when the table is too short.
    fn next_value(&mut self) -> Option<u32> {
        while let Some(entry) = self.entries.first() {
            let [c0, c1, c2, c3, value @ ..] = entry;
            if self.used < u32::from_be_bytes([c0, c1, c2, c3]) {
                self.used += 1;
                self.last = Some(u32::from_be_bytes(value));
                return self.last;
            }
            self.entries.drop_first();
            self.used = 0;
        }
        self.last
    }
}

#[derive(Debug)]
enum Sizes {
    /// All samples have one size.
    Same {
        size: u32,
        count: u32,
    },
    Each(Entries<4>),
}

impl Sizes {
    fn parse(content: Option<&Bytes>) -> Result<Self, Mp4Error> {
        let Some(content) = content else {
            return Ok(Self::Same { size: 0, count: 0 });
        };
        let (_, _, mut fields) = Fields::full(content, "stsz")?;
        let (size, count) = (fields.u32()?, fields.u32()?);
        if size > 0 {
            return Ok(Self::Same { size, count });
        }
        Ok(Self::Each(Entries::counted(&content.slice_ref(fields.rest()), count)))
    }

    fn get(&self, number: u32) -> Option<u32> {
        match self {
            Self::Same { size, count } => (number <= *count).then_some(*size),
            Self::Each(entries) => entries.get(usize::try_from(number - 1).ok()?).map(u32::from_be_bytes),
        }
    }
}

#[derive(Debug)]
enum Offsets {
    Narrow(Entries<4>),
    Wide(Entries<8>),
}

/// Chunks of consecutive samples.
#[derive(Debug)]
struct Chunks {
    /// `stsc`: first chunk, samples in each, sample description.
    map: Entries<12>,
    map_at: usize,
    offsets: Offsets,
    /// Chunks that were entered.
    chunk: u32,
    /// Samples of the present chunk still to come.
    left: u32,
    position: u64,
}

impl Chunks {
    /// The offset of the next sample, which has `size` bytes.
    fn place(&mut self, size: u32) -> Option<u64> {
        while self.left == 0 {
            self.enter_next()?;
        }
        self.left -= 1;
        let offset = self.position;
        self.position = offset.checked_add(u64::from(size))?;
        Some(offset)
    }

    fn enter_next(&mut self) -> Option<()> {
        let index = usize::try_from(self.chunk).ok()?;
        self.position = match &self.offsets {
            Offsets::Narrow(offsets) => u64::from(u32::from_be_bytes(offsets.get(index)?)),
            Offsets::Wide(offsets) => u64::from_be_bytes(offsets.get(index)?),
        };
        self.chunk = self.chunk.checked_add(1)?;
        let first_chunk = |entry: [u8; 12]| u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]]);
        while self.map.get(self.map_at + 1).is_some_and(|next| first_chunk(next) <= self.chunk) {
            self.map_at += 1;
        }
        let [_, _, _, _, c0, c1, c2, c3, ..] = self.map.get(self.map_at)?;
        self.left = u32::from_be_bytes([c0, c1, c2, c3]);
        Some(())
    }
}
