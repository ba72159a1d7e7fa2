//! Decodes H.265 for browsers that do not: the player runs it as WebAssembly in a worker.
//!
//! | specification | used for |
//! |---|---|
//! | ITU-T H.265 (08/2021) | NAL unit headers (§7.3.1.2), types (Table 7-1), limits of levels (Table A.8) |
//! | ISO/IEC 14496-15:2022 §8.3.2 | `hvcC`: parameter sets, size of the length field |
//!
//! The pictures themselves are the work of the crate `rust_h265`. This one takes access units as fragmented MP4 holds
//! them, gives 4:2:0 planes of 8 bits, and bounds what a stream may ask for.
//!
//! **One instance of the module is one decoder.** The memory of a WebAssembly instance only grows and a trap leaves it in
//! no known state; so a stream makes an instance of its own and drops it, and no stream can hurt another.
//!
//! Pictures come in decoding order, each from the call that took its access unit: the player knows when each is to be
//! shown, and so nothing is held back here. Pictures that are coded and not meant to be shown (`pic_output_flag` 0, which
//! no camera sends) come too.
//!
//! It does *not* read containers, keep time, or conceal: a damaged unit is reported, and the player decides. 4:2:2, 4:4:4,
//! monochrome and more than 12 bits are refused.
//!
//! ```
//! use viaduct_hevc::{Fault, PictureDecoder};
//!
//! let mut decoder = PictureDecoder::new();
//! assert_eq!(decoder.configure(b"no hvcC"), Some(Fault::Damaged));
//! assert!(decoder.decode(&[]).picture.is_none());
//! ```

#[cfg(target_arch = "wasm32")]
mod abi;
mod config;
mod decoder;
mod picture;
mod rgba;
mod units;

pub use decoder::{Decoded, Fault, MAX_LUMA_SAMPLES, MAX_UNIT_LEN, PictureDecoder};
pub use picture::Picture;
pub use rgba::rgba;
