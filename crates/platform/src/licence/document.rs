//! A licence as a file: lines that people read, and a signature over exactly the bytes before it.
//!
//! ```text
//! viaduct-licence 1
//! number: 2026-0042
//! customer: 江苏交通控股
//! channels: 5000
//! issued: 2026-01-01
//! expires: 2026-12-31          (the last day, in UTC; or "never")
//! signature: base64 of 64 bytes
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{IssuerKey, LicenceError, SigningKey};
use crate::devices::MAX_CHANNELS;

/// Bytes of a licence.
pub const MAX_DOCUMENT: usize = 4096;
const HEAD: &str = "viaduct-licence 1";
const SIGNATURE: &str = "signature: ";
const SIGNATURE_LEN: usize = 64;
const NEVER: &str = "never";
/// Names and their longest values, in the order in which they stand.
const FIELDS: [(&str, usize); 5] =
    [("number", 64), ("customer", 200), ("channels", 10), ("issued", 10), ("expires", 10)];

/// What a licence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The issuer's number of it.
    pub number: String,
    /// For whom.
    pub customer: String,
    /// Cameras that may be on.
    pub channels: usize,
    /// The day of issue.
    pub issued: Date,
    /// The last day; none: without end.
    pub expires: Option<Date>,
}

/// A licence with its signature, which is not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it says.
    pub terms: Terms,
    signed: String,
    signature: [u8; SIGNATURE_LEN],
}

impl Terms {
    /// Checks what an issuer typed.
    ///
    /// # Errors
    /// [`LicenceError::Malformed`].
    pub fn check(self) -> Result<Self, LicenceError> {
        for (name, text) in [("number", &self.number), ("customer", &self.customer)] {
            if text.trim() != text || text.chars().any(char::is_control) {
                return Err(LicenceError::malformed(format!(
                    "{name} has blanks around it or characters that nobody sees"
                )));
            }
        }
        if !(1..=MAX_CHANNELS).contains(&self.channels) {
            return Err(LicenceError::malformed(format!("channels must be 1 to {MAX_CHANNELS}")));
        }
        if self.expires.is_some_and(|expires| expires < self.issued) {
            return Err(LicenceError::malformed("it ends before it begins"));
        }
        Ok(self)
    }

    /// When its day of issue begins, in Unix seconds.
    pub fn issued_at(&self) -> i64 {
        midnight(self.issued)
    }

    /// When its last day is over, in Unix seconds.
    pub fn ends_at(&self) -> Option<i64> {
        self.expires.map(|last| last.tomorrow().map_or(i64::MAX, midnight))
    }

    /// The last day, or "never".
    pub fn expires_text(&self) -> String {
        self.expires.map_or_else(|| NEVER.to_owned(), |date| date.to_string())
    }

    /// The lines that are signed.
    fn lines(&self) -> String {
        format!(
            "{HEAD}\nnumber: {}\ncustomer: {}\nchannels: {}\nissued: {}\nexpires: {}\n",
            self.number,
            self.customer,
            self.channels,
            self.issued,
            self.expires_text()
        )
    }
}

impl Document {
    /// Signs terms.
    ///
    /// # Errors
    /// [`LicenceError::Malformed`] when they would be refused.
    pub fn issue(terms: Terms, key: &SigningKey) -> Result<Self, LicenceError> {
        let signed = terms.check()?.lines();
        let text = format!("{signed}{SIGNATURE}{}\n", STANDARD.encode(key.sign(signed.as_bytes())));
        // What would not be read again is not issued.
        Self::parse(&text)
    }

    /// Reads a licence. Ends of lines of other systems and blank lines behind it are put right, because mail changes them.
    ///
    /// # Errors
    /// [`LicenceError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, LicenceError> {
        if text.len() > MAX_DOCUMENT {
            return Err(LicenceError::malformed(format!("it has more than {MAX_DOCUMENT} bytes")));
        }
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let cut = || LicenceError::malformed("its last line is no signature; it may be cut off");
        let (signed, signature) = text.trim_end().rsplit_once('\n').ok_or_else(cut)?;
        let signature = signature.strip_prefix(SIGNATURE).ok_or_else(cut)?;
        let signature = STANDARD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(cut)?;
        let signed = format!("{signed}\n");
        Ok(Self { terms: terms(&signed)?, signed, signature })
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`LicenceError::NotGenuine`].
    pub fn verify(&self, issuer: &IssuerKey) -> Result<(), LicenceError> {
        let genuine = issuer.verifies(self.signed.as_bytes(), &self.signature);
        if genuine { Ok(()) } else { Err(LicenceError::NotGenuine) }
    }

    /// The file.
    pub fn to_text(&self) -> String {
        format!("{}{SIGNATURE}{}\n", self.signed, STANDARD.encode(self.signature))
    }
}

/// The day that it is, in UTC.
pub fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}

fn midnight(date: Date) -> i64 {
    date.to_zoned_datetime(TimeZone::UTC).map_or(i64::MAX, |at| at.timestamp().as_second())
}

fn terms(signed: &str) -> Result<Terms, LicenceError> {
    let mut lines = signed.lines();
    if lines.next() != Some(HEAD) {
        return Err(LicenceError::malformed(format!("its first line is not {HEAD:?}")));
    }
    let mut value = |index: usize| {
        let (name, longest) = FIELDS[index];
        let value = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let fits = value.filter(|value| (1..=longest).contains(&value.chars().count()));
        fits.ok_or_else(|| LicenceError::malformed(format!("line {} is not {name:?} with a value", index + 2)))
    };
    let (number, customer, channels, issued, expires) = (value(0)?, value(1)?, value(2)?, value(3)?, value(4)?);
    if lines.next().is_some() {
        return Err(LicenceError::malformed("it has lines that this program does not know"));
    }
    let day = |name: &str, text: &str| {
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
        date.ok_or_else(|| LicenceError::malformed(format!("{name} is a day as 2026-12-31, not {text:?}")))
    };
    let digits = channels.bytes().all(|byte| byte.is_ascii_digit());
    let terms = Terms {
        number: number.to_owned(),
        customer: customer.to_owned(),
        channels: channels.parse().ok().filter(|_| digits).unwrap_or(0),
        issued: day("issued", issued)?,
        expires: if expires == NEVER { None } else { Some(day("expires", expires)?) },
    };
    terms.check()
}
