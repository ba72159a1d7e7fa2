//! RTSP and RTSPS: over the connection, and with media by UDP.

pub(crate) mod client;
mod from_hub;
mod lanes;
mod multicast;
mod reports;
mod server;
pub(crate) mod to_hub;
pub(crate) mod tunnel;
pub(crate) mod websocket;

pub(crate) use multicast::Groups;
pub(crate) use reports::{Receivers, listen_for_reports};
pub(crate) use server::{serve, serve_rtsp};
pub(crate) use tunnel::Tunnels;
