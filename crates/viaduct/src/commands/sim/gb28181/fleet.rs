//! All simulated devices: one loop over them, with a queue of their times.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use gb28181::device::{CallId, Device, Event, HearingEvent, HearingId, Output, Server, SignedOut};
use gb28181::manscdp::{Alarm, AlarmEvent, AlarmInfo, Command, Control, Notify, SnapShotFinished};
use gb28181::mansrtsp;
use gb28181::platform::Moment;
use gb28181::{BeijingTime, Id};
use sip::{Path, Transport};
use tokio::sync::{mpsc, oneshot};

use super::Setup;
use super::behaviour::Fault;
use super::call::{self, Way};
use super::ear::Ear;
use super::link::{self, Link, Task};
use super::plant::Plant;
use super::sender::Sender;

/// What arrived and was not looked at yet. Full-policy: who reads waits, so that the system drops.
const MAX_INPUTS: usize = 4096;
/// What is looked at before the times of devices are.
const INPUTS_AT_ONCE: usize = 256;
/// Pause before a device connects again, or starts again after an order.
const RESTART: Duration = Duration::from_secs(5);
/// Controls of one call that wait. Full-policy: dropped.
const MAX_CONTROLS: usize = 16;
/// How long is waited for answers when all sign out.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often it is told how many devices there are.
const TELL: Duration = Duration::from_secs(10);
/// Devices that are told of one by one.
const FEW: u32 = 16;
/// What is told, in turn.
const ALARMS: [AlarmEvent; 4] =
    [AlarmEvent::WrongWay, AlarmEvent::Intrusion, AlarmEvent::ObjectLeft, AlarmEvent::VideoLoss];

/// What happens outside of the loop.
pub(super) enum Input {
    Datagram(usize, Bytes),
    Message(usize, Box<sip::Message>),
    /// A connection is there, with our end and where messages go.
    Connected(usize, SocketAddr, mpsc::Sender<Bytes>),
    /// A connection has ended, or could not be made.
    Closed(usize, Option<std::io::Error>),
    /// The media of a call have ended: the recording was sent to its end, or the way is broken.
    Sent {
        index: usize,
        call: CallId,
        is_whole: bool,
    },
    /// Pictures were taken, and sent if they could be.
    Pictures {
        index: usize,
        channel: Id,
        finished: Box<SnapShotFinished>,
    },
}

/// A call that was taken.
struct Call {
    sender: Option<(Sender, Way)>,
    controls: Option<mpsc::Sender<mansrtsp::Method>>,
    task: Option<Task>,
}

/// What a loudspeaker does.
struct Hearing {
    target: Id,
    /// Until the platform has answered.
    ear: Option<Ear>,
    /// Dropping it ends the listening.
    stop: Option<oneshot::Sender<()>>,
}

/// One device.
struct Member {
    device: Device,
    plant: Plant,
    link: Link,
    /// Reads from its socket or connection.
    reader: Option<Task>,
    /// Where it signs in: the platform, or where that has sent it.
    server: SocketAddr,
    /// Who is there, until it has begun to sign in.
    led_to: Option<Server>,
    is_led: bool,
    /// The entry of the queue that counts.
    wake: Option<Instant>,
    /// When it begins, or connects again; `None` while it runs.
    starts_at: Option<Instant>,
    is_in: bool,
    has_heartbeats: bool,
    alarm_at: Option<Instant>,
    alarms: usize,
    silent_at: Option<Instant>,
    own: Option<SocketAddr>,
    calls: HashMap<CallId, Call>,
    hearings: HashMap<HearingId, Hearing>,
}

impl Member {
    /// Begins to sign in by what was opened.
    fn enter(&mut self, at: Moment, path: Path, own: SocketAddr) {
        self.own = Some(own);
        match self.led_to.take() {
            Some(server) => self.device.follow(at, server, path, own),
            None => self.device.sign_in(at, path, own),
        }
    }

    /// Back to the first platform after a pause, if it was led away.
    fn go_home(&mut self, server: SocketAddr, pause: Duration) {
        // It may have been led to the same address.
        if std::mem::take(&mut self.is_led) {
            (self.server, self.led_to) = (server, None);
            self.plant.receivers.platform = server.ip();
            (self.link, self.reader) = (Link::None, None);
            self.starts_at = Some(Instant::now() + pause);
        }
    }

