//! One access unit to one picture.

use ffmpeg_next::codec::{Context, Id, decoder, packet::Packet, threading};
use ffmpeg_next::{Dictionary, frame};
use worker_protocol::{Codec, Failure, FailureKind, Form, MAX_SIDE};

/// Decodes a unit that holds its parameter sets.
pub(crate) fn decode(codec: Codec, unit: &[u8]) -> Result<frame::Video, Failure> {
    let mut decoder = open(codec)?;
    let undecodable = |_| Failure::new(FailureKind::Undecodable, "The key frame cannot be decoded.");
    decoder.send_packet(&Packet::copy(unit)).map_err(undecodable)?;
    // One unit is all there is: what is decoded comes out now.
    decoder.send_eof().map_err(undecodable)?;
    let mut frame = frame::Video::empty();
    decoder.receive_frame(&mut frame).map_err(undecodable)?;
    let side = u32::from(MAX_SIDE);
    if frame.width() == 0 || frame.height() == 0 || frame.width() > side || frame.height() > side {
        return Err(Failure::new(FailureKind::TooLarge, format!("Pictures of more than {side} pixels are not made.")));
    }
    Ok(frame)
}

fn open(codec: Codec) -> Result<decoder::Video, Failure> {
    let id = match codec {
        Codec::H264 => Id::H264,
        Codec::H265 => Id::HEVC,
        Codec::Av1 => Id::AV1,
        Codec::File(Form::Jpeg) => Id::MJPEG,
        Codec::File(Form::Png) => Id::PNG,
        Codec::File(Form::Webp) => Id::WEBP,
    };
    let missing = || Failure::new(FailureKind::Unsupported, format!("These FFmpeg libraries decode no {id:?}."));
    let found = decoder::find(id).ok_or_else(missing)?;
    let mut context = Context::new_with_codec(found);
    // One picture gains nothing from threads, and the confined process could start none.
    context.set_threading(threading::Config { kind: threading::Type::None, count: 1, ..Default::default() });
    let mut options = Dictionary::new();
    options.set("max_pixels", &(u64::from(MAX_SIDE) * u64::from(MAX_SIDE)).to_string());
    let opened = context.decoder().open_as_with(found, options).map_err(|_| missing())?;
    opened.video().map_err(|_| missing())
}
