//! A session from the device's answer to its end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::ErrorKind;
use gb28181::sdp::{Description, Ssrc};
use hub::Leg;
use tokio::net::TcpStream;

use super::super::diagnosis::{Evidence, Origin, name_of};
use super::super::intake::{Intake, Progress};
use super::super::medium::{Input, Medium};
use super::super::ports::{Carrier, Lease, Lost, Tally};
use super::super::{Call, CallSession};
use super::{TICK, expectation};
use crate::demux::Item;
use crate::pull::{PullFailure, PullSink, Wish};
use crate::rtsp::to_hub::Losses;

/// How long each leg may take: until packets come, until it is known what they hold, and until a key frame has come.
pub(super) const NO_MEDIA: Duration = Duration::from_secs(10);
/// Silence after which a stream that had flowed counts as broken.
const SILENCE: Duration = Duration::from_secs(10);
/// The device is asked for a key frame when none has come so long after the stream was found.
const KEY_FRAME_PATIENCE: Duration = Duration::from_secs(2);
/// A recording that has ended may have its last packets on the way: quiet after which none are, and the longest wait.
const QUIET: Duration = Duration::from_millis(100);
const MAX_LAST_PACKETS: Duration = Duration::from_secs(2);

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    Waiting,
    Packets,
    Found,
    Playing,
}

impl Stage {
    const fn of(tally: &Tally, progress: &Progress) -> Self {
        match (progress.is_playable, progress.kind, tally.packets) {
            (true, ..) => Self::Playing,
            (false, Some(_), _) => Self::Found,
            (false, None, 1..) => Self::Packets,
            (false, None, 0) => Self::Waiting,
        }
    }
}

/// One session. Fields are dropped in their order: the device is told first, the port is given back last.
pub(super) struct Session {
    dialog: Box<dyn CallSession>,
    medium: Medium,
    lease: Lease,
    answer: Description,
    origin: Origin,
    intake: Intake,
    is_recording: bool,
    answered: Instant,
    stage: Stage,
    /// Since when it is there.
    since: Instant,
    /// When the last packet came.
    heard: Instant,
    asked_key_frame: bool,
    /// What was told of already.
    told: Told,
    /// Packets that belonged to nobody before this session began.
    lost_before: Option<Lost>,
}

/// What the steps have said so far.
#[derive(Debug, Default)]
struct Told {
    strangers: u64,
    other_ssrcs: u64,
    overflow: u64,
    lost: u64,
    ssrc: Option<u32>,
    losses: Losses,
}

impl Session {
    pub(super) fn new(
        call: Call,
        origin: Origin,
        stream: Option<(SocketAddr, TcpStream)>,
        is_recording: bool,
    ) -> Result<Self, PullFailure> {
        let expectation = expectation(&call, &origin);
        let agreed = expectation.ssrcs();
        let Call { lease, answer, session: dialog, .. } = call;
        let medium =
            Medium::open(&lease, expectation, stream).map_err(|error| PullFailure::io(Leg::Connect, &error))?;
        let intake = Intake::new(&answer, agreed, lease.carrier() == Carrier::Udp);
        let (now, lost_before) = (Instant::now(), lease.lost());
        Ok(Self {
            dialog,
            medium,
            lease,
            answer,
            origin,
            intake,
            is_recording,
            answered: now,
            stage: Stage::default(),
            since: now,
            heard: now,
            asked_key_frame: false,
            told: Told::default(),
            lost_before,
        })
    }

    /// Until the device or the sink ends it.
    pub(super) async fn run(mut self, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let mut inputs = Vec::new();
        let mut tick = Instant::now() + TICK;
        loop {
            let due = self.intake.poll_timeout().map_or(tick, |at| at.min(tick));
            tokio::select! {
                read = self.medium.receive(&mut inputs) => {
                    read.map_err(|error| PullFailure::io(Leg::Media, &error))?;
                }
                text = self.dialog.over() => return self.end(text, inputs, sink).await,
                () = tokio::time::sleep_until(due.into()) => {}
            }
            // What is there at once need not wait for the network, but others have their turn.
            tokio::task::coop::consume_budget().await;
            let now = Instant::now();
            if let Some(text) = self.take(&mut inputs, now, sink)? {
                return self.end(text, inputs, sink).await;
            }
            self.advance(now, sink);
            if now >= tick {
                tick = now + TICK;
                if self.is_over(now, sink)? {
                    return Ok(());
                }
            }
        }
    }