    fn obey(&mut self, target: &Id, control: &Control) {
        let at = moment();
        tracing::debug!(device = %self.plant.id(), %target, order = ?control, "An order.");
        self.plant.obey(target, control, at.now);
        self.keep_times();
        if matches!(control, Control::DeviceControl(order) if order.command == Command::TeleBoot) {
            self.device.restart(at, RESTART);
        }
    }

    /// Keeps to the times that it was configured with.
    fn keep_times(&mut self) {
        let basic = self.plant.basic();
        if let (Some(expiration), Some(interval), Some(count), true) =
            (basic.expiration_s, basic.heartbeat_interval_s, basic.heartbeat_count, self.has_heartbeats)
        {
            let seconds = |seconds: u32| Duration::from_secs(seconds.into());
            self.device.set_times(seconds(expiration), seconds(interval), count);
        }
    }

    /// Tells of the next alarm, of one channel after another.
    fn alarm(&mut self, at: Moment) {
        let channels = self.plant.channels();
        let Some(channel) = channels.get(self.alarms % channels.len().max(1)) else { return };
        let (method, kind) = ALARMS[self.alarms % ALARMS.len()].numbers();
        let alarm = Alarm {
            priority: Some(4),
            method: Some(method),
            time: BeijingTime::from_unix_ms(at.unix_ms),
            description: Some("模拟告警".to_owned()),
            info: Some(AlarmInfo { kind: Some(kind), details: None }),
            ..Alarm::default()
        };
        self.alarms += 1;
        self.device.alarm(at, &channel.id, alarm);
    }
}

/// All of them.
pub(super) struct Fleet {
    setup: Arc<Setup>,
    members: Vec<Member>,
    timers: BinaryHeap<Reverse<(Instant, usize)>>,
    inputs: mpsc::Receiver<Input>,
    arrivals: mpsc::Sender<Input>,
    signed_in: usize,
    /// Few enough to be told of one by one.
    is_few: bool,
    /// Sign-ins that failed and connections that ended, since it was told last.
    failed: usize,
}

fn moment() -> Moment {
    Moment { now: Instant::now(), unix_ms: i64::try_from(super::unix_ms()).unwrap_or(i64::MAX) }
}

impl Fleet {
    /// Makes the devices; none has signed in yet.
    pub(super) fn new(setup: Arc<Setup>) -> anyhow::Result<Self> {
        let (arrivals, inputs) = mpsc::channel(MAX_INPUTS);
        let now = Instant::now();
        let is_few = setup.devices <= FEW;
        let mut fleet = Self {
            members: Vec::new(),
            timers: BinaryHeap::new(),
            inputs,
            arrivals,
            signed_in: 0,
            is_few,
            failed: 0,
            setup,
        };
        for number in 0..fleet.setup.devices {
            let plant = fleet.setup.plant(number)?;
            let device = Device::new(fleet.setup.options(plant.id()), rand::random());
            let starts_at = now + Duration::from_secs_f64(f64::from(number) / fleet.setup.sign_ins_per_s);
            fleet.members.push(Member {
                device,
                plant,
                link: Link::None,
                reader: None,
                server: fleet.setup.server,
                led_to: None,
                is_led: false,
                wake: None,
                starts_at: Some(starts_at),
                is_in: false,
                has_heartbeats: !fleet.setup.behaviour.fails(Fault::NoHeartbeat),
                alarm_at: None,
                alarms: 0,
                silent_at: None,
                own: None,
                calls: HashMap::new(),
                hearings: HashMap::new(),
            });
            fleet.schedule(number as usize, None);
        }
        Ok(fleet)
    }

    /// Runs until told to stop; then all sign out.
    pub(super) async fn run(mut self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let mut stop = std::pin::pin!(stop);
        let mut tell = tokio::time::interval(TELL);
        loop {
            let due = self.timers.peek().map_or_else(|| Instant::now() + TELL, |Reverse((at, _))| *at);
            tokio::select! {
                () = &mut stop => break,
                input = self.inputs.recv() => self.take(input),
                () = tokio::time::sleep_until(due.into()) => self.wake()?,
                _ = tell.tick() => self.tell(),
            }
        }
        self.sign_out().await;
        Ok(())
    }

    async fn sign_out(&mut self) {
        for index in 0..self.members.len() {
            // What was heard until now is kept.
            self.members[index].hearings.clear();
            if self.members[index].device.is_signed_in() {
                self.members[index].device.sign_out(moment());
                self.drain(index);
            }
        }
        let end = tokio::time::sleep(FAREWELL);
        let mut end = std::pin::pin!(end);
        while self.signed_in > 0 {
            tokio::select! {
                () = &mut end => return,
                input = self.inputs.recv() => self.take(input),
            }
        }
    }

