//! What the page calls. Numbers only, so that no generated code is needed on the other side.
//!
//! ```text
//! input(len)      address of `len` bytes to fill, 0 when that is too much
//! configure(len)  the input is an hvcC                -> 0, or what is wrong
//! decode(len)     the input is an access unit         -> PICTURE, and what is wrong
//! picture()       address of [width, height, coded bits, address of Y, Cb, Cr] u32
//! rgba()          address of [height][width][4] u8, 0 without a picture
//! reset()         what follows is a key frame
//! ```
//! Addresses are good until the next call. A trap (panic, no memory) ends the instance.
#![expect(unsafe_code, reason = "an export has a name that is not mangled, which Rust calls unsafe")]

use std::cell::RefCell;

use crate::{Fault, MAX_UNIT_LEN, PictureDecoder, rgba as to_rgba};

/// Bits of what `configure` and `decode` return.
const PICTURE: u32 = 1;
const DAMAGED: u32 = 2;
const UNSUPPORTED: u32 = 4;
const LIMIT: u32 = 8;

#[derive(Default)]
struct State {
    decoder: PictureDecoder,
    input: Vec<u8>,
    layout: [u32; 6],
    rgba: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with_state<T>(work: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(work)
}

fn address(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.as_ptr().addr()).expect("addresses have 32 bits here")
}

fn bits(fault: Option<Fault>) -> u32 {
    match fault {
        None => 0,
        Some(Fault::Damaged) => DAMAGED,
        Some(Fault::Unsupported) => UNSUPPORTED,
        Some(Fault::Limit) => LIMIT,
    }
}

fn count(len: u32) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn input(len: u32) -> u32 {
    with_state(|state| {
        if count(len) > MAX_UNIT_LEN {
            return 0;
        }
        state.input.resize(count(len).max(1), 0);
        address(&state.input)
    })
}

#[unsafe(no_mangle)]
extern "C" fn configure(len: u32) -> u32 {
    with_state(|State { decoder, input, .. }| bits(decoder.configure(&input[..count(len).min(input.len())])))
}

#[unsafe(no_mangle)]
extern "C" fn decode(len: u32) -> u32 {
    with_state(|State { decoder, input, .. }| {
        let decoded = decoder.decode(&input[..count(len).min(input.len())]);
        bits(decoded.fault) | if decoded.picture.is_some() { PICTURE } else { 0 }
    })
}

#[unsafe(no_mangle)]
extern "C" fn picture() -> *const u32 {
    with_state(|State { decoder, layout, .. }| {
        if let Some(picture) = decoder.picture() {
            let [y, cb, cr] = &picture.planes;
            let bits = u32::from(picture.coded_bits);
            *layout = [picture.width, picture.height, bits, address(y), address(cb), address(cr)];
        }
        layout.as_ptr()
    })
}

#[unsafe(no_mangle)]
extern "C" fn rgba() -> u32 {
    with_state(|State { decoder, rgba, .. }| {
        decoder.picture().map_or(0, |picture| {
            to_rgba(picture, rgba);
            address(rgba)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn reset() {
    with_state(|state| state.decoder.reset());
}
