//! One attempt to pull a channel of a device.

use base::ErrorKind;
use hub::Leg;

use super::Wanted;
use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, PullUrl};

/// Pulls a channel until the device or the sink ends it.
///
/// # Errors
/// The leg that failed.
pub(crate) async fn pull(url: &PullUrl, guard: &PullGuard, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let devices = guard.gb28181().ok_or_else(not_configured)?;
    let wanted = Wanted::of_url(url.url()).map_err(|text| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text,
        next_step: "Correct the URL.".to_owned(),
    })?;
    let mut step = |leg, ok, text: &str| sink.step(leg, ok, text);
    let _call = devices.signalling.call(&wanted, &devices.ports, &mut step).await?;
    Ok(())
}

fn not_configured() -> PullFailure {
    PullFailure {
        leg: Leg::Connect,
        kind: ErrorKind::Unavailable,
        text: "GB/T 28181 is not switched on".to_owned(),
        next_step: "An administrator can switch it on with gb28181.listen.".to_owned(),
    }
}
