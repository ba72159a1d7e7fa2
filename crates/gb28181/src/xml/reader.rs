//! Reads documents as devices write them.

use std::borrow::Cow;

use super::Element;
use super::reference::resolve;
use super::tag::{Tag, floor_boundary, name_at, without_prefix};
use super::writer::is_allowed;
use crate::charset;

/// Bytes of the largest document. Catalogs come in many messages, but nothing in TCP keeps a platform from putting all
/// of its channels into one.
pub const MAX_DOCUMENT_BYTES: usize = 8 << 20;
/// Levels of elements; what lies deeper is skipped. MANSCDP has six.
pub const MAX_DEPTH: usize = 16;
/// Elements of one document; what follows is cut off.
pub const MAX_ELEMENTS: usize = 200_000;
/// How often a document is looked ahead in to tell a tag from a `<` in text, so that time stays linear.
pub const MAX_LOOK_AHEADS: usize = 2000;
/// How far it is looked ahead.
const LOOK_AHEAD_BYTES: usize = 4096;
const CDATA: &str = "<![CDATA[";

/// What lists hold; items do not lie in one another.
const ITEM: &str = "Item";
/// Names that a document of MANSCDP begins with.
const ROOTS: [&str; 4] = ["Control", "Query", "Notify", "Response"];
/// Elements besides the roots and the lists that hold elements and never text.
const CONTAINERS: [&str; 2] = [ITEM, "Info"];

/// Why a body is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// No byte but blanks. Recorders answer queries so (quirk 26).
    #[error("document is empty")]
    Empty,
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    #[error("document of {0} bytes is too long")]
    TooLong(usize),
    /// Nothing in it begins an element.
    #[error("document has no element")]
    NoElement,
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its outermost element.
    pub root: Element,
    /// Whether it ended, or was cut at a limit, before its outermost element did.
    pub cut: bool,
    /// Faults that were repaired.
    pub repairs: usize,
}

/// Reads a document.
///
/// All that is wrong is repaired so that the elements around it are kept; the document is only refused when it has
/// no element at all. What is repaired, with its quirk:
///
/// * raw `&` and `<` in text, control characters and NUL anywhere, garbage before, between and after elements (1, 2)
/// * closing tags with a wrong name, once too often or missing: a leaf ends where its parent does, and what it
///   swallowed meanwhile is its parent's (2)
/// * the end in the middle: elements that are not closed are marked [`Element::cut`], a leaf that is not is dropped (3)
/// * text that is not in the character set of the prologue (4)
///
/// Comments, processing instructions and document types are skipped; no entity is expanded but the five of XML and
/// numbers.
///
/// # Errors
/// When it is empty, too long or has no element.
pub fn parse(bytes: &[u8]) -> Result<Document, XmlError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(XmlError::TooLong(bytes.len()));
    }
    let text = without_controls(charset::decode(bytes));
    if text.trim().is_empty() {
        return Err(XmlError::Empty);
    }
    let mut reader = Reader::new(&text);
    reader.run();
    reader.finish().ok_or(XmlError::NoElement)
}

