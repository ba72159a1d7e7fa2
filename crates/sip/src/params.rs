//! Parameters behind `;` (RFC 3261 §7.3.1, §19.1.1).

use std::fmt::{self, Write};

use crate::text::{is_token_byte, split_outside_quotes};

/// Parameters of one value that are read; what follows is left out.
pub const MAX_PARAMS: usize = 32;

/// Parameters in their order. Names compare without regard to case; a parameter may have no value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    list: Vec<(String, Option<String>)>,
}

impl Params {
    /// Reads `;name=value;name="quoted \" value";name`, with or without the first `;`. Blanks around `;` and
    /// `=` do not count; parameters without a name are left out.
    pub fn parse(text: &str) -> Self {
        let mut list = Vec::new();
        for piece in split_outside_quotes(text, ';').take(2 * MAX_PARAMS) {
            let (name, value) = match piece.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(unquote(value.trim_start()))),
                None => (piece, None),
            };
            if !name.is_empty() && list.len() < MAX_PARAMS {
                list.push((name.to_owned(), value));
            }
        }
        Self { list }
    }

    /// The value of a parameter; an empty text for one without a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|value| value.as_deref().unwrap_or_default())
    }

    /// Whether the parameter is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Gives a parameter a value, in its place or at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.list.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = Some(value.to_owned()),
            None => self.list.push((name.to_owned(), Some(value.to_owned()))),
        }
    }

    /// Appends a parameter without a value.
    pub fn set_flag(&mut self, name: &str) {
        if !self.has(name) {
            self.list.push((name.to_owned(), None));
        }
    }

    /// Takes a parameter out.
    pub fn remove(&mut self, name: &str) {
        self.list.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.list.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    /// As they stand in a URI, where `%` escapes and nothing is quoted.
    pub(crate) fn write_in_uri(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.list {
            write!(f, ";{name}")?;
            if let Some(value) = value {
                write!(f, "={value}")?;
            }
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&Option<String>> {
        self.list.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// As they stand behind a header's value: quoted where they must be.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.list {
            write!(f, ";{name}")?;
            match value {
                None => {}
                Some(value) if !value.is_empty() && value.bytes().all(stands_bare) => write!(f, "={value}")?,
                Some(value) => {
                    f.write_char('=')?;
                    write_quoted(value, f)?;
                }
            }
        }
        Ok(())
    }
}

/// Bytes of tokens and of hosts (§25.1, gen-value).
const fn stands_bare(byte: u8) -> bool {
    is_token_byte(byte) || matches!(byte, b'[' | b']' | b':')
}

pub(crate) fn write_quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}

/// The text inside quotes without its escapes; other text as it is.
pub(crate) fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_changed_and_written() {
        let mut params = Params::parse(r#" ; tag = 98asjd8 ;LR;q="a;\"b" ; =x;; empty="#);
        assert_eq!(params.get("TAG"), Some("98asjd8"));
        assert_eq!((params.get("lr"), params.get("q")), (Some(""), Some("a;\"b")));
        assert_eq!((params.get("empty"), params.get("x")), (Some(""), None));
        params.set("tag", "1");
        params.set_flag("lr");
        params.remove("empty");
        params.set("received", "2001:db8::9");
        assert_eq!(params.to_string(), r#";tag=1;LR;q="a;\"b";received=2001:db8::9"#);
        assert_eq!(Params::parse(&params.to_string()), params);
        assert_eq!(params.iter().count(), 4);
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        assert_eq!(Params::parse(&";a=b".repeat(1000)).iter().count(), MAX_PARAMS);
    }
}
