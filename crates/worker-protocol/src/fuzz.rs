//! Entry points for fuzzing: each takes any bytes and must return.

use bytes::BytesMut;

use crate::{
    MAX_ANSWER, MAX_REQUEST, Picture, Request, SoundRequest, read_sound_answer, split_message, write_sound_answer,
};

/// Any run of requests; what can be read says the same once written again.
pub fn requests(data: &[u8]) {
    let mut buffer = BytesMut::from(data);
    while let Ok(Some(body)) = split_message(&mut buffer, MAX_REQUEST) {
        if let Ok(request) = Request::read(body.clone()) {
            assert_eq!(request.write()[4..], body[..]);
        }
        if let Ok(request) = SoundRequest::read(body.clone()) {
            assert!(SoundRequest::begins(&body));
            assert_eq!(request.write()[4..], body[..]);
        }
    }
}

/// Any run of answers; what can be read says the same once written again.
pub fn answers(data: &[u8]) {
    let mut buffer = BytesMut::from(data);
    while let Ok(Some(body)) = split_message(&mut buffer, MAX_ANSWER) {
        if let Ok(answer) = Picture::read(body.clone()) {
            assert_eq!(Picture::write(&answer)[4..], body[..]);
        }
        if let Ok(answer) = read_sound_answer(body.clone()) {
            assert_eq!(write_sound_answer(&answer)[4..], body[..]);
        }
    }
}
