//! Invitations: what leads from a wish for pictures to a device that sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::gb28181::{Call, CallSession, Carrier, MediaPorts, Signalling, Wanted};
use gateway::pull::PullFailure;
use gb28181::Id;
use gb28181::manscdp::{Command as Order, Control, DeviceControl};
use gb28181::platform::{Ending, Fault, Refusal, SessionEvent, SessionId};
use gb28181::profile::{MediaMode, SsrcCheck};
use gb28181::sdp::{Description, Setup, Ssrc, Transport};
use hub::Leg;
use tokio::sync::mpsc;

use super::directory::Presence;
use super::line::Line;
use super::signaller::{Command, Started};
use super::{Playing, Shared};

/// How long a device may take to send; recorders wake their cameras first.
const ANSWER_WAIT: Duration = Duration::from_secs(15);

/// What the thread needs for an invitation.
pub(super) struct NewCall {
    pub(super) wanted: Wanted,
    pub(super) ssrc: Ssrc,
    pub(super) port: u16,
    pub(super) transport: Transport,
    pub(super) setup: Option<Setup>,
}

type Step<'a> = &'a mut (dyn FnMut(Leg, bool, &str) + Send);

/// Signalling as the gateway sees it.
pub(super) struct Inviter(pub(super) Arc<Shared>);

impl Signalling for Inviter {
    fn call<'a>(
        &'a self,
        wanted: &'a Wanted,
        ports: &'a Arc<MediaPorts>,
        step: Step<'a>,
    ) -> BoxFuture<'a, Result<Call, PullFailure>> {
        self.invite(wanted, ports, step).boxed()
    }
}

impl Inviter {
    async fn invite(&self, wanted: &Wanted, ports: &Arc<MediaPorts>, step: Step<'_>) -> Result<Call, PullFailure> {
        let shared = &self.0;
        let presence = shared.directory.presence(&wanted.device).ok_or_else(|| self.absent(&wanted.device))?;
        let media = presence.profile.media;
        let (carrier, (transport, setup)) = (carrier(media), media.described());
        // A device whose SSRCs are not looked at is told apart by its port, as long as there are any.
        let own_port = presence.profile.ssrc_check == SsrcCheck::Off && ports.has_own_ports();
        let lease = ports.lease(carrier, own_port, wanted.span.is_some());
        let lease =
            lease.or_else(|_| ports.lease(carrier, false, wanted.span.is_some())).map_err(|error| PullFailure {
                leg: Leg::Connect,
                kind: error.kind(),
                text: error.to_string(),
                next_step: "Give gb28181.media_listen a longer range of ports, or close other cameras.".to_owned(),
            })?;
        let call = NewCall { wanted: wanted.clone(), ssrc: lease.ssrc(), port: lease.port(), transport, setup };
        step(Leg::Connect, true, &sent(&presence, wanted, &call));
        let started = shared.ask(|reply| Command::Invite { call: Box::new(call), reply }).await;
        let Started { session, events } = started.map_err(|fault| refused(&fault, &wanted.channel))?;
        let mut session = Session {
            shared: Arc::clone(shared),
            device: wanted.device.clone(),
            channel: wanted.channel.clone(),
            line: Line::of_wanted(wanted),
            session,
            events,
            presence: Arc::clone(&presence),
            is_paused: Arc::default(),
            ended: None,
        };
        let answer = tokio::time::timeout(ANSWER_WAIT, session.answer(step)).await;
        let answer = answer.unwrap_or_else(|_late| Err(late(wanted)))?;
        step(Leg::Answer, true, &told(&answer));
        if wanted.span.is_some() {
            let playing = Playing { session: session.session, is_paused: Arc::clone(&session.is_paused) };
            shared.playing().insert(session.line.clone(), playing);
        }
        Ok(Call {
            lease,
            answer,
            signalling_ip: presence.address.ip(),
            ssrc_check: presence.profile.ssrc_check,
            session: Box::new(session),
        })
    }

    /// Why a device cannot be invited.
    fn absent(&self, device: &Id) -> PullFailure {
        let settings = &self.0.settings;
        let refusal = self.0.directory.refusal_of(device).map(|refused| match refused.why {
            Refusal::WrongPassword => format!("It tried from {} with a wrong password or user name.", refused.from),
            Refusal::Locked => format!(
                "It tried from {} with a wrong password too often, and is locked out for ten minutes.",
                refused.from
            ),
            _ => format!("It tried from {} and is not permitted: add it as a device.", refused.from),
        });
        let next_step = refusal.unwrap_or_else(|| {
            format!(
                "Check the camera's own page: server {}, domain {}, port {}, the camera's code {device} and its password.",
                settings.server_id,
                settings.domain,
                settings.listen.port()
            )
        });
        let text = format!("The device {device} is not signed in");
        PullFailure { leg: Leg::Connect, kind: ErrorKind::Unavailable, text, next_step }
    }
}

/// The gateway's name for it.
pub(super) const fn carrier(mode: MediaMode) -> Carrier {
    match mode {
        MediaMode::Udp => Carrier::Udp,
        MediaMode::TcpPassive => Carrier::TcpPassive,
        MediaMode::TcpActive => Carrier::TcpActive,
    }
}

fn sent(presence: &Presence, wanted: &Wanted, call: &NewCall) -> String {
    let by = match (call.transport, call.setup) {
        (Transport::Udp, _) => "by UDP".to_owned(),
        (Transport::Tcp, Some(Setup::Active)) => "over a connection that we open".to_owned(),
        (Transport::Tcp, _) => "over a connection that it opens".to_owned(),
    };
    format!(
        "{} at {} is asked to send channel {} {by} to port {} with SSRC {}.",
        wanted.device, presence.address, wanted.channel, call.port, call.ssrc
    )
}

