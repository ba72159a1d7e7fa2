//! Elements: an identifier, a size, and what they hold (RFC 8794).

use bytes::Bytes;

/// Bytes of an identifier (§5); Matroska allows no longer ones (RFC 9559 §4.1, EBMLMaxIDLength).
const MAX_ID_LEN: usize = 4;
/// Bytes of a size (§6; EBMLMaxSizeLength).
const MAX_SIZE_LEN: usize = 8;

/// The header of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// With its length marker, as specifications write it.
    pub(super) id: u32,
    /// Bytes of the content; `None` where it is unknown (§6.2).
    pub(super) size: Option<u64>,
    /// Bytes of the header itself.
    pub(super) len: usize,
}

impl Header {
    /// `Ok(None)` when more bytes are needed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, ()> {
        let Some(first) = bytes.first() else { return Ok(None) };
        let id_len = length_of(*first, MAX_ID_LEN).ok_or(())?;
        let Some(id) = bytes.get(..id_len) else { return Ok(None) };
        let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        match vint(&bytes[id_len..])? {
            Some((size, size_len)) => Ok(Some(Self { id, size, len: id_len + size_len })),
            None => Ok(None),
        }
    }
}

/// Bytes of a number by its first byte: the leading zeros and the marker behind them (§4.1).
fn length_of(first: u8, most: usize) -> Option<usize> {
    let len = usize::try_from(first.leading_zeros()).expect("8 at most") + 1;
    (len <= most).then_some(len)
}

/// A number of variable length without its marker, `None` within where all its bits are set, and how many bytes it has
/// (§4). `Ok(None)` when more bytes are needed.
pub(super) fn vint(bytes: &[u8]) -> Result<Option<(Option<u64>, usize)>, ()> {
    let Some(first) = bytes.first() else { return Ok(None) };
    let len = length_of(*first, MAX_SIZE_LEN).ok_or(())?;
    let Some(bytes) = bytes.get(..len) else { return Ok(None) };
    let all = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    let mask = u64::MAX >> (64 - 7 * len);
    let value = all & mask;
    Ok(Some(((value != mask).then_some(value), len)))
}

/// The elements in the content of another one as (identifier, content); ends at the first that does not fit.
pub(super) fn children(content: &Bytes) -> impl Iterator<Item = (u32, Bytes)> {
    let mut rest = content.clone();
    std::iter::from_fn(move || {
        let header = Header::parse(&rest).ok()??;
        let size = usize::try_from(header.size?).ok()?;
        let end = header.len.checked_add(size).filter(|end| *end <= rest.len())?;
        let element = rest.split_to(end).slice(header.len..);
        Some((header.id, element))
    })
}

/// The first child of an identifier.
pub(super) fn child(content: &Bytes, id: u32) -> Option<Bytes> {
    children(content).find(|(found, _)| *found == id).map(|(_, content)| content)
}

/// An unsigned integer (§7.2): up to eight bytes, none stands for 0.
pub(super) fn unsigned(content: &[u8]) -> Option<u64> {
    (content.len() <= 8).then(|| content.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// A floating-point number (§7.3): none, four or eight bytes.
pub(super) fn float(content: &[u8]) -> Option<f64> {
    match content.len() {
        0 => Some(0.0),
        4 => Some(f64::from(f32::from_be_bytes(*content.first_chunk()?))),
        8 => Some(f64::from_be_bytes(*content.first_chunk()?)),
        _ => None,
    }
}

/// A string (§7.4, §7.5), which may be padded with zeros.
pub(super) fn text(content: &[u8]) -> String {
    let end = content.iter().position(|byte| *byte == 0).unwrap_or(content.len());
    String::from_utf8_lossy(&content[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read() {
        // RFC 8794 §4.4: the number 2 in one to four bytes.
        for bytes in [&[0x82][..], &[0x40, 2], &[0x20, 0, 2], &[0x10, 0, 0, 2], &[1, 0, 0, 0, 0, 0, 0, 2]] {
            assert_eq!(vint(bytes), Ok(Some((Some(2), bytes.len()))));
            assert_eq!(vint(&bytes[..bytes.len() - 1]), Ok(None));
        }
        assert_eq!(vint(&[0xff]), Ok(Some((None, 1))), "unknown");
        assert_eq!(vint(&[1, 255, 255, 255, 255, 255, 255, 255]), Ok(Some((None, 8))));
        assert_eq!(vint(&[0]), Err(()));
    }

    #[test]
    fn headers_that_cannot_be_are_errors() {
        assert_eq!(
            Header::parse(&[0x1a, 0x45, 0xdf, 0xa3, 0x84]),
            Ok(Some(Header { id: 0x1a45_dfa3, size: Some(4), len: 5 }))
        );
        assert_eq!(Header::parse(&[0xec]), Ok(None));
        assert_eq!(Header::parse(&[0x08, 0, 0, 0, 0]), Err(()), "an identifier of five bytes");
        assert_eq!(Header::parse(&[0xec, 0]), Err(()), "a size of nine bytes");
    }

    #[test]
    fn values_of_unusual_lengths_are_read_or_refused() {
        assert_eq!((unsigned(&[]), unsigned(&[1, 0]), unsigned(&[0; 9])), (Some(0), Some(256), None));
        assert_eq!((float(&[]), float(&[0x40, 0, 0, 0]), float(&[0; 3])), (Some(0.0), Some(2.0), None));
        assert_eq!(text(b"abc\0def"), "abc");
    }
}
