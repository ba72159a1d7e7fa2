//! Boxes within boxes, and big-endian fields.

use bytes::Bytes;

use super::Mp4Error;

/// The children of a box as (kind, content); ends at the first that does not fit.
pub(crate) fn children(content: &Bytes) -> impl Iterator<Item = ([u8; 4], Bytes)> {
    let mut rest = content.clone();
    std::iter::from_fn(move || {
        let header = Header::parse(&rest, rest.len() as u64)?;
        // A size within memory fits usize.
        let size = usize::try_from(header.size).ok().filter(|size| *size <= rest.len())?;
        let child = rest.split_to(size).slice(header.len..);
        Some((header.kind, child))
    })
}

/// The first child of a kind.
pub(crate) fn child(content: &Bytes, kind: &[u8; 4]) -> Option<Bytes> {
    children(content).find(|(found, _)| found == kind).map(|(_, content)| content)
}

/// The first box at a path.
pub(crate) fn descendant(content: &Bytes, path: &[&[u8; 4]]) -> Option<Bytes> {
    path.iter().try_fold(content.clone(), |content, kind| child(&content, kind))
}

/// A box header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) kind: [u8; 4],
    /// Bytes of header and content.
    pub(crate) size: u64,
    /// Bytes of the header: 8 or 16.
    pub(crate) len: usize,
}

impl Header {
    /// The longest header that we read.
    pub(crate) const MAX_LEN: usize = 16;

    /// `available` is what a box of size 0 ("to the end") takes.
    pub(crate) fn parse(bytes: &[u8], available: u64) -> Option<Self> {
        let kind = *bytes.get(4..)?.first_chunk()?;
        let (size, len) = match u32::from_be_bytes(*bytes.first_chunk()?) {
            0 => (available, 8),
            1 => (u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?), 16),
            size => (u64::from(size), 8),
        };
        (size >= len as u64).then_some(Self { kind, size, len })
    }
}

/// Reads fields one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(rest: &'a [u8], what: &'static str) -> Self {
        Self { rest, what }
    }

    /// Of a full box: gives version and flags first.
    pub(crate) fn full(bytes: &'a [u8], what: &'static str) -> Result<(u8, u32, Self), Mp4Error> {
        let mut fields = Self::new(bytes, what);
        let word = fields.u32()?;
        Ok((word.to_be_bytes()[0], word & 0xFF_FFFF, fields))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Mp4Error> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(Mp4Error::Malformed(self.what))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn skip(&mut self, count: usize) -> Result<(), Mp4Error> {
        self.rest = self.rest.get(count..).ok_or(Mp4Error::Malformed(self.what))?;
        Ok(())
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Mp4Error> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Mp4Error> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Mp4Error> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Mp4Error> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Mp4Error> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// 64 bits in version 1, else 32.
    pub(crate) fn sized(&mut self, version: u8) -> Result<u64, Mp4Error> {
        if version == 1 { self.u64() } else { self.u32().map(u64::from) }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}
