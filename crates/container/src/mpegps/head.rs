//! What stands at a start code of the system layer: packs, headers, the map, PES packets (ISO/IEC 13818-1 §2.5.3,
//! ISO/IEC 11172-1 §2.4.3).

use crate::systems::pes::{self, Stamps, stamp};

/// `stream_id` and start codes of the system layer (tables 2-22, 2-37 to 2-40).
pub(super) mod code {
    pub(crate) const FIRST: u8 = 0xb9;
    pub(crate) const PROGRAM_END: u8 = 0xb9;
    pub(crate) const PACK: u8 = 0xba;
    pub(crate) const SYSTEM_HEADER: u8 = 0xbb;
    pub(crate) const MAP: u8 = 0xbc;
    pub(crate) const PRIVATE_1: u8 = 0xbd;
    pub(crate) const PADDING: u8 = 0xbe;
    pub(crate) const PRIVATE_2: u8 = 0xbf;
}

/// Bytes of a system header with its start code: 12 and 3 for each of 68 streams at most.
const MAX_SYSTEM_HEADER_LEN: usize = 6 + 255;
/// §2.5.4.2: `program_stream_map_length` is at most 1,018.
const MAX_MAP_LEN: usize = 6 + 1018;

/// One element, by what stands at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// So many bytes are needed to tell.
    Need(usize),
    /// A zero that belongs to nothing.
    Zero,
    /// Nothing of the system layer.
    Bad,
    Pack {
        len: usize,
    },
    SystemHeader {
        len: usize,
    },
    Map {
        len: usize,
    },
    ProgramEnd,
    /// A packet that is not looked into: the bytes of its payload follow.
    Other {
        stream_id: u8,
        len: usize,
        payload: usize,
    },
    Pes(PesHead),
}

/// A PES packet of pictures or sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PesHead {
    pub(super) stream_id: u8,
    /// Bytes of the header.
    pub(super) len: usize,
    /// Bytes of the payload; `None` where the length is left open.
    pub(super) payload: Option<usize>,
    pub(super) stamps: Option<Stamps>,
    pub(super) scrambled: bool,
}

/// Whether a stream has pictures by its `stream_id`.
pub(super) const fn is_video(stream_id: u8) -> bool {
    matches!(stream_id, 0xe0..=0xef)
}

/// Whether a stream has sound by its `stream_id`.
pub(super) const fn is_audio(stream_id: u8) -> bool {
    matches!(stream_id, 0xc0..=0xdf)
}

impl Head {
    /// From the first bytes of an element, as far as they are there.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        const CODE_LEN: usize = 4;
        // Tolerance: zeros between elements, for which §2.5.3.1 has no place (no vendor recorded).
        if bytes.starts_with(&[0, 0, 0]) {
            return Self::Zero;
        }
        let known = bytes.len().min(3);
        if bytes[..known] != [0, 0, 1][..known] {
            return Self::Bad;
        }
        let Some(&code) = bytes.get(3) else { return Self::Need(CODE_LEN) };
        match code {
            code::PROGRAM_END => Self::ProgramEnd,
            code::PACK => pack(bytes),
            code::SYSTEM_HEADER => match length(bytes) {
                Ok(length) if CODE_LEN + 2 + length > MAX_SYSTEM_HEADER_LEN => Self::Bad,
                Ok(length) => whole(bytes, 6 + length, Self::SystemHeader { len: 6 + length }),
                Err(need) => need,
            },
            code::MAP => match length(bytes) {
                Ok(length) if CODE_LEN + 2 + length > MAX_MAP_LEN => Self::Bad,
                Ok(length) => whole(bytes, 6 + length, Self::Map { len: 6 + length }),
                Err(need) => need,
            },
            stream_id if is_video(stream_id) || is_audio(stream_id) => pes(bytes, stream_id),
            code::PRIVATE_1.. => match length(bytes) {
                Ok(payload) => Self::Other { stream_id: code, len: 6, payload },
                Err(need) => need,
            },
            _ => Self::Bad,
        }
    }
}

fn whole(bytes: &[u8], len: usize, head: Head) -> Head {
    if bytes.len() < len { Head::Need(len) } else { head }
}

/// The 16 bits behind the start code.
fn length(bytes: &[u8]) -> Result<usize, Head> {
    let Some(&[high, low]) = bytes.get(4..6) else { return Err(Head::Need(6)) };
    Ok(usize::from(u16::from_be_bytes([high, low])))
}

