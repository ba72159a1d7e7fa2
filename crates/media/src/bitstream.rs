//! Bitstream syntax, one module per codec.

pub mod aac;
pub mod av1;
pub mod bits;
pub mod h264;
pub mod h265;
pub mod inband;
pub mod jpeg;
pub mod mp3;
pub mod nal;

/// Why a piece of bitstream could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes end before the syntax does.
    #[error("{what} ends early")]
    Truncated {
        /// The syntax structure.
        what: &'static str,
    },
    /// A value that the specification forbids or that exceeds one of our named limits.
    #[error("{what} is out of range")]
    OutOfRange {
        /// The syntax element.
        what: &'static str,
    },
    /// A structure without which nothing can be decoded is absent.
    #[error("{what} is missing")]
    Missing {
        /// The structure.
        what: &'static str,
    },
}
