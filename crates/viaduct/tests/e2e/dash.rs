//! MPEG-DASH: what a manifest says over time, what a session may, and what players see; HLS with sound alone, which
//! has the same segments.

use std::collections::BTreeMap;

use container::flv::TagKind;
use serde_json::json;
use testkit::clips::Clip;
use testkit::hls::Playlist;
use testkit::http::{self, Answer};
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{closed_server, options, publish};

const SEEN: Expect = Expect { pictures: 40, sound: true };

fn get(server: &Server, target: &str) -> Answer {
    http::request(server.address("http"), "GET", target, &[], None)
}

fn viewers(api: &Api) -> usize {
    api.get("/viewers")["items"].as_array().unwrap().len()
}

/// The value of an attribute, wherever it stands first.
fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("{name} in {text}"));
    rest.split('"').next().unwrap()
}

/// One adaptation set as a player reads it.
#[derive(Debug, PartialEq)]
struct Set {
    initialization: String,
    /// Beginning and length in ticks, by address.
    segments: BTreeMap<String, (u64, u64)>,
    timescale: u64,
}

#[derive(Debug)]
struct Manifest {
    location: String,
    origin: String,
    is_live: bool,
    sets: BTreeMap<String, Set>,
}

impl Manifest {
    fn read(server: &Server, target: &str) -> Self {
        let answer = get(server, target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        assert!(answer.head.contains("application/dash+xml"), "{}", answer.head);
        let text = answer.text();
        let sets = text.split("<AdaptationSet").skip(1).map(|set| {
            let number = |text: &str, name: &str| -> u64 { attribute(text, name).parse().unwrap() };
            let media = attribute(set, "media");
            let first = number(set, "startNumber");
            let segments = set.split("<S").skip(1).filter(|each| each.starts_with(" t="));
            let segments = segments.enumerate().map(|(index, each)| {
                let address = media.replace("$Number$", &(first + index as u64).to_string());
                (address, (number(each, "t"), number(each, "d")))
            });
            let set_of = Set {
                initialization: attribute(set, "initialization").to_owned(),
                segments: segments.collect(),
                timescale: number(set, "timescale"),
            };
            (attribute(set, "contentType").to_owned(), set_of)
        });
        let location = text.split("<Location>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let is_live = text.contains(" minimumUpdatePeriod=");
        assert_ne!(is_live, text.contains(" mediaPresentationDuration="), "{text}");
        Self { location, origin: attribute(&text, "availabilityStartTime").to_owned(), is_live, sets: sets.collect() }
    }
}

/// How often a box of this kind stands in a file.
fn boxes(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).filter(|each| each == kind).count()
}

/// `tfdt` of the first fragment.
fn decoding_time(segment: &[u8]) -> u64 {
    let at = segment.windows(4).position(|each| each == b"tfdt").unwrap() + 8;
    u64::from_be_bytes(segment[at..at + 8].try_into().unwrap())
}

#[test]
fn players_read_pictures_and_sound() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let url = server.url("http", "road/k1/manifest.mpd");
    read::ffmpeg("", &url, SEEN).unwrap();
    let mut codecs = read::ffprobe("", &url).unwrap();
    codecs.sort();
    codecs.dedup();
    assert_eq!(codecs, ["aac", "h264"]);
    read::gstreamer(&url, 25).unwrap();
    read::mpv(&url, 25).unwrap();

    let sound = Expect { pictures: 0, sound: true };
    let alone = server.url("http", "road/k1/audio.m3u8");
    read::ffmpeg("", &alone, sound).unwrap();
    let mut codecs = read::ffprobe("", &alone).unwrap();
    codecs.dedup();
    assert_eq!(codecs, ["aac"]);
    let text = get(&server, "/road/k1/audio.m3u8").text();
    assert!(text.contains("CODECS=\"mp4a.40.2\"") && !text.contains("RESOLUTION"), "{text}");
    let media = text.lines().find(|line| !line.starts_with('#')).unwrap();
    Playlist::parse(&get(&server, &format!("/road/k1/{media}")).text()).validate(true);
    server.assert_well();
}

#[test]
fn sound_that_does_not_come_keeps_nobody_from_the_pictures() {
    let server = options().start();
    let api = server.sign_in();
    let mut tags = testkit::publish::media_tags(Clip::H264Aac);
    // The second byte of a tag with AAC tells configuration from frames.
    tags.retain(|tag| tag.kind != TagKind::Audio || tag.body[1] == 0);
    let _publisher = crate::support::publish_tags(&server, "road/k1", tags, |at| u32::try_from(at).unwrap());
    api.await_live("road/k1");
    let manifest = Manifest::read(&server, "/road/k1/manifest.mpd");
    assert_eq!(manifest.sets.keys().collect::<Vec<_>>(), ["video"]);
    read::ffmpeg("", &server.url("http", "road/k1/manifest.mpd"), Expect { pictures: 25, sound: false }).unwrap();
}

