//! The event WebSocket with many listeners: how long until the last of them has heard of a change.
//!
//! The listeners are consoles: they hear streams, channels and the server's figures, which go out once a second all the while. A
//! share of them may view one organisation only, so that what they are told is written for each of them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::http::Api;
use crate::process::Measured;
use crate::report::{Row, count, percentile};

/// The goal for the last listener.
const GOAL_MS: f64 = 1000.0;
/// Threads that listen; each reads its connections one after the other.
const THREADS: usize = 16;
/// Longer than this no event takes.
const LIMIT: Duration = Duration::from_secs(30);
/// Between two changes, so that each is heard alone.
const PAUSE: Duration = Duration::from_millis(1500);
/// A message of a server may be this long.
const MAX_MESSAGE: usize = 1 << 20;
const PASSWORD: &str = "a password of the benchmark";

/// Listeners of events.
#[derive(Clone, Debug, Args)]
pub(crate) struct EventsArgs {
    /// Connections.
    #[arg(long, default_value_t = 2000)]
    listeners: usize,
    /// Of these, so many may view one organisation only.
    #[arg(long, default_value_t = 500)]
    limited: usize,
    /// Changes that are told of.
    #[arg(long, default_value_t = 10)]
    rounds: usize,
}

/// Connects the listeners, changes a channel again and again, and notes when each has heard of it.
pub(crate) fn events(args: &EventsArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    ensure!(args.limited <= args.listeners, "more listeners of one organisation than listeners");
    let server = Measured::server(program, None)?;
    let address = server.ports().http;
    let mut api = Api::sign_in(address)?;
    let channel = fill(&mut api)?;
    let limited = Api::sign_in_as(address, "limited", PASSWORD)?.token().to_owned();
    let everywhere = api.token().to_owned();
    let begin = Instant::now();
    let mut listeners = Vec::new();
    for index in 0..args.listeners {
        let token = if index < args.limited { &limited } else { &everywhere };
        listeners.push(Listener::open(address, token)?);
    }
    let connected = begin.elapsed().as_secs_f64();
    let (mut medians, mut late, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..args.rounds {
        let mut times = hear(&mut listeners, || change(&mut api, channel, round))?;
        times.sort_by(f64::total_cmp);
        medians.push(percentile(&times, 0.5));
        late.push(percentile(&times, 0.99));
        last.push(times.last().copied().unwrap_or_default());
        std::thread::park_timeout(PAUSE);
    }
    let load = format!("{} listeners, {} of them of one organisation", args.listeners, args.limited);
    Ok([
        Row::new(&load, "p50 ms", &medians, None),
        Row::new(&load, "p99 ms", &late, None),
        Row::new(&load, "ms to the last", &last, Some(GOAL_MS)),
        Row::new(format!("{load}: connecting all"), "s", &[connected], None),
    ]
    .into_iter()
    .flatten()
    .collect())
}

/// A channel, and somebody who may view its organisation; returns the number of the channel.
fn fill(api: &mut Api) -> anyhow::Result<i64> {
    let place = api.post_for("/api/v1/organisations", &json!({ "name": "one", "parent_id": 1 }))?["id"].clone();
    let channel = json!({ "name": "K1", "enabled": true, "main": { "address": "", "stream": "road/k1" } });
    let device = json!({ "name": "encoder", "organisation_id": place, "driver": "push", "enabled": true, "channels": [channel] });
    api.post("/api/v1/devices", &device)?;
    let grants = json!([{ "built_in": "viewer", "organisation_id": place }]);
    let user =
        json!({ "name": "limited", "organisation_id": place, "enabled": true, "grants": grants, "password": PASSWORD });
    api.post("/api/v1/users", &user)?;
    let channels = api.get("/api/v1/channels")?;
    channels["items"][0]["id"].as_i64().context("the number of the channel")
}

fn change(api: &mut Api, channel: i64, round: usize) -> anyhow::Result<()> {
    let set = json!({ "add_tags": [format!("t{round}")] });
    api.post("/api/v1/channels/bulk", &json!({ "ids": [channel], "action": "change", "set": set }))
}

/// Milliseconds from the change until each listener has heard of it.
fn hear(listeners: &mut [Listener], change: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Vec<f64>> {
    let share = listeners.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = listeners
            .chunks_mut(share)
            .map(|part| {
                scope.spawn(|| part.iter_mut().map(Listener::changed).collect::<anyhow::Result<Vec<Instant>>>())
            })
            .collect();
        let begin = Instant::now();
        change()?;
        let mut times = Vec::new();
        for thread in threads {
            let heard = thread.join().map_err(|_| anyhow::anyhow!("a listener panicked"))??;
            times.extend(heard.iter().map(|at| at.duration_since(begin).as_secs_f64() * 1e3));
        }
        ensure!(count(times.len()) > 0.0, "nobody listened");
        Ok(times)
    })
}

