//! Readers: what independent players see of a stream.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::clips::{path_text, words};
use crate::picture::{CELL, HEIGHT, WIDTH, check_motion, read_all};
use crate::process::Process;

/// How long a reader may take.
const READ_PATIENCE: Duration = Duration::from_secs(45);
/// Sound that must be heard, in milliseconds.
const SOUND_MS: usize = 500;
const SOUND_HZ: usize = 8000;
/// Samples that a tone is told by: a second.
const TONE_SAMPLES: usize = SOUND_HZ;
/// Bytes of the sound that a tone is told by the middle of.
const HEARD_LEN: usize = 4 * TONE_SAMPLES;

/// What a reader must find.
#[derive(Clone, Copy, Debug)]
pub struct Expect {
    /// Pictures that must be decoded, in motion; 0 without video.
    pub pictures: usize,
    /// Whether there must be sound that is not silence.
    pub sound: bool,
}

/// FFmpeg decodes a URL or file.
///
/// # Errors
/// What was missing, with FFmpeg's messages.
pub fn ffmpeg(options: &str, input: &str, expect: Expect) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sound = folder.path().join("sound");
    let mut arguments = words("-v error -nostdin -y -analyzeduration 2000000 -probesize 2000000");
    arguments.extend(words(options));
    arguments.extend(["-i".to_owned(), input.to_owned()]);
    if expect.pictures > 0 {
        arguments.extend(words(&format!(
            "-map 0:v:0 -fps_mode passthrough -frames:v {} -vf crop={WIDTH}:{CELL}:0:0 -pix_fmt gray -f rawvideo pipe:1",
            expect.pictures
        )));
    }
    if expect.sound {
        arguments.extend(words(&format!("-map 0:a:0 -t 1 -ac 1 -ar {SOUND_HZ} -f s16le {}", path_text(&sound))));
    }
    let mut process = Process::start("ffmpeg", &arguments);
    let bytes = process.output(READ_PATIENCE);
    if expect.pictures == 0 {
        process.wait(READ_PATIENCE);
    }
    let verdict = check_pictures(&bytes, CELL, expect.pictures).and_then(|()| {
        if expect.sound {
            let _ended = process.ended().is_some() || expect.pictures > 0 && !process.wait(READ_PATIENCE).success();
            check_sound(&std::fs::read(&sound).unwrap_or_default())
        } else {
            Ok(())
        }
    });
    verdict.map_err(|error| format!("ffmpeg {input}: {error}; {}", process.messages().trim()))
}

fn check_pictures(bytes: &[u8], rows: usize, wanted: usize) -> Result<(), String> {
    if wanted == 0 {
        return Ok(());
    }
    // The last pictures may be cut off with the reader.
    check_motion(&read_all(bytes, rows), wanted * 9 / 10)
}

fn check_sound(bytes: &[u8]) -> Result<(), String> {
    let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    if samples.len() < SOUND_MS * SOUND_HZ / 1000 || peak < 1000 {
        return Err(format!("{} samples of sound, peak {peak}", samples.len()));
    }
    Ok(())
}

/// FFmpeg decodes bytes that another program received.
///
/// # Errors
/// As [`ffmpeg`].
pub fn ffmpeg_bytes(format: &str, bytes: &[u8], expect: Expect) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("received");
    std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
    ffmpeg(&format!("-f {format}"), &path_text(&file), expect)
}

/// The tone that FFmpeg hears in one sound of a URL, counted from 0, in Hz.
///
/// # Errors
/// What was missing, with FFmpeg's messages.
pub fn ffmpeg_tone(options: &str, url: &str, sound: usize) -> Result<f64, String> {
    let mut arguments = words("-v error -nostdin -analyzeduration 2000000 -probesize 2000000");
    arguments.extend(words(options));
    arguments.extend(["-i".to_owned(), url.to_owned()]);
    arguments.extend(words(&format!("-map 0:a:{sound} -ac 1 -ar {SOUND_HZ} -f s16le pipe:1")));
    let mut command = Command::new("ffmpeg");
    command.args(arguments);
    tone_of(&mut Process::run(command, HEARD_LEN))
}

/// The tone that mpv hears in one sound of a URL, counted from 0, in Hz.
///
/// # Errors
/// What was missing, with mpv's messages.
pub fn mpv_tone(url: &str, sound: usize) -> Result<f64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("sound");
    let line = format!(
        "--no-config --no-terminal --no-video --aid={} --length=6 --audio-samplerate={SOUND_HZ} --audio-channels=mono \
         --audio-format=s16 --ao=pcm --ao-pcm-waveheader=no --ao-pcm-file={} {url}",
        sound + 1,
        path_text(&file)
    );
    let mut process = Process::start("mpv", words(&line));
    process.output(READ_PATIENCE);
    let bytes = std::fs::read(&file).unwrap_or_default();
    tone(&bytes).ok_or_else(|| format!("{} bytes of sound; {}", bytes.len(), process.messages().trim()))
}