    /// Hands on what was read; a sentence when a recording has ended with its connection.
    fn take(
        &mut self,
        inputs: &mut Vec<Input>,
        now: Instant,
        sink: &mut dyn PullSink,
    ) -> Result<Option<String>, PullFailure> {
        let (mut bytes, mut end) = (0, None);
        for input in inputs.drain(..) {
            match &input {
                Input::Datagram(packet) => bytes += packet.len(),
                Input::Framed(framed) => bytes += framed.packet.len(),
                Input::Connected(from) => {
                    sink.step(Leg::Connect, true, &format!("{from} has connected to TCP port {}.", self.lease.port()));
                }
                Input::Closed(from, why) => end = self.closed(*from, why.as_deref(), sink)?,
            }
            self.intake.take(now, &input);
        }
        if bytes > 0 {
            self.heard = now;
            sink.received(bytes);
        }
        self.intake.handle_timeout(now);
        self.deliver(now, sink)?;
        Ok(end)
    }

    fn deliver(&mut self, now: Instant, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        while let Some(item) = self.intake.poll() {
            match item {
                Item::Tracks(tracks) => sink.tracks(tracks)?,
                Item::Unit(unit) => sink.unit(unit, now),
                Item::Note(text) => sink.step(Leg::Codec, false, &text),
            }
        }
        Ok(())
    }

    /// The device's connection has ended. It may connect again, unless we did.
    fn closed(
        &self,
        from: SocketAddr,
        why: Option<&str>,
        sink: &mut dyn PullSink,
    ) -> Result<Option<String>, PullFailure> {
        let text = match why {
            None => format!("{from} has closed the connection."),
            Some(why) => format!("The connection from {from} broke: {why}."),
        };
        // A recording that is asked for again begins anew, which whoever watches would not understand.
        if self.is_recording && (why.is_none() || self.stage == Stage::Playing) {
            return Ok(Some(text));
        }
        if self.lease.carrier() == Carrier::TcpActive {
            return Err(ended(&text));
        }
        sink.step(Leg::Media, false, &text);
        Ok(None)
    }

