//! Blocks: the frames of one track at one time (RFC 9559 §10).

use bytes::Bytes;

use super::ebml::vint;

/// The longest a frame counts in sums of lengths; a block is shorter.
const MAX_FRAME_LEN: u64 = u32::MAX as u64;

/// ```text
/// track number (vint) | time stamp, signed 16 bits | flags | [lacing head] | frames
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Of the track.
    pub(super) track: u64,
    /// Relative to the cluster's, in its ticks.
    pub(super) timestamp: i16,
    /// In a `SimpleBlock`: whether decoding can begin here.
    pub(super) key: bool,
    /// In their order, at least one.
    pub(super) frames: Vec<Bytes>,
}

impl Block {
    /// `None` when it is malformed.
    pub(super) fn parse(content: &Bytes) -> Option<Self> {
        const KEY: u8 = 0x80;
        let (track, track_len) = vint(content).ok()??;
        let &[high, low, flags] = content.get(track_len..)?.first_chunk()?;
        let frames = unlaced(flags >> 1 & 3, content.slice(track_len + 3..))?;
        Some(Self { track: track?, timestamp: i16::from_be_bytes([high, low]), key: flags & KEY != 0, frames })
    }
}

/// The frames of a block by its kind of lacing (§10.3).
fn unlaced(lacing: u8, content: Bytes) -> Option<Vec<Bytes>> {
    const NONE: u8 = 0;
    const XIPH: u8 = 1;
    const FIXED: u8 = 2;
    if lacing == NONE {
        return Some(vec![content]);
    }
    let count = usize::from(*content.first()?) + 1;
    let mut rest = content.slice(1..);
    let mut lengths = match lacing {
        XIPH => xiph(&mut rest, count - 1)?,
        FIXED => {
            let length = rest.len().is_multiple_of(count).then_some(rest.len() / count)?;
            vec![length; count - 1]
        }
        _ => ebml(&mut rest, count - 1)?,
    };
    let known = lengths.iter().try_fold(0usize, |sum, length| sum.checked_add(*length))?;
    lengths.push(rest.len().checked_sub(known)?);
    Some(lengths.into_iter().map(|length| rest.split_to(length)).collect())
}

/// Lengths as sums of bytes, of which the last is not 255 (§10.3.2).
fn xiph(rest: &mut Bytes, count: usize) -> Option<Vec<usize>> {
    let mut length_of_next = || {
        let mut length = 0usize;
        loop {
            let byte = *rest.first()?;
            *rest = rest.slice(1..);
            length += usize::from(byte);
            if byte < u8::MAX {
                return Some(length);
            }
        }
    };
    (0..count).map(|_| length_of_next()).collect()
}

/// The first length, then what each differs from the one before (§10.3.3).
fn ebml(rest: &mut Bytes, count: usize) -> Option<Vec<usize>> {
    let mut length = 0i64;
    let mut lengths = Vec::with_capacity(count);
    for index in 0..count {
        let (value, len) = vint(rest).ok()??;
        let value = i64::try_from(value.filter(|value| *value <= MAX_FRAME_LEN * 2)?).ok()?;
        *rest = rest.slice(len..);
        // A signed number is written with half of its range added (§10.3.3).
        let bias = (1i64 << (7 * len - 1)) - 1;
        length = if index == 0 { value } else { length + value - bias };
        lengths.push(usize::try_from(length).ok()?);
    }
    Some(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(content: &[u8]) -> Option<Vec<Vec<u8>>> {
        Some(Block::parse(&Bytes::copy_from_slice(content))?.frames.iter().map(|frame| frame.to_vec()).collect())
    }

    #[test]
    fn blocks_without_lacing_are_one_frame() {
        let block = Block::parse(&Bytes::from_static(&[0x81, 0xff, 0xfe, 0x80, 7, 8])).unwrap();
        assert_eq!((block.track, block.timestamp, block.key), (1, -2, true));
        assert_eq!(block.frames, [&[7, 8][..]]);
        for short in [&[][..], &[0x81], &[0x81, 0, 0], &[0x81, 0, 0, 2], &[0xff, 0, 0, 0]] {
            assert_eq!(frames(short), None, "{short:?}");
        }
    }

    #[test]
    fn the_examples_of_the_specification() {
        // RFC 9559 §10.3.2 and §10.3.3: frames of 800, 500 and 1000 bytes.
        let body = |head: &[u8]| [&[0x81, 0, 0][..], head, &[0; 2300]].concat();
        let lengths = |content: &[u8]| frames(content).unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(&body(&[0x02, 0x02, 0xff, 0xff, 0xff, 0x23, 0xff, 0xf5])), [800, 500, 1000]);
        assert_eq!(lengths(&body(&[0x06, 0x02, 0x43, 0x20, 0x5e, 0xd3])), [800, 500, 1000]);
        let fixed = [&[0x81, 0, 0, 0x04, 0x02][..], &[1; 30]].concat();
        assert_eq!(lengths(&fixed), [10, 10, 10]);
        assert_eq!(frames(&fixed[..fixed.len() - 1]), None, "not in equal parts");
    }

    fn laced(kind: u8, frames: &[Vec<u8>]) -> Vec<u8> {
        let mut out = vec![0x81, 0, 0, kind << 1, u8::try_from(frames.len() - 1).unwrap()];
        for (index, frame) in frames[..frames.len() - 1].iter().enumerate() {
            if kind == 1 {
                out.extend(std::iter::repeat_n(255, frame.len() / 255));
                out.push(u8::try_from(frame.len() % 255).unwrap());
            } else {
                let len = i64::try_from(frame.len()).unwrap();
                let before = index.checked_sub(1).map(|before| i64::try_from(frames[before].len()).unwrap());
                let value = before.map_or(len, |before| len - before + (1 << 20) - 1);
                out.extend_from_slice(&u32::try_from(value | 0x20_0000).unwrap().to_be_bytes()[1..]);
            }
        }
        out.extend(frames.concat());
        out
    }

    proptest! {
        #[test]
        fn laced_frames_are_read_back(
            written in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..9),
            kind in prop::sample::select(vec![1u8, 3]),
        ) {
            prop_assert_eq!(frames(&laced(kind, &written)), Some(written));
        }

        #[test]
        fn any_bytes_end_without_panic(content in prop::collection::vec(any::<u8>(), 0..80)) {
            let total: usize = frames(&content).unwrap_or_default().iter().map(Vec::len).sum();
            prop_assert!(total <= content.len());
        }
    }
}
