//! MANSRTSP: how a recording that is being sent is paused, sped up and wound (GB/T 28181-2022 annex B).
//!
//! The bodies of INFO inside the dialog of a recording look like RTSP. A device may answer 400, or 200 without
//! doing anything (quirk 24).

use std::fmt;

use base::ErrorKind;

/// Bytes of the longest body.
pub const MAX_BODY_BYTES: usize = 16 << 10;
/// Lines that are read of a body.
pub const MAX_LINES: usize = 64;
/// Speeds that every device should have.
pub const BASE_SCALES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// Why a body says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MansrtspError {
    /// Longer than [`MAX_BODY_BYTES`].
    #[error("body of {0} bytes is too long")]
    TooLong(usize),
    /// The first line is none that begins a request or an answer.
    #[error("first line is {0:?}")]
    FirstLine(String),
    /// A method that is none of the three.
    #[error("method is {0:?}")]
    Method(String),
}

impl MansrtspError {
    /// How the error is classified.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLong(_) => ErrorKind::Exhausted,
            Self::FirstLine(_) => ErrorKind::InvalidInput,
            Self::Method(_) => ErrorKind::Unsupported,
        }
    }
}

/// A body.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mansrtsp {
    /// From who watches.
    Request(Request),
    /// From who sends.
    Answer(Answer),
    /// The recording was sent to its end: `MediaStatus: Play Finished` or the like, which devices send besides or
    /// instead of the notification. It is only read.
    Finished,
}

/// What the watching side wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Number of the request, counted apart from SIP's.
    pub cseq: u32,
    /// What it wants.
    pub method: Method,
}

/// What can be wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Go on, somewhere else or at another speed.
    Play {
        /// Speed; negative ones go backwards (2022). Not finite ones and 0 are not written.
        scale: Option<f64>,
        /// Where.
        range: Option<Range>,
    },
    /// Stop for a while.
    Pause,
    /// Stop for good.
    Teardown,
}

impl Method {
    /// Go on where it was paused.
    pub const RESUME: Self = Self::Play { scale: None, range: Some(Range { start: Moment::Now, end: None }) };

    /// Play so many times as fast.
    pub const fn speed(scale: f64) -> Self {
        Self::Play { scale: Some(scale), range: None }
    }

    /// Go to so many seconds after the begin of what was asked for.
    pub const fn seek(seconds: f64) -> Self {
        Self::Play { scale: None, range: Some(Range { start: Moment::Seconds(seconds), end: None }) }
    }
}

/// Part of what was asked for by INVITE, in normal play time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// From where.
    pub start: Moment,
    /// Until how many seconds after the begin; less than the start when played backwards.
    pub end: Option<f64>,
}

/// A moment of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Moment {
    /// Where it is.
    Now,
    /// So many seconds after the begin of what was asked for by INVITE.
    Seconds(f64),
}

/// What the sending side answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code, as RTSP has them.
    pub status: u16,
    /// The same in words.
    pub reason: String,
    /// Number of the request; 0 where it is missing.
    pub cseq: u32,
    /// Where the packets go on.
    pub rtp_info: Option<RtpInfo>,
}

/// Where packets go on after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpInfo {
    /// Number of the next packet.
    pub sequence: u16,
    /// Its time stamp.
    pub timestamp: u32,
}

/// Protocols that a line may name; the first is written. The example of the edition of 2016 has the other.
const PROTOCOLS: [&str; 2] = ["RTSP/1.0", "MANSRTSP/1.0"];

impl Mansrtsp {
    /// Reads a body.
    ///
    /// Tolerances: line ends of LF or CR alone; small letters; words behind the number of `CSeq`, as in the example
    /// of the edition of 2016; speed and range in one request, as there; no blank line at the end.
    ///
    /// # Errors
    /// When the first line is none of MANSRTSP's.
    pub fn parse(bytes: &[u8]) -> Result<Self, MansrtspError> {
        if bytes.len() > MAX_BODY_BYTES {
            return Err(MansrtspError::TooLong(bytes.len()));
        }
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).take(MAX_LINES);
        let first = lines.next().unwrap_or_default();
        let headers: Vec<(&str, &str)> =
            lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect();
        let headers = Headers(&headers);
        let cseq = headers.get("CSeq").and_then(first_number).unwrap_or_default();
        if first.split(':').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("MediaStatus")) {
            return Ok(Self::Finished);
        }
        let mut words = first.split_ascii_whitespace();
        let (Some(word), Some(second)) = (words.next(), words.next()) else {
            return Err(MansrtspError::FirstLine(first.chars().take(80).collect()));
        };
        if is_protocol(word) {
            let status = second.parse().map_err(|_| MansrtspError::FirstLine(first.chars().take(80).collect()))?;
            let reason = words.collect::<Vec<_>>().join(" ");
            let rtp_info = headers.get("RTP-Info").and_then(RtpInfo::parse);
            return Ok(Self::Answer(Answer { status, reason, cseq, rtp_info }));
        }
        // A URL between the method and the protocol, as RTSP has it, is not looked at.
        if !first.split_ascii_whitespace().any(is_protocol) {
            return Err(MansrtspError::FirstLine(first.chars().take(80).collect()));
        }
        Ok(Self::Request(Request { cseq, method: parse_method(word, headers)? }))
    }
}

