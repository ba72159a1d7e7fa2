//! What the muxer writes, read as strictly as the standard has it.

use media::{AacConfig, Muxer as _, OpusConfig};

use super::*;
use crate::systems::{crc32, g711};
use crate::test_support::{av1, frame, h264, h265, hz, payload, track};

/// Stream, PTS, DTS and payload of a PES packet.
type Pes = (u8, Option<u64>, Option<u64>, Vec<u8>);

/// One pack as a strict receiver reads it.
#[derive(Debug, Default)]
struct Pack {
    clock: u64,
    has_system_header: bool,
    map: Vec<(u8, u8)>,
    packets: Vec<Pes>,
}

fn time(field: &[u8]) -> u64 {
    let b: Vec<u64> = field.iter().map(|byte| u64::from(*byte)).collect();
    assert!(b[0] & 1 == 1 && b[2] & 1 == 1 && b[4] & 1 == 1, "marker bits");
    (b[0] >> 1 & 7) << 30 | b[1] << 22 | (b[2] >> 1) << 15 | b[3] << 7 | b[4] >> 1
}

fn pack_clock(pack: &[u8]) -> u64 {
    let field = pack[..6].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    assert_eq!(field >> 46, 1);
    for marker in [42, 26, 10, 0] {
        assert_eq!(field >> marker & 1, 1, "marker bits");
    }
    assert_eq!(field >> 1 & 0x1ff, 0, "extension");
    (field >> 43 & 7) << 30 | (field >> 27 & 0x7fff) << 15 | field >> 11 & 0x7fff
}

fn strict(stream: &[u8]) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        assert_eq!(rest[..3], [0, 0, 1]);
        let code = rest[3];
        if code == code::PACK {
            let rate = u32::from_be_bytes([0, rest[10], rest[11], rest[12]]);
            assert!(rate & 3 == 3 && rate >> 2 > 0 && rest[13] == 0xf8);
            packs.push(Pack { clock: pack_clock(&rest[4..]), ..Pack::default() });
            rest = &rest[14..];
            continue;
        }
        let length = usize::from(u16::from_be_bytes([rest[4], rest[5]]));
        let body = &rest[6..6 + length];
        let pack = packs.last_mut().expect("a pack stands first");
        match code {
            code::SYSTEM_HEADER => {
                assert!(body[0] & 0x80 != 0 && body[2] & 1 == 1 && body[4] & 0x20 != 0 && body[5] == 0x7f);
                assert!((length - 6).is_multiple_of(3) && body[6..].chunks(3).all(|entry| entry[1] & 0xc0 == 0xc0));
                pack.has_system_header = true;
            }
            code::MAP => {
                assert_eq!(crc32(&rest[..6 + length]), 0);
                assert!(body[0] & 0xe0 == 0xe0 && body[1] == 0xff && body[2..4] == [0, 0]);
                pack.map = body[6..length - 4].chunks(4).map(|entry| (entry[0], entry[1])).collect();
            }
            _ => {
                assert_eq!(body[0] & 0xf0, 0x80);
                let at = 3 + usize::from(body[2]);
                let (pts, dts) = match body[1] {
                    0xc0 => (Some(time(&body[3..8])), Some(time(&body[8..13]))),
                    0x80 => (Some(time(&body[3..8])), Some(time(&body[3..8]))),
                    flags => {
                        assert_eq!((flags, at), (0, 3));
                        (None, None)
                    }
                };
                pack.packets.push((code, pts, dts, body[at..].to_vec()));
            }
        }
        rest = &rest[6 + length..];
    }
    packs
}

fn muxed(tracks: &[Arc<TrackConfig>], frames: &[Frame]) -> Vec<Pack> {
    let mut muxer = Muxer::new();
    assert!(muxer.set_tracks(tracks).is_empty());
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    frames.iter().for_each(|frame| muxer.write_frame(frame, &mut out));
    strict(&out)
}

