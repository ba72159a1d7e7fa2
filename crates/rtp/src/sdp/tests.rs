//! Descriptions of cameras and encoders, and our own read back.

use super::*;
use bytes::Bytes;
use media::{
    AacConfig, CodecConfig, G711Config, H264Config, Mp3Config, OpaqueConfig, OpusConfig, TrackConfig, TrackId,
};

const H264_FMTP: &str = "packetization-mode=1; sprop-parameter-sets=Z0LACtoQmQ==,aM48gA==; profile-level-id=42C00A";

fn hz(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap()
}

fn h264() -> CodecConfig {
    let sps = Bytes::from_static(&[0x67, 0x42, 0xc0, 0x0a, 0xda, 0x10, 0x99]);
    let pps = Bytes::from_static(&[0x68, 0xce, 0x3c, 0x80]);
    CodecConfig::H264(H264Config::new(vec![sps], vec![pps]).unwrap())
}

fn only(sdp: &str) -> MediaDescription {
    SessionDescription::parse(sdp.as_bytes()).unwrap().media.remove(0)
}

#[test]
fn descriptions_with_missing_or_odd_lines_are_read() {
    let tail = format!("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 {H264_FMTP}\na=control:trackID=0\n");
    for head in [
        "",
        "v=0\n",
        "s=\n",
        "v=0\no=- broken\ns=\u{fffd}\n",
        "v=0\no=- 1 1 IN IP4\ns=x\ne=NONE\nb=AS:5100\nt=0 0\na=control:*\nz=junk\n",
        "\u{feff}v=0\nx\n\n=\nm=broken\na=rtpmap:96 lost\n",
    ] {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = format!("{head}{tail}").replace('\n', line_end);
            let description = SessionDescription::parse(text.as_bytes()).unwrap();
            let media = &description.media[0];
            assert_eq!(media.track(TrackId(0)).unwrap().codec, h264(), "{text:?}");
            assert_eq!(media.control.as_deref(), Some("trackID=0"));
        }
    }
}

#[test]
fn text_in_another_encoding_does_not_hinder() {
    let mut bytes = b"v=0\r\ns=".to_vec();
    bytes.extend([0xC9, 0xE3, 0xCF, 0xF1]);
    bytes.extend(b"\r\nm=audio 0 RTP/AVP 8\r\n");
    assert_eq!(SessionDescription::parse(&bytes).unwrap().media.len(), 1);
}

#[test]
fn useless_descriptions_are_refused() {
    assert_eq!(SessionDescription::parse(b""), Err(SdpError::NoMedia));
    assert_eq!(SessionDescription::parse(b"m=video 0 TCP none\n"), Err(SdpError::NoMedia));
    let long = vec![b'a'; MAX_DESCRIPTION_BYTES + 1];
    assert_eq!(SessionDescription::parse(&long), Err(SdpError::TooLong(long.len())));
}

#[test]
fn parameter_sets_are_read_in_every_form_that_cameras_send() {
    for sets in [
        "Z0LACtoQmQ==,aM48gA==",
        "Z0LACtoQmQ,aM48gA",
        "aM48gA==,Z0LACtoQmQ==",
        "Z0LACtoQmQ==,aM48gA==,",
        "\"Z0LACtoQmQ==,aM48gA==\"",
        // Start codes, both sets in one element, zero bytes behind.
        "AAAAAWdCwAraEJkAAAABaM48gAAA",
        "Z0LACtoQmQA=,aM48gAAAAA==",
    ] {
        let media =
            only(&format!("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets={sets}"));
        assert_eq!(media.track(TrackId(0)).map(|track| track.codec), Some(h264()), "{sets}");
    }
}

#[test]
fn video_without_parameter_sets_waits_for_them_in_band() {
    for map in ["H264/90000", "H265/90000", "AV1/90000", "MPA/90000"] {
        let media = only(&format!("m=video 0 RTP/AVP 96\na=rtpmap:96 {map}\na=fmtp:96 sprop-parameter-sets=,"));
        assert_eq!(media.track(TrackId(0)), None, "{map}");
    }
}

