//! One attempt to pull a channel of a device.

mod connect;
mod session;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use gb28181::sdp::Description;
use hub::Leg;

use super::diagnosis::Origin;
use super::ports::{Carrier, Expectation};
use super::{Call, Wanted, named_addresses};
use crate::guard::{Devices, PullGuard};
use crate::pull::{PullFailure, PullSink, PullUrl};
use session::Session;

/// How often the sink is asked what it wants.
const TICK: Duration = Duration::from_millis(500);
/// Steps of a call that wait to be told; over it further ones are dropped.
const MAX_STEPS: usize = 64;

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
    let Some(mut call) = invite(&devices, &wanted, sink).await? else { return Ok(()) };
    let origin = origin(&call.answer, call.signalling_ip).await;
    sink.step(Leg::Answer, true, &answered(&call, &origin));
    let stream = match call.lease.carrier() {
        Carrier::TcpActive => {
            let Some(stream) = connect::connect(&mut call, &origin, guard, sink).await? else { return Ok(()) };
            Some(stream)
        }
        Carrier::Udp | Carrier::TcpPassive => None,
    };
    Session::new(call, origin, stream, wanted.span.is_some())?.run(sink).await
}

/// Has the device invited, and passes the steps on meanwhile; `None` when the sink wants no more.
async fn invite(devices: &Devices, wanted: &Wanted, sink: &mut dyn PullSink) -> Result<Option<Call>, PullFailure> {
    let told = Mutex::new(Vec::new());
    let mut step = |leg: Leg, ok: bool, text: &str| {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < MAX_STEPS {
            told.push((leg, ok, text.to_owned()));
        }
    };
    let mut call = devices.signalling.call(wanted, &devices.ports, &mut step);
    loop {
        let outcome = tokio::time::timeout(TICK, &mut call).await;
        let steps = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
        steps.into_iter().for_each(|(leg, ok, text)| sink.step(leg, ok, &text));
        match outcome {
            Ok(outcome) => return outcome.map(Some),
            Err(_elapsed) if sink.is_done() => return Ok(None),
            Err(_elapsed) => {}
        }
    }
}

/// Where media should come from.
async fn origin(answer: &Description, signalling: IpAddr) -> Origin {
    let media = answer.video().or_else(|| answer.media.first());
    let answered = media.and_then(|media| answer.address_of(media)).map(str::to_owned);
    let answered_ips = named_addresses(answered.as_deref()).await;
    Origin { answered, answered_ips, signalling: signalling.to_canonical() }
}

/// What the device has answered, in words.
fn answered(call: &Call, origin: &Origin) -> String {
    let media = call.answer.video().or_else(|| call.answer.media.first());
    let port = media.map_or(0, |media| media.port);
    let address = origin.answered.as_deref().unwrap_or("no address");
    let way = match call.lease.carrier() {
        Carrier::Udp => format!("sends from {address}:{port} to UDP port {}", call.lease.port()),
        Carrier::TcpPassive => format!("connects from {address} to TCP port {}", call.lease.port()),
        Carrier::TcpActive => format!("waits for us at {address}:{port}"),
    };
    let offered = call.lease.ssrc();
    match call.answer.ssrc {
        Some(ssrc) if ssrc == offered => format!("The device {way}, with SSRC {ssrc}."),
        Some(ssrc) => format!("The device {way}, with SSRC {ssrc} instead of {offered}."),
        None => format!("The device {way}, and names no SSRC; {offered} was offered."),
    }
}

fn expectation(call: &Call, origin: &Origin) -> Expectation {
    let answered = call.answer.ssrc.map(|ssrc| ssrc.0);
    Expectation::agreed(call.lease.ssrc().0, answered, origin.addresses(), call.ssrc_check)
}

fn not_configured() -> PullFailure {
    PullFailure {
        leg: Leg::Connect,
        kind: ErrorKind::Unavailable,
        text: "GB/T 28181 is not switched on".to_owned(),
        next_step: "An administrator can switch it on with gb28181.listen.".to_owned(),
    }
}
