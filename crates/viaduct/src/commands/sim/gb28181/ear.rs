//! What a simulated loudspeaker hears: G.711 A-law in RTP by UDP or over TCP (RFC 4571), told as levels and kept as WAV.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use bytes::{Bytes, BytesMut};
use gb28181::Id;
use gb28181::sdp::{Description, Direction, FormatParameters, Media, Payload, Setup, Ssrc, Transport};
use media::g711;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::oneshot;

/// Samples of a second.
const RATE_HZ: u32 = 8000;
/// A sample of no sound.
const SILENCE: u8 = 0xD5;
/// Samples that are kept of one broadcast: ten minutes. Later ones are told as levels only.
const MAX_SAMPLES: usize = 600 * RATE_HZ as usize;
/// A gap that is filled with silence; a longer one is a new begin of the sender's clock.
const MAX_GAP: u32 = RATE_HZ;
/// Bytes of the largest datagram.
const MAX_DATAGRAM: usize = 65_536;
/// What stands in an offer of who connects (RFC 4145 §4.1).
const NO_PORT: u16 = 9;

/// By which way sound is taken, before it is agreed on.
#[derive(Debug)]
pub(super) enum Ear {
    /// At a socket.
    Udp(std::net::UdpSocket),
    /// By a connection that we make.
    Tcp,
}

/// Where sound comes from once it is agreed on.
enum Line {
    Udp(UdpSocket),
    Tcp(TcpStream, BytesMut),
}

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Sound {
    samples: Vec<u8>,
    /// Time stamp of the sample that comes next.
    next: Option<u32>,
    lost: u64,
    /// Squares of the samples since the last level, and how many.
    power: f64,
    since: u32,
}

impl Ear {
    pub(super) fn open(transport: Transport, own: IpAddr) -> io::Result<Self> {
        if transport == Transport::Tcp {
            return Ok(Self::Tcp);
        }
        let socket = std::net::UdpSocket::bind((own, 0))?;
        socket.set_nonblocking(true)?;
        Ok(Self::Udp(socket))
    }

    /// What is asked for, and where it shall come to.
    pub(super) fn offer(&self, device: &Id, own: IpAddr) -> io::Result<Description> {
        let port = match self {
            Self::Udp(socket) => socket.local_addr()?.port(),
            Self::Tcp => NO_PORT,
        };
        let mut media = Media::audio(port, vec![Payload::pcma()]);
        media.direction = Some(Direction::RecvOnly);
        if let Self::Tcp = self {
            (media.transport, media.setup) = (Transport::Tcp, Some(Setup::Active));
        }
        Ok(Description {
            owner: Some(device.clone()),
            address: Some(own.to_string()),
            media: vec![media],
            ssrc: Some(Ssrc(rand::random_range(1..1_000_000_000))),
            parameters: Some(FormatParameters::g711()),
            ..Description::default()
        })
    }

    /// Listens until the connection ends or `stop` says so, and tells each second how loud it is.
    ///
    /// # Cancel safety
    /// What was heard is lost.
    pub(super) async fn hear(
        self,
        answer: &Description,
        mut stop: oneshot::Receiver<()>,
        mut tell: impl FnMut(f64),
    ) -> io::Result<Sound> {
        let mut sound = Sound::default();
        let mut line = tokio::select! {
            _ = &mut stop => return Ok(sound),
            line = self.connect(answer) => line?,
        };
        loop {
            let packet = tokio::select! {
                _ = &mut stop => return Ok(sound),
                packet = line.next() => packet?,
            };
            let Some(packet) = packet else { return Ok(sound) };
            if let Ok(packet) = rtp::Packet::parse(&packet)
                && let Some(level) = sound.take(packet.timestamp, &packet.payload)
            {
                tell(level);
            }
        }
    }

    async fn connect(self, answer: &Description) -> io::Result<Line> {
        match self {
            Self::Udp(socket) => Ok(Line::Udp(UdpSocket::from_std(socket)?)),
            Self::Tcp => {
                let media = answer.audio().ok_or(io::ErrorKind::InvalidData)?;
                let ip = answer.address_of(media).and_then(|address| address.parse::<IpAddr>().ok());
                let remote = SocketAddr::new(ip.ok_or(io::ErrorKind::InvalidData)?, media.port);
                Ok(Line::Tcp(super::sender::within(TcpStream::connect(remote)).await?, BytesMut::new()))
            }
        }
    }
}

impl Line {
    /// The next packet; `None` when the connection has ended.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        match self {
            Self::Udp(socket) => {
                let mut packet = BytesMut::with_capacity(MAX_DATAGRAM);
                socket.recv_buf(&mut packet).await?;
                Ok(Some(packet.freeze()))
            }
            Self::Tcp(stream, waiting) => loop {
                if let Some(packet) = framed(waiting) {
                    return Ok(Some(packet));
                }
                if stream.read_buf(waiting).await? == 0 {
                    return Ok(None);
                }
            },
        }
    }
}

/// The next whole packet behind its length.
fn framed(waiting: &mut BytesMut) -> Option<Bytes> {
    let length = usize::from(u16::from_be_bytes([*waiting.first()?, *waiting.get(1)?]));
    (waiting.len() >= 2 + length).then(|| waiting.split_to(2 + length).split_off(2).freeze())
}

