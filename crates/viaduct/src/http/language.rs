//! Sentences for people in their language.
//!
//! The program speaks English inside; at this edge sentences are put into the language that the console asks
//! for (`Accept-Language`). The catalogue pairs templates: `{}` stands for anything and is carried over, in the
//! order of the translation's own `{n}`.

mod zh;

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

/// A language that sentences can be put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    English,
    Chinese,
}

tokio::task_local! {
    static LANGUAGE: Language;
}

/// Remembers the language of a request for everything that answers it.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let chinese = wanted.is_some_and(|list| list.trim_start().to_ascii_lowercase().starts_with("zh"));
    let language = if chinese { Language::Chinese } else { Language::English };
    LANGUAGE.scope(language, next.run(request)).await
}

/// Whether whoever asks reads Chinese.
pub(super) fn is_chinese() -> bool {
    LANGUAGE.try_with(|language| *language == Language::Chinese).unwrap_or(false)
}

/// The text in the language of the present request; sentence by sentence, so that what has no translation
/// stays as it is.
pub(super) fn localised(text: &str) -> String {
    if is_chinese() { translate(text) } else { text.to_owned() }
}

/// The text in Chinese.
pub(super) fn translate(text: &str) -> String {
    if let Some(whole) = look_up(text) {
        return whole;
    }
    // Several sentences in one text: an address such as 10.0.0.1 has no blank behind its full stops.
    let parts: Vec<String> =
        text.split_inclusive(". ").map(|part| look_up(part.trim_end()).unwrap_or_else(|| part.to_owned())).collect();
    parts.concat()
}

fn look_up(sentence: &str) -> Option<String> {
    let bare = sentence.trim_end_matches('.');
    zh::catalogue().find_map(|(template, translation)| {
        let values = capture(template.trim_end_matches('.'), bare)?;
        let mut out = String::from(*translation);
        for (index, value) in values.iter().enumerate() {
            let value = look_up(value).unwrap_or_else(|| (*value).to_owned());
            out = out.replace(&format!("{{{index}}}"), value.trim_end_matches('。'));
        }
        Some(out)
    })
}

/// What the `{}` of a template stand for in `text`, or `None` when it does not fit.
fn capture<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let pieces: Vec<&str> = pieces.collect();
    for (index, piece) in pieces.iter().enumerate() {
        let last = index + 1 == pieces.len();
        let at = if last {
            rest.len().checked_sub(piece.len()).filter(|at| rest.ends_with(piece) && rest.is_char_boundary(*at))?
        } else {
            rest.find(piece)?
        };
        if at == 0 || (piece.is_empty() && !last) {
            return None;
        }
        values.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_translated_with_their_values() {
        assert_eq!(translate("The first key frame arrived."), "已收到首个关键帧。");
        assert_eq!(
            translate("road/k1 is outside its schedule; it opens Mon 07:00."),
            "road/k1 不在计划时段内，将于周一 07:00 开启。"
        );
        assert_eq!(translate("rtmp from 10.0.0.7:5000 publishes."), "来自 10.0.0.7:5000 的 rtmp 推流。");
        assert_eq!(
            translate(
                "DESCRIBE was refused for its credentials. Check user name and password; after several failures many cameras lock the account for minutes."
            ),
            "DESCRIBE 因用户名或密码被拒绝。请检查用户名和密码；多次失败后许多摄像机会锁定账号数分钟。"
        );
    }

    #[test]
    fn what_has_no_translation_stays() {
        assert_eq!(translate("Something else at 10.0.0.1."), "Something else at 10.0.0.1.");
    }

    #[test]
    fn every_template_fits_itself_and_keeps_its_values() {
        for (template, translation) in zh::catalogue() {
            let holes = template.matches("{}").count();
            for index in 0..holes {
                assert!(translation.contains(&format!("{{{index}}}")), "{template}: {{{index}}} is lost");
            }
            assert!(!translation.contains(&format!("{{{holes}}}")), "{template}: too many values");
        }
    }
}
