//! The table form in which messages are written down once, for reading and for writing.

use std::num::NonZeroUsize;

use crate::beijing_time::BeijingTime;
use crate::id::Id;
use crate::version::Version;
use crate::xml::Element;

/// What an element can hold.
pub(crate) trait Node: Sized {
    /// Reads the element; `None` when what it holds makes no sense, which counts as if it were not there.
    fn read(element: &Element) -> Option<Self>;

    /// The element for a peer of this edition.
    fn write(&self, tag: &str, version: Version) -> Element;
}

/// What a field of a record can be: a node that may be missing, or that may come again and again.
pub(crate) trait Field: Default {
    fn read(parent: &Element, tag: &str) -> Self;
    fn write(&self, parent: &mut Element, tag: &str, version: Version);
}

/// Fields that stand side by side in an element.
pub(crate) trait Record: Sized {
    fn read(parent: &Element) -> Self;
    fn write(&self, parent: &mut Element, version: Version);
}

/// A record that can be compared field by field.
pub(crate) trait Compared {
    /// Tags of the fields in which the two differ.
    fn differing(&self, other: &Self) -> Vec<&'static str>;
}

impl<T: Node> Field for Option<T> {
    fn read(parent: &Element, tag: &str) -> Self {
        let child = parent.child(tag).and_then(T::read);
        // Attributes in place of children: see `Element::value`.
        child.or_else(|| T::read(&Element::leaf(tag, parent.attribute(tag)?)))
    }

    fn write(&self, parent: &mut Element, tag: &str, version: Version) {
        if let Some(node) = self {
            parent.push(node.write(tag, version));
        }
    }
}

impl<T: Node> Field for Vec<T> {
    fn read(parent: &Element, tag: &str) -> Self {
        parent.named(tag).filter(|child| !child.cut).filter_map(T::read).collect()
    }

    fn write(&self, parent: &mut Element, tag: &str, version: Version) {
        parent.children.extend(self.iter().map(|node| node.write(tag, version)));
    }
}

/// Reads the items of a list. An item that was cut off is none. Tolerance: items without their list, as they are
/// left when its tags are broken (quirk 2).
pub(crate) fn read_list<T: Node>(parent: &Element, list: &str, item: &str) -> Vec<T> {
    Field::read(parent.child(list).unwrap_or(parent), item)
}

/// Writes a list with the number of its items; none when there are no items (annex M).
pub(crate) fn write_list<T: Node>(items: &[T], parent: &mut Element, list: &str, item: &str, version: Version) {
    if items.is_empty() {
        return;
    }
    let mut element = Element::new(list);
    element.attributes.push(("Num".to_owned(), items.len().to_string()));
    element.children.extend(items.iter().map(|node| node.write(item, version)));
    parent.push(element);
}

/// Items for one message after another; one message without any when there are none.
pub(crate) fn split<T>(items: &[T], per_part: NonZeroUsize) -> impl Iterator<Item = &[T]> {
    let nothing = items.is_empty().then_some(items);
    nothing.into_iter().chain(items.chunks(per_part.get()))
}

/// Makes a struct of fields with their tags:
///
/// * `"Tag" => name: Option<T>` or `Vec<T>`
/// * `"List" / "Item" => name: Vec<T>`: a list with its number of items
/// * `"Tag" since V2022 => ...`: not written to peers of an older edition
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* $tag:literal $(/ $item:literal)? $(since $since:ident)? => $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::manscdp::schema::Record for $name {
            fn read(parent: &$crate::xml::Element) -> Self {
                Self { $($field: record!(@read parent, $tag $(, $item)?),)* }
            }

            fn write(&self, parent: &mut $crate::xml::Element, version: $crate::Version) {
                $(if record!(@is_known version $(, $since)?) {
                    record!(@write self.$field, parent, version, $tag $(, $item)?);
                })*
            }
        }

        impl $crate::manscdp::schema::Compared for $name {
            fn differing(&self, other: &Self) -> Vec<&'static str> {
                let mut tags = Vec::new();
                $(if self.$field != other.$field {
                    tags.push($tag);
                })*
                tags
            }
        }

        #[cfg(test)]
        impl $crate::manscdp::sample::Sample for $name {
            fn sample(entropy: &mut $crate::manscdp::sample::Entropy<'_>) -> Self {
                Self { $($field: $crate::manscdp::sample::Sample::sample(entropy),)* }
            }
        }
    };
    (@read $parent:ident, $tag:literal) => {
        $crate::manscdp::schema::Field::read($parent, $tag)
    };
    (@read $parent:ident, $tag:literal, $item:literal) => {
        $crate::manscdp::schema::read_list($parent, $tag, $item)
    };
    (@write $value:expr, $parent:ident, $version:ident, $tag:literal) => {
        $crate::manscdp::schema::Field::write(&$value, $parent, $tag, $version)
    };
    (@write $value:expr, $parent:ident, $version:ident, $tag:literal, $item:literal) => {
        $crate::manscdp::schema::write_list(&$value, $parent, $tag, $item, $version)
    };
    (@is_known $version:ident) => {
        true
    };
    (@is_known $version:ident, $since:ident) => {
        $version >= $crate::Version::$since
    };
}

