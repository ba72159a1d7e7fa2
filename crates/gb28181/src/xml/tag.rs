//! Tags as they stand in a text.

use super::reference::resolve;

/// Bytes of the longest name; what begins with a longer one is text.
pub const MAX_NAME_BYTES: usize = 64;
/// Attributes of one element; further ones are ignored.
pub const MAX_ATTRIBUTES: usize = 16;
/// Bytes of the longest value of an attribute; longer ones are ignored.
pub const MAX_VALUE_BYTES: usize = 128;
/// Bytes of the longest tag, so that what the limits above let through can be written and read again; a `<` without
/// a `>` that near is text.
pub const MAX_TAG_BYTES: usize = 16 << 10;

/// A tag as it stands in the text.
pub(super) struct Tag<'a> {
    /// Without a prefix.
    pub(super) name: &'a str,
    /// What stands between the name and the end.
    inside: &'a str,
    /// Bytes from `<` to `>`.
    pub(super) length: usize,
    pub(super) is_closing: bool,
    pub(super) is_empty: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag that `rest` begins with; `None` when its `<` begins none.
    pub(super) fn parse(rest: &'a str) -> Option<Self> {
        let after = rest.strip_prefix('<')?;
        let is_closing = after.starts_with('/');
        let after = after.strip_prefix('/').unwrap_or(after);
        let qualified = name_at(after);
        let begins_well = qualified.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins_well || qualified.len() > MAX_NAME_BYTES {
            return None;
        }
        let body = &after[qualified.len()..];
        if !body.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')) {
            return None;
        }
        // No attribute may hold a `<` (XML 1.0 §2.3), so that a tag ends before the next one.
        let body = floor_boundary(body, MAX_TAG_BYTES);
        let body = body.find('<').map_or(body, |end| &body[..end]);
        let end = find_tag_end(body)?;
        let inside = body[..end].trim_end();
        Some(Self {
            name: without_prefix(qualified).filter(|name| !name.is_empty())?,
            inside: inside.strip_suffix('/').unwrap_or(inside),
            length: rest.len() - after.len() + qualified.len() + end + 1,
            is_closing,
            is_empty: !is_closing && inside.ends_with('/'),
        })
    }

    /// The attributes. Tolerances: values without quotes, attributes without a value, which are left out.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        let mut attributes = Vec::new();
        let mut rest = self.inside;
        while let Some(equals) = rest.find('=') {
            let key = rest[..equals].split_ascii_whitespace().last().map(name_at).unwrap_or_default();
            let value = rest[equals + 1..].trim_start();
            let (value, tail) = match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((value, "")),
            };
            rest = tail;
            let is_declaration = key == "xmlns" || key.starts_with("xmlns:");
            let is_too_long = key.len() > MAX_NAME_BYTES || value.len() > MAX_VALUE_BYTES;
            let Some(key) = without_prefix(key).filter(|key| !key.is_empty()) else {
                continue;
            };
            if is_declaration || is_too_long || attributes.len() >= MAX_ATTRIBUTES {
                continue;
            }
            let mut resolved = String::new();
            resolve(value, &mut resolved);
            attributes.push((key.to_owned(), resolved));
        }
        attributes
    }
}

/// Place of the `>` that ends a tag. Tolerance: one inside quotes when no other comes, as the quotes are not closed.
fn find_tag_end(body: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in body.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    body.find('>')
}

/// The characters of a name that a text begins with.
pub(super) fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')));
    &text[..end.unwrap_or(text.len())]
}

pub(super) fn without_prefix(name: &str) -> Option<&str> {
    name.rsplit(':').next()
}

/// Not more than so many bytes of a text.
pub(super) fn floor_boundary(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}
