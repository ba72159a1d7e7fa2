//! How streams behave: as their rules say, and recordings so that those who keep them lose nothing.

use std::sync::Arc;
use std::time::Duration;

use device::gb28181::Line;
use hub::{StreamKey, StreamOptions, StreamRules};
use platform::applications::Applications;

/// Recordings are sent several times as fast as they were, and written to a disk that may be busy.
const LAG: Duration = Duration::from_secs(10);
/// What may wait meanwhile.
const RING_BYTES: usize = 64 << 20;

/// The rules of applications, and what recordings of devices need besides.
pub(super) struct Rules(pub(super) Arc<Applications>);

impl StreamRules for Rules {
    fn options(&self, key: &StreamKey) -> StreamOptions {
        let options = self.0.options(key);
        let speed = Line::of(key).and_then(|line| line.span?.2);
        match speed {
            Some(_) => StreamOptions { lag: LAG, gop_cap_bytes: options.gop_cap_bytes.max(RING_BYTES), ..options },
            None => options,
        }
    }
}
