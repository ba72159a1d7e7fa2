use super::*;
use hex_literal::hex;

/// `hvcC` of `ffmpeg -f lavfi -i testsrc2=s=1920x1080:r=25 -c:v libx265 -tag:v hvc1` (libavformat 59)
/// without the SEI array.
const X265_MAIN: &[u8] = &hex!(
    "01016000000090000000000078f000fcfdf8f800000f03"
    "a00001001840010c01ffff016000000300900000030000030078959809"
    "a10001002a420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000c84"
    "a2000100074401c172b46240"
);

#[test]
fn ffmpeg_record_is_read() {
    let (config, length_size) = H265Config::from_hvcc(X265_MAIN).unwrap();
    assert_eq!(length_size, 4);
    assert_eq!((config.picture.width, config.picture.height), (1920, 1080));
    assert_eq!(config.picture.frame_rate_mhz, NonZeroU32::new(25_000));
    assert_eq!(config.picture.reorder_depth, Some(2));
    assert_eq!(config.rfc6381(), "hvc1.1.6.L120.90");
}

#[test]
fn our_record_reads_back_to_the_same_configuration() {
    let (config, _) = H265Config::from_hvcc(X265_MAIN).unwrap();
    let (again, length_size) = H265Config::from_hvcc(&config.to_hvcc()).unwrap();
    assert_eq!(length_size, 4);
    assert_eq!(again, config);
}

#[test]
fn truncated_records_are_errors_at_every_length() {
    for end in 0..X265_MAIN.len() {
        assert!(H265Config::from_hvcc(&X265_MAIN[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn any_bytes_are_parsed_without_panic() {
    use proptest::prelude::*;
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..120))| {
        let _ = parse_sps(&bytes);
        let _ = parse_hvcc(&bytes);
        let _ = super::super::h264::parse_sps(&bytes);
        let _ = super::super::h264::parse_avcc(&bytes);
    });
}

#[test]
fn damaged_parameter_sets_are_parsed_without_panic() {
    use proptest::prelude::*;
    let (config, _) = H265Config::from_hvcc(X265_MAIN).unwrap();
    proptest!(|(at in 2usize..40, bit in 0u8..8)| {
        let mut sps = config.sps[0].to_vec();
        let at = at.min(sps.len() - 1);
        sps[at] ^= 1 << bit;
        let _ = parse_sps(&sps);
    });
}