    fn tell(&mut self) {
        let failed = std::mem::take(&mut self.failed);
        if !self.is_few {
            let calls: usize = self.members.iter().map(|member| member.calls.len()).sum();
            let (devices, signed_in) = (self.members.len(), self.signed_in);
            tracing::info!(devices, signed_in, calls, failed, "Simulated devices.");
        }
    }

    fn take(&mut self, first: Option<Input>) {
        let mut next = first;
        for _ in 0..INPUTS_AT_ONCE {
            let Some(input) = next else { return };
            self.on_input(input);
            next = self.inputs.try_recv().ok();
        }
        if let Some(input) = next {
            self.on_input(input);
        }
    }

    fn on_input(&mut self, input: Input) {
        let at = moment();
        let (Input::Datagram(index, _)
        | Input::Message(index, _)
        | Input::Connected(index, ..)
        | Input::Closed(index, _)
        | Input::Sent { index, .. }
        | Input::Pictures { index, .. }) = &input;
        let index = *index;
        let path = self.path(index);
        let member = &mut self.members[index];
        if member.silent_at.is_some_and(|silent_at| silent_at <= at.now) {
            return;
        }
        match input {
            Input::Datagram(_, bytes) => member.device.handle_datagram(at, path, &bytes, &member.plant),
            Input::Message(_, message) => member.device.handle_message(at, path, *message, &member.plant),
            Input::Connected(_, own, outgoing) => {
                member.link = Link::Tcp(outgoing);
                member.enter(at, path, own);
            }
            Input::Closed(_, error) => {
                let why = error.map_or_else(|| "the platform closed it".to_owned(), |error| error.to_string());
                self.failed += 1;
                if self.is_few {
                    tracing::warn!(device = %member.plant.id(), why, "A connection of a simulated device has ended.");
                }
                member.link = Link::None;
                member.device.connection_closed();
                member.starts_at = Some(at.now + RESTART);
            }
            Input::Sent { call, is_whole: true, .. } => member.device.finish(at, call),
            Input::Sent { call, .. } => member.device.hang_up(at, call),
            Input::Pictures { channel, finished, .. } => {
                member.plant.picture_orders -= 1;
                member.device.tell(at, &channel, Notify::SnapShotFinished(*finished));
            }
        }
        self.drain(index);
    }

    fn path(&self, index: usize) -> Path {
        Path { transport: self.setup.transport, local: index as u64, remote: self.members[index].server }
    }