/// Makes records elements of their own.
macro_rules! nodes {
    ($($name:ident),* $(,)?) => {
        $(impl $crate::manscdp::schema::Node for $name {
            fn read(element: &$crate::xml::Element) -> Option<Self> {
                Some($crate::manscdp::schema::Record::read(element))
            }

            fn write(&self, tag: &str, version: $crate::Version) -> $crate::xml::Element {
                let mut element = $crate::xml::Element::new(tag);
                $crate::manscdp::schema::Record::write(self, &mut element, version);
                element
            }
        })*
    };
}

/// Makes an enum of the words that stand for its variants. The first word is written; all are read, whatever their
/// case.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal $(| $other:literal)*,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            /// The word that stands for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What a word stands for, whatever its case.
            pub fn from_word(word: &str) -> Option<Self> {
                let word = word.trim();
                $(if [$word $(, $other)*].iter().any(|known| known.eq_ignore_ascii_case(word)) {
                    return Some(Self::$variant);
                })*
                None
            }
        }

        impl $crate::manscdp::schema::Node for $name {
            fn read(element: &$crate::xml::Element) -> Option<Self> {
                Self::from_word(&element.text)
            }

            fn write(&self, tag: &str, _: $crate::Version) -> $crate::xml::Element {
                $crate::xml::Element::leaf(tag, self.as_str())
            }
        }

        #[cfg(test)]
        impl $crate::manscdp::sample::Sample for $name {
            fn sample(entropy: &mut $crate::manscdp::sample::Entropy<'_>) -> Self {
                *entropy.choose(&[$(Self::$variant),*])
            }
        }
    };
}

pub(crate) use {nodes, record, words};

impl Node for String {
    fn read(element: &Element) -> Option<Self> {
        element.trimmed().map(str::to_owned)
    }

    fn write(&self, tag: &str, _: Version) -> Element {
        Element::leaf(tag, self.clone())
    }
}

impl Node for bool {
    /// Tolerance: `true` and `on` besides the number; others, such as 65535, are nothing (quirk 5).
    fn read(element: &Element) -> Option<Self> {
        match element.trimmed()?.to_ascii_lowercase().as_str() {
            "1" | "true" | "on" => Some(true),
            "0" | "false" | "off" => Some(false),
            _ => None,
        }
    }

    fn write(&self, tag: &str, _: Version) -> Element {
        Element::leaf(tag, if *self { "1" } else { "0" })
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Node for $type {
            /// Tolerance: a whole number with a fraction of zero, such as `60.0`.
            fn read(element: &Element) -> Option<Self> {
                let text = element.trimmed()?;
                let whole = match text.split_once('.') {
                    Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
                    _ => text,
                };
                whole.parse().ok()
            }

            fn write(&self, tag: &str, _: Version) -> Element {
                Element::leaf(tag, self.to_string())
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl Node for f64 {
    /// Empty and unreadable coordinates are nothing (quirk 5).
    fn read(element: &Element) -> Option<Self> {
        element.trimmed()?.parse().ok().filter(|number: &Self| number.is_finite())
    }

    fn write(&self, tag: &str, _: Version) -> Element {
        Element::leaf(tag, if self.is_finite() { self.to_string() } else { String::new() })
    }
}

impl Node for BeijingTime {
    fn read(element: &Element) -> Option<Self> {
        Self::parse(&element.text)
    }

    fn write(&self, tag: &str, _: Version) -> Element {
        Element::leaf(tag, self.to_string())
    }
}

impl Node for Id {
    fn read(element: &Element) -> Option<Self> {
        Self::new(&element.text).ok()
    }

    fn write(&self, tag: &str, _: Version) -> Element {
        Element::leaf(tag, self.as_str())
    }
}

impl<T: Node> Node for Box<T> {
    fn read(element: &Element) -> Option<Self> {
        T::read(element).map(Self::new)
    }

    fn write(&self, tag: &str, version: Version) -> Element {
        (**self).write(tag, version)
    }
}

/// Values joined by `/` in one element, such as `0/1/2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined<T>(pub Vec<T>);

impl<T> Default for Joined<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Node> Field for Joined<T> {
    fn read(parent: &Element, tag: &str) -> Self {
        let text = parent.value(tag).unwrap_or_default();
        Self(text.split('/').filter_map(|part| T::read(&Element::leaf(tag, part))).collect())
    }

    fn write(&self, parent: &mut Element, tag: &str, version: Version) {
        if !self.0.is_empty() {
            let parts: Vec<String> = self.0.iter().map(|part| part.write(tag, version).text).collect();
            parent.push(Element::leaf(tag, parts.join("/")));
        }
    }
}

impl<T: Record> Record for Box<T> {
    fn read(parent: &Element) -> Self {
        Self::new(T::read(parent))
    }

    fn write(&self, parent: &mut Element, version: Version) {
        (**self).write(parent, version);
    }
}
