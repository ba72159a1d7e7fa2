//! RTSP.
#![forbid(unsafe_code)]
pub mod auth;
pub mod header;
pub mod message;
pub mod parser;
pub mod server;
pub mod url;