/// §2.5.3.3. Tolerance: marker bits and the rate are not looked at, so that packs of devices that leave them 0 count
/// (no vendor recorded).
fn pack(bytes: &[u8]) -> Head {
    const LEN: usize = 14;
    const MPEG_1_LEN: usize = 12;
    let Some(&first) = bytes.get(4) else { return Head::Need(5) };
    if first & 0xf0 == 0x20 {
        return whole(bytes, MPEG_1_LEN, Head::Pack { len: MPEG_1_LEN });
    }
    if first & 0xc0 != 0x40 {
        return Head::Bad;
    }
    let Some(&last) = bytes.get(LEN - 1) else { return Head::Need(LEN) };
    let len = LEN + usize::from(last & 7);
    whole(bytes, len, Head::Pack { len })
}

/// §2.4.3.6, or a packet of ISO/IEC 11172-1 §2.4.3.3, as FFmpeg's format `mpeg` has them.
fn pes(bytes: &[u8], stream_id: u8) -> Head {
    let length = match length(bytes) {
        Ok(length) => length,
        Err(need) => return need,
    };
    let Some(&first) = bytes.get(6) else { return Head::Need(7) };
    let parsed = match first {
        0x80..=0xbf => mpeg_2(bytes),
        ONE_FLAG_BYTE_STAMPED | ONE_FLAG_BYTE => one_flag_byte(bytes),
        _ => mpeg_1(bytes),
    };
    let (len, stamps, scrambled) = match parsed {
        Ok(parsed) => parsed,
        Err(head) => return head,
    };
    let payload = match (length + 6).checked_sub(len) {
        Some(payload) => Some(payload),
        // §2.4.3.7 permits that for video alone, and in transport streams alone; cameras do it in program streams too
        // (gb28181.md §1.8).
        None if length == 0 && is_video(stream_id) => None,
        None => return Head::Bad,
    };
    Head::Pes(PesHead { stream_id, len, payload, stamps, scrambled })
}

type Fields = (usize, Option<Stamps>, bool);

fn mpeg_2(bytes: &[u8]) -> Result<Fields, Head> {
    let Some(head) = pes::Head::parse(bytes) else { return Err(Head::Need(pes::HEADER_LEN)) };
    if bytes.len() < head.payload_at {
        return Err(Head::Need(head.payload_at));
    }
    Ok((head.payload_at, head.stamps(bytes), head.scrambled))
}

/// The flags for both stamps, and for none, where there is one byte of them.
const ONE_FLAG_BYTE_STAMPED: u8 = 0xc0;
const ONE_FLAG_BYTE: u8 = 0x00;

/// Tolerance: one byte of flags, the length of the header, the stamps and a zero, where §2.4.3.6 has two bytes of flags
/// and nothing behind the stamps (devices with `gb28181-rs` up to 0.14.1).
fn one_flag_byte(bytes: &[u8]) -> Result<Fields, Head> {
    const STAMPS_AT: usize = 8;
    const STAMP_LEN: usize = 5;
    let stamped = bytes[6] == ONE_FLAG_BYTE_STAMPED;
    let stamps_len = if stamped { 2 * STAMP_LEN } else { 0 };
    let len = STAMPS_AT + stamps_len + 1;
    match bytes.get(STAMPS_AT - 1) {
        Some(length) if usize::from(*length) == stamps_len => {}
        Some(_) => return Err(Head::Bad),
        None => return Err(Head::Need(STAMPS_AT)),
    }
    match bytes.get(len - 1) {
        Some(0) => {}
        Some(_) => return Err(Head::Bad),
        None => return Err(Head::Need(len)),
    }
    let field = |at: usize| bytes.get(at..at + STAMP_LEN).and_then(|field| field.first_chunk()).map(stamp);
    let stamps = field(STAMPS_AT).zip(field(STAMPS_AT + STAMP_LEN)).filter(|_| stamped);
    Ok((len, stamps.map(|(pts, dts)| Stamps { pts, dts }), false))
}

