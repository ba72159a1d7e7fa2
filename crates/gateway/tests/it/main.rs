//! The gateway from outside, against peers that tests make and against other programs.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod gb28181;
