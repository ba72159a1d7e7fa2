//! Speaking to devices: broadcasts (§9.12), and the talks of before 2022, with their sound.
//!
//! ```text
//! Gb28181::talk ─ Floor (one speaker at a time) ─ order or INVITE ─ Lease ─ Speech ─▶ Talk
//! ```
//!
//! Dropping a [`Talk`], or the future that makes one, hangs up and gives everything back.

mod file;
mod floor;
mod resample;

use std::sync::Arc;
use std::time::Duration;

use base::ErrorKind;
use gateway::PullGuard;
use gateway::gb28181::{Carrier, Hearer, Lease, MediaPorts, NoPort, Speech, SpeechCounters};
use gb28181::Id;
use gb28181::platform::{
    BroadcastEnding, BroadcastEvent, BroadcastId, Ending, Fault, Listener, SessionEvent, SessionId,
};
use gb28181::profile::SpeechMode;
use gb28181::sdp::{Description, Setup, Ssrc, Transport};
use tokio::sync::mpsc;

use super::directory::Presence;
use super::signaller::Command;
use super::{Gb28181, Shared, call};
pub use file::{FileEnd, FileSound, FileState, MAX_FILE_TIME};
use floor::Floor;
pub(super) use floor::Floors;
pub use floor::{Holder, Speaker};

/// How long a device may take to answer an invitation to a talk.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// How far a talk has come before it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TalkStep {
    /// The device is told.
    Asking,
    /// The device says that it will listen, or has asked for the sound.
    Ringing,
}

/// Why nobody is heard at a device. The text is a sentence, and a next step where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TalkError {
    /// Somebody else speaks there.
    #[error("{0} speaks there now. Wait until it is over, or ask for the floor.")]
    Taken(String),
    /// The device is not signed in.
    #[error("The device is not signed in. Check its power, the network, and the server that is set in it.")]
    Absent,
    /// There is no port for the sound.
    #[error("{}", no_port(*.0))]
    NoPort(NoPort),
    /// The order came to nothing.
    #[error("{0}")]
    Failed(String),
}

impl TalkError {
    /// How it is classified.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Taken(_) => ErrorKind::Conflict,
            Self::NoPort(error) => error.kind(),
            Self::Absent | Self::Failed(_) => ErrorKind::Unavailable,
        }
    }
}

const fn no_port(error: NoPort) -> &'static str {
    match error {
        NoPort::NoRange => {
            "The device wants to connect for the sound, which needs a port of its own. Give gb28181.media_listen a range of ports, such as [::]:10000-10199, or set the device's sound to UDP."
        }
        _ => {
            "All ports for media are taken. Give gb28181.media_listen a longer range of ports, or close other cameras."
        }
    }
}

/// Media for talks.
#[derive(Clone, Debug)]
pub struct SoundMedia {
    /// Where sound is sent from.
    pub ports: Arc<MediaPorts>,
    /// Which addresses may be sent to.
    pub guard: PullGuard,
}

/// What the thread needs for an invitation to a talk.
pub(super) struct NewTalk {
    pub(super) device: Id,
    pub(super) target: Id,
    pub(super) ssrc: Ssrc,
    pub(super) port: u16,
    pub(super) transport: Transport,
    pub(super) setup: Option<Setup>,
}

/// Somebody speaks to a device. Fields are dropped in their order: the device is told before the port is given back.
pub struct Talk {
    session: Session,
    speech: Speech,
    floor: Floor,
}

impl std::fmt::Debug for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Talk").field("speech", &self.speech).finish_non_exhaustive()
    }
}

impl Talk {
    /// Sound of a microphone, in G.711 A-law: see [`Speech::put`].
    pub fn put(&self, a_law: &[u8]) {
        self.speech.put(a_law);
    }

    /// Sound of a file, in G.711 A-law: see [`Speech::feed`].
    ///
    /// # Cancel safety
    /// Not safe: some of the sound may have been taken.
    pub async fn feed(&self, a_law: &[u8]) {
        self.speech.feed(a_law).await;
    }

    /// Waits until all sound that was taken has left.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn drained(&self) {
        self.speech.drained().await;
    }

    /// What was sent so far.
    pub fn counters(&self) -> SpeechCounters {
        self.speech.counters()
    }

    /// Resolves with a sentence once the device has ended it, is gone, or cannot be sent to.
    ///
    /// # Cancel safety
    /// Safe: an end that was not taken is said again.
    pub async fn over(&mut self) -> String {
        let mut broken = self.speech.end();
        tokio::select! {
            text = self.session.over() => text,
            text = broken.ended() => text,
        }
    }
}

