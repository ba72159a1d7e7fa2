//! A picture to a file.

use ffmpeg_next::codec::{Context, Id, encoder, packet::Packet};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::software::scaling::{self, Flags};
use ffmpeg_next::{Dictionary, Rational, codec, frame};
use worker_protocol::{Answer, Failure, FailureKind, Form, MAX_ANSWER, Picture};

/// FFmpeg's `FF_QP2LAMBDA`.
const LAMBDA: f32 = 118.;
/// The effort for PNG, of 9: above it little is gained for the time.
const PNG_EFFORT: usize = 3;
/// The effort for WebP, of 6.
const WEBP_EFFORT: &str = "2";

/// Writes a surface as a file.
pub(crate) fn encode(surface: &frame::Video, form: Form, quality: u8) -> Answer {
    let (width, height) = (surface.width(), surface.height());
    let (id, pixels) = match form {
        Form::Jpeg => (Id::MJPEG, Pixel::YUVJ420P),
        Form::Png => (Id::PNG, Pixel::RGB24),
        Form::Webp => (Id::WEBP, Pixel::YUV420P),
    };
    let missing = || Failure::new(FailureKind::Unsupported, format!("These FFmpeg libraries write no {form:?}."));
    let found = encoder::find(id).ok_or_else(missing)?;
    let mut video = Context::new_with_codec(found).encoder().video().map_err(|_| missing())?;
    video.set_width(width);
    video.set_height(height);
    video.set_format(pixels);
    video.set_time_base(Rational(1, 25));
    let mut options = Dictionary::new();
    match form {
        Form::Jpeg => {
            video.set_flags(codec::Flags::QSCALE);
            video.set_global_quality(lambda_of(quality));
            // Tables made for the picture are 5 % smaller and take half as long again.
            options.set("huffman", "default");
        }
        Form::Png => {
            video.set_compression(Some(PNG_EFFORT));
            options.set("pred", "up");
        }
        Form::Webp => {
            options.set("quality", &quality.to_string());
            options.set("compression_level", WEBP_EFFORT);
        }
    }
    let mut encoder = video.open_as_with(found, options).map_err(|_| missing())?;
    let failed = |_| Failure::new(FailureKind::Unsupported, "The picture could not be written.");
    let converted = converted(surface, pixels)?;
    encoder.send_frame(converted.as_ref().unwrap_or(surface)).map_err(failed)?;
    encoder.send_eof().map_err(failed)?;
    let mut packet = Packet::empty();
    encoder.receive_packet(&mut packet).map_err(failed)?;
    let bytes = packet.data().unwrap_or_default();
    // The head of an answer has a few bytes of its own.
    if bytes.len() > MAX_ANSWER - 16 {
        return Err(Failure::new(FailureKind::TooLarge, "The picture has too many bytes; ask for a smaller one."));
    }
    let side = |side| u16::try_from(side).expect("no side is over MAX_SIDE");
    Ok(Picture { width: side(width), height: side(height), bytes: bytes.to_vec().into() })
}

/// In the form that the encoder takes, where the surface is not that already.
fn converted(surface: &frame::Video, pixels: Pixel) -> Result<Option<frame::Video>, Failure> {
    if pixels == surface.format() {
        return Ok(None);
    }
    let failed = |_| Failure::new(FailureKind::Unsupported, "The picture could not be converted.");
    let (width, height) = (surface.width(), surface.height());
    let flags = Flags::BILINEAR | Flags::ACCURATE_RND;
    let mut scaler =
        scaling::Context::get(surface.format(), width, height, pixels, width, height, flags).map_err(failed)?;
    let mut converted = frame::Video::new(pixels, width, height);
    scaler.run(surface, &mut converted).map_err(failed)?;
    Ok(Some(converted))
}

/// The quantiser of MPEG for a quality as libjpeg counts it: its tables at quality 50 are about those of quantiser 8.
#[expect(clippy::cast_possible_truncation, reason = "at most 31 times LAMBDA")]
fn lambda_of(quality: u8) -> i32 {
    let quality = f32::from(quality.clamp(1, 100));
    let scale = if quality < 50. { 50. / quality } else { 2. - quality / 50. };
    ((8. * scale).clamp(2., 31.) * LAMBDA) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_quality_is_a_finer_quantiser() {
        let steps: Vec<i32> = [1, 25, 50, 80, 100].map(|quality| lambda_of(quality) / 118).to_vec();
        assert_eq!(steps, [31, 16, 8, 3, 2]);
    }

    #[test]
    fn each_form_begins_as_its_files_do() {
        let mut surface = frame::Video::new(Pixel::YUVJ420P, 64, 32);
        (0..3).for_each(|plane| surface.data_mut(plane).fill(100));
        for (form, magic) in [(Form::Jpeg, &b"\xff\xd8\xff"[..]), (Form::Png, b"\x89PNG"), (Form::Webp, b"RIFF")] {
            let picture = encode(&surface, form, 80).unwrap();
            assert_eq!((picture.width, picture.height), (64, 32));
            assert!(picture.bytes.starts_with(magic), "{form:?}");
        }
    }
}
