use super::*;
use hex_literal::hex;

/// `avcC` of `ffmpeg -f lavfi -i testsrc2=s=640x360:r=25 -c:v libx264 -bf 2` (libavformat 59).
const X264_HIGH: &[u8] =
    &hex!("0164001effe1001a6764001eacd940a02ff97011000003000100000300320f162d9601000668ebe3cb22c0fdf8f800");
/// As above with `-profile:v baseline`, 1280x720 at 30 frames a second.
const X264_BASELINE: &[u8] =
    &hex!("0142c01fffe100196742c01fd9005005bb0110000003001000000303c0f183248001000568cb83cb20");

#[test]
fn ffmpeg_records_are_read_and_written_back() {
    for (record, width, height, fps, reorder, codecs) in [
        (X264_HIGH, 640, 360, 25_000, Some(2), "avc1.64001E"),
        (X264_BASELINE, 1280, 720, 30_000, Some(0), "avc1.42C01F"),
    ] {
        let (config, length_size) = H264Config::from_avcc(record).unwrap();
        assert_eq!(length_size, 4);
        assert_eq!((config.picture.width, config.picture.height), (width, height));
        assert_eq!(config.picture.frame_rate_mhz, NonZeroU32::new(fps));
        assert_eq!(config.picture.reorder_depth, reorder);
        assert_eq!(config.rfc6381(), codecs);
        assert_eq!(config.to_avcc(), record);
    }
}

#[test]
fn truncated_records_are_errors_at_every_length() {
    for end in 0..X264_HIGH.len() - 4 {
        assert!(H264Config::from_avcc(&X264_HIGH[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn missing_and_oversized_sets_are_named() {
    let sps = vec![Bytes::from_static(&[0x67, 1, 2, 3])];
    assert!(matches!(H264Config::new(sps, vec![]), Err(ParseError::Missing { .. })));
    let huge = vec![Bytes::from(vec![0x67; MAX_PARAMETER_SET_LEN + 1])];
    let pps = vec![Bytes::from_static(&[0x68, 1])];
    assert!(matches!(H264Config::new(huge, pps), Err(ParseError::OutOfRange { .. })));
}
