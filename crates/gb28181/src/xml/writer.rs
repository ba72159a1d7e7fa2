//! Writes what strict parsers read (XML 1.0, fifth edition).

use super::Element;
use crate::charset::Charset;

/// A whole document with its prologue, in the bytes of a character set. Lines end with CRLF.
///
/// Characters that XML does not allow are left out, and names are cut down to what a name may hold, so that the
/// document is well-formed whatever the element came from.
pub fn write(root: &Element, charset: Charset) -> Vec<u8> {
    let mut out = format!("<?xml version=\"1.0\" encoding=\"{}\"?>\r\n", charset.label());
    write_element(root, &mut out);
    charset.encode(&out).into_owned()
}

/// One element with a line end; a document may be as deep as the reader lets it.
fn write_element(element: &Element, out: &mut String) {
    let name = valid_name(&element.name);
    out.push('<');
    out.push_str(&name);
    for (index, (key, value)) in element.attributes.iter().enumerate() {
        let key = valid_name(key);
        let is_repeated = element.attributes[..index].iter().any(|(earlier, _)| valid_name(earlier) == key);
        if is_repeated || key.eq_ignore_ascii_case("xmlns") {
            continue;
        }
        out.push(' ');
        out.push_str(&key);
        out.push_str("=\"");
        escape(value, out);
        out.push('"');
    }
    if element.children.is_empty() && element.text.is_empty() {
        out.push_str("/>\r\n");
        return;
    }
    out.push('>');
    if element.children.is_empty() {
        escape(&element.text, out);
    } else {
        out.push_str("\r\n");
        for child in &element.children {
            write_element(child, out);
        }
    }
    out.push_str("</");
    out.push_str(&name);
    out.push_str(">\r\n");
}

fn valid_name(name: &str) -> String {
    let mut valid: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).collect();
    if !valid.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        valid.insert(0, '_');
    }
    valid
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser would make a space or a line feed of them.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c if is_allowed(c) => out.push(c),
            _ => {}
        }
    }
}

/// `Char` of XML 1.0 §2.2, without the C1 controls that it discourages.
pub(super) fn is_allowed(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    }
}
