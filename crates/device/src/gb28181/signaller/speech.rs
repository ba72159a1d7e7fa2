//! Broadcasts and talks, as the thread of signalling has them.

use std::collections::{HashMap, VecDeque};

use gb28181::platform::{BroadcastEnding, BroadcastEvent, BroadcastId, Fault, Invitation, SoundSource};
use gb28181::sdp::{Description, Direction, FormatParameters, Media, Payload, SessionKind, Ssrc};
use gb28181::{Id, Subject};
use tokio::sync::{mpsc, oneshot};

use super::super::talk::NewTalk;
use super::{Owned, SESSION_EVENTS, Signaller, Started};

/// A broadcast that is on its way, with what happens to it.
pub(in crate::gb28181) type Told = (BroadcastId, mpsc::Receiver<BroadcastEvent>);

/// Broadcasts with who owns them.
#[derive(Default)]
pub(super) struct Broadcasts(HashMap<BroadcastId, OwnedBroadcast>);

struct OwnedBroadcast {
    device: Id,
    events: mpsc::Sender<BroadcastEvent>,
    call_id: Option<String>,
}

impl Broadcasts {
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Those whose owner is gone, and its word was lost.
    pub(super) fn orphans(&self) -> Vec<BroadcastId> {
        self.0.iter().filter(|(_, owned)| owned.events.is_closed()).map(|(id, _)| *id).collect()
    }
}

impl Signaller {
    pub(super) fn broadcast(&mut self, device: Id, target: &Id, reply: oneshot::Sender<Result<Told, Fault>>) {
        let told = self.with(|platform, at, world| platform.broadcast(at, &device, target, world));
        let started = told.map(|broadcast| {
            let (events, heard) = mpsc::channel(SESSION_EVENTS);
            self.broadcasts.0.insert(broadcast, OwnedBroadcast { device, events, call_id: None });
            (broadcast, heard)
        });
        if let Err(Ok((unheard, _))) = reply.send(started) {
            self.end_broadcast(unheard);
        }
    }

    pub(super) fn accept_broadcast(&mut self, broadcast: BroadcastId, port: u16, ssrc: Ssrc) {
        let Some(owned) = self.broadcasts.0.get(&broadcast) else { return };
        let Some(device) = self.platform.device(&owned.device) else { return };
        let address = self.wire.own_address(&device.path).ip().to_string();
        let sound = SoundSource { address, port, ssrc };
        self.with(|platform, at, world| platform.accept_broadcast(at, broadcast, &sound, world));
    }

    pub(super) fn end_broadcast(&mut self, broadcast: BroadcastId) {
        self.with(|platform, at, world| platform.end_broadcast(at, broadcast, world));
    }

    pub(super) fn on_broadcast(&mut self, broadcast: BroadcastId, what: BroadcastEvent) {
        let Some(owned) = self.broadcasts.0.get_mut(&broadcast) else { return };
        match &what {
            BroadcastEvent::Started { dialog } => {
                owned.call_id = Some(dialog.call_id.clone());
                self.shared.dialogs.began(&owned.device, dialog);
            }
            BroadcastEvent::Ended(why) => {
                let Some(owned) = self.broadcasts.0.remove(&broadcast) else { return };
                // One whose device is gone is told when it comes back.
                if let Some(call_id) = owned.call_id.filter(|_| *why != BroadcastEnding::DeviceGone) {
                    self.shared.dialogs.ended(&call_id);
                }
                let _not_listening = owned.events.try_send(what);
                return;
            }
            _ => {}
        }
        let _not_listening = owned.events.try_send(what);
    }

    /// Invites a device to a talk: sound both ways, of which ours is sent (2016, annex on voice).
    pub(super) fn invite_to_talk(&mut self, talk: &NewTalk) -> Result<Started, Fault> {
        let path = self.platform.device(&talk.device).ok_or(Fault::NotSignedIn)?.path;
        let mut media = Media::audio(talk.port, vec![Payload::pcma()]);
        (media.transport, media.setup) = (talk.transport, talk.setup);
        media.direction = Some(Direction::SendRecv);
        let server = self.shared.settings.server_id.clone();
        let offer = Description {
            owner: Some(server.clone()),
            address: Some(self.wire.own_address(&path).ip().to_string()),
            kind: SessionKind::Talk,
            media: vec![media],
            ssrc: Some(talk.ssrc),
            parameters: Some(FormatParameters::g711()),
            ..Description::default()
        };
        let subject = Subject {
            sender: talk.target.clone(),
            sender_sequence: talk.ssrc.to_string(),
            receiver: server,
            receiver_sequence: "0".to_owned(),
        };
        let (device, channel) = (talk.device.clone(), talk.target.clone());
        let invitation = Invitation { device: device.clone(), channel, subject, offer };
        let session = self.with(|platform, at, world| platform.invite(at, &invitation, world))?;
        let (events, heard) = mpsc::channel(SESSION_EVENTS);
        self.sessions.insert(session, Owned { device, events, call_id: None, controls: VecDeque::new() });
        Ok(Started { session, events: heard })
    }
}
