//! Values of header fields.

mod cseq;
mod event;
mod name;
mod name_addr;
mod number;
mod via;

pub use cseq::CSeq;
pub use event::{Event, Subscription, SubscriptionState};
pub use name::HeaderName;
pub use name_addr::NameAddr;
pub use number::parse_seconds;
pub use via::Via;

/// What `Allow` of a party of GB/T 28181 lists.
pub const GB_ALLOW: &str = "INVITE, ACK, INFO, CANCEL, BYE, OPTIONS, MESSAGE, SUBSCRIBE, NOTIFY";