#[test]
fn a_manifest_grows_and_names_what_is_there() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let first = Manifest::read(&server, "/road/k1/manifest.mpd");
    let target = format!("/road/k1/{}", first.location);
    let mut last = first;
    for _ in 0..2 {
        let newest = |manifest: &Manifest| manifest.sets["video"].segments.values().max().copied();
        let next = until("a new segment", PATIENCE, || {
            let next = Manifest::read(&server, &target);
            (newest(&next) > newest(&last)).then_some(next)
        });
        assert_eq!((&next.origin, &next.location), (&last.origin, &last.location));
        for (kind, set) in &next.sets {
            let before = &last.sets[kind];
            assert_eq!((&set.initialization, set.timescale), (&before.initialization, before.timescale));
            for (address, place) in &before.segments {
                assert_eq!(set.segments.get(address), Some(place), "{address} stays what it was");
            }
            let mut places: Vec<(u64, u64)> = set.segments.values().copied().collect();
            places.sort_unstable();
            assert!(places.windows(2).all(|pair| pair[0].0 + pair[0].1 == pair[1].0), "no gap: {places:?}");
        }
        last = next;
    }
    assert_eq!(last.sets.keys().collect::<Vec<_>>(), ["audio", "video"]);
    for (kind, set) in &last.sets {
        let map = get(&server, &format!("/road/k1/{}", set.initialization));
        assert_eq!((map.status, boxes(&map.body, b"trak")), (200, 1), "one track in each file");
        for (address, (start, _)) in &set.segments {
            let segment = get(&server, &format!("/road/k1/{address}"));
            assert_eq!(segment.status, 200, "{address}");
            assert!(segment.head.contains("immutable") && segment.head.contains(&format!("{kind}/mp4")));
            assert_eq!(decoding_time(&segment.body), *start, "{address} is where the manifest says");
        }
    }
    server.assert_well();
}

#[test]
fn a_session_is_granted_counted_once_and_cut() {
    let (mut server, api) = closed_server(&options());
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let _publisher = publish(&server, &format!("road/k1?token={publish_token}"), Clip::H264Aac);
    api.await_live("road/k1");
    assert_eq!(get(&server, "/road/k1/manifest.mpd").status, 401);
    assert_eq!(get(&server, "/road/k1/manifest.mpd?session=00000000000000000000000000000000").status, 403);
    let token = api.stream_token("play", "road/k1", 600);
    let first = format!("/road/k1/manifest.mpd?token={token}");
    let manifest = Manifest::read(&server, &first);
    assert_eq!(manifest.location, Manifest::read(&server, &first).location, "a player that does not follow Location");
    assert_eq!(viewers(&api), 1);
    let target = format!("/road/k1/{}", manifest.location);
    Manifest::read(&server, &target);
    let other = Manifest::read(&server, &first).location;
    assert_ne!(manifest.location, other, "one that follows it is another viewer");
    assert_eq!(viewers(&api), 2);
    let viewer = api.get("/viewers")["items"][0].clone();
    assert_eq!((viewer["protocol"].as_str(), viewer["user"].as_str()), (Some("dash"), Some("token")), "{viewer}");
    for set in manifest.sets.values() {
        let segment = set.segments.keys().next().unwrap();
        assert_eq!(get(&server, &format!("/road/k1/{segment}")).status, 200);
        let anonymous = segment.split('?').next().unwrap();
        assert_eq!(get(&server, &format!("/road/k1/{anonymous}")).status, 403);
    }
    assert_eq!(api.send("DELETE", &format!("/viewers/{}", viewer["id"]), None).status, 204);
    assert_eq!(get(&server, &target).status, 403, "cut");
    for set in manifest.sets.values() {
        assert_eq!(get(&server, &format!("/road/k1/{}", set.initialization)).status, 403, "cut");
    }
    assert_eq!(get(&server, &format!("/road/k1/{other}")).status, 200, "the other one goes on");
    server.assert_well();
}

#[test]
fn what_cannot_be_is_refused_and_explained() {
    let server = options().start();
    let api = server.sign_in();
    for (pattern, settings) in [("off/*", json!({ "outputs": ["hls"] })), ("secret/*", json!({ "encrypt_hls": true }))]
    {
        api.post("/applications", &json!({ "pattern": pattern, "settings": settings }));
    }
    let _off = publish(&server, "off/k1", Clip::H264);
    let _secret = publish(&server, "secret/k1", Clip::H264);
    let _adpcm = publish(&server, "road/adpcm", Clip::Adpcm);
    for (stream, status, word) in
        [("off/k1", 403, "switched off"), ("secret/k1", 415, "encrypted"), ("road/adpcm", 415, "codec")]
    {
        api.await_live(stream);
        let answer = get(&server, &format!("/{stream}/manifest.mpd"));
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(word), "{}", answer.text());
    }
    let silent = get(&server, "/off/k1/audio.m3u8");
    assert_eq!(silent.status, 415, "pictures alone have no sound: {}", silent.text());
    assert!(silent.text().contains("no sound"), "{}", silent.text());
    let adpcm = get(&server, "/road/adpcm/audio.m3u8");
    assert!(adpcm.status == 415 && adpcm.text().contains("codec"), "{}", adpcm.text());
    assert!(api.stream("off/k1").unwrap()["urls"]["dash"].is_null());
    assert!(api.stream("road/adpcm").unwrap()["urls"]["dash"].as_str().unwrap().ends_with("/road/adpcm/manifest.mpd"));
}

#[test]
fn sound_alone_h265_and_a_stream_that_ends() {
    let mut server = options().set("streams.publisher_grace_ms", "0").start();
    let api = server.sign_in();
    let publisher = publish(&server, "road/sound", Clip::Aac);
    api.await_live("road/sound");
    let sound = Expect { pictures: 0, sound: true };
    read::ffmpeg("", &server.url("http", "road/sound/manifest.mpd"), sound).unwrap();
    let target = format!("/road/sound/{}", Manifest::read(&server, "/road/sound/manifest.mpd").location);
    assert!(Manifest::read(&server, &target).is_live);
    publisher.stop().crash();
    until("the end", PATIENCE, || (!Manifest::read(&server, &target).is_live).then_some(()));

    let _h265 =
        testkit::publish::viaduct_push(crate::support::BINARY, &Clip::H265Aac.path(), &server.url("rtmp", "road/h265"));
    api.await_live("road/h265");
    read::ffmpeg("", &server.url("http", "road/h265/manifest.mpd"), SEEN).unwrap();
    server.assert_well();
}
