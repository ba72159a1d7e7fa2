//! Clips made by FFmpeg once per build folder: every codec that a publisher may bring.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{picture, process};

/// Rounds of the short clip in the long one: five minutes.
const ROUNDS: usize = 15;
/// Tones of the sounds of a clip: of the first, which most have alone, and of the second.
pub const TONES_HZ: [f64; 2] = [440.0, 880.0];
/// Part of the file name: a change of how clips are made makes new ones.
const VERSION: u32 = 2;

/// What a clip holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clip {
    /// H.264 with B-frames, AAC.
    H264Aac,
    /// H.264 Constrained Baseline, G.711 A-law.
    H264G711,
    /// H.264 Constrained Baseline, G.711 µ-law in two channels.
    H264G711U,
    /// H.264 Constrained Baseline, G.711 A-law in which nothing is heard.
    H264G711Silent,
    /// H.264 without sound.
    H264,
    /// H.264 of another size, for parameter changes.
    H264Small,
    /// H.264 with one key frame only, at the very start.
    H264OneKey,
    /// H.265, AAC.
    H265Aac,
    /// H.265, Opus.
    H265Opus,
    /// AV1 without sound.
    Av1,
    /// H.264 and two AAC tracks: Chinese, a tone of [`TONES_HZ`] each, and English.
    TwoSounds,
    /// AAC alone.
    Aac,
    /// MP3 alone.
    Mp3,
    /// G.711 A-law alone.
    G711,
    /// H.264 and a sound that FLV alone has, the ADPCM of Flash.
    H264Adpcm,
    /// That sound alone.
    Adpcm,
}

