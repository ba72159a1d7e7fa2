use std::time::Duration;

use super::*;

fn part(uri: &str, independent: bool) -> Part {
    Part { duration: Duration::from_millis(200), uri: uri.into(), independent }
}

fn segment(number: u64) -> Segment {
    Segment {
        duration: Duration::from_secs(2),
        uri: format!("{number}.m4s"),
        parts: Vec::new(),
        discontinuity: false,
        map: Some("init-1.mp4".into()),
        key: None,
        date_time: None,
    }
}

fn playlist(segments: Vec<Segment>) -> MediaPlaylist {
    MediaPlaylist {
        target_duration_s: 2,
        media_sequence: 7,
        discontinuity_sequence: 0,
        part_target: Some(Duration::from_millis(200)),
        segments,
        pending: None,
        preload_hint: None,
        ended: false,
    }
}

#[test]
fn a_low_latency_playlist_lists_parts_and_hints_the_next() {
    let mut first = segment(7);
    first.date_time = Some("2026-11-26T08:00:00.000Z".into());
    let mut changed = segment(8);
    (changed.discontinuity, changed.map) = (true, Some("init-2.mp4".into()));
    changed.parts = vec![part("8.0.m4s", true), part("8.1.m4s", false)];
    let mut playlist = playlist(vec![first]);
    (playlist.pending, playlist.preload_hint) = (Some(changed), Some("8.2.m4s".into()));
    let expected = r#"#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,PART-HOLD-BACK=0.600000
#EXT-X-PART-INF:PART-TARGET=0.200000
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="init-1.mp4?s=1"
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00.000Z
#EXTINF:2.000000,
7.m4s?s=1
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-2.mp4?s=1"
#EXT-X-PART:DURATION=0.200000,URI="8.0.m4s?s=1",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.200000,URI="8.1.m4s?s=1"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="8.2.m4s?s=1"
"#;
    assert_eq!(playlist.write("?s=1", false), expected);
}

#[test]
fn a_delta_update_leaves_out_what_is_older_than_six_targets() {
    let playlist = playlist((7..17).map(segment).collect());
    let delta = playlist.write("", true);
    assert!(
        delta.contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n") && delta.contains("#EXT-X-MEDIA-SEQUENCE:7\n"),
        "{delta}"
    );
    assert!(!delta.contains("\n10.m4s") && delta.contains("\n11.m4s") && !delta.contains("MAP"), "{delta}");
    assert!(!playlist.write("", false).contains("SKIP:"));
}

#[test]
fn keys_are_named_when_they_change_and_the_end_is_said() {
    let key = |uri: &str, iv| Some(SegmentKey { uri: uri.to_owned(), iv });
    let keyed = |number, key| Segment { map: None, key, ..segment(number) };
    let segments =
        vec![keyed(1, key("key-1", 1)), keyed(2, key("key-1", 1)), keyed(3, key("key-2", 0x1F)), keyed(4, None)];
    let mut playlist = playlist(segments);
    (playlist.part_target, playlist.ended) = (None, true);
    let text = playlist.write("?s=1", false);
    let tags: Vec<&str> =
        text.lines().filter(|line| line.starts_with("#EXT-X-KEY") || line.starts_with("#EXT-X-END")).collect();
    assert_eq!(
        tags,
        [
            r#"#EXT-X-KEY:METHOD=AES-128,URI="key-1?s=1",IV=0x00000000000000000000000000000001"#,
            r#"#EXT-X-KEY:METHOD=AES-128,URI="key-2?s=1",IV=0x0000000000000000000000000000001F"#,
            "#EXT-X-KEY:METHOD=NONE",
            "#EXT-X-ENDLIST"
        ]
    );
    assert!(!text.contains("PART") && text.contains("#EXT-X-INDEPENDENT-SEGMENTS"));
}

#[test]
fn no_key_holds_for_an_initialisation_segment() {
    let keyed = |number: u64| {
        let map = Some(if number < 3 { "init-1.mp4" } else { "init-3.mp4" }.to_owned());
        Segment { map, key: Some(SegmentKey { uri: "key".into(), iv: number.into() }), ..segment(number) }
    };
    let text = playlist((1..4).map(keyed).collect()).write("", false);
    let tags: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("#EXT-X-").filter(|tag| tag.starts_with("KEY") || tag.starts_with("MAP")))
        .map(|tag| tag.split_once(',').map_or(tag, |(start, _)| start))
        .collect();
    assert_eq!(
        tags,
        [
            "MAP:URI=\"init-1.mp4\"",
            "KEY:METHOD=AES-128",
            "KEY:METHOD=AES-128",
            "KEY:METHOD=NONE",
            "MAP:URI=\"init-3.mp4\"",
            "KEY:METHOD=AES-128"
        ]
    );
}

#[test]
fn a_report_says_where_another_playlist_ends() {
    let report = RenditionReport { uri: "audio-media.m3u8".into(), last_segment: 12, last_part: 3 };
    assert_eq!(
        write_reports(&[report], "?s=1"),
        "#EXT-X-RENDITION-REPORT:URI=\"audio-media.m3u8?s=1\",LAST-MSN=12,LAST-PART=3\n"
    );
}