/// The tone that GStreamer hears in a URL with one sound, in Hz.
///
/// # Errors
/// What was missing, with GStreamer's messages.
pub fn gstreamer_tone(url: &str) -> Result<f64, String> {
    let line = format!(
        "-q uridecodebin uri={url} caps=audio/x-raw expose-all-streams=false ! audioconvert ! audioresample \
         ! audio/x-raw,format=S16LE,rate={SOUND_HZ},channels=1 ! fdsink fd=1 sync=false"
    );
    let mut command = Command::new("gst-launch-1.0");
    command.args(words(&line));
    tone_of(&mut Process::run(command, HEARD_LEN))
}

fn tone_of(process: &mut Process) -> Result<f64, String> {
    let bytes = process.output(READ_PATIENCE);
    tone(&bytes).ok_or_else(|| format!("{} bytes of sound; {}", bytes.len(), process.messages().trim()))
}

/// Counts how often a sine crosses zero, in the middle of what was heard: decoders begin and end softly.
fn tone(bytes: &[u8]) -> Option<f64> {
    let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let heard = samples.get(samples.len().checked_sub(TONE_SAMPLES)? / 2..)?.get(..TONE_SAMPLES)?;
    let loud = heard.iter().map(|sample| sample.unsigned_abs()).max()? > 1000;
    let rises = heard.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    loud.then(|| rises as f64 * SOUND_HZ as f64 / TONE_SAMPLES as f64)
}

/// GStreamer plays a URL with whatever elements it finds fit.
///
/// # Errors
/// What was missing, with GStreamer's messages.
pub fn gstreamer(uri: &str, pictures: usize) -> Result<(), String> {
    let uri = if uri.starts_with("rtsp:") || uri.starts_with("rtsps:") {
        uri.replacen("rtsp", "rtspt", 1)
    } else {
        uri.to_owned()
    };
    let line = format!("-q uridecodebin uri={uri} ! videoconvert ! video/x-raw,format=GRAY8 ! fdsink fd=1 sync=false");
    gstreamer_pipeline(&line, pictures)
}

/// GStreamer's `rtspsrc` plays a URL by the transports named, such as `udp-mcast`.
///
/// # Errors
/// As [`gstreamer`].
pub fn gstreamer_rtsp(url: &str, protocols: &str, pictures: usize) -> Result<(), String> {
    let line = format!(
        "-q rtspsrc location={url} protocols={protocols} latency=200 name=s s. ! application/x-rtp,media=video ! decodebin \
         ! videoconvert ! video/x-raw,format=GRAY8 ! fdsink fd=1 sync=false"
    );
    gstreamer_pipeline(&line, pictures)
}

fn gstreamer_pipeline(line: &str, pictures: usize) -> Result<(), String> {
    let mut command = Command::new("gst-launch-1.0");
    command.args(words(line));
    let mut process = Process::run(command, pictures * WIDTH * HEIGHT);
    let bytes = process.output(READ_PATIENCE);
    check_pictures(&bytes, HEIGHT, pictures)
        .map_err(|error| format!("gstreamer {line}: {error}; {}", process.messages().trim()))
}

/// mpv plays a URL.
///
/// # Errors
/// What was missing, with mpv's messages.
pub fn mpv(url: &str, pictures: usize) -> Result<(), String> {
    mpv_rtsp(url, "tcp", pictures)
}

/// mpv plays a URL; RTSP by the transport named.
///
/// # Errors
/// As [`mpv`].
pub fn mpv_rtsp(url: &str, transport: &str, pictures: usize) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("pictures");
    let line = format!(
        "--no-config --no-terminal --rtsp-transport={transport} --tls-verify=no --frames={pictures} --no-audio \
         --vf=format=gray --of=rawvideo --ovc=rawvideo --o={} {url}",
        path_text(&file)
    );
    let mut process = Process::start("mpv", words(&line));
    process.output(READ_PATIENCE);
    check_pictures(&std::fs::read(&file).unwrap_or_default(), HEIGHT, pictures)
        .map_err(|error| format!("mpv {url}: {error}; {}", process.messages().trim()))
}

/// ffprobe names the codecs of a URL.
///
/// # Errors
/// ffprobe's messages.
pub fn ffprobe(options: &str, url: &str) -> Result<Vec<String>, String> {
    let mut arguments = words("-v error -analyzeduration 2000000 -probesize 2000000");
    arguments.extend(words(options));
    arguments.extend(words("-show_entries stream=codec_name -of csv=p=0"));
    arguments.push(url.to_owned());
    let (ok, output, messages) = crate::process::run("ffprobe", &arguments, READ_PATIENCE);
    let codecs: Vec<String> = output.split_whitespace().map(str::to_owned).collect();
    if ok && !codecs.is_empty() { Ok(codecs) } else { Err(format!("ffprobe {url}: {}", messages.trim())) }
}

/// Whether a file is there and not empty.
pub fn exists(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}