/// One connection.
struct Listener {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Listener {
    fn open(address: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(address).context("connecting a listener")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.write_all(
            b"GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        )?;
        let mut listener = Self { stream, buffer: vec![0; 4096], filled: 0 };
        listener.take_head()?;
        let hello = json!({ "type": "auth", "token": token, "topics": ["streams", "channels", "server"] });
        listener.say(&hello.to_string())?;
        let answer = listener.message()?;
        ensure!(answer["type"] == "hello", "the server said {answer}");
        Ok(listener)
    }

    fn take_head(&mut self) -> anyhow::Result<()> {
        loop {
            if let Some(end) = self.buffer[..self.filled].windows(4).position(|four| four == b"\r\n\r\n") {
                ensure!(self.buffer.starts_with(b"HTTP/1.1 101"), "the server did not upgrade the connection");
                self.drop_front(end + 4);
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// A text message (RFC 6455 §5.2); the mask of zeros leaves it as it is.
    fn say(&mut self, text: &str) -> anyhow::Result<()> {
        let length = u16::try_from(text.len()).context("a long message")?;
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        Ok(self.stream.write_all(&frame)?)
    }

    /// Reads until the channels have changed, and says when that was.
    fn changed(&mut self) -> anyhow::Result<Instant> {
        loop {
            let message = self.message()?;
            if message["topic"] == "channels" && message["event"] == "changed" {
                return Ok(Instant::now());
            }
        }
    }

    fn message(&mut self) -> anyhow::Result<Value> {
        loop {
            if let Some((opcode, from, to)) = self.frame()? {
                let text = self.buffer[from..to].to_vec();
                self.drop_front(to);
                match opcode {
                    1 => return Ok(serde_json::from_slice(&text)?),
                    8 => bail!("the server closed a listener"),
                    _ => {}
                }
                continue;
            }
            self.fill()?;
        }
    }

    /// Opcode and place of the first complete frame; those of servers have no mask.
    fn frame(&self) -> anyhow::Result<Option<(u8, usize, usize)>> {
        let held = &self.buffer[..self.filled];
        let Some(head) = held.first_chunk::<2>() else { return Ok(None) };
        let (from, length) = match (head[1], held.get(2..4), held.get(2..10)) {
            (126, Some(bytes), _) => (4, u64::from(u16::from_be_bytes([bytes[0], bytes[1]]))),
            (127, _, Some(bytes)) => (10, u64::from_be_bytes(bytes.try_into().context("eight bytes")?)),
            (126 | 127, _, _) => return Ok(None),
            (short, _, _) => (2, u64::from(short)),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        ensure!(length <= MAX_MESSAGE, "a message of {length} bytes");
        Ok((held.len() >= from + length).then_some((head[0] & 0xF, from, from + length)))
    }

    fn fill(&mut self) -> anyhow::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let count = self.stream.read(&mut self.buffer[self.filled..]).context("a listener heard nothing")?;
        ensure!(count > 0, "the server closed a listener");
        self.filled += count;
        Ok(())
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}
