//! Entry points for fuzzing: each takes any bytes and must return.

use std::time::Instant;

use crate::chunk::{ChunkReader, Limits};
use crate::{ClientConfig, ClientRole, ClientSession, Output, ServerConfig, ServerEvent, ServerSession};

/// Any chunk stream, cut into pieces.
pub fn chunks(data: &[u8]) {
    let mut reader = ChunkReader::new(Limits::default());
    for mut piece in data.chunks(53) {
        while let Ok(Some(_)) = reader.read(&mut piece) {}
    }
}

/// What a client sends after the handshake; every request is accepted.
pub fn server_session(data: &[u8]) {
    let now = Instant::now();
    let mut session = ServerSession::new(ServerConfig::default(), now, 1);
    let mut hello = vec![3];
    hello.resize(1 + 2 * 1536, 0);
    if session.handle_input(now, &hello).is_err() {
        return;
    }
    for piece in data.chunks(211) {
        if session.handle_input(now, piece).is_err() {
            return;
        }
        while let Some(output) = session.poll_output() {
            let accepted = match output {
                Output::Event(ServerEvent::Connect(_)) => session.accept_connect(now),
                Output::Event(ServerEvent::Publish(_)) => session.accept_publish(now),
                Output::Event(ServerEvent::Play(_)) => session.accept_play(now),
                _ => Ok(()),
            };
            if accepted.is_err() {
                return;
            }
        }
    }
}

/// What a server sends after the handshake.
pub fn client_session(data: &[u8]) {
    let now = Instant::now();
    let config = ClientConfig::new("rtmp://host/live", "live", "name", ClientRole::Play);
    let mut session = ClientSession::new(config, now, 1);
    let mut hello = vec![3];
    hello.resize(1 + 2 * 1536, 0);
    if session.handle_input(now, &hello).is_err() {
        return;
    }
    for piece in data.chunks(211) {
        if session.handle_input(now, piece).is_err() {
            return;
        }
        while session.poll_output().is_some() {}
    }
}
