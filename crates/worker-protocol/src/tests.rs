use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::*;

fn codecs() -> impl Strategy<Value = Codec> {
    prop_oneof![Just(Codec::H264), Just(Codec::H265), Just(Codec::Av1), forms().prop_map(Codec::File)]
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Jpeg), Just(Form::Png), Just(Form::Webp)]
}

fn answers() -> impl Strategy<Value = Answer> {
    let kinds =
        prop_oneof![Just(FailureKind::Undecodable), Just(FailureKind::Unsupported), Just(FailureKind::TooLarge)];
    prop_oneof![
        (any::<u16>(), any::<u16>(), any::<Vec<u8>>()).prop_map(|(width, height, bytes)| Ok(Picture {
            width,
            height,
            bytes: bytes.into()
        })),
        (kinds, "\\PC{0,100}").prop_map(|(kind, text)| Err(Failure { kind, text })),
    ]
}

proptest! {
    #[test]
    fn requests_survive_the_way(
        codec in codecs(), form in forms(), quality in 1u8..=100, max_width: u16, max_height: u16,
        overlay in "\\PC{0,100}", unit: Vec<u8>,
    ) {
        let request = Request { codec, form, quality, max_width, max_height, overlay, unit: unit.into() };
        let mut buffer = BytesMut::from(&request.write()[..]);
        let body = split_message(&mut buffer, MAX_REQUEST).unwrap().unwrap();
        prop_assert!(buffer.is_empty());
        prop_assert_eq!(Request::read(body).unwrap(), request);
    }

    #[test]
    fn answers_survive_the_way(answer in answers()) {
        let mut buffer = BytesMut::from(&Picture::write(&answer)[..]);
        let body = split_message(&mut buffer, MAX_ANSWER).unwrap().unwrap();
        prop_assert!(buffer.is_empty());
        prop_assert_eq!(Picture::read(body).unwrap(), answer);
    }

    #[test]
    fn sound_survives_the_way(
        codec in prop::sample::select(SoundCodec::ALL.to_vec()), sample_rate_hz: u32, channels: u8, pts_us: i64,
        units in prop::collection::vec((any::<i64>(), any::<Vec<u8>>()), 0..5),
    ) {
        let from = SoundForm { codec, sample_rate_hz, channels };
        let to = SoundForm { codec: SoundCodec::Opus, sample_rate_hz: 48_000, channels: 2 };
        let units: Vec<SoundUnit> =
            units.into_iter().map(|(pts_us, bytes)| SoundUnit { pts_us, bytes: bytes.into() }).collect();
        let unit = SoundUnit { pts_us, bytes: Bytes::from_static(b"unit") };
        for request in [SoundRequest::Open { from, to }, SoundRequest::Unit(unit)] {
            let body = request.write().slice(4..);
            prop_assert!(SoundRequest::begins(&body) && Request::read(body.clone()).is_err());
            prop_assert_eq!(SoundRequest::read(body).unwrap(), request);
        }
        let answer = Ok(units);
        prop_assert_eq!(read_sound_answer(write_sound_answer(&answer).slice(4..)).unwrap(), answer);
    }

    #[test]
    fn any_bytes_are_read_or_refused(data: Vec<u8>) {
        fuzz::requests(&data);
        fuzz::answers(&data);
    }
}

#[test]
fn messages_are_as_documented() {
    let request = Request {
        codec: Codec::H265,
        form: Form::Webp,
        quality: 80,
        max_width: 0x0102,
        max_height: 0,
        overlay: "K1".to_owned(),
        unit: Bytes::from_static(b"unit"),
    };
    assert_eq!(request.write()[..], *b"\0\0\0\x0f\x02\x03\x50\x01\x02\0\0\0\x02K1unit");
    let picture = Picture { width: 3, height: 4, bytes: Bytes::from_static(b"jpg") };
    assert_eq!(Picture::write(&Ok(picture))[..], *b"\0\0\0\x08\0\0\x03\0\x04jpg");
    let failure = Failure::new(FailureKind::TooLarge, "No.");
    assert_eq!(Picture::write(&Err(failure))[..], *b"\0\0\0\x04\x03No.");
}

#[test]
fn messages_about_sound_are_as_documented() {
    let from = SoundForm { codec: SoundCodec::Aac, sample_rate_hz: 16_000, channels: 1 };
    let to = SoundForm { codec: SoundCodec::Opus, sample_rate_hz: 48_000, channels: 2 };
    let open = SoundRequest::Open { from, to };
    assert_eq!(open.write()[..], *b"\0\0\0\x0d\x40\x01\0\0\x3e\x80\x01\x04\0\0\xbb\x80\x02");
    let unit = SoundUnit { pts_us: 258, bytes: Bytes::from_static(b"abc") };
    assert_eq!(SoundRequest::Unit(unit.clone()).write()[..], *b"\0\0\0\x0c\x41\0\0\0\0\0\0\x01\x02abc");
    let made = write_sound_answer(&Ok(vec![unit]));
    assert_eq!(made[..], *b"\0\0\0\x10\0\0\0\0\0\0\0\x01\x02\0\0\0\x03abc");
}

#[test]
fn a_unit_of_sound_is_refused_by_its_length() {
    let unit = SoundUnit { pts_us: 0, bytes: Bytes::from(vec![0; MAX_SOUND_UNIT + 1]) };
    assert!(matches!(SoundRequest::read(SoundRequest::Unit(unit).write().slice(4..)), Err(Malformed::TooLong { .. })));
    let lies = Bytes::from_static(b"\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff");
    assert!(matches!(read_sound_answer(lies), Err(Malformed::TooLong { .. })));
}

#[test]
fn a_message_is_refused_by_its_length_alone() {
    let mut buffer = BytesMut::from(&b"\xff\xff\xff\xff"[..]);
    let refused = split_message(&mut buffer, MAX_REQUEST);
    assert_eq!(refused, Err(Malformed::TooLong { length: 0xffff_ffff, limit: MAX_REQUEST }));
    assert_eq!(split_message(&mut BytesMut::from(&b"\0\0\0\x05abc"[..]), MAX_REQUEST), Ok(None));
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let answer = Err(Failure::new(FailureKind::Undecodable, "路".repeat(400)));
    let written = Picture::write(&answer);
    let read = Picture::read(written.slice(4..)).unwrap().unwrap_err();
    assert_eq!(read.text, "路".repeat(170));
}