impl Sound {
    /// Takes a packet; each second the level in decibels below the loudest.
    fn take(&mut self, timestamp: u32, payload: &[u8]) -> Option<f64> {
        let gap = self.next.map_or(0, |next| timestamp.wrapping_sub(next));
        // One that is late was filled with silence already.
        if gap > u32::MAX - MAX_GAP {
            return None;
        }
        let gap = if gap <= MAX_GAP { gap } else { 0 };
        self.lost += u64::from(gap);
        self.next = Some(timestamp.wrapping_add(u32::try_from(payload.len()).unwrap_or(0)));
        let silence = std::iter::repeat_n(SILENCE, gap as usize);
        let room = MAX_SAMPLES.saturating_sub(self.samples.len());
        self.samples.extend(silence.chain(payload.iter().copied()).take(room));
        for byte in payload {
            let sample = f64::from(g711::A_LAW[usize::from(*byte)]) / 32_768.0;
            self.power += sample * sample;
            self.since += 1;
        }
        (self.since >= RATE_HZ).then(|| self.level())
    }

    fn level(&mut self) -> f64 {
        let mean = std::mem::take(&mut self.power) / f64::from(std::mem::take(&mut self.since).max(1));
        10.0 * mean.max(1e-10).log10()
    }

    /// Milliseconds that are kept.
    pub(super) const fn length_ms(&self) -> usize {
        self.samples.len() * 1000 / RATE_HZ as usize
    }

    /// Milliseconds that did not arrive.
    pub(super) const fn lost_ms(&self) -> u64 {
        self.lost * 1000 / RATE_HZ as u64
    }

    /// Writes a file in RIFF WAVE, whose samples stay what came.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, self.wav())
    }

    fn wav(&self) -> Vec<u8> {
        /// Of the format chunk: G.711 A-law.
        const A_LAW: u16 = 6;
        const FORMAT_BYTES: u32 = 18;
        let bytes = u32::try_from(self.samples.len()).expect("ten minutes are short");
        let padding = bytes % 2;
        let mut wav = Vec::with_capacity(self.samples.len() + 64);
        wav.extend(b"RIFF");
        wav.extend((4 + 8 + FORMAT_BYTES + 8 + bytes + padding).to_le_bytes());
        wav.extend(b"WAVEfmt ");
        wav.extend(FORMAT_BYTES.to_le_bytes());
        wav.extend(A_LAW.to_le_bytes());
        // One channel of one byte a sample, and nothing more about the format.
        wav.extend(1u16.to_le_bytes());
        wav.extend(RATE_HZ.to_le_bytes());
        wav.extend(RATE_HZ.to_le_bytes());
        for value in [1u16, 8, 0] {
            wav.extend(value.to_le_bytes());
        }
        wav.extend(b"data");
        wav.extend(bytes.to_le_bytes());
        wav.extend(&self.samples);
        wav.resize(wav.len() + padding as usize, 0);
        wav
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(packets: &[(u32, u8)]) -> Sound {
        let mut sound = Sound::default();
        for (timestamp, byte) in packets {
            sound.take(*timestamp, &[*byte; 4]);
        }
        sound
    }

    #[test]
    fn what_is_missing_is_silence_and_what_is_late_or_far_away_makes_no_gap() {
        let heard = |packets: &[(u32, u8)]| sound(packets).samples;
        assert_eq!(heard(&[(100, 1), (104, 2)]), [1, 1, 1, 1, 2, 2, 2, 2]);
        assert_eq!(heard(&[(u32::MAX - 1, 1), (6, 2)])[4..8], [SILENCE; 4]);
        assert_eq!(heard(&[(100, 1), (108, 3), (104, 2)]).len(), 12);
        assert_eq!(heard(&[(100, 1), (4_000_000, 2)]).len(), 8);
        assert_eq!(sound(&[(0, 1), (84, 2)]).lost_ms(), 10);
    }

    #[test]
    fn levels_are_below_the_loudest_and_come_each_second() {
        let mut sound = Sound::default();
        assert_eq!(sound.take(0, &[0x2A; 4000]), None);
        let loud = sound.take(4000, &[0xAA; 4000]).unwrap();
        assert!((-0.2..=0.0).contains(&loud), "{loud}");
        let quiet = sound.take(8000, &[SILENCE; 8000]).unwrap();
        assert!(quiet < -70.0, "{quiet}");
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let read = sound(&[(0, 0xAA), (4, 0x2A)]);
        let wav = read.wav();
        assert_eq!(usize::try_from(u32::from_le_bytes(wav[4..8].try_into().unwrap())).unwrap(), wav.len() - 8);
        let read = container::wav::Wav::read(&wav).unwrap();
        assert_eq!((read.rate_hz.get(), read.frames()), (8000, 8));
        assert!(read.mono().take(4).all(|sample| sample > 30_000.0));
    }

    #[test]
    fn frames_of_a_connection_are_whole() {
        let mut waiting = BytesMut::from(&b"\x00\x03abc\x00\x02d"[..]);
        assert_eq!(framed(&mut waiting).as_deref(), Some(&b"abc"[..]));
        assert_eq!(framed(&mut waiting), None);
        waiting.extend_from_slice(b"e");
        assert_eq!(framed(&mut waiting).as_deref(), Some(&b"de"[..]));
    }
}
