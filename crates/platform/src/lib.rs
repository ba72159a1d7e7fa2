//! Use cases, one file per resource: what people and programs may do with the platform.
//!
//! | module | what |
//! |---|---|
//! | [`accounts`] | first run, sign-in with one or two factors, sessions, passwords, keys of programs |
//! | [`oidc`] | sign-in through an OpenID provider |
//! | [`people`] | organisations, roles, users and their grants |
//! | [`ptz`] | who steers a camera, what stops it, its presets and cruises |
//! | [`rights`] | who may do what with which things, where and when |
//! | [`audit`] | what people did, in a chain of sums |
//! | [`tokens`] | publish and play tokens (HMAC-SHA-256, per stream, action and expiry) |
//! | [`applications`] | rules for streams by name |
//! | [`hosts`] | virtual hosts and their domains |
//! | [`licence`] | how many cameras may be on, and until when |
//! | [`devices`] | devices and their channels: which cameras there are, where they stand, how their streams are called |
//! | [`downloads`] | recordings of devices that are fetched into files |
//! | [`views`], [`patrols`] | named views of the video wall and screens; tours of cameras |
//! | [`sharing`] | whose such things are, and with whom they are shared |
//! | [`geo`], [`stake`] | places on earth and along roads |
//! | [`hooks`] | web hooks: questions and notices to other systems |
//! | [`pattern`] | patterns of stream names |
//! | [`snapshots`] | pictures that are kept, and plans of them |
//! | [`uploads`] | pictures on their way to other systems |
//! | [`schedule`] | when something may run, by the week |
//! | [`clock`] | the time now, in the time zone of the place |
//! | [`access`] | the [`hub::Access`] that media sessions ask |
//!
//! Nothing here speaks HTTP or SQL: `viaduct` maps errors to problem JSON, `db` stores.

pub mod access;
pub mod accounts;
pub mod applications;
pub mod audit;
pub mod clock;
pub mod devices;
pub mod downloads;
#[doc(hidden)]
pub mod fuzz;
pub mod geo;
pub mod hooks;
pub mod hosts;
pub mod licence;
pub mod oidc;
pub mod patrols;
pub mod pattern;
pub mod people;
pub mod playback;
pub mod ptz;
pub mod rights;
pub mod schedule;
pub mod sharing;
pub mod snapshots;
pub mod stake;
pub mod tokens;
mod turn;
pub mod uploads;
pub mod views;

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds now.
pub fn unix_now() -> i64 {
    unix_now_ms() / 1000
}

/// Unix milliseconds now.
pub fn unix_now_ms() -> i64 {
    unix_ms(SystemTime::now())
}

/// An instant in Unix milliseconds; 0 for one before 1970.
pub fn unix_ms(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
