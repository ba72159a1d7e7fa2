//! The hub knows frames and no protocol, in its names too.

use crate::Violation;
use crate::workspace::Workspace;

const RULE: &str = "hub-words";

/// Words that must not be part of a name in the hub.
const WORDS: &[&str] = &[
    "rtmp",
    "rtmps",
    "rtsp",
    "rtsps",
    "rtp",
    "rtcp",
    "sdp",
    "flv",
    "http",
    "https",
    "websocket",
    "webrtc",
    "whip",
    "whep",
    "srt",
    "hls",
    "dash",
    "mp4",
    "fmp4",
    "mpegts",
    "sip",
    "gb28181",
    "onvif",
    "axum",
    "hyper",
];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in workspace.files.iter().filter(|file| file.package == "hub") {
        for token in file.product_tokens().filter(|token| is_name(&token.text)) {
            if let Some(word) = words(&token.text).into_iter().find(|word| WORDS.contains(&word.as_str())) {
                let reason = format!("{} names the protocol {word}; the hub knows none", token.text);
                violations.push(Violation { path: file.path.clone(), line: token.line, rule: RULE, reason });
            }
        }
    }
    violations
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words of a name in either case style.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::planted::file;
    use super::*;

    #[test]
    fn a_protocol_in_a_name_is_found() {
        for text in ["fn flv_tag() {}", "struct RtmpViewer;", "const HTTP: u8 = 0;", "use axum::Router;"] {
            assert_eq!(check(&file("crates/hub/src/ring.rs", text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn comments_texts_tests_and_other_crates_are_free() {
        let text = "// rtmp\n fn shorts() -> &'static str { \"rtmp\" } #[cfg(test)] mod tests { fn rtmp() {} }";
        assert_eq!(check(&file("crates/hub/src/ring.rs", text)), []);
        assert_eq!(check(&file("crates/gateway/src/ring.rs", "fn rtmp() {}")), []);
    }
}
