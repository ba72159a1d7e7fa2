//! How people say that a device wants to be talked to, over what its maker's devices are known for.

use std::collections::BTreeMap;

use gb28181::profile::{BroadcastStart, IFrameStyle, MediaMode, Overrides, SdpStyle, SpeechMode, SsrcCheck};
use gb28181::sdp::StreamAttribute;
use gb28181::{Charset, Id, Version};
use sip::uri::SipUri;

/// Digits of a platform's code.
const CODE_LEN: usize = 20;

/// What was set for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wishes {
    /// How it is talked to.
    pub(super) overrides: Overrides,
    /// Whether its clock is set when it signs in.
    pub(super) tells_time: bool,
    /// Where it shall sign in instead.
    pub(super) redirect: Option<String>,
    /// Whether it is asked to tell where it is; absent: a device whose code says that it moves.
    pub(super) positions: Option<bool>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { overrides: Overrides::default(), tells_time: true, redirect: None, positions: None }
    }
}

fn choose<T: Copy>(name: &str, text: &str, choices: &[(&str, T)]) -> Result<Option<T>, String> {
    let found = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
    let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    found.map(Some).ok_or_else(|| format!("The option {name} is one of: {}.", words()))
}

/// Reads what was set; empty texts are as good as none.
///
/// # Errors
/// A sentence that names the option.
pub(super) fn parse(options: &BTreeMap<String, String>) -> Result<Wishes, String> {
    let mut wishes = Wishes::default();
    for (name, text) in options.iter().filter(|(_, text)| !text.is_empty()) {
        match name.as_str() {
            "clock" => wishes.tells_time = choose(name, text, &[("set", true), ("keep", false)])? != Some(false),
            "positions" => wishes.positions = choose(name, text, &[("ask", true), ("never", false)])?,
            "redirect" => wishes.redirect = Some(server(text)?),
            _ => set(&mut wishes.overrides, name, text)?,
        }
    }
    Ok(wishes)
}

/// The server that a device is sent to.
fn server(text: &str) -> Result<String, String> {
    let uri = SipUri::parse(text).filter(|uri| {
        let is_code = uri.user.as_deref().is_some_and(|user| user.len() == CODE_LEN && Id::new(user).is_ok());
        is_code && uri.socket_address().is_some() && uri.password.is_none() && uri.headers.is_none()
    });
    let wrong = || {
        "The option redirect takes the other server's code and address, such as sip:34020000002000000002@10.0.0.2:5060."
            .to_owned()
    };
    uri.map(|uri| uri.to_string()).ok_or_else(wrong)
}

fn set(overrides: &mut Overrides, name: &str, text: &str) -> Result<(), String> {
    use StreamAttribute::{Stream, StreamMode, StreamNumber, StreamProfile};
    match name {
        "media" => {
            let ways =
                [("udp", MediaMode::Udp), ("tcp_passive", MediaMode::TcpPassive), ("tcp_active", MediaMode::TcpActive)];
            overrides.media = choose(name, text, &ways)?;
        }
        "version" => {
            let editions = [("2011", Version::V2011), ("2016", Version::V2016), ("2022", Version::V2022)];
            overrides.version = choose(name, text, &editions)?;
        }
        "charset" => {
            let sets = [("gb2312", Charset::Gb2312), ("gb18030", Charset::Gb18030), ("utf8", Charset::Utf8)];
            overrides.charset = choose(name, text, &sets)?;
        }
        "ssrc" => overrides.ssrc_check = choose(name, text, &[("any", SsrcCheck::Off), ("agreed", SsrcCheck::On)])?,
        "sdp" => overrides.sdp = choose(name, text, &[("usual", SdpStyle::Usual), ("long", SdpStyle::Long)])?,
        "key_frame" => {
            let styles = [("edition", IFrameStyle::AsEdition), ("both", IFrameStyle::Both)];
            overrides.i_frame = choose(name, text, &styles)?;
        }
        "speech" => {
            let ways = [("broadcast", SpeechMode::Broadcast), ("talk", SpeechMode::Talk)];
            overrides.speech = choose(name, text, &ways)?;
        }
        "speech_start" => {
            let starts = [("ack", BroadcastStart::AfterAck), ("ok", BroadcastStart::AfterOk)];
            overrides.broadcast = choose(name, text, &starts)?;
        }
        "stream" => {
            let attributes = [
                ("none", None),
                ("streamnumber", Some(StreamNumber)),
                ("stream", Some(Stream)),
                ("streamprofile", Some(StreamProfile)),
                ("streamMode", Some(StreamMode)),
            ];
            overrides.stream = choose(name, text, &attributes)?;
        }
        _ => {
            return Err(format!(
                "There is no option {name}: there are media, version, charset, ssrc, sdp, key_frame, speech, speech_start, stream, clock, positions, redirect."
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_wrong_ones_named() {
        let of = |pairs: &[(&str, &str)]| {
            parse(&pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
        };
        let read = of(&[("media", "tcp_active"), ("version", "2016"), ("stream", "none"), ("sdp", "")]).unwrap();
        assert!(read.tells_time && read.redirect.is_none());
        let read = read.overrides;
        assert_eq!((read.media, read.version), (Some(MediaMode::TcpActive), Some(Version::V2016)));
        assert_eq!((read.stream, read.sdp), (Some(None), None));
        let elsewhere = of(&[("clock", "keep"), ("redirect", "sip:34020000002000000002@10.0.0.2:5062")]).unwrap();
        assert!(!elsewhere.tells_time && elsewhere.positions.is_none());
        assert_eq!(of(&[("positions", "ask")]).unwrap().positions, Some(true));
        assert_eq!(elsewhere.redirect.as_deref(), Some("sip:34020000002000000002@10.0.0.2:5062"));
        for bad in [
            "10.0.0.2",
            "sip:10.0.0.2",
            "sip:34020000002000000002@a b",
            "sip:me@10.0.0.2",
            "sip:34020000002000000002@host",
        ] {
            assert!(of(&[("redirect", bad)]).unwrap_err().contains("such as sip:"), "{bad}");
        }
        assert!(of(&[("media", "carrier pigeon")]).unwrap_err().contains("tcp_passive"));
        assert!(of(&[("colour", "red")]).unwrap_err().contains("no option colour"));
    }
}