    /// The end that the device has said: that of a recording is none of a failure.
    async fn end(mut self, text: String, mut inputs: Vec<Input>, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let until = Instant::now() + MAX_LAST_PACKETS;
        while self.is_recording && Instant::now() < until {
            match tokio::time::timeout(QUIET, self.medium.receive(&mut inputs)).await {
                Ok(Ok(())) => drop(self.take(&mut inputs, Instant::now(), sink)?),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        let now = Instant::now();
        self.intake.finish(now);
        self.deliver(now, sink)?;
        self.advance(now, sink);
        if self.is_recording && self.stage == Stage::Playing {
            sink.step(Leg::Media, true, &text);
            return Ok(());
        }
        Err(ended(&text))
    }

    /// Says how far it has come.
    fn advance(&mut self, now: Instant, sink: &mut dyn PullSink) {
        let (tally, progress) = (self.medium.tally(), self.intake.progress());
        let stage = Stage::of(&tally, &progress);
        if stage > self.stage {
            for passed in [Stage::Packets, Stage::Found, Stage::Playing] {
                if self.stage < passed && passed <= stage {
                    let (leg, text) = self.passed(passed, &tally, &progress, now);
                    sink.step(leg, true, &text);
                }
            }
            (self.stage, self.since) = (stage, now);
        }
        let [offered, answered] = [self.lease.ssrc().0, self.answer.ssrc.unwrap_or(self.lease.ssrc()).0];
        if progress.ssrc != self.told.ssrc {
            self.told.ssrc = progress.ssrc;
            if let Some(other) = progress.ssrc.filter(|ssrc| ![offered, answered].contains(ssrc)) {
                let text =
                    format!("They have SSRC {} instead of {}, which is put up with.", Ssrc(other), Ssrc(answered));
                sink.step(Leg::Media, true, &text);
            }
        }
    }

    fn passed(&self, stage: Stage, tally: &Tally, progress: &Progress, now: Instant) -> (Leg, String) {
        let waited = now.saturating_duration_since(self.answered).as_millis();
        match stage {
            Stage::Waiting | Stage::Packets => {
                let from = tally.from.map_or_else(|| "the device".to_owned(), |from| from.to_string());
                let text = match self.lease.carrier() {
                    Carrier::Udp => format!("Packets arrive at UDP port {} from {from}.", self.lease.port()),
                    Carrier::TcpPassive | Carrier::TcpActive => format!("Packets arrive from {from}."),
                };
                (Leg::Media, text)
            }
            Stage::Found => (Leg::Media, format!("They hold a {}.", progress.kind.map_or("stream", name_of))),
            Stage::Playing if progress.has_picture => {
                (Leg::KeyFrame, format!("A key frame came {waited} ms after the answer."))
            }
            Stage::Playing => (Leg::Media, format!("Sound without picture came {waited} ms after the answer.")),
        }
    }

    /// What is to be done now and then; `true` when the sink wants no more.
    fn is_over(&mut self, now: Instant, sink: &mut dyn PullSink) -> Result<bool, PullFailure> {
        match sink.wish() {
            Some(Wish::Stop) => return Ok(true),
            Some(Wish::KeyFrame) => self.dialog.ask_key_frame(),
            None => {}
        }
        if self.dialog.is_paused() {
            self.heard = now;
        }
        let (since, silent) = (now.saturating_duration_since(self.since), now.saturating_duration_since(self.heard));
        if self.stage == Stage::Found && since >= KEY_FRAME_PATIENCE && !self.asked_key_frame {
            self.asked_key_frame = true;
            self.dialog.ask_key_frame();
        }
        self.report(now, sink);
        if self.stage < Stage::Playing && since >= NO_MEDIA {
            return Err(self.evidence(since).failure());
        }
        if self.stage == Stage::Playing && silent >= SILENCE {
            if self.is_recording {
                // Not every device says that it has come to the end.
                let text = format!("The device has sent nothing for {} s: the recording has ended.", silent.as_secs());
                sink.step(Leg::Media, true, &text);
                return Ok(true);
            }
            return Err(silence(silent));
        }
        Ok(false)
    }

    /// Says what is dropped and missing.
    fn report(&mut self, now: Instant, sink: &mut dyn PullSink) {
        let (tally, lost) = (self.medium.tally(), self.intake.progress().lost);
        let port = self.lease.port();
        if let Some(stranger) = tally.stranger.filter(|_| self.told.strangers == 0) {
            let text = format!("{} sends to port {port}, too, and is not listened to.", stranger.ip());
            sink.step(Leg::Media, false, &text);
        }
        if let Some(other) = tally.other_ssrc.filter(|_| self.told.other_ssrcs == 0) {
            let text = format!("Packets with SSRC {} instead of {} are dropped.", Ssrc(other), self.lease.ssrc());
            sink.step(Leg::Media, false, &text);
        }
        let dropped = tally.overflow - self.told.overflow;
        if dropped > 0 {
            sink.step(Leg::Media, false, &format!("{dropped} packets were dropped: this server was too slow."));
        }
        let missing = lost.saturating_sub(self.told.lost);
        sink.lost(missing);
        self.told.losses.add(u32::try_from(missing).unwrap_or(u32::MAX));
        if let Some(text) = self.told.losses.sentence(now) {
            sink.step(Leg::Media, false, &text);
        }
        self.told.strangers = tally.strangers;
        self.told.other_ssrcs = tally.other_ssrcs;
        self.told.overflow = tally.overflow;
        self.told.lost = lost;
    }

    fn evidence(&self, waited: Duration) -> Evidence<'_> {
        Evidence {
            carrier: self.lease.carrier(),
            port: self.lease.port(),
            ssrc: self.answer.ssrc.unwrap_or(self.lease.ssrc()),
            origin: &self.origin,
            answer: &self.answer,
            tally: self.medium.tally(),
            progress: self.intake.progress(),
            lost: self.lease.lost().filter(|lost| self.lost_before != Some(*lost)),
            waited,
        }
    }
}

/// The device has ended what was not over.
pub(super) fn ended(text: &str) -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Unavailable,
        text: text.trim_end_matches('.').to_owned(),
        next_step: "It will be tried again; see the device's own log for why it ends.".to_owned(),
    }
}

fn silence(silent: Duration) -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Timeout,
        text: format!("the device has sent nothing for {} s", silent.as_secs()),
        next_step: "It will be tried again; check the network between.".to_owned(),
    }
}
