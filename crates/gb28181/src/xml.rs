//! Elements of XML: a reader that saves what can be saved, and a strict writer.
//!
//! MANSCDP is a tree of elements with text in the leaves; there is no mixed content, no namespace and no document
//! type, so none is kept. See [`parse`] for what is repaired.

mod reader;
mod reference;
mod tag;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{Document, MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, MAX_LOOK_AHEADS, XmlError, parse};
pub use tag::{MAX_ATTRIBUTES, MAX_NAME_BYTES, MAX_TAG_BYTES, MAX_VALUE_BYTES};
pub use writer::write;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without a prefix, as sent; compare with [`Element::is_named`].
    pub name: String,
    /// Attributes in their order, without those that declare namespaces.
    pub attributes: Vec<(String, String)>,
    /// Text of a leaf, entities resolved; empty where there are children.
    pub text: String,
    /// Elements inside, in their order.
    pub children: Vec<Element>,
    /// Whether the document ended before the element did.
    pub cut: bool,
}

impl Element {
    /// An element without content.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A leaf.
    pub fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), ..Self::default() }
    }

    /// Adds an element at the end.
    pub fn push(&mut self, child: Self) {
        self.children.push(child);
    }

    /// Whether this is its name. Tolerance: case does not count, since `Alarmstatus` and `<info>` are sent.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first child of a name that has content; else the first of that name. Tolerance: elements that are sent
    /// twice, once without content.
    pub fn child(&self, name: &str) -> Option<&Self> {
        let mut named = self.children.iter().filter(|child| child.is_named(name));
        let first = named.next()?;
        if first.has_content() {
            return Some(first);
        }
        Some(named.find(|child| child.has_content()).unwrap_or(first))
    }

    /// All children of a name, in their order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is_named(name))
    }

    /// Text without the blanks around it; `None` when nothing is left.
    pub fn trimmed(&self) -> Option<&str> {
        let text = self.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Text of a child. Tolerance: an attribute of that name stands for the child, as stacks write `SN` and
    /// `DeviceID`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name).and_then(Self::trimmed).or_else(|| self.attribute(name))
    }

    /// Value of an attribute without the blanks around it; `None` when nothing is left.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        let value = value.trim();
        (!value.is_empty()).then_some(value)
    }

    fn has_content(&self) -> bool {
        !self.children.is_empty() || self.trimmed().is_some()
    }
}