#[derive(Clone, Copy)]
struct Headers<'a>(&'a [(&'a str, &'a str)]);

impl<'a> Headers<'a> {
    fn get(self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

fn is_protocol(word: &str) -> bool {
    PROTOCOLS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn parse_method(word: &str, headers: Headers<'_>) -> Result<Method, MansrtspError> {
    match word.to_ascii_uppercase().as_str() {
        "PLAY" => {
            let scale = headers.get("Scale").and_then(seconds).filter(|scale| *scale != 0.0);
            Ok(Method::Play { scale, range: headers.get("Range").and_then(Range::parse) })
        }
        // `PauseTime: now` is the only value that the standard has.
        "PAUSE" => Ok(Method::Pause),
        "TEARDOWN" => Ok(Method::Teardown),
        _ => Err(MansrtspError::Method(word.chars().take(80).collect())),
    }
}

fn first_number(value: &str) -> Option<u32> {
    value.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn seconds(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

impl Range {
    /// Reads `npt=100-`, `npt=now-`, `npt=100-50`. `clock=` and `smpte=` are not of MANSRTSP.
    fn parse(value: &str) -> Option<Self> {
        let (unit, range) = value.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("npt") {
            return None;
        }
        let (start, end) = range.split_once('-').unwrap_or((range, ""));
        let start = match start.trim() {
            word if word.eq_ignore_ascii_case("now") => Moment::Now,
            number => Moment::Seconds(seconds(number).filter(|seconds| *seconds >= 0.0)?),
        };
        Some(Self { start, end: seconds(end).filter(|seconds| *seconds >= 0.0) })
    }
}

impl RtpInfo {
    /// Reads `seq=1;rtptime=2`. Tolerance: a URL in front, as RTSP has it.
    fn parse(value: &str) -> Option<Self> {
        let parameter = |name: &str| {
            value.split([';', ',']).find_map(|part| {
                let (key, value) = part.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        Some(Self { sequence: parameter("seq")?.parse().ok()?, timestamp: parameter("rtptime")?.parse().ok()? })
    }
}

impl fmt::Display for Request {
    /// The body, with its blank line at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.method {
            Method::Play { .. } => "PLAY",
            Method::Pause => "PAUSE",
            Method::Teardown => "TEARDOWN",
        };
        write!(f, "{word} {}\r\nCSeq: {}\r\n", PROTOCOLS[0], self.cseq)?;
        match self.method {
            Method::Play { scale, range } => {
                if let Some(scale) = scale.filter(|scale| scale.is_finite() && *scale != 0.0) {
                    write!(f, "Scale: {scale:?}\r\n")?;
                }
                if let Some(range) = range {
                    write!(f, "Range: {range}\r\n")?;
                }
            }
            Method::Pause => f.write_str("PauseTime: now\r\n")?,
            Method::Teardown => {}
        }
        f.write_str("\r\n")
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.start {
            Moment::Now => f.write_str("npt=now-")?,
            Moment::Seconds(seconds) => write!(f, "npt={}-", positive(seconds))?,
        }
        match self.end {
            Some(end) => write!(f, "{}", positive(end)),
            None => Ok(()),
        }
    }
}

/// Times before the begin, and those that are no number, are the begin.
const fn positive(seconds: f64) -> f64 {
    if seconds.is_finite() && seconds > 0.0 { seconds } else { 0.0 }
}

impl fmt::Display for Answer {
    /// The body, with its blank line at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason: String = self.reason.chars().filter(|c| !c.is_control()).collect();
        write!(f, "{} {} {reason}\r\nCSeq: {}\r\n", PROTOCOLS[0], self.status, self.cseq)?;
        if let Some(RtpInfo { sequence, timestamp }) = self.rtp_info {
            write!(f, "RTP-Info: seq={sequence};rtptime={timestamp}\r\n")?;
        }
        f.write_str("\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(text: &str) -> Request {
        match Mansrtsp::parse(text.as_bytes()) {
            Ok(Mansrtsp::Request(request)) => request,
            other => panic!("{text:?} is {other:?}"),
        }
    }

    #[test]
    fn requests_are_written_as_the_standard_prints_them() {
        for (method, text) in [
            (Method::RESUME, "PLAY RTSP/1.0\r\nCSeq: 2\r\nRange: npt=now-\r\n\r\n"),
            (Method::Pause, "PAUSE RTSP/1.0\r\nCSeq: 2\r\nPauseTime: now\r\n\r\n"),
            (Method::speed(2.0), "PLAY RTSP/1.0\r\nCSeq: 2\r\nScale: 2.0\r\n\r\n"),
            (Method::speed(0.25), "PLAY RTSP/1.0\r\nCSeq: 2\r\nScale: 0.25\r\n\r\n"),
            (Method::seek(100.0), "PLAY RTSP/1.0\r\nCSeq: 2\r\nRange: npt=100-\r\n\r\n"),
            (Method::Teardown, "TEARDOWN RTSP/1.0\r\nCSeq: 2\r\n\r\n"),
        ] {
            let written = Request { cseq: 2, method };
            assert_eq!(written.to_string(), text);
            assert_eq!(request(text), written);
        }
        let odd =
            Method::Play { scale: Some(f64::NAN), range: Some(Range { start: Moment::Seconds(-3.0), end: None }) };
        let text = Request { cseq: 1, method: odd }.to_string();
        assert_eq!(text, "PLAY RTSP/1.0\r\nCSeq: 1\r\nRange: npt=0-\r\n\r\n");
    }

    #[test]
    fn requests_of_others_are_read() {
        let both = Method::Play { scale: Some(1.0), range: Some(Range { start: Moment::Seconds(0.0), end: None }) };
        // As the example of the edition of 2016 is built.
        assert_eq!(
            request("PLAY MANSRTSP/1.0\r\nCSeq: 6 Info\r\nScale: 1\r\nRange: npt=0-"),
            Request { cseq: 6, method: both }
        );
        assert_eq!(
            request("play rtsp/1.0\nscale:-1.0\nRANGE: NPT=100-50\n").method,
            Method::Play { scale: Some(-1.0), range: Some(Range { start: Moment::Seconds(100.0), end: Some(50.0) }) }
        );
        assert_eq!(request("PAUSE rtsp://x/y RTSP/1.0\r\n\r\n"), Request { cseq: 0, method: Method::Pause });
        let nothing = Method::Play { scale: None, range: None };
        assert_eq!(request("PLAY RTSP/1.0\r\nScale: 0\r\nRange: clock=1-2").method, nothing);
    }

    #[test]
    fn answers_are_read_and_written() {
        let answer = Answer {
            status: 200,
            reason: "OK".to_owned(),
            cseq: 2,
            rtp_info: Some(RtpInfo { sequence: 39_717, timestamp: 3_221_225_472 }),
        };
        let text = "RTSP/1.0 200 OK\r\nCSeq: 2\r\nRTP-Info: seq=39717;rtptime=3221225472\r\n\r\n";
        assert_eq!(answer.to_string(), text);
        assert_eq!(Mansrtsp::parse(text.as_bytes()), Ok(Mansrtsp::Answer(answer)));
        let Ok(Mansrtsp::Answer(bare)) = Mansrtsp::parse(b"MANSRTSP/1.0 457 Invalid Range") else {
            panic!("an answer");
        };
        assert_eq!((bare.status, bare.reason.as_str(), bare.rtp_info), (457, "Invalid Range", None));
        assert_eq!(Mansrtsp::parse(b"MediaStatus: Download Finished\r\n"), Ok(Mansrtsp::Finished));
    }

    #[test]
    fn what_is_neither_is_refused() {
        assert!(matches!(Mansrtsp::parse(b""), Err(MansrtspError::FirstLine(_))));
        assert!(matches!(Mansrtsp::parse(b"PLAY HTTP/1.1"), Err(MansrtspError::FirstLine(_))));
        assert!(matches!(Mansrtsp::parse(b"RTSP/1.0 OK"), Err(MansrtspError::FirstLine(_))));
        assert!(matches!(Mansrtsp::parse(b"SETUP RTSP/1.0"), Err(MansrtspError::Method(_))));
        assert!(matches!(Mansrtsp::parse(&[b' '; MAX_BODY_BYTES + 1]), Err(MansrtspError::TooLong(_))));
    }

    fn method() -> impl Strategy<Value = Method> {
        let scale = prop_oneof![
            Just(None),
            (-1600_i32..1600).prop_filter("0", |n| *n != 0).prop_map(|n| Some(f64::from(n) / 100.0))
        ];
        let moment =
            prop_oneof![Just(Moment::Now), (0_u32..1_000_000).prop_map(|n| Moment::Seconds(f64::from(n) / 10.0))];
        let range = (moment, proptest::option::of(0_u32..1000))
            .prop_map(|(start, end)| Range { start, end: end.map(f64::from) });
        prop_oneof![
            (scale, proptest::option::of(range)).prop_map(|(scale, range)| Method::Play { scale, range }),
            Just(Method::Pause),
            Just(Method::Teardown),
        ]
    }

    proptest! {
        #[test]
        fn a_written_request_is_read_back(cseq: u32, method in method()) {
            let written = Request { cseq, method };
            prop_assert_eq!(Mansrtsp::parse(written.to_string().as_bytes()), Ok(Mansrtsp::Request(written)));
        }

        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = Mansrtsp::parse(&bytes);
        }
    }
}