/// What the device says that it sends.
fn told(answer: &Description) -> String {
    let Some(video) = answer.video() else { return "The device agreed, and names no picture.".to_owned() };
    let from = answer.address_of(video).unwrap_or("an address that it does not name");
    let ssrc = answer.ssrc.map_or_else(|| "none".to_owned(), |ssrc| ssrc.to_string());
    let forms: Vec<&str> = video.payloads.iter().map(|payload| payload.encoding.as_str()).collect();
    format!("The device agreed: {} from {from} port {}, SSRC {ssrc}.", forms.join(", "), video.port)
}

fn refused(fault: &Fault, channel: &Id) -> PullFailure {
    let next_step = match fault {
        Fault::Refused { status: 404, .. } => "The device has no such channel: read its catalog again.",
        Fault::Refused { status: 486 | 600, .. } => {
            "The device sends to as many as it can: close another viewer of it."
        }
        Fault::Refused { status: 488, .. } => {
            "The device does not take our description: try another form of it in the device's settings."
        }
        Fault::Refused { status: 400..=499, .. } => "See the device's own log, and the SIP trace.",
        Fault::Refused { .. } => "The device or its channel is in trouble; it will be tried again.",
        Fault::NoAnswer => "Its address may have changed: it is reached again when it sends its next heartbeat.",
        _ => "It will be tried again.",
    };
    let kind = match fault {
        Fault::Refused { status: 404, .. } => ErrorKind::NotFound,
        Fault::Refused { status: 488, .. } => ErrorKind::Unsupported,
        other => other.kind(),
    };
    PullFailure { leg: Leg::Answer, kind, text: format!("Channel {channel}: {fault}"), next_step: next_step.to_owned() }
}

fn late(wanted: &Wanted) -> PullFailure {
    PullFailure {
        leg: Leg::Answer,
        kind: ErrorKind::Timeout,
        text: format!("The device {} did not answer within {} s", wanted.device, ANSWER_WAIT.as_secs()),
        next_step: "The channel's camera may be off: see the device's own page, and the SIP trace.".to_owned(),
    }
}

/// A dialog; dropping it hangs up.
struct Session {
    shared: Arc<Shared>,
    device: Id,
    channel: Id,
    line: Line,
    session: SessionId,
    events: mpsc::Receiver<SessionEvent>,
    presence: Arc<Presence>,
    is_paused: Arc<AtomicBool>,
    /// Why it is over, once it is.
    ended: Option<Ending>,
}

impl Session {
    /// Waits for what the device says.
    async fn answer(&mut self, step: Step<'_>) -> Result<Description, PullFailure> {
        loop {
            match self.events.recv().await {
                Some(SessionEvent::Established { answer, .. }) => return Ok(*answer),
                Some(SessionEvent::Proceeding(status @ 101..)) => {
                    step(Leg::Answer, true, &format!("The device is on it ({status})."));
                }
                Some(SessionEvent::Ended(Ending::Failed(fault))) => return Err(refused(&fault, &self.channel)),
                Some(SessionEvent::Ended(why)) => return Err(ended_early(&why)),
                Some(_) => {}
                None => return Err(ended_early(&Ending::DeviceGone)),
            }
        }
    }
}

fn ended_early(why: &Ending) -> PullFailure {
    PullFailure {
        leg: Leg::Answer,
        kind: ErrorKind::Unavailable,
        text: over(why),
        next_step: "See the device's own page, and the SIP trace.".to_owned(),
    }
}

fn over(why: &Ending) -> String {
    match why {
        Ending::ByDevice => "The device ended the session".to_owned(),
        Ending::Finished => "The recording has come to its end".to_owned(),
        Ending::DeviceGone => "The device is not signed in any more".to_owned(),
        Ending::DeviceMoved => "The device has signed in from another address, or two devices have its code".to_owned(),
        Ending::Unusable => "The device answered with a description that says nothing".to_owned(),
        Ending::Failed(fault) => format!("The session failed: {fault}"),
        _ => "The session is over".to_owned(),
    }
}

impl CallSession for Session {
    fn ask_key_frame(&mut self) {
        for spelling in self.presence.profile.i_frame_spellings() {
            let order = DeviceControl { command: Order::IFrame(spelling), info: None };
            self.shared.order_unheard(&self.device, &self.channel, Control::DeviceControl(order));
        }
    }

    fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed)
    }

    fn over(&mut self) -> BoxFuture<'_, String> {
        async {
            loop {
                if let Some(why) = &self.ended {
                    return over(why);
                }
                match self.events.recv().await {
                    Some(SessionEvent::Ended(why)) => self.ended = Some(why),
                    Some(_) => {}
                    None => self.ended = Some(Ending::DeviceGone),
                }
            }
        }
        .boxed()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut playing = self.shared.playing();
        if playing.get(&self.line).is_some_and(|playing| playing.session == self.session) {
            playing.remove(&self.line);
        }
        drop(playing);
        self.shared.tell_thread(Command::HangUp(self.session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_lasts_where_asking_again_cannot_help() {
        let channel = Id::new("34020000001320000001").unwrap();
        for (status, kind) in [
            (404, ErrorKind::NotFound),
            (488, ErrorKind::Unsupported),
            (403, ErrorKind::Unavailable),
            (486, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
            (600, ErrorKind::Unavailable),
        ] {
            let failure = refused(&Fault::Refused { status, reason: String::new() }, &channel);
            assert_eq!(failure.kind, kind, "{status}");
        }
    }
}