fn without_controls(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().all(is_allowed) { text } else { Cow::Owned(text.chars().filter(|c| is_allowed(*c)).collect()) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Elements that are open, the outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
    /// Levels beyond [`MAX_DEPTH`] that are open.
    too_deep: usize,
    look_aheads: usize,
    /// Ends of markup that do not come any more.
    missing_ends: Vec<&'static str>,
    repairs: usize,
    is_cut: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let at = find_root(text).unwrap_or(0);
        Self {
            text,
            at,
            open: Vec::new(),
            root: None,
            elements: 0,
            too_deep: 0,
            look_aheads: 0,
            missing_ends: Vec::new(),
            repairs: 0,
            is_cut: false,
        }
    }

    fn run(&mut self) {
        while self.root.is_none() && self.at < self.text.len() {
            if self.elements >= MAX_ELEMENTS {
                self.is_cut = true;
                return;
            }
            self.step();
        }
    }

    /// One tag, or the text before the next `<`.
    fn step(&mut self) {
        let text = self.text;
        let rest = &text[self.at..];
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            self.push_text(&rest[..end]);
            self.at += end;
            return;
        }
        if self.skip_markup() || self.read_cdata() {
            return;
        }
        match Tag::parse(rest) {
            Some(tag) if tag.is_closing => {
                self.at += tag.length;
                self.close(tag.name);
            }
            Some(tag) if !self.is_text(&tag) => {
                self.at += tag.length;
                self.begin(&tag);
            }
            // Quirk 1: a `<` that begins no tag is text.
            _ => {
                self.repairs += usize::from(!self.open.is_empty());
                self.push_raw("<");
                self.at += 1;
            }
        }
    }

    /// Skips a comment, processing instruction or declaration; whether it was one.
    fn skip_markup(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.strip_prefix("<!").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
            ">"
        } else {
            return false;
        };
        let Some(length) = self.find_end(end) else {
            return false;
        };
        self.at += length + end.len();
        true
    }

    /// Reads a section of character data; whether it was one.
    fn read_cdata(&mut self) -> bool {
        if !self.text[self.at..].starts_with(CDATA) {
            return false;
        }
        let Some(length) = self.find_end("]]>") else {
            return false;
        };
        let text = self.text;
        self.push_raw(&text[self.at + CDATA.len()..self.at + length]);
        self.at += length + "]]>".len();
        true
    }

    /// Where an end comes from here on. One that is missing is looked for once, so that time stays linear.
    fn find_end(&mut self, end: &'static str) -> Option<usize> {
        if self.missing_ends.contains(&end) {
            return None;
        }
        let found = self.text[self.at..].find(end);
        if found.is_none() {
            self.missing_ends.push(end);
        }
        found
    }

    fn push_text(&mut self, text: &str) {
        if let Some(leaf) = self.open.last_mut().filter(|leaf| leaf.children.is_empty()) {
            self.repairs += resolve(text, &mut leaf.text);
        }
    }

    fn push_raw(&mut self, text: &str) {
        if let Some(leaf) = self.open.last_mut().filter(|leaf| leaf.children.is_empty()) {
            leaf.text.push_str(text);
        }
    }

    /// Whether a tag inside a leaf that has text already is a part of it, as in `<Address>G4<b>1</Address>` (quirk
    /// 1): it is when the leaf is closed before the tag is.
    fn is_text(&mut self, tag: &Tag<'_>) -> bool {
        let Some(leaf) = self.open.last() else {
            return false;
        };
        if leaf.trimmed().is_none() || !leaf.children.is_empty() || is_container(&leaf.name) || is_container(tag.name) {
            return false;
        }
        if tag.is_empty || self.look_aheads >= MAX_LOOK_AHEADS {
            return false;
        }
        self.look_aheads += 1;
        let ahead = floor_boundary(&self.text[self.at + 1..], LOOK_AHEAD_BYTES);
        for (at, _) in ahead.match_indices("</") {
            let name = name_at(&ahead[at + 2..]);
            if name.eq_ignore_ascii_case(tag.name) {
                return false;
            }
            if name.eq_ignore_ascii_case(&leaf.name) {
                return true;
            }
        }
        false
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep += usize::from(!tag.is_empty);
            self.repairs += 1;
            return;
        }
        // Quirk 2: the item before lacks its closing tag.
        let is_in_item = self.open.len() > 1 && self.open.last().is_some_and(|open| open.is_named(ITEM));
        if is_in_item && tag.name.eq_ignore_ascii_case(ITEM) {
            self.repairs += 1;
            self.end_innermost();
        }
        self.elements += 1;
        let mut element = Element::new(tag.name);
        element.attributes = tag.attributes();
        self.open.push(element);
        if tag.is_empty {
            self.end_innermost();
        }
    }

    fn close(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(innermost) = self.open.last() else {
            return;
        };
        if let Some(place) = self.open.iter().rposition(|element| element.is_named(name)) {
            while self.open.len() > place + 1 {
                self.repairs += 1;
                self.end_unclosed();
            }
            self.end_innermost();
        } else {
            self.repairs += 1;
            // Quirk 2: the closing tag of a leaf with a wrong name; otherwise one too many.
            if innermost.children.is_empty() && !is_container(&innermost.name) {
                self.end_innermost();
            }
        }
    }

    /// Ends the innermost element, whose closing tag is missing. What a leaf has swallowed is its parent's.
    fn end_unclosed(&mut self) {
        let swallowed = match self.open.last_mut() {
            Some(leaf) if !is_container(&leaf.name) => std::mem::take(&mut leaf.children),
            _ => Vec::new(),
        };
        self.end_innermost();
        if let Some(parent) = self.open.last_mut() {
            parent.children.extend(swallowed);
        }
    }

    fn end_innermost(&mut self) {
        let Some(mut element) = self.open.pop() else {
            return;
        };
        if !element.children.is_empty() {
            element.text = String::new();
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(element);
            return;
        };
        // Quirk 2: items that a leaf without a closing tag has swallowed.
        let swallowed = if element.is_named(ITEM) { take_items(&mut element) } else { Vec::new() };
        parent.children.push(element);
        parent.children.extend(swallowed);
    }

    fn finish(mut self) -> Option<Document> {
        // Quirk 3: what is whole is kept.
        self.is_cut |= !self.open.is_empty();
        while let Some(element) = self.open.last_mut() {
            element.cut = true;
            let is_root = self.open.len() == 1;
            let is_leaf = self.open.last().is_some_and(|element| element.children.is_empty());
            if is_leaf && !is_root {
                self.open.pop();
            } else {
                self.end_innermost();
            }
        }
        let repairs = self.repairs;
        let cut = self.is_cut;
        self.root.map(|root| Document { root, cut, repairs })
    }
}

/// The items that lie in an element, taken out.
fn take_items(element: &mut Element) -> Vec<Element> {
    let (items, others) = std::mem::take(&mut element.children).into_iter().partition(|child| child.is_named(ITEM));
    element.children = others;
    items
}

/// Where the outermost element begins: garbage before it may hold a `<`.
fn find_root(text: &str) -> Option<usize> {
    let is_root = |at: &usize| {
        let name = without_prefix(name_at(&text[at + 1..])).unwrap_or_default();
        ROOTS.iter().any(|root| root.eq_ignore_ascii_case(name))
    };
    text.match_indices('<').map(|(at, _)| at).find(is_root)
}

/// Whether an element of this name holds elements and never text.
fn is_container(name: &str) -> bool {
    let is_list =
        name.len() >= 4 && name.is_char_boundary(name.len() - 4) && name[name.len() - 4..].eq_ignore_ascii_case("List");
    is_list || ROOTS.iter().chain(&CONTAINERS).any(|known| known.eq_ignore_ascii_case(name))
}