#[test]
fn audio_codecs_are_recognised() {
    let g711 = |rate| G711Config { sample_rate_hz: hz(rate), channels: 1 };
    let aac = |rate, channels| CodecConfig::Aac(AacConfig::lc(hz(rate), channels).unwrap());
    for (sdp, expected) in [
        ("m=audio 0 RTP/AVP 8", CodecConfig::G711A(g711(8000))),
        ("m=audio 0 RTP/AVP 0", CodecConfig::G711U(g711(8000))),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMA/16000/1", CodecConfig::G711A(g711(16_000))),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 opus/48000/2\na=fmtp:97 sprop-stereo=1",
            CodecConfig::Opus(OpusConfig { channels: 2 }),
        ),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 mode=AAC-hbr; config=1190",
            aac(48_000, 2),
        ),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/16000", aac(16_000, 1)),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 MP4A-LATM/44100/2\na=fmtp:97 cpresent=0;config=400024203fc0",
            aac(44_100, 2),
        ),
    ] {
        assert_eq!(only(sdp).track(TrackId(1)).unwrap().codec, expected, "{sdp}");
    }
}

#[test]
fn unknown_codecs_become_opaque() {
    for (sdp, id) in [
        ("m=application 0 RTP/AVP 107\na=rtpmap:107 vnd.onvif.metadata/90000", "vnd.onvif.metadata"),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 G726-32/8000", "rtp:G726-32"),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 L16/44100/2", "rtp:L16/2"),
        ("m=video 0 RTP/AVP 26", "rtp:JPEG"),
        ("m=video 0 RTP/AVP 98", "rtp:98"),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 MP4A-LATM/44100/2", "rtp:MP4A-LATM/2"),
    ] {
        let CodecConfig::Opaque(config) = only(sdp).track(TrackId(0)).unwrap().codec else { panic!("{sdp}") };
        assert_eq!(&*config.id, id);
    }
}

#[test]
fn several_audio_sections_and_a_back_channel_are_told_apart() {
    let sdp = "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\nm=audio 0 RTP/AVP 8\na=control:a\n\
               m=audio 0 RTP/AVP 0\na=control:b\na=sendonly\n";
    let description = SessionDescription::parse(sdp.as_bytes()).unwrap();
    let back: Vec<bool> = description.media.iter().map(|media| media.back_channel).collect();
    assert_eq!(back, [false, false, true]);
}

#[test]
fn tracks_survive_their_description() {
    let opaque = |kind, id: &str, params: &'static [u8]| {
        CodecConfig::Opaque(OpaqueConfig { kind, id: id.into(), params: Bytes::from_static(params) })
    };
    let tracks: Vec<TrackConfig> = [
        (90_000, h264()),
        (48_000, CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap())),
        (8000, CodecConfig::G711A(G711Config { sample_rate_hz: hz(8000), channels: 1 })),
        (16_000, CodecConfig::G711U(G711Config { sample_rate_hz: hz(16_000), channels: 2 })),
        (48_000, CodecConfig::Opus(OpusConfig { channels: 2 })),
        (90_000, opaque(MediaKind::Data, "vnd.onvif.metadata", b"")),
        (90_000, opaque(MediaKind::Video, "rtp:VP8", b"x-google=1")),
        (44_100, opaque(MediaKind::Audio, "rtp:L16/2", b"")),
    ]
    .into_iter()
    .zip(0..)
    .map(|((clock, codec), id)| {
        TrackConfig::new(TrackId(id), hz(clock), codec).in_language(Language::from_tag(["en", ""][usize::from(id % 2)]))
    })
    .collect();
    let text = tracks_to_description("road\r\nK12+300", &tracks).write();
    let back = SessionDescription::parse(text.as_bytes()).unwrap();
    assert_eq!(back.name, "road  K12+300");
    let read: Vec<TrackConfig> =
        back.media.iter().zip(0..).map(|(media, id)| media.track(TrackId(id)).unwrap()).collect();
    assert_eq!(read, tracks);
    let controls: Vec<_> = back.media.iter().map(|media| media.control.clone().unwrap()).collect();
    assert_eq!(controls[7], "trackID=7");
    let mp3 = CodecConfig::Mp3(Mp3Config { sample_rate_hz: hz(44_100), channels: 2 });
    let text = tracks_to_description("x", [&TrackConfig::new(TrackId(0), hz(1000), mp3)]).write();
    assert!(text.contains("m=audio 0 RTP/AVP 14\r\n"), "{text}");
}

#[test]
fn truncated_descriptions_do_not_panic() {
    let text = format!("v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 {H264_FMTP}\r\n");
    for end in 0..text.len() {
        crate::fuzz::sdp(&text.as_bytes()[..end]);
    }
}
