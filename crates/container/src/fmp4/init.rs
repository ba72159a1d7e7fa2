//! The initialisation segment.

use bytes::{BufMut, BytesMut};
use media::{CodecConfig, MediaKind, TrackConfig, flac};
use std::sync::Arc;

use super::carried::{flac_format, timescale};
use crate::mp4::language;

/// Rows of the identity matrix (ISO/IEC 14496-12 §8.2.2.3).
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// Ticks per second of the movie header, which no sample uses.
const MOVIE_TIMESCALE: u32 = 1000;

/// Appends `ftyp` and `moov` for tracks that [`super::carried::choose`] let through; the number of a track is
/// its position, from 1.
pub(super) fn write(out: &mut BytesMut, tracks: &[Arc<TrackConfig>]) {
    boxed(out, b"ftyp", |out| {
        out.put_slice(b"iso6");
        out.put_u32(0);
        out.put_slice(b"iso6mp41");
    });
    boxed(out, b"moov", |out| {
        full_boxed(out, b"mvhd", 0, 0, |out| {
            out.put_slice(&[0; 8]);
            out.put_u32(MOVIE_TIMESCALE);
            out.put_u32(0);
            out.put_u32(0x1_0000);
            out.put_u16(0x100);
            out.put_slice(&[0; 10]);
            put_matrix(out);
            out.put_slice(&[0; 24]);
            out.put_u32(track_number(tracks.len()));
        });
        for (index, track) in tracks.iter().enumerate() {
            boxed(out, b"trak", |out| {
                write_track(out, track_number(index), track);
            });
        }
        boxed(out, b"mvex", |out| {
            for index in 0..tracks.len() {
                full_boxed(out, b"trex", 0, 0, |out| {
                    out.put_u32(track_number(index));
                    out.put_u32(1);
                    out.put_slice(&[0; 12]);
                });
            }
        });
    });
}

/// `track_ID` of the track at a position.
pub(super) fn track_number(index: usize) -> u32 {
    u32::try_from(index).expect("two tracks at most") + 1
}

fn write_track(out: &mut BytesMut, number: u32, track: &TrackConfig) {
    const ENABLED_IN_MOVIE: u32 = 3;
    let codec = &track.codec;
    let audio = codec.kind() == MediaKind::Audio;
    let (width, height) = codec.picture().map_or((0, 0), |picture| (picture.width, picture.height));
    full_boxed(out, b"tkhd", 0, ENABLED_IN_MOVIE, |out| {
        out.put_slice(&[0; 8]);
        out.put_u32(number);
        out.put_slice(&[0; 16]);
        // Layer 0, alternate group 0, then the volume.
        out.put_u32(0);
        out.put_u16(if audio { 0x100 } else { 0 });
        out.put_u16(0);
        put_matrix(out);
        out.put_u32(width << 16);
        out.put_u32(height << 16);
    });
    boxed(out, b"mdia", |out| {
        full_boxed(out, b"mdhd", 0, 0, |out| {
            out.put_slice(&[0; 8]);
            out.put_u32(timescale(codec).get());
            out.put_u32(0);
            out.put_u16(language::packed(track.language));
            out.put_u16(0);
        });
        full_boxed(out, b"hdlr", 0, 0, |out| {
            out.put_u32(0);
            out.put_slice(if audio { b"soun" } else { b"vide" });
            out.put_slice(&[0; 12]);
            out.put_u8(0);
        });
        boxed(out, b"minf", |out| {
            if audio {
                full_boxed(out, b"smhd", 0, 0, |out| out.put_u32(0));
            } else {
                full_boxed(out, b"vmhd", 0, 1, |out| out.put_u64(0));
            }
            boxed(out, b"dinf", |out| {
                full_boxed(out, b"dref", 0, 0, |out| {
                    const SELF_CONTAINED: u32 = 1;
                    out.put_u32(1);
                    full_boxed(out, b"url ", 0, SELF_CONTAINED, |_| {});
                });
            });
            boxed(out, b"stbl", |out| {
                full_boxed(out, b"stsd", 0, 0, |out| {
                    out.put_u32(1);
                    write_sample_entry(out, codec);
                });
                for kind in [b"stts", b"stsc", b"stco"] {
                    full_boxed(out, kind, 0, 0, |out| out.put_u32(0));
                }
                full_boxed(out, b"stsz", 0, 0, |out| out.put_u64(0));
            });
        });
    });
}

