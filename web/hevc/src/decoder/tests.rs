//! Against the hashes of FFmpeg's pictures; see `tests/golden/README.md`.

use super::*;

struct Clip {
    record: &'static [u8],
    units: &'static [u8],
    bits: u8,
    hashes: [u32; 8],
}

const EIGHT: Clip = Clip {
    record: include_bytes!("../../tests/golden/eight.hvcc"),
    units: include_bytes!("../../tests/golden/eight.units"),
    bits: 8,
    hashes: [0x4A8D_4ED1, 0x0747_DD2B, 0xA394_9A6F, 0x8D2B_22A6, 0x7141_4B4E, 0x0BAC_34C0, 0x60DD_81E4, 0x30F6_E5D2],
};
const TEN: Clip = Clip {
    record: include_bytes!("../../tests/golden/ten.hvcc"),
    units: include_bytes!("../../tests/golden/ten.units"),
    bits: 10,
    hashes: [0xA889_7568, 0x4B35_D312, 0x0AB2_7D31, 0x0344_8B46, 0xA85B_8F86, 0xE982_D104, 0x0A36_17A0, 0xFC0A_824F],
};

impl Clip {
    fn units(&self) -> Vec<&'static [u8]> {
        Units::new(self.units, 4).map(Result::unwrap).collect()
    }

    fn decoder(&self) -> PictureDecoder {
        let mut decoder = PictureDecoder::new();
        assert_eq!(decoder.configure(self.record), None);
        decoder
    }
}

fn hash(picture: &Picture) -> u32 {
    let bytes = picture.planes.iter().flatten();
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The hash of a unit's picture, which must be whole.
fn shown(decoder: &mut PictureDecoder, unit: &[u8]) -> Option<u32> {
    let decoded = decoder.decode(unit);
    assert_eq!(decoded.fault, None);
    decoded.picture.map(hash)
}

#[test]
fn each_unit_gives_the_picture_that_ffmpeg_gives() {
    for clip in [EIGHT, TEN] {
        let mut decoder = clip.decoder();
        for (unit, wanted) in clip.units().into_iter().zip(clip.hashes) {
            assert_eq!(shown(&mut decoder, unit), Some(wanted));
            let picture = decoder.picture().unwrap();
            assert_eq!((picture.width, picture.height, picture.coded_bits), (96, 64, clip.bits));
        }
    }
}

#[test]
fn a_stream_changes_its_depth_and_goes_on() {
    let mut decoder = EIGHT.decoder();
    assert_eq!(shown(&mut decoder, EIGHT.units()[0]), Some(EIGHT.hashes[0]));
    assert_eq!(decoder.configure(TEN.record), None);
    for (unit, wanted) in TEN.units().into_iter().zip(TEN.hashes) {
        assert_eq!(shown(&mut decoder, unit), Some(wanted));
    }
}

#[test]
fn after_a_reset_decoding_begins_at_any_key_frame() {
    let mut decoder = EIGHT.decoder();
    shown(&mut decoder, EIGHT.units()[0]);
    decoder.reset();
    for (unit, wanted) in EIGHT.units().into_iter().zip(EIGHT.hashes).skip(4) {
        assert_eq!(shown(&mut decoder, unit), Some(wanted));
    }
}

#[test]
fn damage_is_told_and_over_at_the_next_key_frame() {
    let units = EIGHT.units();
    let mut told = 0;
    for at in (8..units[0].len()).step_by(7) {
        let mut decoder = EIGHT.decoder();
        let mut damaged = units[0].to_vec();
        damaged[at] ^= 0x5A;
        told += u32::from(decoder.decode(&damaged).fault.is_some());
        decoder.decode(units[2]);
        assert_eq!(shown(&mut decoder, units[4]), Some(EIGHT.hashes[4]), "byte {at}");
    }
    // Arithmetic coding gives other pictures for most damage, and knows nothing of it.
    assert!(told > 10, "{told} of the damaged units were told");
}

#[test]
fn a_unit_that_is_cut_anywhere_is_told() {
    let unit = EIGHT.units()[0];
    for len in 1..unit.len() {
        assert!(EIGHT.decoder().decode(&unit[..len]).fault.is_some(), "{len} bytes");
    }
}

#[test]
fn without_parameter_sets_there_is_a_fault_and_no_picture() {
    let mut decoder = PictureDecoder::new();
    // The clip has them in its units too, as x265 writes them.
    let slice = Units::new(EIGHT.units()[1], 4).map(Result::unwrap).last().unwrap();
    let unit = [&u32::try_from(slice.len()).unwrap().to_be_bytes()[..], slice].concat();
    let decoded = decoder.decode(&unit);
    assert!(decoded.picture.is_none() && decoded.fault == Some(Fault::Damaged), "{decoded:?}");
}

#[test]
fn larger_units_and_records_than_granted_are_refused() {
    let mut decoder = EIGHT.decoder();
    assert_eq!(decoder.decode(&vec![0; MAX_UNIT_LEN + 1]).fault, Some(Fault::Limit));
    assert_eq!(decoder.configure(&vec![1; 100_000]), Some(Fault::Damaged));
    assert_eq!(shown(&mut decoder, EIGHT.units()[0]), Some(EIGHT.hashes[0]));
}
