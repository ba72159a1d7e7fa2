//! In which order a player tries the ways of playing, and why: what it can, against what the stream is.

use api::{Engine, LeftOut, PlayWish, PlayerAbilities};

use super::Failure;

/// What a picture is for, which says what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Many pictures at a time, half a second of delay more or less.
    Wall,
    /// One that is steered or talked through: the shortest delay.
    Control,
    /// Anybody's, perhaps through a cache.
    Public,
}

/// Ways of playing from the first to the last that is tried, each with the reason for its place.
const fn order(purpose: Purpose) -> &'static [(&'static str, &'static str)] {
    match purpose {
        Purpose::Wall => &[
            ("ws-fmp4", "steady"),
            ("http-fmp4", "no_websocket_needed"),
            ("webrtc", "shortest_delay"),
            ("software", "decoded_here"),
            ("ll-hls", "native"),
        ],
        Purpose::Control => &[
            ("webrtc", "shortest_delay"),
            ("ws-fmp4", "steady"),
            ("http-fmp4", "no_websocket_needed"),
            ("software", "decoded_here"),
            ("ll-hls", "native"),
        ],
        Purpose::Public => &[
            ("ll-hls", "through_caches"),
            ("ws-fmp4", "steady"),
            ("http-fmp4", "no_websocket_needed"),
            ("software", "decoded_here"),
            ("webrtc", "shortest_delay"),
        ],
    }
}

fn purpose(wish: &PlayWish) -> Result<Purpose, Failure> {
    match wish.purpose.as_deref() {
        None | Some("wall") => Ok(Purpose::Wall),
        Some("control") => Ok(Purpose::Control),
        Some("public") => Ok(Purpose::Public),
        Some(_) => Err(Failure::invalid("purpose", "The purpose is wall, control or public.")),
    }
}

/// The ways that a player can go, best first, and those that it cannot. One that says nothing of itself gets all, in
/// the order in which they are offered.
///
/// # Errors
/// When the purpose is none that there is.
pub(super) fn plan(engines: Vec<Engine>, wish: &PlayWish) -> Result<(Vec<Engine>, Vec<LeftOut>), Failure> {
    let order = order(purpose(wish)?);
    let Some(player) = &wish.player else { return Ok((engines, Vec::new())) };
    let place = |engine: &Engine| order.iter().position(|(name, _)| *name == engine.engine).unwrap_or(order.len());
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for mut engine in engines {
        match lacking(&engine, player) {
            Some(codecs) => {
                left_out.push(LeftOut { engine: engine.engine, code: "codec".to_owned(), message: codecs });
            }
            None => {
                engine.reason = order.get(place(&engine)).map(|(_, reason)| (*reason).to_owned());
                kept.push(engine);
            }
        }
    }
    kept.sort_by_key(place);
    Ok((kept, left_out))
}

/// The codecs of an engine that a player lacks, as its MIME type has them.
fn lacking(engine: &Engine, player: &PlayerAbilities) -> Option<String> {
    let (known, only_pictures): (&[String], bool) = match &*engine.engine {
        "ws-fmp4" | "http-fmp4" => (&player.mse, false),
        // What is heard may be left out, what is seen not.
        "webrtc" => (&player.webrtc, true),
        "software" => (&player.software, true),
        "ll-hls" => return (!player.native_hls).then(|| "m3u8".to_owned()),
        _ => return None,
    };
    let is_known = |codec: &str| known.iter().any(|known| codec.split('.').next() == Some(known));
    let is_sound =
        |codec: &str| ["mp4a", "opus", "flac", "OPUS", "PCMA", "PCMU"].iter().any(|sound| codec.starts_with(sound));
    let missing: Vec<&str> =
        codecs(&engine.mime).filter(|codec| !(is_known(codec) || only_pictures && is_sound(codec))).collect();
    (!missing.is_empty()).then(|| missing.join(","))
}

fn codecs(mime: &str) -> impl Iterator<Item = &str> {
    let list = mime.split_once("codecs=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default());
    list.split(',').map(str::trim).filter(|codec| !codec.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(name: &str, mime: &str) -> Engine {
        Engine { engine: name.to_owned(), url: String::new(), mime: mime.to_owned(), refused: Vec::new(), reason: None }
    }

    fn h265() -> Vec<Engine> {
        let mp4 = "video/mp4; codecs=\"hvc1.1.6.L93.B0,flac\"";
        vec![
            engine("webrtc", "video/webrtc; codecs=\"H265,PCMA\""),
            engine("ws-fmp4", mp4),
            engine("http-fmp4", mp4),
            engine("software", mp4),
            engine("ll-hls", "application/vnd.apple.mpegurl"),
        ]
    }

    fn planned(wish: &PlayWish) -> (Vec<Engine>, Vec<LeftOut>) {
        plan(h265(), wish).ok().unwrap()
    }

    #[test]
    fn a_purpose_that_there_is_not_is_refused() {
        assert!(plan(h265(), &PlayWish { purpose: Some("party".to_owned()), player: None }).is_err());
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    fn wish(purpose: &str, mse: &[&str], webrtc: &[&str], software: &[&str], native_hls: bool) -> PlayWish {
        let player = PlayerAbilities { mse: words(mse), webrtc: words(webrtc), software: words(software), native_hls };
        PlayWish { purpose: Some(purpose.to_owned()), player: Some(player) }
    }

    fn names(engines: &[Engine]) -> Vec<&str> {
        engines.iter().map(|engine| &*engine.engine).collect()
    }

    #[test]
    fn each_browser_gets_what_it_can_in_the_order_of_the_purpose() {
        let chromium =
            (&["avc1", "mp4a", "opus", "flac"][..], &["H264", "VP8", "OPUS", "PCMA"][..], &["hvc1"][..], false);
        let firefox = (&["avc1", "hvc1", "flac"][..], &["VP8", "OPUS"][..], &["hvc1"][..], false);
        let safari = (&["avc1", "hvc1", "mp4a", "flac"][..], &["H264", "H265", "OPUS", "PCMA"][..], &[][..], true);
        for (purpose, browser, expected) in [
            ("wall", chromium, &["software"][..]),
            ("wall", firefox, &["ws-fmp4", "http-fmp4", "software"]),
            ("control", safari, &["webrtc", "ws-fmp4", "http-fmp4", "ll-hls"]),
            ("public", safari, &["ll-hls", "ws-fmp4", "http-fmp4", "webrtc"]),
        ] {
            let (mse, webrtc, software, hls) = browser;
            let (kept, left_out) = planned(&wish(purpose, mse, webrtc, software, hls));
            assert_eq!(names(&kept), expected, "{purpose}");
            assert_eq!(kept.len() + left_out.len(), 5, "{purpose}: what is not there has a reason");
            assert!(kept.iter().all(|engine| engine.reason.is_some()), "{purpose}");
        }
    }

    #[test]
    fn what_is_lacking_is_named() {
        let (_, left_out) = planned(&wish("wall", &["flac"], &["OPUS"], &[], false));
        let reasons: Vec<(&str, &str)> = left_out.iter().map(|out| (&*out.engine, &*out.message)).collect();
        let mp4 = "hvc1.1.6.L93.B0";
        assert_eq!(
            reasons,
            [("webrtc", "H265"), ("ws-fmp4", mp4), ("http-fmp4", mp4), ("software", mp4), ("ll-hls", "m3u8")]
        );
    }

    #[test]
    fn a_player_that_says_nothing_gets_everything() {
        let (kept, left_out) = planned(&PlayWish::default());
        assert_eq!((kept.len(), left_out.len()), (5, 0));
        assert_eq!(names(&kept)[0], "webrtc");
    }
}