fn write_sample_entry(out: &mut BytesMut, codec: &CodecConfig) {
    match codec {
        CodecConfig::H264(config) => visual(out, b"avc1", codec, b"avcC", &config.to_avcc()),
        CodecConfig::H265(config) => visual(out, b"hvc1", codec, b"hvcC", &config.to_hvcc()),
        CodecConfig::Av1(config) => visual(out, b"av01", codec, b"av1C", &config.to_av1c()),
        CodecConfig::Aac(config) => audio(out, b"mp4a", codec, |out| {
            const AUDIO_ISO_14496_3: u8 = 0x40;
            write_esds(out, AUDIO_ISO_14496_3, &config.specific_config);
        }),
        CodecConfig::Mp3(_) => audio(out, b"mp4a", codec, |out| {
            const AUDIO_ISO_11172_3: u8 = 0x6B;
            write_esds(out, AUDIO_ISO_11172_3, &[]);
        }),
        CodecConfig::Opus(config) => audio(out, b"Opus", codec, |out| {
            boxed(out, b"dOps", |out| {
                out.put_slice(&[0, config.channels]);
                // Pre-skip 0, input rate 48 kHz, gain 0, mapping family 0.
                out.put_u16(0);
                out.put_u32(48_000);
                out.put_slice(&[0; 3]);
            });
        }),
        CodecConfig::G711A(_) | CodecConfig::G711U(_) => audio(out, b"fLaC", codec, |out| {
            let format = flac_format(codec).expect("choose refuses what FLAC has no room for");
            full_boxed(out, b"dfLa", 0, 0, |out| put_stream_info(out, &format));
        }),
        CodecConfig::Opaque(_) => unreachable!("choose refuses codecs without a sample entry"),
    }
}

fn visual(out: &mut BytesMut, kind: &[u8; 4], codec: &CodecConfig, config_kind: &[u8; 4], config: &[u8]) {
    let (width, height) = codec.picture().map_or((0, 0), |picture| (picture.width, picture.height));
    // Both are 16,384 at most, by the parsers of parameter sets.
    let clipped = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    boxed(out, kind, |out| {
        const RESOLUTION_72_DPI: u32 = 0x48_0000;
        out.put_slice(&[0; 6]);
        out.put_u16(1);
        out.put_slice(&[0; 16]);
        out.put_u16(clipped(width));
        out.put_u16(clipped(height));
        out.put_u32(RESOLUTION_72_DPI);
        out.put_u32(RESOLUTION_72_DPI);
        out.put_u32(0);
        out.put_u16(1);
        out.put_slice(&[0; 32]);
        out.put_u16(0x18);
        out.put_i16(-1);
        boxed(out, config_kind, |out| out.put_slice(config));
    });
}

fn audio(out: &mut BytesMut, kind: &[u8; 4], codec: &CodecConfig, config: impl FnOnce(&mut BytesMut)) {
    let (rate, channels) = codec.sound().map_or((0, 1), |(rate, channels)| (rate.get(), channels));
    boxed(out, kind, |out| {
        out.put_slice(&[0; 6]);
        out.put_u16(1);
        out.put_u64(0);
        out.put_u16(u16::from(channels));
        out.put_u16(16);
        out.put_u32(0);
        // 16.16; rates over 65,535 Hz are in the codec's own configuration only.
        out.put_u16(u16::try_from(rate).unwrap_or(0));
        out.put_u16(0);
        config(out);
    });
}

/// ISO/IEC 14496-1 §7.2.6.5, with one-byte lengths: an `AudioSpecificConfig` is 64 bytes at most.
fn write_esds(out: &mut BytesMut, object_type: u8, specific_config: &[u8]) {
    const ES: u8 = 3;
    const DECODER_CONFIG: u8 = 4;
    const DECODER_SPECIFIC: u8 = 5;
    const SL_CONFIG: u8 = 6;
    /// Stream type 5 (audio), not upstream, reserved bit set.
    const AUDIO_STREAM: u8 = 5 << 2 | 1;
    const DECODER_CONFIG_LEN: usize = 13;
    let byte = |length: usize| u8::try_from(length).expect("descriptors are under 128 bytes");
    let specific_len = if specific_config.is_empty() { 0 } else { 2 + specific_config.len() };
    let decoder_len = DECODER_CONFIG_LEN + specific_len;
    full_boxed(out, b"esds", 0, 0, |out| {
        out.put_slice(&[ES, byte(3 + 2 + decoder_len + 3), 0, 0, 0]);
        out.put_slice(&[DECODER_CONFIG, byte(decoder_len), object_type, AUDIO_STREAM]);
        out.put_slice(&[0; 11]);
        if !specific_config.is_empty() {
            out.put_slice(&[DECODER_SPECIFIC, byte(specific_config.len())]);
            out.put_slice(specific_config);
        }
        out.put_slice(&[SL_CONFIG, 1, 2]);
    });
}

/// The one metadata block, which is the last (RFC 9639 §8.1).
fn put_stream_info(out: &mut BytesMut, format: &flac::Format) {
    const LAST_STREAM_INFO: u32 = 0x8000_0000;
    let info = format.stream_info();
    out.put_u32(LAST_STREAM_INFO | u32::try_from(info.len()).expect("34 bytes"));
    out.put_slice(&info);
}

fn put_matrix(out: &mut BytesMut) {
    for value in MATRIX {
        out.put_u32(value);
    }
}

/// One box: the size is filled in once the content is there.
fn boxed(out: &mut BytesMut, kind: &[u8; 4], content: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    content(out);
    let size = u32::try_from(out.len() - start).expect("an init segment is under 4 GiB");
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

fn full_boxed(out: &mut BytesMut, kind: &[u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut BytesMut)) {
    boxed(out, kind, |out| {
        out.put_u32(u32::from(version) << 24 | flags);
        content(out);
    });
}
