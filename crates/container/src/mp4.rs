//! Reading MP4 files, ordinary and fragmented (ISO/IEC 14496-12 §8); [`crate::fmp4`] reads fragments as they come.

pub(crate) mod boxes;
mod file_reader;
pub(crate) mod fragment;
pub(crate) mod language;
pub(crate) mod movie;
mod sample_entry;
pub(crate) mod sample_table;

pub use file_reader::{FileReader, ReadAt};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Mp4Error {
    /// Reading the file failed.
    #[error("file cannot be read at {offset}")]
    Io {
        /// Where.
        offset: u64,
        /// Why.
        source: std::io::Error,
    },
    /// There is no `moov` box.
    #[error("file has no movie box")]
    NoMovie,
    /// A box is malformed or lacks a field.
    #[error("box {0} is malformed")]
    Malformed(&'static str),
    /// A named limit is exceeded.
    #[error("{0} exceeds the limit")]
    TooLarge(&'static str),
    /// Fragments, or their media, come before the movie box that describes them.
    #[error("fragment comes before its movie box")]
    NoInit,
    /// The samples are in the tables of an ordinary file, which can only be read as a whole.
    #[error("file is not fragmented")]
    NotFragmented,
    /// A sample lies outside of the file: the file was cut.
    #[error("sample at {offset} lies outside of the file")]
    Truncated {
        /// Where the sample should be.
        offset: u64,
    },
}

#[cfg(test)]
mod tests;
