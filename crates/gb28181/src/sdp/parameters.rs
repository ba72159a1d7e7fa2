//! `f=`: how media should be coded, or is (GB/T 28181-2022 annex G).

use std::fmt;
use std::iter::Peekable;

/// `v/codec/resolution/rate/type/bitrate` and `a/codec/bitrate/rate`. What is not told is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatParameters {
    /// Pictures.
    pub video: VideoParameters,
    /// Sound.
    pub audio: AudioParameters,
}

/// How pictures are coded, in the numbers of the standard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoParameters {
    /// 1 MPEG-4, 2 H.264, 3 SVAC, 4 3GP, 5 H.265 (2022).
    pub codec: String,
    /// 1 QCIF, 2 CIF, 3 4CIF, 4 D1, 5 720p, 6 1080p; or `1920x1080`.
    pub resolution: String,
    /// Pictures a second, 0 to 99.
    pub frame_rate: String,
    /// 1 constant, 2 variable.
    pub bitrate_type: String,
    /// Kilobits a second.
    pub bitrate_kbps: String,
}

/// How sound is coded, in the numbers of the standard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AudioParameters {
    /// 1 G.711, 2 G.723.1, 3 G.729, 4 G.722.1, 5 SVAC, 6 AAC (2022).
    pub codec: String,
    /// 8 is 64 kbit/s.
    pub bitrate: String,
    /// 1 is 8 kHz.
    pub sample_rate: String,
}

impl FormatParameters {
    /// G.711 with 64 kbit/s and 8 kHz and no pictures, as broadcasts have it: `v/////a/1/8/1`.
    pub fn g711() -> Self {
        let [codec, bitrate, sample_rate] = ["1", "8", "1"].map(str::to_owned);
        Self { audio: AudioParameters { codec, bitrate, sample_rate }, ..Self::default() }
    }

    /// Reads the value of `f=`; `None` when it holds neither part. Tolerance: slashes that are missing at the end of
    /// either part, or stand between them.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut parameters = Self::default();
        let mut parts = value.split('/').map(str::trim).peekable();
        let mut is_any = false;
        while let Some(part) = parts.next() {
            let mut is_audio = is_sound(part);
            is_any |= is_audio;
            if part.eq_ignore_ascii_case("v") {
                is_any = true;
                is_audio = parameters.video.read(&mut parts);
            }
            if is_audio {
                parameters.audio = read_audio(&mut parts);
            }
        }
        is_any.then_some(parameters)
    }
}

impl VideoParameters {
    /// Reads what follows the `v`; whether the `a` of the sound came with it. Its last number and the `a` are not
    /// separated: `v/2/6/25/1/4000a/1/8/1`, and `v/////a` where nothing is told.
    fn read<'a>(&mut self, parts: &mut Peekable<impl Iterator<Item = &'a str>>) -> bool {
        for field in [&mut self.codec, &mut self.resolution, &mut self.frame_rate, &mut self.bitrate_type] {
            if let Some(text) = parts.next_if(|text| !is_sound(text)) {
                *field = keep(text);
            }
        }
        let last = parts.next().unwrap_or_default();
        self.bitrate_kbps = keep(last);
        last.ends_with(['a', 'A'])
    }
}

fn is_sound(text: &str) -> bool {
    text.eq_ignore_ascii_case("a")
}

fn read_audio<'a>(parts: &mut impl Iterator<Item = &'a str>) -> AudioParameters {
    let mut next = || parts.next().map(keep).unwrap_or_default();
    AudioParameters { codec: next(), bitrate: next(), sample_rate: next() }
}

/// Digits and what stands between those of a resolution; anything else would break the line.
fn keep(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '*' | 'x' | 'X')).take(16).collect()
}

impl fmt::Display for FormatParameters {
    /// The value of `f=`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VideoParameters { codec, resolution, frame_rate, bitrate_type, bitrate_kbps } = &self.video;
        write!(
            f,
            "v/{}/{}/{}/{}/{}a/{}/{}/{}",
            keep(codec),
            keep(resolution),
            keep(frame_rate),
            keep(bitrate_type),
            keep(bitrate_kbps),
            keep(&self.audio.codec),
            keep(&self.audio.bitrate),
            keep(&self.audio.sample_rate)
        )
    }
}
