use std::f64::consts::TAU;

use media::{AacConfig, bitstream::aac, g711};
use worker_protocol::SoundCodec;

use super::*;

const TONE_HZ: f64 = 1000.0;

fn form(codec: SoundCodec, sample_rate_hz: u32, channels: u8) -> SoundForm {
    SoundForm { codec, sample_rate_hz, channels }
}

/// A second and more of a tone in G.711, in units of 40 ms.
fn tone(codec: SoundCodec) -> Vec<SoundUnit> {
    let table = if codec == SoundCodec::G711A { &g711::A_LAW } else { &g711::MU_LAW };
    let nearest = |value: f64| {
        let distance = |byte: &u8| (f64::from(table[usize::from(*byte)]) - value).abs();
        (0..=255u8).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap()
    };
    let cycle: Vec<u8> = (0..8).map(|at| nearest(8000.0 * (TAU * TONE_HZ * f64::from(at) / 8000.0).sin())).collect();
    let bytes: Bytes = cycle.iter().copied().cycle().take(320).collect();
    (0..40).map(|index| SoundUnit { pts_us: 5_000_000 + index * 40_000, bytes: bytes.clone() }).collect()
}

fn coded(from: SoundForm, to: SoundForm, units: &[SoundUnit]) -> Vec<SoundUnit> {
    let mut sound = Sound::default();
    assert_eq!(sound.answer(SoundRequest::Open { from, to }.write().slice(4..)), Ok(Vec::new()));
    units.iter().flat_map(|unit| sound.answer(SoundRequest::Unit(unit.clone()).write().slice(4..)).unwrap()).collect()
}

/// AAC is read with ADTS headers and written without.
fn readable(form: SoundForm, units: Vec<SoundUnit>) -> Vec<SoundUnit> {
    if form.codec != SoundCodec::Aac {
        return units;
    }
    let config = AacConfig::lc(form.sample_rate_hz.try_into().unwrap(), form.channels).unwrap();
    let framed = |unit: SoundUnit| {
        let header = aac::adts_header(&config, unit.bytes.len()).unwrap();
        SoundUnit { bytes: [&header[..], &unit.bytes].concat().into(), ..unit }
    };
    units.into_iter().map(framed).collect()
}

/// How often a tone rises through zero in a second, and its peak.
fn heard(form: SoundForm, units: &[SoundUnit]) -> (f64, i16) {
    let pcm = coded(form, self::form(SoundCodec::G711U, 8000, 1), units);
    let samples: Vec<i16> =
        pcm.iter().flat_map(|unit| unit.bytes.iter().map(|byte| g711::MU_LAW[usize::from(*byte)])).collect();
    let middle = &samples[samples.len() / 2 - 2000..][..4000];
    let rises = middle.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    (rises as f64 * 2.0, *middle.iter().max().unwrap())
}

#[test]
fn a_tone_stays_one_by_every_pair_of_codecs_and_keeps_its_time() {
    let forms = [
        form(SoundCodec::Aac, 16_000, 1),
        form(SoundCodec::Aac, 48_000, 2),
        form(SoundCodec::Opus, 48_000, 1),
        form(SoundCodec::G711A, 8000, 1),
        form(SoundCodec::G711U, 8000, 1),
    ];
    for origin in [SoundCodec::G711A, SoundCodec::G711U] {
        for first in forms {
            let once = readable(first, coded(form(origin, 8000, 1), first, &tone(origin)));
            for second in forms {
                let twice = coded(first, second, &once);
                let (hz, peak) = heard(second, &readable(second, twice.clone()));
                assert!(
                    (hz - TONE_HZ).abs() < 15.0 && (5000..12_000).contains(&peak),
                    "{first:?} {second:?}: {hz} {peak}"
                );
                // An encoder of AAC begins one unit before its first sample: 64 ms at 16 kHz, here twice.
                let early_us = 5_000_000 - twice[0].pts_us;
                assert!((0..=128_000).contains(&early_us), "{first:?} {second:?}: {early_us}");
                assert!(twice.windows(2).all(|pair| pair[0].pts_us < pair[1].pts_us), "{second:?}");
            }
        }
    }
}

#[test]
fn lost_units_leave_a_gap_and_small_jitter_none() {
    let (from, to) = (form(SoundCodec::G711A, 8000, 1), form(SoundCodec::G711U, 8000, 1));
    let mut units = tone(SoundCodec::G711A);
    for (index, unit) in units.iter_mut().enumerate() {
        unit.pts_us += [0, 900, -700][index % 3];
    }
    let steady = coded(from, to, &units);
    assert!(steady.windows(2).all(|pair| pair[1].pts_us - pair[0].pts_us == 20_000));
    units.drain(10..20);
    let jumps: Vec<i64> = coded(from, to, &units)
        .windows(2)
        .map(|pair| pair[1].pts_us - pair[0].pts_us)
        .filter(|step| *step != 20_000)
        .collect();
    assert!(jumps.len() == 1 && (jumps[0] - 420_000).abs() < 2000, "{jumps:?}");
}

#[test]
fn garbage_ends_the_session_with_a_reason_and_not_before_long() {
    let mut sound = Sound::default();
    let (from, to) = (form(SoundCodec::Aac, 48_000, 2), form(SoundCodec::Opus, 48_000, 2));
    let unit = |index: i64| SoundUnit { pts_us: index * 20_000, bytes: Bytes::from_static(&[0x55; 90]) };
    let closed = sound.answer(SoundRequest::Unit(unit(0)).write().slice(4..));
    assert_eq!(closed.unwrap_err().kind, FailureKind::Unsupported);
    sound.answer(SoundRequest::Open { from, to }.write().slice(4..)).unwrap();
    let answers: Vec<_> =
        (0..100).map(|index| sound.answer(SoundRequest::Unit(unit(index)).write().slice(4..))).collect();
    assert!(answers[..99].iter().all(|answer| answer.as_ref().is_ok_and(Vec::is_empty)));
    assert_eq!(answers[99].as_ref().unwrap_err().kind, FailureKind::Undecodable);
}

#[test]
fn forms_that_there_are_not_are_refused() {
    let fine = form(SoundCodec::G711A, 8000, 1);
    for (from, to) in [
        (form(SoundCodec::G711A, 0, 1), fine),
        (fine, form(SoundCodec::Mp3, 48_000, 2)),
        (fine, form(SoundCodec::Opus, 12_345, 1)),
        (fine, form(SoundCodec::Aac, 48_000, 0)),
        (form(SoundCodec::G711A, 8000, 200), fine),
    ] {
        let answer = Sound::default().answer(SoundRequest::Open { from, to }.write().slice(4..));
        assert_eq!(answer.unwrap_err().kind, FailureKind::Unsupported, "{from:?} {to:?}");
    }
}
