//! SIP in the dialect of GB/T 28181: messages, transactions and dialogs of both roles; bytes and `Instant`s in,
//! bytes and events out.
//!
//! | specification | scope | where |
//! |---|---|---|
//! | RFC 3261 §7, §18.3, §19, §20, §25 | messages, URIs, header fields, framing; tolerant reading, strict writing | [`message`], [`parser`], [`uri`], [`header`] |
//! | RFC 3261 §9, §13, §17; RFC 6026; RFC 4320 | client and server transactions, ACK, CANCEL, timers A to M | [`endpoint`], [`transaction`] |
//! | RFC 3261 §12; RFC 6665 §4.4 | dialogs of INVITE and SUBSCRIBE, both ends | [`dialog`] |
//! | RFC 3581; RFC 5626 §4.4.1 | answers to the source of a request; pings of connections | [`header::Via`], [`parser::StreamItem`] |
//! | GB/T 28181-2022 §8.2, annex N | methods, `Event` with its number | [`header`] |
//! | RFC 3261 §22, RFC 8760, RFC 7616 | Digest authentication, both sides | [`base::http_auth`] |
//!
//! ```text
//! datagram ── FloodGuard ──────────────────┐
//! connection ── FloodGuard ── StreamParser ┴─ Endpoint ─┬─ Event ── Dialog, the caller's devices
//!                                                       └─ Transmit (socket or connection, address, bytes)
//! ```
//!
//! **An [`Endpoint`] is drained with [`Endpoint::poll_output`] after every call.** The time and all randomness
//! (one seed) come from the caller. Nothing is kept for a peer between its transactions, and nothing before it
//! has authenticated when its challenge is sent with [`Endpoint::respond_stateless`] and its nonce is one of
//! [`base::http_auth::NonceKey`].
//!
//! It deliberately has no proxy (no forking, no `Max-Forwards`, no loop detection), resolves no names (answers
//! go to the source, requests where the caller says), does not know what bodies and the header fields of GB/T 28181
//! mean (MANSCDP, SDP, MANSRTSP, `Date`, `Subject`, `X-GB-Ver` are others' work), and keeps no list of dialogs or registrations: [`Dialog`] is a value, [`DialogId`] its
//! key. There is no PRACK (RFC 3262), no merged-request detection (§8.2.2.2), no WebSocket.
//!
//! ```
//! use std::time::Instant;
//! use sip::{Endpoint, Event, Options, Output, Path, Response, Transport};
//!
//! let mut endpoint = Endpoint::new([7; 32], Options::default());
//! let path = Path { transport: Transport::Udp, local: 1, remote: "192.0.2.7:5060".parse().unwrap() };
//! let request = b"MESSAGE sip:34020000002000000001@3402000000 SIP/2.0\r\n\
//!     Via: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1\r\n\
//!     From: <sip:34020000001320000001@3402000000>;tag=1\r\nTo: <sip:34020000002000000001@3402000000>\r\n\
//!     Call-ID: 1\r\nCSeq: 20 MESSAGE\r\nContent-Length: 0\r\n\r\n";
//! endpoint.handle_datagram(Instant::now(), path, request);
//! loop {
//!     match endpoint.poll_output() {
//!         Output::Event(Event::Request { id, .. }) => {
//!             endpoint.respond(Instant::now(), id, &Response::new(200)).unwrap();
//!         }
//!         Output::Event(_) => {}
//!         Output::Transmit(transmit) => {
//!             assert_eq!(transmit.path, path);
//!             assert!(transmit.bytes.starts_with(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.1.64:5060;rport=5060;"));
//!         }
//!         Output::Timeout(_) => break,
//!     }
//! }
//! ```

#![forbid(unsafe_code)]

pub mod dialog;
pub mod endpoint;
pub mod flood;
#[doc(hidden)]
pub mod fuzz;
pub mod header;
pub mod message;
pub mod method;
pub mod params;
pub mod parser;
pub mod path;
mod text;
mod token;
pub mod transaction;
pub mod uri;

pub use dialog::{Dialog, DialogError, DialogId, DormantDialog, Sequence};
pub use endpoint::{Counters, Endpoint, Event, Failure, Options, Output, RespondError, SendError, Transmit};
pub use flood::{FloodCounters, FloodGuard, FloodLimits};
pub use message::{Headers, Message, Request, Response};
pub use method::Method;
pub use parser::{Datagram, ParseError, StreamItem, StreamParser, parse_datagram};
pub use path::{Path, Transport, is_private};
pub use text::text;
pub use transaction::{ClientId, INVITE_LIMIT, ServerId, Timers};
pub use uri::SipUri;
