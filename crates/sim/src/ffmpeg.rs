//! Runs the `ffmpeg` program as an encoder: raw pictures or samples in, a coded stream out.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use crate::encode::EncodeError;
use crate::picture::Picture;

/// Coded bytes that are kept at most.
const MAX_OUTPUT_BYTES: u64 = 512 << 20;
/// Bytes of its complaints that are kept.
const MAX_MESSAGE_BYTES: u64 = 8 << 10;

/// A running encoder. Dropping it ends the program.
pub(crate) struct Ffmpeg {
    child: Child,
    input: Option<ChildStdin>,
    output: Option<JoinHandle<Vec<u8>>>,
    complaints: Option<JoinHandle<Vec<u8>>>,
    what: &'static str,
}

impl Ffmpeg {
    /// Starts an H.265 encoder for pictures of the given size.
    pub(crate) fn h265(width: u32, height: u32, fps: u32, bitrate_bps: u32, gop: u32) -> Result<Self, EncodeError> {
        let kbps = (bitrate_bps / 1000).max(1);
        let x265 = format!(
            "keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes=0:aud=1:repeat-headers=1:info=0:\
             vbv-maxrate={kbps}:vbv-bufsize={kbps}:log-level=error:pools=1:frame-threads=1"
        );
        let arguments = [
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-s",
            &format!("{width}x{height}"),
            "-r",
            &fps.to_string(),
            "-i",
            "pipe:0",
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-b:v",
            &format!("{kbps}k"),
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
            "-color_range",
            "tv",
            "-x265-params",
            &x265,
            "-f",
            "hevc",
            "pipe:1",
        ];
        Self::start("H.265", &arguments)
    }

    /// Starts a JPEG encoder for one picture of the given size.
    pub(crate) fn jpeg(width: usize, height: usize) -> Result<Self, EncodeError> {
        let size = format!("{width}x{height}");
        let arguments = [
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-color_range",
            "tv",
            "-s",
            &size,
            "-i",
            "pipe:0",
            "-frames:v",
            "1",
            "-c:v",
            "mjpeg",
            "-pix_fmt",
            "yuvj420p",
            "-q:v",
            "4",
            "-f",
            "mjpeg",
            "pipe:1",
        ];
        Self::start("JPEG", &arguments)
    }

    /// Starts an AAC-LC encoder for one channel of 16-bit samples.
    pub(crate) fn aac(sample_rate_hz: u32) -> Result<Self, EncodeError> {
        let rate = sample_rate_hz.to_string();
        let arguments = [
            "-f", "s16le", "-ar", &rate, "-ac", "1", "-i", "pipe:0", "-c:a", "aac", "-b:a", "32k", "-f", "adts",
            "pipe:1",
        ];
        Self::start("AAC", &arguments)
    }

    fn start(what: &'static str, arguments: &[&str]) -> Result<Self, EncodeError> {
        let mut child = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostdin", "-loglevel", "error"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| EncodeError::NoFfmpeg { what, source })?;
        let input = child.stdin.take();
        let output = child.stdout.take().map(|pipe| collect(pipe, MAX_OUTPUT_BYTES));
        let complaints = child.stderr.take().map(|pipe| collect(pipe, MAX_MESSAGE_BYTES));
        Ok(Self { child, input, output, complaints, what })
    }

    pub(crate) fn write_picture(&mut self, picture: &Picture) -> Result<(), EncodeError> {
        for plane in [&picture.y, &picture.u, &picture.v] {
            self.write(plane)?;
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        let wrote = self.input.as_mut().map(|input| input.write_all(bytes));
        match wrote {
            Some(Ok(())) => Ok(()),
            // It went away: what it wrote to its standard error says why.
            _ => Err(self.failure()),
        }
    }

    /// Ends the input and answers with everything that was coded.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        self.input = None;
        let output = self.output.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        match self.child.wait() {
            Ok(status) if status.success() && !output.is_empty() => Ok(output),
            _ => Err(self.failure()),
        }
    }

    fn failure(&mut self) -> EncodeError {
        self.input = None;
        let message = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        EncodeError::Ffmpeg { what: self.what, message: String::from_utf8_lossy(&message).trim().to_owned() }
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        // Both fail only when the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe to its end; what exceeds the limit is dropped so that the writer never blocks.
fn collect(mut pipe: impl Read + Send + 'static, limit: u64) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = vec![];
        // A broken pipe ends the stream like its end does; the exit status tells them apart.
        let _ = (&mut pipe).take(limit).read_to_end(&mut bytes);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        bytes
    })
}
