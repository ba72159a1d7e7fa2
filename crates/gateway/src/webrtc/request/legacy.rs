//! The questions that clients of SRS and ZLMediaKit send before they learn WHEP: same offers, other wrapping.

use base::ErrorKind;
use hub::{Action, StreamKey};
use serde_json::{Value, json};

use super::{Asked, Failure, Form, Verb};

/// `/rtc/v1/play/` and `/rtc/v1/publish/` (SRS), `/index/api/webrtc` (ZLMediaKit).
pub(super) fn recognise(path: &str, query: &str) -> Option<Asked> {
    match path.trim_end_matches('/') {
        "/rtc/v1/play" => Some(Asked::new(Action::Play, Form::Srs, None, Verb::Offer)),
        "/rtc/v1/publish" => Some(Asked::new(Action::Publish, Form::Srs, None, Verb::Offer)),
        "/index/api/webrtc" => {
            let value = |wanted: &str| {
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
            };
            let action = if value("type") == "push" { Action::Publish } else { Action::Play };
            let key = StreamKey::on_default(&format!("{}/{}", value("app"), value("stream"))).ok();
            Some(Asked::new(action, Form::Zlm, key, Verb::Offer))
        }
        _ => None,
    }
}

/// The question with what its body says, and the offer.
pub(super) fn unpack(asked: &Asked, body: &[u8]) -> Result<(Asked, Vec<u8>), Failure> {
    if asked.form != Form::Srs {
        return Ok((asked.clone(), body.to_vec()));
    }
    let invalid = |text: &str| Failure::new(ErrorKind::InvalidInput, text);
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid("The body is not JSON."))?;
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let (path, query) = text("streamurl").split_once('?').unwrap_or((text("streamurl"), ""));
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let mut asked = asked.clone();
    asked.path = Some(StreamKey::on_default(path).map_err(|error| invalid(&format!("streamurl: {error}")))?);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "token" => asked.token = Some(value.into_owned()),
            "vhost" => asked.vhost = Some(value.into_owned()),
            _ => {}
        }
    }
    Ok((asked, text("sdp").as_bytes().to_vec()))
}

/// The answer in the asker's form.
pub(super) fn answered(form: Form, id: &str, sdp: &str) -> String {
    match form {
        Form::Srs => json!({ "code": 0, "sdp": sdp, "sessionid": id, "server": "viaduct" }),
        _ => json!({ "code": 0, "id": id, "type": "answer", "sdp": sdp }),
    }
    .to_string()
}

/// A refusal in the asker's form: these clients look at `code` alone.
pub(super) fn refused(form: Form, status: u16, text: &str) -> String {
    match form {
        Form::Srs => json!({ "code": status, "msg": text }),
        _ => json!({ "code": -i32::from(status), "msg": text }),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_found_in_either_form() {
        let asked = recognise("/index/api/webrtc", "app=road&stream=k1&type=push").unwrap();
        assert_eq!((asked.action, asked.path.unwrap().to_string()), (Action::Publish, "road/k1".to_owned()));
        let asked = recognise("/rtc/v1/play/", "").unwrap();
        let body = json!({ "sdp": "v=0", "streamurl": "webrtc://10.0.0.1:8000/road/k1?token=t&vhost=h" }).to_string();
        let (asked, sdp) = unpack(&asked, body.as_bytes()).ok().unwrap();
        assert_eq!((asked.path.unwrap().to_string(), asked.token.as_deref()), ("road/k1".to_owned(), Some("t")));
        assert_eq!((asked.vhost.as_deref(), &*sdp), (Some("h"), &b"v=0"[..]));
    }

    #[test]
    fn bodies_that_make_no_sense_are_refused() {
        let asked = recognise("/rtc/v1/publish", "").unwrap();
        for body in ["", "[]", "{}", r#"{"streamurl":"webrtc://host"}"#, r#"{"streamurl":"webrtc://h/../x/y"}"#] {
            assert!(unpack(&asked, body.as_bytes()).is_err(), "{body}");
        }
    }
}
