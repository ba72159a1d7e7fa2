//! Cameras: one program that plays a synthetic picture by RTSP under whatever name it is asked for.
//!
//! It answers only what our own client asks and checks nothing: it must cost little and vanish with its process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;

use crate::clip::{Clip, Slot};

/// `SPS,PPS` of the clip.
const SETS: &str = "Z0LAH9kAUAW7ARAAAAMAEAAAAwPA8YMkgA==,aMuDyyA=";
/// Time between two pictures of a camera, in the RTP clock and in ours.
const PICTURE_TICKS: u32 = 3600;
const PICTURE: Duration = Duration::from_millis(40);
/// Cameras send in so many groups, so that not all do at once.
const GROUPS: usize = 8;

/// Many cameras.
#[derive(Debug, Args)]
pub(crate) struct CamerasArgs {
    /// Port; 0 picks one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Bits a second of each.
    #[arg(long)]
    bitrate: u64,
}

/// One connection that plays.
struct Player {
    stream: Arc<Mutex<TcpStream>>,
    pictures: u32,
}

type Players = Arc<Mutex<Vec<Player>>>;

/// Serves until killed; prints its port.
#[expect(clippy::print_stdout, reason = "the parent reads the port")]
pub(crate) fn serve(args: &CamerasArgs) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))?;
    let address = listener.local_addr()?;
    println!("listening rtsp {address}");
    let players = Players::default();
    let (playing, clip) = (Arc::clone(&players), Clip::new(args.bitrate, Instant::now()));
    std::thread::spawn(move || pace(&playing, &clip));
    loop {
        let (stream, _) = listener.accept()?;
        let players = Arc::clone(&players);
        std::thread::spawn(move || answer(stream, address, &players));
    }
}

fn pace(players: &Players, clip: &Clip) {
    let (mut group, mut due) = (0, Instant::now());
    loop {
        due += PICTURE / u32::try_from(GROUPS).expect("few");
        std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
        let mut players = players.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gone = Vec::new();
        for (index, player) in players.iter_mut().enumerate().skip(group).step_by(GROUPS) {
            if !player.send(clip) {
                gone.push(index);
            }
        }
        gone.into_iter().rev().for_each(|index| drop(players.swap_remove(index)));
        group = (group + 1) % GROUPS;
    }
}

impl Player {
    /// One picture in one RTP packet: by TCP there is no limit below 64 KiB (RFC 2326 §10.12).
    fn send(&mut self, clip: &Clip) -> bool {
        const LENGTH_PREFIX: usize = 4;
        const RTP_HEADER: usize = 12;
        let frame = clip.frame(Slot::Video(self.pictures.into()));
        let nal = &frame.payload[LENGTH_PREFIX..];
        let Ok(length) = u16::try_from(RTP_HEADER + nal.len()) else { return false };
        let mut packet = vec![b'$', 0];
        packet.extend_from_slice(&length.to_be_bytes());
        packet.extend_from_slice(&[0x80, 0x80 | 96]);
        packet.extend_from_slice(&u16::try_from(self.pictures & 0xFFFF).expect("masked").to_be_bytes());
        packet.extend_from_slice(&self.pictures.wrapping_mul(PICTURE_TICKS).to_be_bytes());
        packet.extend_from_slice(&7u32.to_be_bytes());
        packet.extend_from_slice(nal);
        self.pictures += 1;
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).write_all(&packet).is_ok()
    }
}

/// Answers the requests of one connection until it closes.
fn answer(stream: TcpStream, address: SocketAddr, players: &Players) {
    let Ok(reader) = stream.try_clone() else { return };
    let _slower = stream.set_nodelay(true);
    let mut reader = BufReader::new(reader);
    let writer = Arc::new(Mutex::new(stream));
    while let Some(head) = next_request(&mut reader) {
        let (text, plays) = respond(&head, address);
        let sent = writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes());
        if sent.is_err() {
            return;
        }
        if plays {
            let player = Player { stream: Arc::clone(&writer), pictures: 0 };
            players.lock().unwrap_or_else(PoisonError::into_inner).push(player);
        }
    }
}

/// The next request's head; the receiver's reports between requests are passed over.
fn next_request(reader: &mut impl BufRead) -> Option<String> {
    loop {
        if *reader.fill_buf().ok()?.first()? != b'$' {
            break;
        }
        let mut frame = [0; 4];
        reader.read_exact(&mut frame).ok()?;
        let length = u64::from(u16::from_be_bytes([frame[2], frame[3]]));
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
    }
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// The answer, and whether media follows.
fn respond(head: &str, address: SocketAddr) -> (String, bool) {
    let method = head.split(' ').next().unwrap_or_default();
    let header = |name: &str| {
        let value =
            head.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)));
        value.map_or("", |(_, value)| value.trim())
    };
    let rest = match method {
        "OPTIONS" => "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n".to_owned(),
        "DESCRIBE" => {
            let body = format!(
                "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=bench\r\nc=IN IP4 {ip}\r\nt=0 0\r\na=control:*\r\n\
                 m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
                 a=fmtp:96 packetization-mode=1;profile-level-id=42C01F;sprop-parameter-sets={SETS}\r\n\
                 a=control:track=0\r\n",
                ip = address.ip(),
            );
            format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
        "SETUP" => format!("Transport: {}\r\n\r\n", header("Transport")),
        _ => "\r\n".to_owned(),
    };
    let text = format!("RTSP/1.0 200 OK\r\nCSeq: {}\r\nSession: 1;timeout=60\r\n{rest}", header("CSeq"));
    (text, method == "PLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_found_between_reports() {
        let bytes = b"$\x01\x00\x02abOPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n$\x01\x00\x01cPLAY rtsp://a/b RTSP/1.0\r\nCSeq: 2\r\n\r\n";
        let mut reader = &bytes[..];
        let (first, plays) = respond(&next_request(&mut reader).unwrap(), ([127, 0, 0, 1], 554).into());
        assert!(first.contains("CSeq: 1\r\n") && !plays, "{first}");
        let (second, plays) = respond(&next_request(&mut reader).unwrap(), ([127, 0, 0, 1], 554).into());
        assert!(second.contains("CSeq: 2\r\n") && plays, "{second}");
        assert!(next_request(&mut reader).is_none());
    }
}
