//! A picture that is asked for.

use bytes::{BufMut, Bytes, BytesMut};

use crate::wire::{Malformed, message, take_text, take_u8, take_u16};

/// Largest width and height of a picture in pixels, decoded or written.
pub const MAX_SIDE: u16 = 8192;
/// Longest text on a picture in bytes.
pub const MAX_OVERLAY: usize = 512;

/// What is added to the number of a form where the unit is a file.
const FILES: u8 = 16;

/// How the unit is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// ITU-T H.264, as a byte stream (annex B).
    H264,
    /// ITU-T H.265, as a byte stream (annex B).
    H265,
    /// AV1, as OBUs with size fields.
    Av1,
    /// A whole file, as an earlier answer held it.
    File(Form),
}

/// How the picture is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// JPEG.
    Jpeg,
    /// PNG, without loss.
    Png,
    /// WebP, lossy.
    Webp,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// Stable identifier, and what its files end in.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// By its identifier.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == text)
    }

    const fn number(self) -> u8 {
        match self {
            Self::Jpeg => 1,
            Self::Png => 2,
            Self::Webp => 3,
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.number() == number)
    }

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// One key frame, and what to make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How the unit is coded.
    pub codec: Codec,
    /// How the picture is to be written.
    pub form: Form,
    /// 1 (smallest) to 100 (best), for JPEG and WebP.
    pub quality: u8,
    /// The picture is made smaller, with its proportions, until it fits; 0 leaves it as it is. Never made larger.
    pub max_width: u16,
    /// The same for its height.
    pub max_height: u16,
    /// Written into the picture, its lines below each other; empty for nothing. At most [`MAX_OVERLAY`] bytes.
    pub overlay: String,
    /// The parameter sets and one access unit where decoding can begin.
    pub unit: Bytes,
}

impl Request {
    /// The message. What is longer than it may be is refused by the reader.
    pub fn write(&self) -> Bytes {
        let mut head = BytesMut::with_capacity(9 + self.overlay.len());
        head.put_u8(match self.codec {
            Codec::H264 => 1,
            Codec::H265 => 2,
            Codec::Av1 => 3,
            Codec::File(form) => FILES + form.number(),
        });
        head.put_u8(self.form.number());
        head.put_u8(self.quality);
        head.put_u16(self.max_width);
        head.put_u16(self.max_height);
        head.put_u16(u16::try_from(self.overlay.len()).unwrap_or(u16::MAX));
        head.put_slice(self.overlay.as_bytes());
        message(&head, &self.unit)
    }

    /// From a message's body.
    ///
    /// # Errors
    /// When it is truncated or a field has a value that is not defined.
    pub fn read(mut body: Bytes) -> Result<Self, Malformed> {
        let codec = match take_u8(&mut body)? {
            1 => Codec::H264,
            2 => Codec::H265,
            3 => Codec::Av1,
            value => match value.checked_sub(FILES).and_then(Form::of_number) {
                Some(form) => Codec::File(form),
                None => return Err(Malformed::Unknown { field: "codec", value }),
            },
        };
        let value = take_u8(&mut body)?;
        let form = Form::of_number(value).ok_or(Malformed::Unknown { field: "form", value })?;
        let quality = match take_u8(&mut body)? {
            quality @ 1..=100 => quality,
            value => return Err(Malformed::Unknown { field: "quality", value }),
        };
        let (max_width, max_height) = (take_u16(&mut body)?, take_u16(&mut body)?);
        let overlay = take_text(&mut body, MAX_OVERLAY)?;
        Ok(Self { codec, form, quality, max_width, max_height, overlay, unit: body })
    }
}