fn mpeg_1(bytes: &[u8]) -> Result<Fields, Head> {
    const MAX_STUFFING: usize = 16;
    const STAMP_LEN: usize = 5;
    let mut at = 6;
    while bytes.get(at) == Some(&0xff) && at < 6 + MAX_STUFFING {
        at += 1;
    }
    // STD buffer scale and size.
    if bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x40) {
        at += 2;
    }
    let Some(&first) = bytes.get(at) else { return Err(Head::Need(at + 1)) };
    let field = |at: usize| bytes.get(at..at + STAMP_LEN).and_then(|field| field.first_chunk()).map(stamp);
    match first >> 4 {
        0 if first == 0x0f => Ok((at + 1, None, false)),
        2 => {
            let pts = field(at).ok_or(Head::Need(at + STAMP_LEN))?;
            Ok((at + STAMP_LEN, Some(Stamps { pts, dts: pts }), false))
        }
        3 => {
            let dts = field(at + STAMP_LEN).ok_or(Head::Need(at + 2 * STAMP_LEN))?;
            let pts = field(at).ok_or(Head::Bad)?;
            Ok((at + 2 * STAMP_LEN, Some(Stamps { pts, dts }), false))
        }
        _ => Err(Head::Bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// Every beginning asks for more, and the whole says what it is.
    fn assert_whole(bytes: &[u8], expected: Head) {
        for end in 1..bytes.len() {
            match Head::parse(&bytes[..end]) {
                Head::Need(more) => assert!(more > end && more <= bytes.len(), "{more} at {end}"),
                other => panic!("{other:?} at {end}"),
            }
        }
        assert_eq!(Head::parse(bytes), expected);
    }

    #[test]
    fn elements_are_told_when_they_are_whole() {
        assert_whole(&hex!("000001ba44000400040100de43faffff"), Head::Pack { len: 16 });
        assert_whole(&hex!("000001ba2100010001800001"), Head::Pack { len: 12 });
        assert_whole(&hex!("000001bb000ca1ffff04e1ffe0e080c0c008"), Head::SystemHeader { len: 18 });
        assert_whole(&hex!("000001b9"), Head::ProgramEnd);
        assert_whole(&hex!("000001bd0123"), Head::Other { stream_id: 0xbd, len: 6, payload: 0x123 });
        let stamps = Some(Stamps { pts: 90_000, dts: 90_000 });
        let pes = PesHead { stream_id: 0xe0, len: 14, payload: Some(12), stamps, scrambled: false };
        assert_whole(&hex!("000001e00014 8c80 05 210005bf21"), Head::Pes(pes));
        let open = PesHead { payload: None, stamps: None, len: 9, ..pes };
        assert_whole(&hex!("000001e00000 800000"), Head::Pes(open));
    }

    #[test]
    fn packets_of_mpeg_1_are_told() {
        let stamps = Some(Stamps { pts: 90_000, dts: 90_000 });
        let pes = PesHead { stream_id: 0xe0, len: 13, payload: Some(13), stamps, scrambled: false };
        assert_whole(&hex!("000001e00014 602e 210005bf21"), Head::Pes(pes));
        let plain = PesHead { stream_id: 0xc0, len: 9, payload: Some(17), stamps: None, scrambled: false };
        assert_whole(&hex!("000001c00014 ffff0f"), Head::Pes(plain));
    }

    #[test]
    fn packets_with_one_byte_of_flags_are_told() {
        let stamps = Some(Stamps { pts: 90_000, dts: 90_000 });
        let pes = PesHead { stream_id: 0xe0, len: 19, payload: Some(7), stamps, scrambled: false };
        assert_whole(&hex!("000001e00014 c00a 310005bf21 110005bf21 00"), Head::Pes(pes));
        let plain = PesHead { len: 9, payload: Some(17), stamps: None, ..pes };
        assert_whole(&hex!("000001e00014 0000 00"), Head::Pes(plain));
        for bytes in [
            &hex!("000001e00014c00b")[..],
            &hex!("000001e00014000001"),
            &hex!("000001e00014c00a310005bf21110005bf2101"),
        ] {
            assert_eq!(Head::parse(bytes), Head::Bad, "{bytes:x?}");
        }
    }

    #[test]
    fn anything_else_is_bad() {
        for bytes in [&hex!("01")[..], &hex!("000002"), &hex!("00000167"), &hex!("000001ba00"), &hex!("000001bc0400")] {
            assert_eq!(Head::parse(bytes), Head::Bad, "{bytes:x?}");
        }
        assert_eq!(Head::parse(&hex!("000001c00000800000")), Head::Bad, "sound of open length");
        assert_eq!(Head::parse(&hex!("000001e00004808005")), Head::Need(14));
        assert_eq!(Head::parse(&hex!("000001e00004808005210005bf21")), Head::Bad, "shorter than its header");
        assert_eq!(Head::parse(&[0, 0, 0]), Head::Zero);
    }
}
