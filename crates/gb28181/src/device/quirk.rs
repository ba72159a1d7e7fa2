//! What devices of some makers do otherwise, for simulated ones. Each changes what is sent.

use super::Device;
use crate::manscdp::{Body, CatalogPart, Message, Notify};

/// Something in which a device departs from the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// Texts are GB 18030, and their first line says UTF-8.
    ClaimsUtf8,
    /// Texts of catalogs hold `&` and `<` as they are, and control characters (quirk 1, Hikvision).
    RawText,
    /// Catalogs hold `Parental` 65535, `Status` ONLINE, `ParentID` null, the word CivilCode, and no longitude (quirk 5,
    /// recorders of Hikvision).
    OddValues,
    /// Catalogs announce more items than come.
    WrongTotal,
    /// Heartbeats have no `Status`.
    BareKeepalive,
    /// REGISTER has no `Expires`.
    NoExpires,
    /// The end of a recording is told in the name of somebody who is no device (quirk 6, Hikvision).
    ForeignMediaStatus,
    /// Questions but those for catalogs and recordings are answered by a message without a body (quirk 26, Dahua).
    EmptyAnswers,
    /// A configuration is not answered; the device signs out and starts anew (quirk 10, Uniview).
    ConfigRestarts,
}

/// Items of a catalog that never come.
const TOO_MANY: u32 = 3;

impl Device {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.options.quirks.contains(&quirk)
    }

    /// The bytes of a message, as this device writes it.
    pub(super) fn write(&self, message: &Message) -> Vec<u8> {
        let mut bytes = message.write(self.options.charset, self.options.version);
        let is_catalog = message.body.cmd_type() == "Catalog";
        if self.has(Quirk::ClaimsUtf8) {
            bytes = replaced(&bytes, b"encoding=\"GB2312\"", b"encoding=\"UTF-8\"");
            bytes = replaced(&bytes, b"encoding=\"GB18030\"", b"encoding=\"UTF-8\"");
        }
        if is_catalog && self.has(Quirk::RawText) {
            bytes = replaced(&bytes, b"</Address>", b" A&B <3>\x01 </Address>");
        }
        if is_catalog && self.has(Quirk::OddValues) {
            for (from, to) in ODD_VALUES {
                bytes = with_value(&bytes, from, to);
            }
        }
        if matches!(message.body, Body::Notify(Notify::Keepalive(_))) && self.has(Quirk::BareKeepalive) {
            bytes = replaced(&bytes, b"<Status>OK</Status>", b"");
        }
        bytes
    }

    /// Parts of a catalog, with the count that this device announces.
    pub(super) fn announced(&self, mut part: CatalogPart) -> CatalogPart {
        if self.has(Quirk::WrongTotal) {
            part.total = part.total.map(|total| total.saturating_add(TOO_MANY));
        }
        part
    }
}

/// Elements of catalogs, and what stands in them.
const ODD_VALUES: [(&str, &str); 5] =
    [("Parental", "65535"), ("Status", "ONLINE"), ("ParentID", "null"), ("CivilCode", "CivilCode"), ("Longitude", "")];

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// All elements of a name get this value.
fn with_value(bytes: &[u8], name: &str, value: &str) -> Vec<u8> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let find = |bytes: &[u8], what: &str| bytes.windows(what.len()).position(|window| window == what.as_bytes());
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(begin) = find(rest, &open)
        && let Some(end) = find(&rest[begin..], &close)
    {
        out.extend_from_slice(&rest[..begin + open.len()]);
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(close.as_bytes());
        rest = &rest[begin + end + close.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_replaced_wherever_they_are() {
        assert_eq!(replaced(b"a.b.c", b".", b"--"), b"a--b--c");
        assert_eq!(replaced(b"abc", b"x", b""), b"abc");
        assert_eq!(with_value(b"<A>1</A><B>2</B><A></A>x", "A", "9"), b"<A>9</A><B>2</B><A>9</A>x");
        assert_eq!(with_value(b"<A>1", "A", "9"), b"<A>1");
    }
}
