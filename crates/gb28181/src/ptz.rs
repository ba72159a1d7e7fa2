//! Steering bytes: the eight of `PTZCmd` (GB/T 28181-2022 §A.3).
//!
//! ```text
//! B1  A5
//! B2  version (4 bits, 0) | check (4 bits) = (A + 5 + version) mod 16: 0F
//! B3  address, low 8 bits
//! B4  instruction
//! B5  data 1
//! B6  data 2
//! B7  data 3 (4 bits) | address, high 4 bits
//! B8  sum of B1 to B7 mod 256
//! ```
//!
//! A camera moves until it is told to stop: whoever steers must send [`Motion::STOP`] when a key is let go, when a
//! connection is lost, and by a watchdog.

mod command;
#[cfg(test)]
mod tests;

pub use command::{
    Auxiliary, Cruise, CruiseAction, Focus, Iris, Lens, Motion, Pan, Preset, PresetAction, PtzCommand, Scan,
    ScanAction, Tilt, Zoom,
};

const START: u8 = 0xA5;
const VERSION_AND_CHECK: u8 = 0x0F;
/// Bytes of one instruction.
pub const INSTRUCTION_BYTES: usize = 8;
/// The address that is written where nobody cares; devices ignore it.
pub const USUAL_ADDRESS: u16 = 1;

/// Why bytes are no steering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PtzError {
    /// Not sixteen hexadecimal digits.
    #[error("steering is not sixteen hexadecimal digits")]
    Digits,
    /// The first byte is not A5.
    #[error("steering begins with {0:02X}")]
    Start(u8),
    /// The last byte is not the sum of the others.
    #[error("steering has the sum {found:02X} instead of {expected:02X}")]
    Sum {
        /// The last byte.
        found: u8,
        /// What it should be.
        expected: u8,
    },
    /// An instruction that the standard does not have.
    #[error("steering has the unknown instruction {0:02X}")]
    Instruction(u8),
    /// Left and right at once, or the like.
    #[error("steering contradicts itself: {0:02X}")]
    Contradiction(u8),
}

/// The fields of the eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) address: u16,
    pub(crate) instruction: u8,
    pub(crate) data: [u8; 2],
    /// Four bits.
    pub(crate) data3: u8,
}

impl Frame {
    pub(crate) fn to_bytes(self) -> [u8; INSTRUCTION_BYTES] {
        let [high, low] = self.address.to_be_bytes();
        let [data1, data2] = self.data;
        let last = self.data3 << 4 | high & 0x0F;
        let mut bytes = [START, VERSION_AND_CHECK, low, self.instruction, data1, data2, last, 0];
        bytes[7] = sum(&bytes);
        bytes
    }

    /// Tolerance: the check bits of B2 are not looked at, since the sum covers all.
    pub(crate) fn from_bytes(bytes: [u8; INSTRUCTION_BYTES]) -> Result<Self, PtzError> {
        let [start, _, low, instruction, data1, data2, last, found] = bytes;
        if start != START {
            return Err(PtzError::Start(start));
        }
        let expected = sum(&bytes);
        if found != expected {
            return Err(PtzError::Sum { found, expected });
        }
        let address = u16::from_be_bytes([last & 0x0F, low]);
        Ok(Self { address, instruction, data: [data1, data2], data3: last >> 4 })
    }
}

fn sum(bytes: &[u8; INSTRUCTION_BYTES]) -> u8 {
    bytes[..7].iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// Sixteen hexadecimal digits. Tolerances: small letters, blanks between and around.
pub(crate) fn parse_hex(text: &str) -> Result<[u8; INSTRUCTION_BYTES], PtzError> {
    let mut bytes = [0; INSTRUCTION_BYTES];
    let mut digits = 0;
    for c in text.chars().filter(|c| !c.is_ascii_whitespace()) {
        let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(PtzError::Digits)?;
        let byte = bytes.get_mut(digits / 2).ok_or(PtzError::Digits)?;
        *byte = *byte << 4 | digit;
        digits += 1;
    }
    if digits == INSTRUCTION_BYTES * 2 { Ok(bytes) } else { Err(PtzError::Digits) }
}