#[test]
fn key_frames_have_all_that_a_reader_needs_in_front() {
    let tracks = [track(0, h264()), track(1, CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap()))];
    let video = payload(&h264(), 0x41, 500);
    let packs = muxed(
        &tracks,
        &[
            frame(0, 0, 80, true, &video),
            frame(1, 10, 10, true, &[7; 100]),
            frame(0, 40, 40, false, &video),
            frame(0, 80, 80, true, &video),
        ],
    );
    assert_eq!(packs.len(), 4, "one frame each");
    let heads: Vec<_> = packs.iter().map(|pack| (pack.has_system_header, pack.map.len())).collect();
    assert_eq!(heads, [(true, 2), (false, 0), (false, 0), (true, 2)]);
    assert_eq!(packs[0].map, [(0x1b, 0xe0), (0x0f, 0xc0)]);
    let (stream, pts, dts, content) = &packs[0].packets[0];
    assert_eq!((*stream, *pts, *dts), (0xe0, Some(90_000 + 7200), Some(90_000)));
    assert_eq!(packs[0].clock, 45_000);
    assert!(packs.windows(2).all(|pair| pair[0].clock <= pair[1].clock));
    let types: Vec<u8> = media::bitstream::nal::annex_b(content).map(|unit| unit[0] & 0x1f).collect();
    assert_eq!(types[..2], [7, 8]);
    assert_eq!(packs[1].packets[0].3[..4], [0xff, 0xf1, 0x4c, 0x80], "ADTS");
    assert_ne!(packs[2].packets[0].3[4] & 0x1f, 7);
}

#[test]
fn frames_of_more_than_64_kib_are_cut_and_stamped_once() {
    let large = payload(&h265(), 0x41, 150_000);
    let packs = muxed(&[track(0, h265())], &[frame(0, 0, 40, true, &large)]);
    let packets = &packs[0].packets;
    assert_eq!(packs.len(), 1);
    assert_eq!(packets.iter().map(|packet| packet.1.is_some()).collect::<Vec<_>>(), [true, false, false]);
    let content: usize = packets.iter().map(|packet| packet.3.len()).sum();
    let sets: usize = parameter_sets(&h265()).map(|set| set.len() + 4).sum();
    assert_eq!(content, large.len() + sets);
}

#[test]
fn sound_alone_repeats_its_map() {
    let frames: Vec<Frame> = (0..60).map(|index| frame(1, index * 20, index * 20, true, &[0xd5; 160])).collect();
    let packs = muxed(&[track(1, g711(true))], &frames);
    assert_eq!(packs.iter().filter(|pack| pack.map == [(0x90, 0xc0)]).count(), 3);
    assert!(packs.iter().all(|pack| pack.packets[0].3 == [0xd5; 160]));
}

#[test]
fn changed_tracks_are_announced_with_the_next_frame() {
    let mut muxer = Muxer::new();
    let mut out = BytesMut::new();
    muxer.set_tracks(&[track(0, h264())]);
    muxer.write_frame(&frame(0, 0, 0, true, &payload(&h264(), 1, 10)), &mut out);
    muxer.set_tracks(&[track(0, h264()), track(1, g711(false)), track(2, h265())]);
    muxer.write_frame(&frame(0, 40, 40, false, &payload(&h264(), 1, 10)), &mut out);
    muxer.write_frame(&frame(9, 40, 40, true, &[1]), &mut out);
    let packs = strict(&out);
    assert_eq!((packs.len(), packs[0].map.len()), (2, 1));
    assert_eq!(packs[1].map, [(0x1b, 0xe0), (0x91, 0xc0), (0x24, 0xe1)]);
}

#[test]
fn what_has_no_stream_type_is_refused() {
    let wide = CodecConfig::G711A(media::G711Config { sample_rate_hz: hz(16_000), channels: 1 });
    let opus = CodecConfig::Opus(OpusConfig { channels: 2 });
    let refused = [track(0, av1()), track(1, wide), track(2, opus)];
    let mut muxer = Muxer::new();
    assert_eq!(muxer.set_tracks(&refused).len(), 3);
    let many: Vec<_> = (0..10).map(|id| track(id, h264())).collect();
    assert_eq!(muxer.set_tracks(&many).len(), 2);
    assert!(!carries(&av1()) && carries(&h265()));
}
