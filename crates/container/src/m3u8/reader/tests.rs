use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::m3u8::{
    ByteRange, Channel, KeyMethod, MAX_ENTRIES, MAX_LINE_LEN, MediaPlaylist, MediaSegment, Part, RenditionKind,
    Segment, SegmentKey, Variant, parse_channel_list, write_multivariant,
};
use crate::test_support::golden;

fn media(text: &str) -> Media {
    match Playlist::parse(text.as_bytes()) {
        Ok(Playlist::Media(media)) => *media,
        other => panic!("{other:?}"),
    }
}

fn multivariant(text: &str) -> Multivariant {
    match Playlist::parse(text.as_bytes()) {
        Ok(Playlist::Multivariant(multivariant)) => multivariant,
        other => panic!("{other:?}"),
    }
}

fn error(text: &str) -> PlaylistError {
    Playlist::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn keys_maps_and_ranges_hold_for_what_follows() {
    let playlist = media(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:5\n#EXT-X-DISCONTINUITY-SEQUENCE:2\n\
         #EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"700@0\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"key?a=1,2\",IV=0x0A0b\n\
         #EXTINF:9.009,a title, with a comma\n#EXT-X-BYTERANGE:100@50\none.mp4\n#EXTINF:3,\n#EXT-X-BYTERANGE:20\none.mp4\n\
         #EXT-X-KEY:METHOD=NONE\n#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:1.5\n#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00Z\n\
         two.mp4\n#EXT-X-ENDLIST\n",
    );
    let [first, second, third] = &playlist.segments[..] else { panic!("{playlist:?}") };
    assert_eq!((first.sequence, first.duration, first.discontinuity_sequence), (5, Duration::from_millis(9009), 2));
    assert_eq!(first.range, Some(ByteRange { offset: 50, length: 100 }));
    assert_eq!(second.range, Some(ByteRange { offset: 150, length: 20 }));
    let key = second.key.as_ref().unwrap();
    assert_eq!((&key.method, &key.uri[..]), (&KeyMethod::Aes128, "key?a=1,2"));
    assert_eq!(key.iv_of(9), 0x0a0b_u128.to_be_bytes());
    assert_eq!(second.map.as_ref().unwrap().range, Some(ByteRange { offset: 0, length: 700 }));
    assert_eq!((third.sequence, third.discontinuity_sequence, third.gap, third.discontinuity), (7, 3, true, true));
    assert!(third.key.is_none() && third.map.is_some() && third.range.is_none() && !second.gap);
    assert_eq!(third.date_time.as_deref(), Some("2026-11-26T08:00:00Z"));
    assert!(playlist.ended && playlist.part_target.is_none());
}

#[test]
fn a_low_latency_playlist_says_what_comes_next() {
    let playlist = media(
        "#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24,PART-HOLD-BACK=1.02\r\n\
         #EXT-X-PART-INF:PART-TARGET=0.33334\r\n#EXT-X-MEDIA-SEQUENCE:8\r\n#EXT-X-SKIP:SKIPPED-SEGMENTS=2\r\n\
         #EXTINF:4.00008,\r\n10.mp4\r\n#EXT-X-PART:DURATION=0.33334,URI=\"11.mp4\",BYTERANGE=\"500@0\",INDEPENDENT=YES\r\n\
         #EXT-X-PART:DURATION=0.2,URI=\"11.mp4\",BYTERANGE=\"300\"\r\n\
         #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"11.mp4\",BYTERANGE-START=800\r\n#EXT-X-RENDITION-REPORT:URI=\"../b\",LAST-MSN=10\r\n",
    );
    assert_eq!((playlist.skipped, playlist.segments[0].sequence, playlist.pending.sequence), (2, 10, 11));
    assert!(playlist.control.can_block_reload);
    assert_eq!(playlist.control.part_hold_back, Some(Duration::from_millis(1020)));
    let ranges: Vec<_> = playlist.pending.parts.iter().map(|part| part.range.unwrap().offset).collect();
    assert_eq!(ranges, [0, 500]);
    assert_eq!((playlist.preload_hints[0].part, playlist.preload_hints[0].offset), (true, 800));
}

#[test]
fn variants_find_their_sound() {
    let playlist = multivariant(
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"English\",LANGUAGE=\"en\",URI=\"en.m3u8\"\n\
         #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"Deutsch\",DEFAULT=YES,AUTOSELECT=YES,URI=\"de.m3u8\"\n\
         #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"English\",URI=\"subs.m3u8\"\n\
         #EXT-X-STREAM-INF:BANDWIDTH=1280000,AVERAGE-BANDWIDTH=1000000,RESOLUTION=1280x720,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"aac\"\n\
         720.m3u8\n#EXT-X-STREAM-INF: BANDWIDTH = 640000, FRAME-RATE=29.970\nhttp://other/360.m3u8?a=b#c\n\
         #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n",
    );
    let [first, second] = &playlist.variants[..] else { panic!("{playlist:?}") };
    assert_eq!((first.bandwidth_bps, first.resolution), (1_280_000, Some((1280, 720))));
    let sounds: Vec<_> = playlist.sounds_of(first).iter().map(|it| it.uri.as_deref().unwrap()).collect();
    assert_eq!(sounds, ["de.m3u8", "en.m3u8"], "the default one first");
    assert_eq!((second.bandwidth_bps, &second.uri[..]), (640_000, "http://other/360.m3u8?a=b#c"));
    assert!(playlist.sounds_of(second).is_empty());
    assert_eq!(playlist.renditions[2].kind, RenditionKind::Subtitles);
}

#[test]
fn what_has_no_meaning_is_an_error_that_says_where() {
    let texts = [
        ("", "the playlist does not begin with #EXTM3U"),
        ("#EXTM3U8\n", "the playlist does not begin with #EXTM3U"),
        ("#EXTM3U\nhttp://a\n", "the playlist lists neither variants nor segments"),
        ("#EXTM3U\n#EXTINF:-1,x\na\n", "line 2: the value of #EXTINF cannot be read"),
        ("#EXTM3U\n#EXTINF:1,x\n", "line 2: #EXTINF has no URI behind it"),
        (
            "#EXTM3U\n#EXTINF:1,\na\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb\n",
            "the playlist lists variants and segments at once",
        ),
        ("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128\n", "line 2: #EXT-X-KEY needs the attribute URI"),
        ("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"a\",IV=0xZ\n", "line 2: #EXT-X-KEY needs the attribute IV"),
        ("#EXTM3U\n#EXT-X-MAP:URI=\"a\n", "line 2: the value of #EXT-X-MAP cannot be read"),
        ("#EXTM3U\n#EXTINF:1\n#EXT-X-BYTERANGE:5\na\n", "line 4: the byte range has no beginning"),
        ("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:x\n", "line 2: the value of #EXT-X-MEDIA-SEQUENCE cannot be read"),
        ("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXTINF:1\na\n", "line 2: #EXT-X-DEFINE is not supported"),
    ];
    for (text, sentence) in texts {
        assert_eq!(error(text).to_string(), sentence, "{text}");
    }
    assert_eq!(Playlist::parse(b"#EXTM3U\n#EXTINF:1,\xff\na"), Err(PlaylistError::NotUtf8));
    let long = format!("#EXTM3U\n#EXTINF:1\n{}\n", "a".repeat(MAX_LINE_LEN + 1));
    assert_eq!(error(&long), PlaylistError::LineTooLong { line: 3 });
    let many = format!("#EXTM3U\n{}", "#EXTINF:1\na\n".repeat(MAX_ENTRIES + 1));
    assert_eq!(error(&many), PlaylistError::TooManyEntries);
    assert_eq!(error(&" ".repeat(5 << 20)), PlaylistError::TooLong);
}

#[test]
fn playlists_of_ffmpeg_are_read() {
    let text = String::from_utf8(golden("ffmpeg.m3u8")).unwrap();
    let playlist = media(&text);
    assert!(playlist.ended && playlist.segments.len() == 2);
    assert_eq!(playlist.target_duration, Duration::from_secs(1));
    assert!(playlist.segments.iter().all(|segment| segment.range.is_some()));
    assert_eq!(playlist.segments[0].map.as_ref().unwrap().uri, "ffmpeg.m4s");
    let text = String::from_utf8(golden("ffmpeg_multivariant.m3u8")).unwrap();
    let playlist = multivariant(&text);
    assert_eq!(playlist.sounds_of(&playlist.variants[0])[0].group, "group_sound");
}

#[test]
fn channels_have_names_groups_and_addresses() {
    let list = parse_channel_list(&golden("channels.m3u")).unwrap();
    let expected = Channel {
        name: "Channel One, HD".into(),
        url: "http://192.0.2.1:8080/one/index.m3u8".into(),
        id: Some("one".into()),
        logo: Some("http://192.0.2.1/one.png".into()),
        group: Some("News, local".into()),
        line: 3,
    };
    assert_eq!(list[0], expected);
    assert_eq!((list[1].name.as_str(), list[1].group.as_deref()), ("二台", Some("综合")));
    assert_eq!((list[2].name.as_str(), list[2].url.as_str()), ("rtsp://192.0.2.3/3", "rtsp://192.0.2.3/3"));
    assert_eq!(list.len(), 3);
    assert_eq!(parse_channel_list(b"http://a\nhttp://b").unwrap().len(), 2);
    assert_eq!(parse_channel_list(b"#EXTM3U\n"), Err(PlaylistError::Empty));
    let one = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\na.ts\n";
    assert_eq!(parse_channel_list(one.as_bytes()), Err(PlaylistError::NotChannels));
}

/// Text that may stand in a quoted value and as a line.
fn uri() -> impl Strategy<Value = String> {
    "[a-z0-9][a-zA-Z0-9./?&=,_-]{0,20}"
}

prop_compose! {
    fn parts()(parts in prop::collection::vec((0u64..2_000_000, uri(), any::<bool>()), 0..3)) -> Vec<Part> {
        let part = |(micros, uri, independent)| Part { duration: Duration::from_micros(micros), uri, independent };
        parts.into_iter().map(part).collect()
    }
}

prop_compose! {
    fn segment()(
        micros in 0u64..20_000_000, uri in uri(), parts in parts(), discontinuity in prop::bool::weighted(0.2),
        map in prop::option::of("map[12]"), key in prop::option::of("key[12]"), dated in any::<bool>(),
    ) -> Segment {
        let date_time = dated.then(|| "2026-11-26T08:00:00.000Z".to_owned());
        Segment { duration: Duration::from_micros(micros), uri, parts, discontinuity, map, key: key.map(|uri| SegmentKey { uri, iv: 7 }), date_time }
    }
}

prop_compose! {
    fn playlist()(
        numbers in (1u64..20, 0u64..1_000_000, 0u64..10), part_target in prop::option::of(1u64..5_000_000),
        segments in prop::collection::vec(segment(), 1..12), pending in prop::option::of(segment()),
        preload_hint in prop::option::of(uri()), ended in any::<bool>(),
    ) -> MediaPlaylist {
        let (target_duration_s, media_sequence, discontinuity_sequence) = numbers;
        let part_target = part_target.map(Duration::from_micros);
        MediaPlaylist { target_duration_s, media_sequence, discontinuity_sequence, part_target, segments, pending, preload_hint, ended }
    }
}

/// What stands in the playlist about a segment. A map, once named, cannot be unnamed.
fn assert_same(read: &MediaSegment, written: &Segment, map: Option<&String>) {
    assert_eq!(read.discontinuity, written.discontinuity);
    assert_eq!(read.key.as_ref().map(|key| &key.uri), written.key.as_ref().map(|key| &key.uri));
    assert!(read.key.as_ref().is_none_or(|key| key.iv == Some(7_u128.to_be_bytes())));
    assert_eq!(read.map.as_ref().map(|map| &map.uri), map);
    assert_eq!(read.date_time, written.date_time);
    let parts = |part: &Part| (part.duration, part.uri.clone(), part.independent);
    let read_parts = read.parts.iter().map(|part| (part.duration, part.uri.clone(), part.independent));
    assert!(read_parts.eq(written.parts.iter().map(parts)));
}

proptest! {
    #[test]
    fn what_we_write_is_read_back(playlist in playlist()) {
        let read = media(&playlist.write("", false));
        prop_assert_eq!(read.target_duration.as_secs(), playlist.target_duration_s);
        prop_assert_eq!((read.media_sequence, read.ended), (playlist.media_sequence, playlist.ended));
        prop_assert_eq!(read.discontinuity_sequence, playlist.discontinuity_sequence);
        prop_assert_eq!(read.part_target, playlist.part_target);
        prop_assert_eq!(read.segments.len(), playlist.segments.len());
        let mut map = None;
        for (read, written) in read.segments.iter().zip(&playlist.segments) {
            map = written.map.as_ref().or(map);
            prop_assert_eq!((read.duration, &read.uri), (written.duration, &written.uri));
            assert_same(read, written, map);
        }
        if let Some(pending) = &playlist.pending {
            map = pending.map.as_ref().or(map);
            assert_same(&read.pending, pending, map);
        }
        let hinted = playlist.preload_hint.filter(|_| playlist.part_target.is_some() && !playlist.ended);
        prop_assert_eq!(read.preload_hints.first().map(|hint| hint.uri.clone()), hinted);
    }

    #[test]
    fn a_delta_update_is_completed_from_the_playlist_before(playlist in playlist(), known in 0usize..12) {
        let mut playlist = playlist;
        // A map that ends has no tag, so the text of the whole playlist cannot say it.
        playlist.segments.iter_mut().chain(&mut playlist.pending).for_each(|it| it.map = Some(it.map.take().unwrap_or("m".into())));
        let whole = media(&playlist.write("", false));
        let mut delta = media(&playlist.write("", true));
        let mut older = whole.clone();
        older.segments.truncate(known);
        let skipped = usize::try_from(delta.skipped).unwrap();
        if delta.fill_from(&older) {
            prop_assert_eq!(delta, whole);
        } else {
            prop_assert!(skipped > known);
        }
    }

    #[test]
    fn variants_are_read_back(variants in prop::collection::vec((1u64..1 << 40, prop::option::of((1u32..9000, 1u32..9000)), prop::option::of(0u32..240_000), uri()), 1..5)) {
        let written: Vec<Variant> = variants
            .into_iter()
            .map(|(bandwidth_bps, resolution, rate, uri)| Variant {
                bandwidth_bps, codecs: Some("avc1.64001f,mp4a.40.2".into()), resolution, frame_rate: rate.map(|rate| f64::from(rate) / 1000.0), uri,
            })
            .collect();
        let read = multivariant(&write_multivariant(&written, &[]));
        prop_assert!(read.independent_segments);
        prop_assert_eq!(read.variants.len(), written.len());
        for (read, written) in read.variants.iter().zip(&written) {
            prop_assert_eq!((read.bandwidth_bps, read.resolution, &read.uri), (written.bandwidth_bps, written.resolution, &written.uri));
            prop_assert_eq!((read.frame_rate, &read.codecs), (written.frame_rate, &written.codecs));
        }
    }

    #[test]
    fn any_text_ends_without_panic(lines in prop::collection::vec("(#EXT-X-(KEY|MAP|PART|SKIP|BYTERANGE|MEDIA|STREAM-INF|TARGETDURATION):|#EXTINF:)?[A-Z0-9=\",.@x \u{fe}-]{0,30}", 0..20)) {
        crate::fuzz::m3u8(format!("#EXTM3U\n{}", lines.join("\n")).as_bytes());
    }
}
