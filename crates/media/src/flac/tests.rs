use std::io::Cursor;

use claxon::FlacReader;
use proptest::prelude::*;

use super::*;
use crate::g711;

fn hz(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap()
}

/// Blocks of interleaved samples as a FLAC file.
fn encoded(format: Format, blocks: &[Vec<i16>]) -> BytesMut {
    const LAST_STREAM_INFO: u32 = 0x8000_0000;
    let info = format.stream_info();
    let mut file = BytesMut::from(&b"fLaC"[..]);
    file.put_u32(LAST_STREAM_INFO | 34);
    file.put_slice(&info);
    let mut encoder = Encoder::new(format);
    for block in blocks {
        assert_eq!(encoder.encode(block, &mut file), block.len() / usize::from(format.channels()));
    }
    file
}

/// What claxon makes of a file: an independent decoder, which checks both sums of every frame.
fn decoded(file: &[u8]) -> Vec<Vec<i16>> {
    let mut reader = FlacReader::new(Cursor::new(file)).unwrap();
    let (mut frames, mut blocks, mut buffer) = (reader.blocks(), Vec::new(), Vec::new());
    while let Some(block) = frames.read_next_or_eof(buffer).unwrap() {
        let mut samples = Vec::new();
        for at in 0..block.duration() {
            samples.extend((0..block.channels()).map(|channel| i16::try_from(block.sample(channel, at)).unwrap()));
        }
        blocks.push(samples);
        buffer = block.into_buffer();
    }
    blocks
}

/// Samples of many kinds: anything, silence and other constants, small steps, coarse steps, G.711, extremes.
fn samples(len: usize) -> impl Strategy<Value = Vec<i16>> {
    let walk = |step: std::ops::RangeInclusive<i16>| {
        prop::collection::vec(step, len).prop_map(|steps| {
            let sum = |at: &mut i16, step: i16| {
                *at = at.wrapping_add(step);
                Some(*at)
            };
            steps.into_iter().scan(0, sum).collect::<Vec<i16>>()
        })
    };
    prop_oneof![
        prop::collection::vec(any::<i16>(), len),
        any::<i16>().prop_map(move |value| vec![value; len]),
        walk(-3..=3),
        walk(-700..=700),
        walk(-9..=9).prop_map(|samples| samples.into_iter().map(|sample| sample << 6).collect()),
        prop::collection::vec(any::<u8>().prop_map(|byte| g711::A_LAW[usize::from(byte)]), len),
        prop::collection::vec(any::<u8>().prop_map(|byte| g711::MU_LAW[usize::from(byte)]), len),
        prop::collection::vec(prop::sample::select(vec![i16::MIN, i16::MAX]), len),
    ]
}

fn block(channels: u8) -> impl Strategy<Value = Vec<i16>> {
    let size = prop_oneof![4 => 1usize..40, 4 => 41usize..400, 1 => Just(MAX_BLOCK)];
    size.prop_flat_map(move |size| samples(size * usize::from(channels)))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn claxon_decodes_every_sample_as_it_was(
        rate in prop_oneof![Just(8_000u32), Just(16_000), Just(11_025), Just(48_000), 1u32..=MAX_RATE_HZ],
        (channels, blocks) in (1u8..=3).prop_flat_map(|channels| (Just(channels), prop::collection::vec(block(channels), 1..5))),
    ) {
        let format = Format::new(hz(rate), channels).unwrap();
        let file = encoded(format, &blocks);
        let reader = FlacReader::new(Cursor::new(&file[..])).unwrap();
        prop_assert_eq!((reader.streaminfo().sample_rate, reader.streaminfo().channels), (rate, u32::from(channels)));
        prop_assert_eq!(decoded(&file), blocks);
    }

    #[test]
    fn a_frame_is_never_much_larger_than_its_samples(channels in 1u8..=2, samples in (1usize..400).prop_flat_map(|size| samples(2 * size))) {
        const HEADER_AND_SUMS: usize = 2 + 2 + 7 + 2 + 1 + 2;
        let mut frame = BytesMut::new();
        Encoder::new(Format::new(hz(8000), channels).unwrap()).encode(&samples, &mut frame);
        // A head of a subframe has a byte, and bits that are wasted in the samples.
        prop_assert!(frame.len() <= HEADER_AND_SUMS + usize::from(channels) * 4 + 2 * samples.len());
    }
}

#[test]
fn numbers_of_samples_grow_to_seven_bytes_and_wrap() {
    for (number, bytes) in [
        (0, &[0][..]),
        (0x7F, &[0x7F]),
        (0x80, &[0xC2, 0x80]),
        (0x7FF, &[0xDF, 0xBF]),
        (0x800, &[0xE0, 0xA0, 0x80]),
        (0xFFFF, &[0xEF, 0xBF, 0xBF]),
        (0x1F_FFFF, &[0xF7, 0xBF, 0xBF, 0xBF]),
        (0x3FF_FFFF, &[0xFB, 0xBF, 0xBF, 0xBF, 0xBF]),
        (0x7FFF_FFFF, &[0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF]),
        (NUMBER_MASK, &[0xFE, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF]),
    ] {
        let mut out = BytesMut::new();
        put_number(number, &mut out);
        assert_eq!(&out[..], bytes, "{number:#x}");
    }
    let mut encoder = Encoder::new(Format::new(hz(8000), 1).unwrap());
    encoder.written = NUMBER_MASK;
    encoder.encode(&[1, 2], &mut BytesMut::new());
    assert_eq!(encoder.written, 1);
}

#[test]
fn what_flac_has_no_room_for_is_told_before() {
    assert!(Format::new(hz(MAX_RATE_HZ), 8).is_some());
    assert!(Format::new(hz(MAX_RATE_HZ + 1), 1).is_none());
    assert!(Format::new(hz(8000), 0).is_none() && Format::new(hz(8000), 9).is_none());
}

#[test]
fn silence_costs_next_to_nothing_and_a_tone_less_than_its_bytes_of_g711() {
    let len = |samples: &[i16]| {
        let mut frame = BytesMut::new();
        Encoder::new(Format::new(hz(8000), 1).unwrap()).encode(samples, &mut frame);
        frame.len()
    };
    assert!(len(&[8; 320]) <= 13);
    // The value of A-law that is nearest.
    let coded = |value: f64| *g711::A_LAW.iter().min_by_key(|known| (f64::from(**known) - value).abs() as i64).unwrap();
    let tone: Vec<i16> = (0..320).map(|at| coded(800.0 * (f64::from(at) * 0.35).sin())).collect();
    assert!(len(&tone) < 320, "{}", len(&tone));
}
