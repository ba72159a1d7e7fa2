//! One keep-alive connection to the server, one request at a time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::process::ADMIN_PASSWORD;

const LIMIT: Duration = Duration::from_secs(30);
/// Answers are read in pieces of at most this size.
const PIECE: usize = 256 << 10;
/// Longer heads than this are no answer of ours.
const MAX_HEAD: usize = 16 << 10;

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self { stream, buffer: vec![0; PIECE] })
    }

    /// Asks; the answer must be taken before the next question.
    pub(crate) fn ask(&mut self, path: &str) -> anyhow::Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n");
        Ok(self.stream.write_all(request.as_bytes())?)
    }

    /// Takes an answer, which must be 200, and says how long its body was.
    pub(crate) fn count(&mut self) -> anyhow::Result<usize> {
        let mut length = 0;
        let (status, head) = self.take(|piece| length += piece.len())?;
        if status != 200 {
            bail!("status {status}: {head}");
        }
        Ok(length)
    }

    /// GET with a body that is kept.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<String> {
        self.ask(path)?;
        let (status, body) = self.collect()?;
        if status != 200 {
            bail!("{path}: status {status}: {body}");
        }
        Ok(body)
    }

    fn collect(&mut self) -> anyhow::Result<(u16, String)> {
        let mut body = Vec::new();
        let (status, _) = self.take(|piece| body.extend_from_slice(piece))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    fn take(&mut self, mut piece: impl FnMut(&[u8])) -> anyhow::Result<(u16, String)> {
        let mut filled = 0;
        let end = loop {
            let count = self.stream.read(&mut self.buffer[filled..])?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            filled += count;
            if let Some(end) = self.buffer[..filled.min(MAX_HEAD)].windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if filled >= MAX_HEAD {
                bail!("a head of more than {MAX_HEAD} bytes");
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("a status line")?;
        let mut missing = content_length(&head).with_context(|| format!("no Content-Length in {head}"))?;
        let first = (filled - end).min(missing);
        piece(&self.buffer[end..end + first]);
        missing -= first;
        while missing > 0 {
            let limit = missing.min(PIECE);
            let count = self.stream.read(&mut self.buffer[..limit])?;
            if count == 0 {
                bail!("the server closed the connection within an answer");
            }
            piece(&self.buffer[..count]);
            missing -= count;
        }
        Ok((status, head))
    }
}

/// The REST interface, signed in.
#[derive(Debug)]
pub(crate) struct Api {
    connection: Connection,
    token: String,
    authorization: String,
}

impl Api {
    pub(crate) fn sign_in(address: SocketAddr) -> anyhow::Result<Self> {
        Self::sign_in_as(address, "admin", ADMIN_PASSWORD)
    }

    pub(crate) fn sign_in_as(address: SocketAddr, name: &str, password: &str) -> anyhow::Result<Self> {
        let mut api =
            Self { connection: Connection::open(address)?, token: String::new(), authorization: String::new() };
        let body = serde_json::json!({ "username": name, "password": password });
        let answer: Value = serde_json::from_str(&api.send("POST", "/api/v1/login", &body.to_string())?)?;
        api.token = answer["token"].as_str().context("a token")?.to_owned();
        api.authorization = format!("Authorization: Bearer {}\r\n", api.token);
        Ok(api)
    }

    /// Of the session.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<()> {
        self.send("POST", path, &body.to_string()).map(drop)
    }

    /// What is made by a POST.
    pub(crate) fn post_for(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.send("POST", path, &body.to_string())?)?)
    }

    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.send("GET", path, "")?)?)
    }

    /// A counter without labels.
    pub(crate) fn metric(&mut self, name: &str) -> anyhow::Result<f64> {
        let text = self.send("GET", "/metrics", "")?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.with_context(|| format!("no metric {name}"))?.trim().parse()?)
    }

    /// A request, which must be answered with 200 or 201; the body of the answer.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> anyhow::Result<String> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: bench\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.authorization,
            body.len()
        );
        self.connection.stream.write_all(request.as_bytes())?;
        let (status, answer) = self.connection.collect()?;
        if !matches!(status, 200 | 201) {
            bail!("{path}: status {status}: {answer}");
        }
        Ok(answer)
    }
}

fn content_length(head: &str) -> Option<usize> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    })?;
    value.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn answers_are_taken_one_after_the_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            for answer in ["200 OK\r\ncontent-length: 5\r\n\r\nseven", "404 Not Found\r\nContent-Length: 2\r\n\r\nno"] {
                assert_ne!(socket.read(&mut request).unwrap(), 0);
                socket.write_all(format!("HTTP/1.1 {answer}").as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(address).unwrap();
        connection.ask("/one").unwrap();
        assert_eq!(connection.count().unwrap(), 5);
        assert!(connection.get("/two").unwrap_err().to_string().contains("status 404: no"));
        server.join().unwrap();
    }
}
