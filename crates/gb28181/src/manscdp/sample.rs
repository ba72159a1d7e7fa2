//! Made-up values of every message, out of the bytes that a property test draws.

use crate::beijing_time::BeijingTime;
use crate::id::Id;
use crate::manscdp::schema::Joined;
use crate::xml::Element;

/// Bytes that decide; zeros when they are used up, so that every sample ends.
pub(crate) struct Entropy<'a>(pub(crate) &'a [u8]);

impl Entropy<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    pub(crate) fn choose<'b, T>(&mut self, choices: &'b [T]) -> &'b T {
        &choices[usize::from(self.byte()) % choices.len()]
    }

    pub(crate) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }
}

pub(crate) trait Sample: Sized {
    fn sample(entropy: &mut Entropy<'_>) -> Self;
}

impl Sample for String {
    /// Not empty and without blanks around it, since neither survives.
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        const LETTERS: [&str; 12] = ["a", "Z", "0", "&", "<", ">", "\"", "'", "路", "口", "镕", " "];
        let length = entropy.byte() % 8;
        let middle: Self = (0..length).map(|_| *entropy.choose(&LETTERS)).collect();
        format!("名{middle}.")
    }
}

impl Sample for bool {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        entropy.byte() & 1 == 1
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Sample for $type {
            fn sample(entropy: &mut Entropy<'_>) -> Self {
                <$type>::try_from(entropy.number() % (u32::from(u8::MAX) + 1)).unwrap()
            }
        })*
    };
}

numbers!(u8, u16);

impl Sample for u64 {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        Self::from(entropy.number()) << 8
    }
}

impl Sample for u32 {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        entropy.number()
    }
}

impl Sample for f64 {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        f64::from(entropy.number()) / 1e6 - 180.0
    }
}

impl Sample for BeijingTime {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        Self::from_unix_s(i64::from(entropy.number())).unwrap()
    }
}

impl Sample for Id {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        let text = match entropy.byte() % 4 {
            0 => "3402".to_owned(),
            1 => format!("cam-{}", entropy.byte()),
            _ => format!("3402000000132{:07}", entropy.number() % 10_000_000),
        };
        Self::new(&text).unwrap()
    }
}

impl Sample for Element {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        let name: &str = entropy.choose::<&str>(&["Vendor", "SVACEncodeConfig"]);
        let mut element = Self::new(name);
        element.push(Self::leaf("Value", String::sample(entropy)));
        element
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        Self::new(T::sample(entropy))
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        (!entropy.byte().is_multiple_of(3)).then(|| T::sample(entropy))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        let length = entropy.byte() % 3;
        (0..length).map(|_| T::sample(entropy)).collect()
    }
}

impl<T: Sample> Sample for Joined<T> {
    fn sample(entropy: &mut Entropy<'_>) -> Self {
        Self(Vec::sample(entropy))
    }
}