impl Clip {
    /// Short name, as in the documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H264Aac => "H.264 B-frames + AAC",
            Self::H264G711 => "H.264 baseline + G.711A",
            Self::H264G711U => "H.264 baseline + G.711U",
            Self::H264G711Silent => "H.264 baseline + silence",
            Self::H264 => "H.264",
            Self::H264Small => "H.264 small",
            Self::H264OneKey => "H.264 one key frame",
            Self::H265Aac => "H.265 + AAC",
            Self::H265Opus => "H.265 + Opus",
            Self::Av1 => "AV1",
            Self::TwoSounds => "H.264 + two AAC",
            Self::Aac => "AAC",
            Self::Mp3 => "MP3",
            Self::G711 => "G.711A",
            Self::H264Adpcm => "H.264 + ADPCM",
            Self::Adpcm => "ADPCM",
        }
    }

    /// Whether it has pictures.
    pub const fn has_video(self) -> bool {
        !matches!(self, Self::Aac | Self::Mp3 | Self::G711 | Self::Adpcm)
    }

    /// Whether it has sound.
    pub const fn has_audio(self) -> bool {
        !matches!(self, Self::H264 | Self::H264Small | Self::H264OneKey | Self::Av1)
    }

    const fn video(self) -> &'static str {
        match self {
            Self::H264Aac => "-c:v libx264 -preset veryfast -bf 2 -g 25 -keyint_min 25 -sc_threshold 0 -b:v 400k",
            Self::H264G711
            | Self::H264G711U
            | Self::H264G711Silent
            | Self::H264
            | Self::H264Small
            | Self::H264Adpcm
            | Self::TwoSounds => {
                "-c:v libx264 -preset veryfast -profile:v baseline -bf 0 -g 25 -keyint_min 25 -sc_threshold 0 -b:v 400k"
            }
            Self::H264OneKey => {
                "-c:v libx264 -preset veryfast -bf 0 -g 100000 -keyint_min 100000 -sc_threshold 0 -b:v 200k"
            }
            Self::H265Aac | Self::H265Opus => {
                "-c:v libx265 -preset ultrafast -x265-params keyint=25:min-keyint=25:scenecut=0:log-level=error -b:v 400k -tag:v hvc1"
            }
            Self::Av1 => "-c:v libsvtav1 -preset 12 -g 25 -b:v 400k",
            Self::Aac | Self::Mp3 | Self::G711 | Self::Adpcm => "-vn",
        }
    }

    const fn audio(self) -> &'static str {
        match self {
            Self::H264Aac | Self::H265Aac | Self::TwoSounds | Self::Aac => "-c:a aac -b:a 64k -ar 48000 -ac 2",
            Self::H264G711 | Self::G711 => "-c:a pcm_alaw -ar 8000 -ac 1",
            Self::H264G711U => "-c:a pcm_mulaw -ar 8000 -ac 2",
            Self::H264G711Silent => "-c:a pcm_alaw -ar 8000 -ac 1 -af volume=0",
            Self::H264Adpcm | Self::Adpcm => "-c:a adpcm_swf -ar 22050 -ac 1",
            Self::H265Opus => "-c:a libopus -b:a 48k -ar 48000 -ac 2",
            Self::Mp3 => "-c:a libmp3lame -b:a 64k -ar 44100 -ac 2",
            Self::H264 | Self::H264Small | Self::H264OneKey | Self::Av1 => "-an",
        }
    }

    /// MP4 where it can carry the codecs.
    const fn extension(self) -> &'static str {
        match self {
            Self::H264G711 | Self::H264G711U | Self::H264G711Silent | Self::G711 => "mkv",
            Self::H264Adpcm | Self::Adpcm => "flv",
            _ => "mp4",
        }
    }

    /// Five minutes of it.
    pub fn path(self) -> PathBuf {
        let _one_at_a_time = making();
        let folder = folder();
        let long = folder.join(format!("{self:?}-{VERSION}.{}", self.extension()));
        if long.exists() {
            return long;
        }
        let short = folder.join(format!("{self:?}-{VERSION}-short.{}", self.extension()));
        let size = if self == Self::H264Small { "192x108" } else { "384x216" };
        let filter = if self == Self::H264Small { "null".to_owned() } else { picture::filter() };
        let seconds = picture::ROUND / picture::FPS;
        let mut arguments = words("-v error -nostdin -y -f lavfi -i");
        arguments.push(format!("testsrc2=size={size}:rate={}:duration={seconds},{filter}", picture::FPS));
        arguments.extend(words("-f lavfi -i"));
        arguments.push(format!("sine=frequency={}:sample_rate=48000:duration={seconds}", TONES_HZ[0]));
        if self == Self::TwoSounds {
            arguments.extend(words("-f lavfi -i"));
            arguments.push(format!("sine=frequency={}:sample_rate=48000:duration={seconds}", TONES_HZ[1]));
            arguments
                .extend(words("-map 0:v -map 1:a -map 2:a -metadata:s:a:0 language=chi -metadata:s:a:1 language=eng"));
        }
        arguments.extend(words("-pix_fmt yuv420p -shortest"));
        arguments.extend(words(self.video()));
        arguments.extend(words(self.audio()));
        arguments.push(path_text(&short));
        ffmpeg(&arguments);
        let partial = folder.join(format!("{self:?}-partial.{}", self.extension()));
        let mut arguments = words("-v error -nostdin -y -stream_loop");
        // The clip with one key frame must not get another one at its end.
        arguments.push(if self == Self::H264OneKey { "0".to_owned() } else { (ROUNDS - 1).to_string() });
        arguments.extend(["-i".to_owned(), path_text(&short)]);
        arguments.extend(words("-map 0 -c copy"));
        arguments.push(path_text(&partial));
        ffmpeg(&arguments);
        fs::rename(&partial, &long).unwrap();
        long
    }

    /// The same as FLV; for codecs of the original specification.
    pub fn flv(self) -> PathBuf {
        let source = self.path();
        let _one_at_a_time = making();
        let flv = source.with_extension("flv");
        if !flv.exists() {
            let partial = source.with_extension("partial.flv");
            let mut arguments = words("-v error -nostdin -y -i");
            arguments.push(path_text(&source));
            arguments.extend(words("-map 0 -c copy"));
            arguments.push(path_text(&partial));
            ffmpeg(&arguments);
            fs::rename(&partial, &flv).unwrap();
        }
        flv
    }
}

/// Held while a clip is made: two makers of one clip would be in each other's way.
fn making() -> MutexGuard<'static, ()> {
    static MAKING: Mutex<()> = Mutex::new(());
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ffmpeg(arguments: &[String]) {
    let (ok, _, messages) = process::run("ffmpeg", arguments, Duration::from_secs(180));
    assert!(ok, "ffmpeg {arguments:?}: {messages}");
}

/// A text of words without blanks in them.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A path as an argument.
pub fn path_text(path: &Path) -> String {
    path.to_str().expect("test folders have plain names").to_owned()
}

/// `tmp/clips` in the build folder, where `cargo clean` finds it.
fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let target = program.ancestors().find(|path| path.join("CACHEDIR.TAG").exists());
    let folder = target.map_or_else(std::env::temp_dir, Path::to_owned).join("tmp/clips");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Adds a line to the file that `VIADUCT_SKIPS` names: `make test` counts and shows what was skipped.
fn skip(reason: &str) {
    use std::io::Write;
    eprintln!("skipped: {reason}");
    if let Some(path) = std::env::var_os("VIADUCT_SKIPS") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{reason}").unwrap();
    }
}

/// Real road clips, where the checkout has them beside it; absent ones are said and counted by the caller.
pub fn real(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let places = [root.join("../shared/media"), root.join("../../shared/media")];
    let found = places.into_iter().map(|place| place.join(name)).find(|path| path.exists());
    if found.is_none() {
        skip(&format!("{name} of ../shared/media is not here"));
    }
    found
}
