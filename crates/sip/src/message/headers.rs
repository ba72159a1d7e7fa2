//! The header fields of a message.

use std::borrow::Cow;

use bytes::Bytes;

use crate::header::HeaderName;
use crate::text::{split_outside_quotes, text};

/// Header fields in their order. Values are bytes, as they may be in GBK; text is made when it is asked for.
/// `Content-Length` is never among them: the writer adds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<(HeaderName, Bytes)>,
}

impl Headers {
    /// The first value of a field, named in its long form.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.bytes(name).map(|value| &**value)
    }

    /// The same, shared.
    pub(crate) fn bytes(&self, name: &str) -> Option<&Bytes> {
        self.fields.iter().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// The first value as text, see [`crate::text`].
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).map(text)
    }

    /// Every value of a field as text.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        self.fields.iter().filter(move |(key, _)| key.is(name)).map(|(_, value)| text(value))
    }

    /// Every item of a field whose values are lists (`Via`, `Contact`, `Route`, `Record-Route`, `Allow`), in
    /// order, whether they came in one field or in several (RFC 3261 §7.3.1). Empty items are left out.
    pub fn items(&self, name: &str) -> Vec<String> {
        let mut items = Vec::new();
        for value in self.all(name) {
            items.extend(split_outside_quotes(&value, ',').filter(|item| !item.is_empty()).map(str::to_owned));
        }
        items
    }

    /// The first item of such a field, read.
    pub(crate) fn first_item<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.text(name)?;
        parse(split_outside_quotes(&value, ',').find(|item| !item.is_empty())?)
    }

    /// Whether `Content-Type` names this type, without regard to case and parameters, as devices write
    /// `Application/MANSCDP+xml`, `application/manscdp+XML` and `APPLICATION/SDP; charset=…`.
    pub fn is_content_type(&self, media_type: &str) -> bool {
        self.text("Content-Type").is_some_and(|value| {
            value.split(';').next().is_some_and(|first| first.trim().eq_ignore_ascii_case(media_type))
        })
    }

    /// Appends a field. Control characters in the value become spaces, so that no value can begin a line.
    ///
    /// # Panics
    /// When the name is no token: names come from our own code.
    pub fn push(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.push_shared(own_name(name), Bytes::copy_from_slice(value.as_ref()));
    }

    /// Puts a field before all others.
    ///
    /// # Panics
    /// As [`Headers::push`].
    pub fn push_front(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.fields.insert(0, (own_name(name), clean(Bytes::copy_from_slice(value.as_ref()))));
    }

    /// Replaces the field's first value in its place and removes its others; appends it where there is none.
    ///
    /// # Panics
    /// As [`Headers::push`].
    pub fn set(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let value = Bytes::copy_from_slice(value.as_ref());
        let Some(at) = self.fields.iter().position(|(key, _)| key.is(name)) else {
            return self.push_shared(own_name(name), value);
        };
        self.fields[at].1 = clean(value);
        let mut index = 0;
        self.fields.retain(|(key, _)| {
            index += 1;
            index <= at + 1 || !key.is(name)
        });
    }

    /// Removes every value of a field.
    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|(key, _)| !key.is(name));
    }

    /// How many fields there are.
    pub const fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Name and value of each field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// Appends every value of a field of another message, sharing the bytes.
    pub(crate) fn copy(&mut self, name: &str, from: &Self) {
        self.fields.extend(from.fields.iter().filter(|(key, _)| key.is(name)).cloned());
    }

    /// Appends the fields of another.
    pub(crate) fn extend(&mut self, more: &Self) {
        self.fields.extend(more.fields.iter().cloned());
    }

    /// Appends a field whose bytes are shared with the message that it came in.
    pub(crate) fn push_shared(&mut self, name: HeaderName, value: Bytes) {
        self.fields.push((name, clean(value)));
    }

    /// Continues the last field (§7.3.1: a line that begins with a blank).
    pub(crate) fn extend_last(&mut self, more: &[u8]) {
        if let Some((_, value)) = self.fields.last_mut() {
            let joined = [&**value, more.trim_ascii()].join(&b' ');
            *value = clean(Bytes::from(joined));
        }
    }

    /// The last field and its value.
    pub(crate) fn last(&self) -> Option<(&HeaderName, &Bytes)> {
        self.fields.last().map(|(name, value)| (name, value))
    }
}

fn own_name(name: &str) -> HeaderName {
    HeaderName::parse(name).expect("names of our own code are tokens")
}

/// A value without control characters and outer blanks. Trail bytes of GBK and GB18030 are 0x30 and above, so
/// none of them is taken for a control character.
fn clean(value: Bytes) -> Bytes {
    let trimmed = value.trim_ascii();
    if trimmed.iter().any(u8::is_ascii_control) {
        let spaced: Vec<u8> = trimmed.iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }).collect();
        return Bytes::copy_from_slice(spaced.trim_ascii());
    }
    if trimmed.len() == value.len() { value } else { value.slice_ref(trimmed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_begin_a_line() {
        let mut headers = Headers::default();
        headers.push("Subject", "a\r\nVia: b\0");
        assert_eq!(headers.get("subject"), Some(&b"a  Via: b"[..]));
    }

    #[test]
    fn lists_in_one_field_or_in_several_are_the_same() {
        let mut headers = Headers::default();
        headers.push("Route", "<sip:a;lr>, \"x,y\" <sip:b>");
        headers.push("To", "c");
        headers.push("Route", ",<sip:d>");
        assert_eq!(headers.items("Route"), ["<sip:a;lr>", "\"x,y\" <sip:b>", "<sip:d>"]);
        headers.set("Route", "e");
        headers.set("From", "f");
        headers.push_front("Via", "g");
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Via", "Route", "To", "From"]);
        headers.remove("route");
        assert_eq!(headers.len(), 3);
    }

    #[test]
    fn content_types_compare_without_case_and_parameters() {
        let mut headers = Headers::default();
        assert!(!headers.is_content_type("application/sdp"));
        headers.push("Content-Type", "Application/MANSCDP+XML ; charset=gb2312");
        assert!(headers.is_content_type("application/manscdp+xml"));
    }
}
