//! AMF0 values: the commands of RTMP and the script data of FLV.

use bytes::{BufMut, BytesMut};

/// Objects and arrays within each other; encoders send three levels at most.
pub const MAX_DEPTH: u8 = 16;
/// Values of one message, all levels together; a bound on the memory that a message can claim.
pub const MAX_VALUES: u32 = 4096;

mod marker {
    pub(super) const NUMBER: u8 = 0x00;
    pub(super) const BOOLEAN: u8 = 0x01;
    pub(super) const STRING: u8 = 0x02;
    pub(super) const OBJECT: u8 = 0x03;
    pub(super) const NULL: u8 = 0x05;
    pub(super) const UNDEFINED: u8 = 0x06;
    pub(super) const REFERENCE: u8 = 0x07;
    pub(super) const ECMA_ARRAY: u8 = 0x08;
    pub(super) const OBJECT_END: u8 = 0x09;
    pub(super) const STRICT_ARRAY: u8 = 0x0A;
    pub(super) const DATE: u8 = 0x0B;
    pub(super) const LONG_STRING: u8 = 0x0C;
    pub(super) const UNSUPPORTED: u8 = 0x0D;
    pub(super) const XML_DOCUMENT: u8 = 0x0F;
    pub(super) const TYPED_OBJECT: u8 = 0x10;
    pub(super) const AVMPLUS: u8 = 0x11;
}

/// One AMF0 value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A double.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A string of any length; longer than 65,535 bytes it is written as a long string.
    String(Box<str>),
    /// Named properties in the sender's order.
    Object(Object),
    /// Named properties that the sender called an array.
    EcmaArray(Object),
    /// Values without names.
    StrictArray(Vec<Self>),
    /// An instant; the time zone is reserved and always 0 on the wire.
    Date {
        /// Milliseconds since the Unix epoch, UTC.
        unix_ms: f64,
    },
    /// Null.
    Null,
    /// Undefined, unsupported, or a reference, which nobody sends.
    Undefined,
}

impl Value {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a number or of a boolean (some encoders send `stereo` as 0 or 1).
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Boolean(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        }
    }

    /// The properties of an object or ECMA array.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) | Self::EcmaArray(object) => Some(object),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

/// Named properties in order; a name may occur twice, the last one counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(Box<str>, Value)>);

impl Object {
    /// No properties.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The same object with one more property. The name is cut to what its length field can say (65,535 bytes).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.push((clip(name).into(), value.into()));
        self
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(key, _)| **key == *name).map(|(_, value)| value)
    }

    /// The text of a string property.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The number of a numeric property.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_number()
    }

    /// All properties in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

/// Why bytes are not AMF0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmfError {
    /// The bytes end inside a value.
    #[error("AMF0 value ends early")]
    Truncated,
    /// A marker that AMF0 does not define or whose value cannot be skipped.
    #[error("AMF0 marker {0:#04x} is not supported")]
    UnknownMarker(u8),
    /// Deeper than [`MAX_DEPTH`].
    #[error("AMF0 value is nested too deep")]
    TooDeep,
    /// More than [`MAX_VALUES`].
    #[error("AMF0 message holds too many values")]
    TooMany,
}

/// Reads one value after the other.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    rest: &'a [u8],
    values_left: u32,
}

