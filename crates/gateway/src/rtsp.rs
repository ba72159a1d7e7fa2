//! RTSP and RTSPS over TCP.

pub(crate) mod client;
mod from_hub;
mod server;
mod to_hub;

pub(crate) use server::serve;
