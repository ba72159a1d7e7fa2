//! The last messages of SIP, for people who look why something does not work. Passwords and their proofs are masked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use gb28181::Id;
use gb28181::charset;
use sip::{Path, Transport};

/// Messages that are kept; the oldest is forgotten.
const MAX_MESSAGES: usize = 4096;
/// Bytes of one message that are kept: more would be the body of a catalog.
const MAX_BYTES: usize = 8 << 10;
/// Bytes of all messages that are kept.
const MAX_TOTAL_BYTES: usize = 8 << 20;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To us.
    In,
    /// From us.
    Out,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// Counts up, for asking for what is newer.
    pub number: u64,
    /// Milliseconds since 1970 in UTC.
    pub at_unix_ms: i64,
    /// Which way.
    pub way: Way,
    /// The other end.
    pub peer: SocketAddr,
    /// What it travelled over.
    pub transport: Transport,
    /// What it says, without secrets.
    pub text: String,
}

struct Kept {
    number: u64,
    at_unix_ms: i64,
    way: Way,
    path: Path,
    bytes: Box<[u8]>,
}

#[derive(Default)]
struct Ring {
    kept: VecDeque<Kept>,
    bytes: usize,
    last: u64,
    /// Only what names this device is kept, while somebody looks at it alone.
    only: Option<Id>,
}

/// The last messages.
#[derive(Default)]
pub struct Trace {
    ring: Mutex<Ring>,
}

impl Trace {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps messages of one device alone from now on, or of all: with many devices the last messages are those of the last second.
    pub fn keep_only(&self, device: Option<Id>) {
        self.lock().only = device;
    }

    /// The device whose messages alone are kept.
    pub fn only(&self) -> Option<Id> {
        self.lock().only.clone()
    }

    pub(super) fn note(&self, way: Way, path: &Path, bytes: &[u8]) {
        let mut ring = self.lock();
        if ring.only.as_ref().is_some_and(|only| !contains(bytes, only.as_str().as_bytes())) {
            return;
        }
        ring.last += 1;
        let bytes: Box<[u8]> = bytes[..bytes.len().min(MAX_BYTES)].into();
        ring.bytes += bytes.len();
        let kept = Kept { number: ring.last, at_unix_ms: now_unix_ms(), way, path: *path, bytes };
        ring.kept.push_back(kept);
        while ring.kept.len() > MAX_MESSAGES || ring.bytes > MAX_TOTAL_BYTES {
            let Some(oldest) = ring.kept.pop_front() else { break };
            ring.bytes -= oldest.bytes.len();
        }
    }

    /// Messages behind a number that hold all of some words, the newest `limit` of them, oldest first.
    pub fn messages(&self, behind: u64, words: &[String], limit: usize) -> Vec<Traced> {
        let ring = self.lock();
        let newest = ring.kept.iter().rev().take_while(|kept| kept.number > behind);
        let fits = |kept: &&Kept| words.iter().all(|word| contains(&kept.bytes, word.as_bytes()));
        let mut found: Vec<Traced> = newest.filter(fits).take(limit).map(Kept::shown).collect();
        found.reverse();
        found
    }
}

impl Kept {
    fn shown(&self) -> Traced {
        Traced {
            number: self.number,
            at_unix_ms: self.at_unix_ms,
            way: self.way,
            peer: self.path.remote,
            transport: self.path.transport,
            text: masked(&charset::decode(&self.bytes)),
        }
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    word.is_empty() || bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Without what would let somebody sign in, or send pictures in a device's name: proofs of passwords, passwords in catalogs,
/// addresses for pictures.
fn masked(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let is_proof = ["authorization:", "proxy-authorization:"]
            .iter()
            .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        if is_proof {
            hide(line, "response=\"", "\"")
        } else {
            hide(&hide(line, "<Password>", "</Password>"), "<UploadURL>", "</UploadURL>")
        }
    });
    lines.collect()
}

fn hide(line: &str, open: &str, close: &str) -> String {
    let Some(start) = line.to_ascii_lowercase().find(&open.to_ascii_lowercase()) else { return line.to_owned() };
    let (before, rest) = line.split_at(start + open.len());
    let end = rest.to_ascii_lowercase().find(&close.to_ascii_lowercase()).unwrap_or(rest.trim_end().len());
    format!("{before}***{}", &rest[end..])
}

fn now_unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    i64::try_from(since).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: Path = Path {
        transport: Transport::Udp,
        local: 0,
        remote: SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 5060),
    };

    #[test]
    fn secrets_are_masked() {
        let trace = Trace::default();
        let register = "REGISTER sip:1@2 SIP/2.0\r\nauthorization: Digest username=\"u\", response=\"0123456789abcdef\", uri=\"x\"\r\n\r\n";
        let catalog = "<Item><Password>hunter2</Password><Name>n</Name></Item>\r\n<PASSWORD>open";
        trace.note(Way::In, &PATH, register.as_bytes());
        trace.note(Way::In, &PATH, catalog.as_bytes());
        trace.note(Way::Out, &PATH, b"<UploadURL>http://192.0.2.1/api/v1/x/secret</UploadURL><SessionID>1</SessionID>");
        let texts: Vec<String> = trace.messages(0, &[], 10).into_iter().map(|traced| traced.text).collect();
        assert_eq!(texts[2], "<UploadURL>***</UploadURL><SessionID>1</SessionID>");
        assert!(texts[0].contains("username=\"u\", response=\"***\", uri"), "{texts:?}");
        assert!(
            texts[1].contains("<Password>***</Password><Name>n") && texts[1].ends_with("<PASSWORD>***"),
            "{texts:?}"
        );
    }

    #[test]
    fn the_newest_are_kept_and_found_by_words() {
        let trace = Trace::default();
        for number in 0..MAX_MESSAGES + 5 {
            trace.note(Way::Out, &PATH, format!("MESSAGE {} of {number}", number % 2).as_bytes());
        }
        let found = trace.messages(0, &["message 1".to_owned()], 3);
        let numbers: Vec<u64> = found.iter().map(|traced| traced.number).collect();
        let last = u64::try_from(MAX_MESSAGES + 5).unwrap();
        assert_eq!(numbers, [last - 5, last - 3, last - 1]);
        assert_eq!(trace.messages(last - 1, &[], 10).len(), 1);
        trace.keep_only(Some(Id::new("34020000001320000001").unwrap()));
        trace.note(Way::In, &PATH, b"of another");
        trace.note(Way::In, &PATH, b"From: <sip:34020000001320000001@3402000000>");
        assert_eq!(trace.messages(last, &[], 10).len(), 1);
    }
}
