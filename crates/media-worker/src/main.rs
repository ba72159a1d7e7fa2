//! `viaduct-media-worker`: takes key frames on its standard input and gives pictures on its standard output, one after
//! the other, until the input ends (`worker_protocol` has the messages).
//!
//! ```text
//! request -> decode -> scale, full range, BT.601 -> write the text -> encode -> answer
//! ```
//! It runs the decoders of FFmpeg on bytes from outside, so it is a process of its own, holds no secret, and confines
//! itself before it reads anything ([`confine`]): it can open no file and no socket, start nothing, and use only so
//! much memory and time. If it dies, the server starts another.
//!
//! A worker that is given sound instead has one session of it, see [`sound`].
//!
//! It deliberately keeps nothing from one picture to the next.

mod confine;
mod decode;
mod encode;
mod font;
mod overlay;
mod sound;
mod surface;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use clap::Parser;
use worker_protocol::{
    Answer, Failure, FailureKind, GREETING, MAX_REQUEST, Picture, Request, SoundRequest, split_message,
    write_sound_answer,
};

use font::Font;
use sound::Sound;

/// Bytes that are read at once.
const READ_SIZE: usize = 256 << 10;

/// Makes pictures of key frames, and codes sound anew, for the server, which starts it. It is of no use by hand.
#[derive(Debug, Parser)]
#[command(name = "viaduct-media-worker", version)]
struct Args {
    /// A TrueType or OpenType font for texts on pictures; without it a known one of the system is taken.
    #[arg(long)]
    font: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("viaduct-media-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
    let font = Font::find(args.font.as_deref())?;
    confine::confine().context("confining itself")?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    greet(&mut output, &font)?;
    let (mut buffer, mut sound) = (BytesMut::new(), Sound::default());
    loop {
        while let Some(body) = split_message(&mut buffer, MAX_REQUEST)? {
            confine::limit_time()?;
            output.write_all(&if SoundRequest::begins(&body) {
                write_sound_answer(&sound.answer(body))
            } else {
                Picture::write(&answer(body, &font))
            })?;
            output.flush()?;
        }
        if !fill(&mut input, &mut buffer)? {
            return Ok(());
        }
    }
}

/// Says that it is up and of which version, and which font it writes with: nothing for the one it brings along.
fn greet(output: &mut impl Write, font: &Font) -> std::io::Result<()> {
    let name = font.name();
    let length = u32::try_from(GREETING.len() + 1 + name.len()).unwrap_or(u32::MAX);
    output.write_all(&length.to_be_bytes())?;
    output.write_all(GREETING)?;
    output.write_all(b"\n")?;
    output.write_all(name.as_bytes())?;
    output.flush()
}

/// Reads more; `false` at the end of the input.
fn fill(input: &mut impl Read, buffer: &mut BytesMut) -> std::io::Result<bool> {
    let start = buffer.len();
    buffer.resize(start + READ_SIZE, 0);
    let count = input.read(&mut buffer[start..])?;
    buffer.truncate(start + count);
    Ok(count > 0)
}

fn answer(body: Bytes, font: &Font) -> Answer {
    let request = Request::read(body)
        .map_err(|error| Failure::new(FailureKind::Undecodable, format!("The request: {error}.")))?;
    let frame = decode::decode(request.codec, &request.unit)?;
    let mut surface = surface::surface(&frame, request.codec, request.max_width, request.max_height)?;
    overlay::write(&mut surface, font, &request.overlay);
    encode::encode(&surface, request.form, request.quality)
}
