//! Each pair of codecs in each browser, by HTTP and HTTPS: the picture moves and the sound is heard. H.265 in Chromium, which
//! has no decoder of its own for it, is in `software`.

use testkit::clips::Clip;
use testkit::publish;

use crate::console::{HEARD, advances_once_begun, seen_by};
use crate::support::options;

const H264: [Clip; 2] = [Clip::H264Aac, Clip::H264G711];
const H265: [Clip; 2] = [Clip::H265Aac, Clip::H265Opus];

fn moves_and_is_heard(browser: &str, scheme: &str, clips: &[Clip]) {
    let mut server = options().start();
    let api = server.sign_in();
    for clip in clips {
        let publisher = publish::ffmpeg_rtsp(&clip.path(), &server.url("rtsp", "road/k1"));
        api.await_live("road/k1");
        let all = seen_by(browser, &server, scheme, "road/k1", &["heard"]);
        let seen = all["heard"].as_ref().unwrap_or_else(|error| panic!("{}: {error}", clip.name()));
        assert!(advances_once_begun(&seen.numbers), "{}: {seen:?}", clip.name());
        assert_eq!(seen.line["engine"], "ws-fmp4", "{}", clip.name());
        assert!(seen.line["level"].as_f64().unwrap() > HEARD, "{} is heard: {seen:?}", clip.name());
        drop(publisher);
        testkit::until("the stream to be gone", testkit::PATIENCE, || {
            api.get("/streams")["items"].as_array()?.is_empty().then_some(())
        });
    }
    server.assert_well();
}

#[test]
fn chromium_shows_and_sounds_by_http() {
    moves_and_is_heard("chromium", "http", &H264);
}

#[test]
fn chromium_shows_and_sounds_by_https() {
    moves_and_is_heard("chromium", "https", &H264);
}

#[test]
fn firefox_shows_and_sounds_by_http() {
    moves_and_is_heard("firefox", "http", &[H264, H265].concat());
}

#[test]
fn firefox_shows_and_sounds_by_https() {
    moves_and_is_heard("firefox", "https", &[H264, H265].concat());
}