impl Gb28181 {
    /// Speaks to a device, or to a camera or loudspeaker below it, once it listens. `step` is told how far it is.
    ///
    /// # Errors
    /// When nobody is heard there.
    ///
    /// # Cancel safety
    /// Dropping the future gives it up: nothing of it is left, neither here nor at the device.
    pub async fn talk(
        &self,
        device: &Id,
        target: &Id,
        speaker: Speaker,
        step: &mut (dyn FnMut(TalkStep) + Send),
    ) -> Result<Talk, TalkError> {
        let presence = self.shared.directory.presence(device).ok_or(TalkError::Absent)?;
        let floor = Floor::take(&self.shared, device, speaker)?;
        step(TalkStep::Asking);
        let attempt = Attempt { shared: &self.shared, media: &self.shared.sound, presence: &presence, device, target };
        let (session, speech) = match presence.profile.speech {
            SpeechMode::Broadcast => attempt.broadcast(step).await?,
            SpeechMode::Talk => attempt.invite(step).await?,
        };
        Ok(Talk { session, speech, floor })
    }
}

/// To be heard at a device.
struct Attempt<'a> {
    shared: &'a Arc<Shared>,
    media: &'a SoundMedia,
    presence: &'a Presence,
    device: &'a Id,
    target: &'a Id,
}

impl Attempt<'_> {
    async fn broadcast(&self, step: &mut (dyn FnMut(TalkStep) + Send)) -> Result<(Session, Speech), TalkError> {
        let (device, target) = (self.device.clone(), self.target.clone());
        let told = self.shared.ask(|reply| Command::Broadcast { device, target, reply }).await;
        let (broadcast, events) = told.map_err(|fault| TalkError::Failed(failed(&fault)))?;
        let shared = Arc::clone(self.shared);
        let mut session = Session { shared, kind: Kind::Broadcast { broadcast, events }, ended: None };
        let mut awaiting = None;
        loop {
            match session.next_of_broadcast().await {
                BroadcastEvent::Taken => step(TalkStep::Ringing),
                BroadcastEvent::Invited(listener) => {
                    step(TalkStep::Ringing);
                    let lease = self.lease(call::carrier(listener.way))?;
                    let ssrc = listener.ssrc.unwrap_or_else(|| lease.ssrc());
                    let accept = Command::AcceptBroadcast { broadcast, port: lease.port(), ssrc };
                    // Where the device connects it may do so with our answer: somebody must listen by then, and does.
                    awaiting = Some((lease, self.hearer(&listener, ssrc)));
                    self.shared.tell_thread(accept);
                }
                BroadcastEvent::Started { .. } => {
                    let Some((lease, hearer)) = awaiting.take() else { continue };
                    return Ok((session, Speech::start(lease, hearer, self.media.guard.clone())));
                }
                BroadcastEvent::Ended(why) => return Err(TalkError::Failed(ended(&why))),
                _ => {}
            }
        }
    }

    async fn invite(&self, step: &mut (dyn FnMut(TalkStep) + Send)) -> Result<(Session, Speech), TalkError> {
        let media = self.presence.profile.media;
        let lease = self.lease(call::carrier(media))?;
        let (transport, setup) = media.described();
        let (device, target) = (self.device.clone(), self.target.clone());
        let talk = NewTalk { device, target, ssrc: lease.ssrc(), port: lease.port(), transport, setup };
        let started = self.shared.ask(|reply| Command::InviteToTalk { talk: Box::new(talk), reply }).await;
        let started = started.map_err(|fault| TalkError::Failed(failed(&fault)))?;
        let kind = Kind::Talk { session: started.session, events: started.events };
        let mut session = Session { shared: Arc::clone(self.shared), kind, ended: None };
        let answered = tokio::time::timeout(ANSWER_WAIT, session.answer(step)).await;
        let answer = answered.unwrap_or_else(|_late| Err(TalkError::Failed(NO_ANSWER.to_owned())))?;
        let Some(hearer) = self.hearer_of(&answer, &lease) else {
            return Err(TalkError::Failed(UNUSABLE.to_owned()));
        };
        Ok((session, Speech::start(lease, hearer, self.media.guard.clone())))
    }

    fn lease(&self, carrier: Carrier) -> Result<Lease, TalkError> {
        self.media.ports.lease_for_sound(carrier).map_err(TalkError::NoPort)
    }

    fn hearer(&self, listener: &Listener, ssrc: Ssrc) -> Hearer {
        Hearer {
            address: listener.address.clone(),
            port: listener.port,
            signalling_ip: self.presence.address.ip(),
            payload_type: listener.payload_type,
            ssrc,
        }
    }

    /// Who has answered an invitation; its SSRC is that of our offer, whatever it says (quirk 14).
    fn hearer_of(&self, answer: &Description, lease: &Lease) -> Option<Hearer> {
        let media = answer.audio().or_else(|| answer.media.first())?;
        let is_a_law = media.payloads.is_empty() || media.payload(8).is_some();
        let is_reachable = lease.carrier() == Carrier::TcpPassive || media.port != 0;
        (is_a_law && is_reachable).then(|| Hearer {
            address: answer.address_of(media).map(str::to_owned),
            port: media.port,
            signalling_ip: self.presence.address.ip(),
            payload_type: 8,
            ssrc: lease.ssrc(),
        })
    }
}

