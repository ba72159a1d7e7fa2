//! GB/T 28181: codes, MANSCDP, MANSRTSP, session descriptions, catalogs and steering, for platforms and for devices;
//! and the sides of the platform and of the device on top of SIP.
//!
//! | specification | scope | where |
//! |---|---|---|
//! | GB/T 28181-2022 §6.1, annex E | codes of 20 digits, areas, types | [`id`] |
//! | §6.10 | character sets | [`charset`] |
//! | annex A, with 2016 and 2011 | MANSCDP: control, query, notification, response | [`manscdp`], [`xml`] |
//! | §A.3 | steering bytes | [`ptz`] |
//! | annex B | MANSRTSP | [`mansrtsp`] |
//! | annex G | session descriptions, `y=`, `f=`, SSRCs | [`sdp`] |
//! | annexes J, M | catalogs: answers in many messages, trees | [`collect`], [`tree`] |
//! | annex K | `Subject` | [`subject`] |
//! | annex I | editions | [`Version`] |
//! | §9.1, §9.3 to §9.7, §9.10 | signing in, heartbeats, orders and questions with their answers | [`platform`], [`device`] |
//!
//! ```text
//! body of MESSAGE ── xml ── manscdp::Message ── Catalog, RecordInfo ... ── Collector ── Tree ── TreeDiff
//! body of INVITE ─── sdp::Description, subject::Subject, sdp::SsrcAllocator
//! body of INFO ───── mansrtsp::Mansrtsp
//! PTZCmd ─────────── ptz::PtzCommand
//! ```
//!
//! What is written is strict; what is read need not be: each tolerance is a comment with the number that the quirk
//! has in the list of the project, and `tests/quirks.rs` has a test for each. **[`Collector`] is drained with
//! `poll_finished` after every call.**
//!
//! ```
//! use gb28181::manscdp::{Body, Message, Notify};
//!
//! let body = b"<?xml version=\"1.0\" encoding=\"GB2312\"?><Notify><CmdType>Keepalive</CmdType><SN>7</SN>\
//!     <DeviceID>34020000001180000001</DeviceID><Status>OK</Status></Notify>";
//! let received = Message::parse(body)?;
//! assert_eq!(received.message.sn, 7);
//! assert!(matches!(received.message.body, Body::Notify(Notify::Keepalive(_))));
//! # Ok::<(), gb28181::manscdp::ManscdpError>(())
//! ```
//!
//! It deliberately opens no socket, reads no clock, draws no random number, and
//! knows neither program streams (crate `container`) nor GB 35114.

#![forbid(unsafe_code)]

mod beijing_time;
pub mod charset;
pub mod collect;
pub mod device;
#[doc(hidden)]
pub mod fuzz;
pub mod id;
pub mod manscdp;
pub mod mansrtsp;
pub mod platform;
pub mod profile;
pub mod ptz;
pub mod sdp;
pub mod subject;
pub mod tree;
mod version;
pub mod xml;

pub use beijing_time::BeijingTime;
pub use charset::Charset;
pub use collect::Collector;
pub use id::Id;
pub use manscdp::Message;
pub use platform::Platform;
pub use profile::Profile;
pub use subject::Subject;
pub use tree::Tree;
pub use version::Version;
