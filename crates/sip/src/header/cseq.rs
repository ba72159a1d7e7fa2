//! `CSeq`: which request of its sender it is (RFC 3261 §20.16).

use std::fmt;

use crate::method::Method;

/// Number and method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Grows by one with each request in a call; below 2^31 when we choose it (§8.1.1.5).
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl CSeq {
    /// Reads `4711 INVITE`; `None` when the number does not fit 32 bits or the method is missing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (number, method, rest) = (words.next()?, words.next()?, words.next());
        let number = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
        rest.is_none().then(|| Self { number, method: Method::parse(method) })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_fit_are_read() {
        assert_eq!(CSeq::parse(" 0009\tINVITE ").unwrap().to_string(), "9 INVITE");
        assert_eq!(CSeq::parse("4294967295 ACK").unwrap().number, u32::MAX);
        for bad in ["", "1", "INVITE", "36893488147419103232 REGISTER", "-1 BYE", "+1 BYE", "1 BYE x"] {
            assert_eq!(CSeq::parse(bad), None, "{bad}");
        }
    }
}