impl<'a> Decoder<'a> {
    /// Over the whole of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, values_left: MAX_VALUES }
    }

    /// What has not been read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next value, `None` at the end of the bytes.
    ///
    /// # Errors
    /// When the bytes are not AMF0 or exceed a limit; the decoder is of no use after that.
    pub fn next_value(&mut self) -> Result<Option<Value>, AmfError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.value(0).map(Some)
    }

    fn value(&mut self, depth: u8) -> Result<Value, AmfError> {
        if depth > MAX_DEPTH {
            return Err(AmfError::TooDeep);
        }
        self.values_left = self.values_left.checked_sub(1).ok_or(AmfError::TooMany)?;
        let [kind] = self.take()?;
        Ok(match kind {
            marker::NUMBER => Value::Number(f64::from_be_bytes(self.take()?)),
            marker::BOOLEAN => Value::Boolean(self.take::<1>()? != [0]),
            marker::STRING => Value::String(self.short_string()?),
            marker::LONG_STRING | marker::XML_DOCUMENT => {
                let length = u32::from_be_bytes(self.take()?);
                Value::String(self.string(usize::try_from(length).map_err(|_| AmfError::Truncated)?)?)
            }
            marker::OBJECT => Value::Object(self.object(depth)?),
            marker::TYPED_OBJECT => {
                self.short_string()?;
                Value::Object(self.object(depth)?)
            }
            marker::ECMA_ARRAY => {
                // The count is a hint only: encoders write 0 or the wrong number and end with the marker.
                self.take::<4>()?;
                Value::EcmaArray(self.object(depth)?)
            }
            marker::STRICT_ARRAY => {
                let count = u32::from_be_bytes(self.take()?);
                let mut values = Vec::new();
                for _ in 0..count {
                    values.push(self.value(depth + 1)?);
                }
                Value::StrictArray(values)
            }
            marker::DATE => {
                let unix_ms = f64::from_be_bytes(self.take()?);
                self.take::<2>()?;
                Value::Date { unix_ms }
            }
            marker::NULL => Value::Null,
            marker::UNDEFINED | marker::UNSUPPORTED => Value::Undefined,
            marker::REFERENCE => {
                self.take::<2>()?;
                Value::Undefined
            }
            marker::AVMPLUS => self.amf3_scalar()?,
            other => return Err(AmfError::UnknownMarker(other)),
        })
    }

    fn object(&mut self, depth: u8) -> Result<Object, AmfError> {
        let mut properties = Vec::new();
        loop {
            // Violates AMF0 §2.5: some encoders end onMetaData without the end marker.
            if self.rest.is_empty() && !properties.is_empty() {
                return Ok(Object(properties));
            }
            let name = self.short_string()?;
            if name.is_empty() && self.rest.first() == Some(&marker::OBJECT_END) {
                self.take::<1>()?;
                return Ok(Object(properties));
            }
            properties.push((name, self.value(depth + 1)?));
        }
    }

    /// AMF3 (Adobe, 2013 §3) scalars, which clients with `objectEncoding` 3 mix into AMF0 commands.
    fn amf3_scalar(&mut self) -> Result<Value, AmfError> {
        let [kind] = self.take()?;
        Ok(match kind {
            0x00 => Value::Undefined,
            0x01 => Value::Null,
            0x02 => Value::Boolean(false),
            0x03 => Value::Boolean(true),
            0x04 => {
                let unsigned = self.amf3_u29()?;
                let signed = i64::from(unsigned) - if unsigned >= 1 << 28 { 1 << 29 } else { 0 };
                Value::Number(f64::from(i32::try_from(signed).expect("29 bits fit 32")))
            }
            0x05 => Value::Number(f64::from_be_bytes(self.take()?)),
            0x06 => {
                let head = self.amf3_u29()?;
                // Bit 0 clear is a reference into a string table, which scalars alone do not build.
                if head & 1 == 0 {
                    return Err(AmfError::UnknownMarker(kind));
                }
                Value::String(self.string(usize::try_from(head >> 1).map_err(|_| AmfError::Truncated)?)?)
            }
            other => return Err(AmfError::UnknownMarker(other)),
        })
    }

    fn amf3_u29(&mut self) -> Result<u32, AmfError> {
        let mut value = 0u32;
        for _ in 0..3 {
            let [byte] = self.take()?;
            value = value << 7 | u32::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        let [byte] = self.take()?;
        Ok(value << 8 | u32::from(byte))
    }

    fn short_string(&mut self) -> Result<Box<str>, AmfError> {
        let length = u16::from_be_bytes(self.take()?);
        self.string(usize::from(length))
    }

    /// Text that is not UTF-8 (cameras named in GBK) keeps its readable part.
    fn string(&mut self, length: usize) -> Result<Box<str>, AmfError> {
        let (text, rest) = self.rest.split_at_checked(length).ok_or(AmfError::Truncated)?;
        self.rest = rest;
        Ok(String::from_utf8_lossy(text).into())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], AmfError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(AmfError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }
}

/// Appends a value.
pub fn write(out: &mut BytesMut, value: &Value) {
    match value {
        Value::Number(number) => {
            out.put_u8(marker::NUMBER);
            out.put_f64(*number);
        }
        Value::Boolean(flag) => out.put_slice(&[marker::BOOLEAN, u8::from(*flag)]),
        Value::String(text) => write_str(out, text),
        Value::Object(object) => {
            out.put_u8(marker::OBJECT);
            write_properties(out, object);
        }
        Value::EcmaArray(object) => {
            out.put_u8(marker::ECMA_ARRAY);
            out.put_u32(u32::try_from(object.0.len()).unwrap_or(0));
            write_properties(out, object);
        }
        Value::StrictArray(values) => {
            out.put_u8(marker::STRICT_ARRAY);
            out.put_u32(u32::try_from(values.len()).expect("an array is under 4 G values"));
            for value in values {
                write(out, value);
            }
        }
        Value::Date { unix_ms } => {
            out.put_u8(marker::DATE);
            out.put_f64(*unix_ms);
            out.put_i16(0);
        }
        Value::Null => out.put_u8(marker::NULL),
        Value::Undefined => out.put_u8(marker::UNDEFINED),
    }
}

/// Appends a string value.
pub fn write_str(out: &mut BytesMut, text: &str) {
    if let Ok(length) = u16::try_from(text.len()) {
        out.put_u8(marker::STRING);
        out.put_u16(length);
    } else {
        out.put_u8(marker::LONG_STRING);
        out.put_u32(u32::try_from(text.len()).expect("a string is under 4 GiB"));
    }
    out.put_slice(text.as_bytes());
}

fn write_properties(out: &mut BytesMut, object: &Object) {
    for (name, value) in &object.0 {
        let name = clip(name);
        out.put_u16(u16::try_from(name.len()).expect("clipped to 16 bits"));
        out.put_slice(name.as_bytes());
        write(out, value);
    }
    out.put_slice(&[0, 0, marker::OBJECT_END]);
}

/// The longest prefix whose length fits 16 bits.
fn clip(name: &str) -> &str {
    &name[..name.floor_char_boundary(usize::from(u16::MAX))]
}

#[cfg(test)]
mod tests;
