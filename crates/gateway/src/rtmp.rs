//! RTMP and RTMPS.

pub(crate) mod client;
mod server;
pub(crate) mod to_hub;

pub(crate) use server::serve;