    /// Serves the devices whose time has come.
    fn wake(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        while let Some(Reverse((at, index))) = self.timers.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            self.timers.pop();
            if self.members[index].wake == Some(at) {
                self.members[index].wake = None;
                self.serve(index)?;
            }
        }
        Ok(())
    }

    fn serve(&mut self, index: usize) -> anyhow::Result<()> {
        let at = moment();
        if self.members[index].starts_at.take_if(|starts_at| *starts_at <= at.now).is_some() {
            self.start(index)?;
        }
        let member = &mut self.members[index];
        member.device.handle_timeout(at, &member.plant);
        if let (Some(due), Some(every)) = (member.alarm_at, self.setup.alarms_every)
            && due <= at.now
        {
            member.alarm_at = Some((due + every).max(at.now));
            member.alarm(at);
        }
        self.drain(index);
        Ok(())
    }

    fn start(&mut self, index: usize) -> anyhow::Result<()> {
        let at = moment();
        let silent_after = self.setup.behaviour.silent_after();
        let member = &mut self.members[index];
        member.silent_at = member.silent_at.or_else(|| silent_after.map(|after| at.now + after));
        let opened = self.open(index);
        opened.context("opening a socket for a device; a higher limit of open files (ulimit -n) permits more")
    }

    /// Opens a way to where a device signs in, and signs in there.
    fn open(&mut self, index: usize) -> std::io::Result<()> {
        let (at, path, from) = (moment(), self.path(index), self.setup.from(index));
        let half_open_after = self.setup.behaviour.half_open_after();
        let member = &mut self.members[index];
        if self.setup.transport == Transport::Tcp {
            member.link = Link::None;
            member.reader = Some(link::open_tcp(index, from, path.remote, &self.arrivals, half_open_after));
            return Ok(());
        }
        let opened = link::open_udp(index, from, path.remote, &self.arrivals)?;
        (member.link, member.reader) = (opened.link, Some(opened.task));
        member.enter(at, path, opened.own);
        Ok(())
    }

    /// Does all that a device wants, and keeps its next time.
    fn drain(&mut self, index: usize) {
        loop {
            let member = &mut self.members[index];
            match member.device.poll_output() {
                Output::Transmit(transmit) => {
                    if member.silent_at.is_none_or(|silent_at| silent_at > Instant::now()) {
                        member.link.send(&transmit.bytes);
                    }
                }
                Output::Event(event) => self.on_event(index, event),
                Output::Timeout(at) => return self.schedule(index, at),
            }
        }
    }

    fn schedule(&mut self, index: usize, device: Option<Instant>) {
        let member = &mut self.members[index];
        let next = [device, member.starts_at, member.alarm_at].into_iter().flatten().min();
        // An entry that is too early stays: then nothing is due, and the next is made.
        if let Some(at) = next
            && member.wake.is_none_or(|wake| at < wake)
        {
            member.wake = Some(at);
            self.timers.push(Reverse((at, index)));
        }
    }

    fn on_event(&mut self, index: usize, event: Event) {
        let member = &mut self.members[index];
        match event {
            Event::SignedIn { .. } => self.on_signed_in(index),
            Event::SignedOut(why) => {
                self.signed_in -= usize::from(std::mem::replace(&mut member.is_in, false));
                member.alarm_at = None;
                self.failed += usize::from(why != SignedOut::Asked);
                if why != SignedOut::Asked && self.is_few {
                    tracing::warn!(device = %member.plant.id(), ?why, "A simulated device is not signed in.");
                }
                member.go_home(self.setup.server, self.setup.pause());
            }
            Event::Redirected(server) => self.on_redirected(index, server),
            Event::Ordered { target, control } => {
                member.obey(&target, &control);
                self.on_ordered(index, &target, &control);
            }
            Event::Invited { call, channel, offer, .. } => self.on_invited(index, call, &channel, &offer),
            Event::Confirmed(call) => self.on_confirmed(index, call),
            Event::Controlled { call, method } => {
                if let Some(controls) = member.calls.get(&call).and_then(|call| call.controls.as_ref()) {
                    let _full = controls.try_send(method);
                }
            }
            Event::Ended { call, .. } => drop(member.calls.remove(&call)),
            Event::Unsaid(messages) => {
                let device = member.plant.id();
                tracing::warn!(%device, messages, "Too many messages waited: what a simulated device says is cut.");
            }
            Event::SpokenTo { source, target } => self.on_spoken_to(index, &source, target),
            Event::Hearing { hearing, what: HearingEvent::Begun(answer) } => self.on_speech(index, hearing, &answer),
            Event::Hearing { hearing, what: HearingEvent::Ended(why) } => {
                member.hearings.remove(&hearing);
                tracing::debug!(device = %member.plant.id(), ?why, "A broadcast has ended.");
            }
            _ => {}
        }
    }

    /// Anew, or again.
    fn on_signed_in(&mut self, index: usize) {
        let member = &mut self.members[index];
        if std::mem::replace(&mut member.is_in, true) {
            return;
        }
        self.signed_in += 1;
        member.alarm_at = self.setup.alarms_every.map(|every| Instant::now() + every);
        if self.is_few {
            super::say(&format!("{} is signed in.", member.plant.id()));
        }
    }

    /// Pictures are ordered by a configuration (§9.14).
    fn on_ordered(&mut self, index: usize, target: &Id, control: &Control) {
        let (arrivals, method) = (self.arrivals.clone(), self.setup.upload_by);
        let plant = &mut self.members[index].plant;
        let Control::DeviceConfig(config) = control else { return };
        let Some((channel, order)) = plant.pictures(target, config) else { return };
        let (target, steering) = (target.clone(), Arc::clone(&channel.steering));
        let scene = self.setup.cameras[channel.scene].clip.scene.clone();
        plant.picture_orders += 1;
        tokio::spawn(async move {
            let finished = Box::new(order.take(target.clone(), scene, steering, method).await);
            let _stopped = arrivals.send(Input::Pictures { index, channel: target, finished }).await;
        });
    }

    /// The platform wants it to sign in elsewhere.
    fn on_redirected(&mut self, index: usize, server: Server) {
        let member = &mut self.members[index];
        let Some(address) = server.address else { return };
        if self.is_few {
            super::say(&format!("{} is sent to {} at {address}.", member.plant.id(), server.id));
        }
        (member.server, member.led_to, member.is_led) = (address, Some(server), true);
        member.plant.receivers.platform = address.ip();
        if let Err(error) = self.open(index) {
            let member = &mut self.members[index];
            tracing::warn!(device = %member.plant.id(), %error, "A simulated device was sent to where it cannot go.");
            member.device.connection_closed();
        }
    }

    fn on_invited(&mut self, index: usize, call: CallId, channel: &Id, offer: &gb28181::sdp::Description) {
        let behaviour = &self.setup.behaviour;
        if behaviour.fails(Fault::NoAnswerToInvite) {
            return;
        }
        let member = &mut self.members[index];
        let Some(channel) = member.plant.channel(channel) else { return member.device.refuse(moment(), call, 404) };
        let sends = !self.setup.clips.is_empty() && !behaviour.fails(Fault::NoMedia);
        let own = member.own.map_or(self.setup.server.ip(), |own| own.ip());
        let agreed = match call::agree(offer, member.plant.id(), own, sends, behaviour) {
            Ok(agreed) => agreed,
            Err(status) => return member.device.refuse(moment(), call, status),
        };
        let sender = sends.then(|| {
            let (clip, scene) = self.setup.footage(channel.scene);
            Sender::new(clip, scene, Arc::clone(&channel.steering), &agreed, behaviour)
        });
        let sender = sender.map(|sender| (sender, agreed.way));
        member.calls.insert(call, Call { sender, controls: None, task: None });
        member.device.accept(moment(), call, &agreed.answer);
    }

    fn on_confirmed(&mut self, index: usize, id: CallId) {
        let Some(call) = self.members[index].calls.get_mut(&id) else { return };
        let Some((sender, way)) = call.sender.take() else { return };
        let (controls, ordered) = mpsc::channel(MAX_CONTROLS);
        let arrivals = self.arrivals.clone();
        let task = tokio::spawn(async move {
            let is_whole = sender.run(way, ordered).await.unwrap_or(false);
            let _stopped = arrivals.send(Input::Sent { index, call: id, is_whole }).await;
        });
        (call.controls, call.task) = (Some(controls), Some(task.into()));
    }

    /// Somebody is about to speak: it is asked for.
    fn on_spoken_to(&mut self, index: usize, source: &Id, target: Id) {
        let (server, transport) = (self.setup.server, self.setup.hear_by);
        let member = &mut self.members[index];
        let own = member.own.map_or(server.ip(), |own| own.ip());
        let opened = Ear::open(transport, own).and_then(|ear| Ok((ear.offer(member.plant.id(), own)?, ear)));
        let (offer, ear) = match opened {
            Ok(opened) => opened,
            Err(error) => return tracing::warn!(device = %member.plant.id(), %error, "A loudspeaker has no socket."),
        };
        if let Some(hearing) = member.device.listen(moment(), source, &target, &offer) {
            member.hearings.insert(hearing, Hearing { target, ear: Some(ear), stop: None });
        }
    }

    /// The platform sends what is said.
    fn on_speech(&mut self, index: usize, id: HearingId, answer: &gb28181::sdp::Description) {
        let is_few = self.is_few;
        let member = &mut self.members[index];
        let Some(hearing) = member.hearings.get_mut(&id) else { return };
        let Some(ear) = hearing.ear.take() else { return };
        let (stop, stopped) = oneshot::channel();
        hearing.stop = Some(stop);
        let (target, answer) = (hearing.target.clone(), answer.clone());
        let name = format!("{target}-{}.wav", super::unix_ms());
        let file = self.setup.heard.as_ref().map(|folder| folder.join(name));
        tokio::spawn(async move {
            let tell = |level_db: f64| {
                if is_few {
                    tracing::info!(%target, level_db = level_db.round(), "Somebody speaks.");
                }
            };
            let sound = match ear.hear(&answer, stopped, tell).await {
                Ok(sound) => sound,
                Err(error) => return tracing::warn!(%target, %error, "What is said was not heard."),
            };
            let (length_ms, lost_ms) = (sound.length_ms(), sound.lost_ms());
            tracing::info!(%target, length_ms, lost_ms, "What was said was heard.");
            let Some(file) = file else { return };
            let saved = tokio::task::spawn_blocking(move || sound.save(&file)).await;
            if let Ok(Err(error)) = saved {
                tracing::warn!(%target, %error, "What was said was not kept.");
            }
        });
    }
}