const NO_ANSWER: &str = "The device did not answer the invitation to talk within 10 s. See the SIP trace.";
const UNUSABLE: &str = "The device listens to another kind of sound than G.711 A-law. Set its sound to G.711A.";
const BY_DEVICE: &str = "The device has hung up.";
const GONE: &str = "The device is not signed in any more.";
const OVER: &str = "It is over.";

fn ended(why: &BroadcastEnding) -> String {
    match why {
        BroadcastEnding::Failed(fault) => return failed(fault),
        BroadcastEnding::Declined => {
            "The device declined. It may have no loudspeaker, or somebody speaks to it from elsewhere; see its own page."
        }
        BroadcastEnding::NoInvitation => {
            "The device did not ask for the sound within 10 s. It may know only the older talk: set \"How to speak\" to it in the device's settings, or see the SIP trace."
        }
        BroadcastEnding::Unusable => UNUSABLE,
        BroadcastEnding::Withdrawn => "The device took its wish for the sound back. Try again.",
        BroadcastEnding::NotAcknowledged => {
            "The device did not acknowledge our answer. Our address may not be reachable for it: see the SIP trace."
        }
        BroadcastEnding::ByDevice => BY_DEVICE,
        BroadcastEnding::DeviceGone => GONE,
        _ => OVER,
    }
    .to_owned()
}

fn failed(fault: &Fault) -> String {
    match fault {
        Fault::NotSignedIn => GONE.to_owned(),
        Fault::Refused { status: 404, .. } => {
            "The device has no such loudspeaker or camera: read its catalog again.".to_owned()
        }
        Fault::Refused { status: 486 | 600, .. } => "Somebody else speaks to the device. Try again later.".to_owned(),
        Fault::Refused { status, reason } => {
            format!("The device refused: {status} {reason}. It may have no loudspeaker, or its sound be switched off.")
        }
        Fault::NoAnswer => {
            "The device does not answer. It is reached again when it sends its next heartbeat.".to_owned()
        }
        _ => "The server is busy. Try again in a moment.".to_owned(),
    }
}

enum Kind {
    Broadcast { broadcast: BroadcastId, events: mpsc::Receiver<BroadcastEvent> },
    Talk { session: SessionId, events: mpsc::Receiver<SessionEvent> },
}

/// A dialog; dropping it hangs up.
struct Session {
    shared: Arc<Shared>,
    kind: Kind,
    /// Why it is over, once it is.
    ended: Option<String>,
}

impl Session {
    async fn next_of_broadcast(&mut self) -> BroadcastEvent {
        let gone = BroadcastEvent::Ended(BroadcastEnding::DeviceGone);
        match &mut self.kind {
            Kind::Broadcast { events, .. } => events.recv().await.unwrap_or(gone),
            Kind::Talk { .. } => gone,
        }
    }

    /// Waits for what the device says to an invitation.
    async fn answer(&mut self, step: &mut (dyn FnMut(TalkStep) + Send)) -> Result<Description, TalkError> {
        let Kind::Talk { events, .. } = &mut self.kind else { return Err(TalkError::Failed(OVER.to_owned())) };
        loop {
            match events.recv().await {
                Some(SessionEvent::Established { answer, .. }) => return Ok(*answer),
                Some(SessionEvent::Proceeding(101..)) => step(TalkStep::Ringing),
                Some(SessionEvent::Ended(Ending::Failed(fault))) => return Err(TalkError::Failed(failed(&fault))),
                Some(SessionEvent::Ended(Ending::Unusable)) => return Err(TalkError::Failed(UNUSABLE.to_owned())),
                Some(SessionEvent::Ended(_)) | None => return Err(TalkError::Failed(GONE.to_owned())),
                Some(_) => {}
            }
        }
    }

    async fn over(&mut self) -> String {
        loop {
            if let Some(text) = &self.ended {
                return text.clone();
            }
            self.ended = match &mut self.kind {
                Kind::Broadcast { events, .. } => match events.recv().await {
                    Some(BroadcastEvent::Ended(why)) => Some(ended(&why)),
                    Some(_) => None,
                    None => Some(GONE.to_owned()),
                },
                Kind::Talk { events, .. } => match events.recv().await {
                    Some(SessionEvent::Ended(Ending::ByDevice)) => Some(BY_DEVICE.to_owned()),
                    Some(SessionEvent::Ended(_)) | None => Some(GONE.to_owned()),
                    Some(_) => None,
                },
            };
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.tell_thread(match self.kind {
            Kind::Broadcast { broadcast, .. } => Command::EndBroadcast(broadcast),
            Kind::Talk { session, .. } => Command::HangUp(session),
        });
    }
}
