//! Reading MP4 files, ordinary and fragmented (ISO/IEC 14496-12 §8).

mod boxes;
mod file_reader;
mod fragment;
mod movie;
mod sample_entry;
mod sample_table;

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
    /// A sample lies outside of the file: the file was cut.
    #[error("sample at {offset} lies outside of the file")]
    Truncated {
        /// Where the sample should be.
        offset: u64,
    },
}

#[cfg(test)]
mod tests;
