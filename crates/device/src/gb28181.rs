//! Devices that sign in by GB/T 28181: cameras, recorders, platforms below us.
//!
//! ```text
//! devices ── wire (UDP, TCP, TLS) ── Signaller: one thread, owns the Platform ──┬── directory: who is there
//!                                            ▲                                  ├── happenings: alarms, positions
//!  DeviceDriver, PtzControl, Signalling ─────┘ commands                         └── trace: the last messages
//! ```
//!
//! The address of a device is its code, the number of a channel the code of the channel (empty: the device's own). A
//! stream of a channel is pulled from `gb28181://DEVICE/CHANNEL`, which the gateway does by an `Inviter` of ours; streams
//! below `gb/` play channels and recordings of any device that is there, also before they are made cameras ([`Line`]).

mod call;
mod directory;
mod equipment;
mod happening;
mod line;
mod options;
mod settings;
mod signaller;
mod steer;
mod talk;
mod trace;
mod welcome;
mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::gb28181::{Signalling, Wanted};
use gateway::pull::PullUrl;
use gateway::source::{SourceSpec, SourceState, Sources};
use gb28181::collect::Collected;
use gb28181::manscdp::{
    Config, ConfigBlocks, ConfigQuery, Control, Joined, Outcome, Query, RecordingCause, RecordingItem, RecordingQuery,
    Response, SnapShotConfig,
};
use gb28181::platform::{Answer, Fault, SessionId};
use gb28181::{BeijingTime, Id, Platform, mansrtsp};
use hub::resolver::{Asker, Offer};
use hub::{OpenError, StreamKey, StreamProvider};
use sip::Dialog;
use tokio::sync::{broadcast, mpsc, oneshot};

pub use directory::{About, CatalogState, Item, Presence, Refused, Told};
pub use equipment::{Upgrade, UpgradeOutcome};
pub use happening::Happening;
pub use line::{APPLICATION, Line, MAX_SPAN_S};
pub use settings::Settings;
pub use talk::{FileEnd, FileSound, FileState, Holder, MAX_FILE_TIME, SoundMedia, Speaker, Talk, TalkError, TalkStep};
pub use trace::{Trace, Traced, Way};
pub use wire::{Acceptor, Bound};

use crate::driver::{ChannelState, DeviceDriver};
use crate::spec::{ChannelSpec, DeviceSpec, Field, Refused as Wrong, Rendition};
use call::Inviter;
use directory::Directory;
use signaller::{Command, Signaller};
use wire::Wire;

/// Commands that the thread has not taken yet; over it whoever asks is told so.
const COMMANDS: usize = 65_536;
/// Happenings that whoever listens has not taken; then it loses the oldest.
const HAPPENINGS: usize = 4096;
/// How long an answer is waited for by whoever asked: longer than a device may take to say what it has to say (15 s), so that
/// one that is silent is told from one that is not reached.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps dialogs, so that sessions can be ended after a restart: a device that still sends for an old one gives nothing to a new
/// one. Returns at once.
pub trait Dialogs: Send + Sync {
    /// A session has begun.
    fn began(&self, device: &Id, dialog: &Dialog);
    /// A session has ended.
    fn ended(&self, call_id: &str);
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Devices that are signed in.
    pub devices: usize,
    /// Sessions that are open.
    pub sessions: usize,
    /// Connections that are open.
    pub connections: usize,
    /// Messages that were dropped because their senders sent too many.
    pub flooded: u64,
    /// What SIP has seen.
    pub sip: sip::Counters,
}

/// What the driver and its thread share.
struct Shared {
    settings: Settings,
    directory: Directory,
    trace: Trace,
    dialogs: Arc<dyn Dialogs>,
    happenings: broadcast::Sender<Happening>,
    commands: mpsc::Sender<Command>,
    counters: Mutex<Counters>,
    /// Where sound to devices is sent from.
    sound: SoundMedia,
    floors: talk::Floors,
    /// Recordings that are being played.
    playing: Mutex<HashMap<Line, Playing>>,
    upgrades: equipment::Upgrades,
}

/// A recording that is being played.
#[derive(Clone)]
struct Playing {
    session: SessionId,
    is_paused: Arc<AtomicBool>,
}

impl Shared {
    fn tell(&self, happening: Happening) {
        // Nobody may listen.
        let _unheard = self.happenings.send(happening);
    }

    fn tell_thread(&self, command: Command) {
        // The thread also looks for itself what has no owner any more.
        let _full = self.commands.try_send(command);
    }

    /// Has the thread do something and waits for what comes of it.
    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<Result<T, Fault>>) -> Command) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(command(reply)).map_err(|_full| Fault::TooMany)?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Fault::NoAnswer),
        }
    }

    /// Gives an order whose outcome does not matter.
    fn order_unheard(&self, device: &Id, target: &Id, control: Control) {
        let (reply, _unheard) = oneshot::channel();
        self.tell_thread(Command::Order { device: device.clone(), target: target.clone(), control, reply });
    }

    fn playing(&self) -> MutexGuard<'_, HashMap<Line, Playing>> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_counters(&self, platform: &Platform, wire: &Wire, sessions: usize) {
        *self.counters.lock().unwrap_or_else(PoisonError::into_inner) = Counters {
            devices: self.directory.count(),
            sessions,
            connections: wire.connections(),
            flooded: wire.flood().dropped,
            sip: platform.counters(),
        };
    }
}

/// The driver `gb28181`.
pub struct Gb28181 {
    shared: Arc<Shared>,
    sources: Arc<Sources>,
}

/// What is started with the thread and is no one else's.
pub struct Start {
    /// Settings.
    pub settings: Settings,
    /// Sockets.
    pub bound: Bound,
    /// Takes connections over TLS.
    pub acceptor: Acceptor,
    /// Random and secret; the second may be kept over a restart, so that challenges stay valid.
    pub secrets: ([u8; 32], [u8; 32]),
    /// Keeps dialogs.
    pub dialogs: Arc<dyn Dialogs>,
    /// Where sound to devices is sent from.
    pub sound: SoundMedia,
    /// Sessions that were open when the server stopped last.
    pub stale: Vec<(Id, Dialog)>,
}

impl Gb28181 {
    /// Starts the thread of signalling. Streams are pulled through `sources`.
    ///
    /// # Errors
    /// When the system gives no thread or does not take the sockets.
    pub fn start(start: Start, sources: Arc<Sources>) -> io::Result<Arc<Self>> {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let Start { settings, bound, acceptor, secrets, dialogs, sound, stale } = start;
        let shared = Arc::new(Shared {
            directory: Directory::new(settings.trial_password.clone()),
            trace: Trace::default(),
            dialogs,
            happenings: broadcast::Sender::new(HAPPENINGS),
            commands,
            counters: Mutex::default(),
            sound,
            floors: talk::Floors::default(),
            playing: Mutex::default(),
            upgrades: equipment::Upgrades::default(),
            settings,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let wire = {
            let _within = runtime.enter();
            Wire::open(bound, acceptor, shared.settings.public_address)?
        };
        let signaller = Signaller::new(Arc::clone(&shared), wire, secrets, stale);
        std::thread::Builder::new().name("gb28181".to_owned()).spawn(move || runtime.block_on(signaller.run(inbox)))?;
        Ok(Arc::new(Self { shared, sources }))
    }

    /// How it is set.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// For the gateway, which invites by it.
    pub fn signalling(&self) -> Arc<dyn Signalling> {
        Arc::new(Inviter(Arc::clone(&self.shared)))
    }

    /// Hears what happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Happening> {
        self.shared.happenings.subscribe()
    }

    /// The last messages of SIP.
    pub fn trace(&self) -> &Trace {
        &self.shared.trace
    }

    /// What is counted, some seconds old.
    pub fn counters(&self) -> Counters {
        *self.shared.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device, if it is there.
    pub fn presence(&self, code: &Id) -> Option<Arc<Presence>> {
        self.shared.directory.presence(code)
    }

    /// All devices that are there, in no order.
    pub fn present(&self) -> Vec<(Id, Arc<Presence>)> {
        self.shared.directory.present()
    }

    /// Who was not let in lately, the last first.
    pub fn refused(&self) -> Vec<Refused> {
        self.shared.directory.refused()
    }

    /// Whether a device was not let in lately, and why.
    pub fn refusal_of(&self, code: &Id) -> Option<Refused> {
        self.shared.directory.refusal_of(code)
    }

    /// Number of the stored device with a code.
    pub fn number_of(&self, code: &Id) -> Option<i64> {
        self.shared.directory.number_of(code)
    }

    /// Whose a channel is, among the devices that are there.
    pub fn device_of(&self, channel: &Id) -> Option<Id> {
        self.shared.directory.device_of(channel)
    }

    /// Asks a device that is there again what it is and what is below it.
    pub fn refresh(&self, code: &Id) {
        self.shared.tell_thread(Command::Welcome(code.clone()));
    }

    /// Asks a device, or what is below it.
    ///
    /// # Errors
    /// When nothing comes of it.
    pub async fn query(&self, device: &Id, target: &Id, query: Query) -> Result<Box<Answer>, Fault> {
        let (device, target) = (device.clone(), target.clone());
        self.shared.ask(|reply| Command::Ask { device, target, query, reply }).await
    }

    /// Gives an order to a device, or to what is below it.
    ///
    /// # Errors
    /// When nothing comes of it, or the device answers that it cannot do it ([`Fault::Declined`]).
    pub async fn command(&self, device: &Id, target: &Id, control: Control) -> Result<(), Fault> {
        let (device, target) = (device.clone(), target.clone());
        let answer = self.shared.ask(|reply| Command::Order { device, target, control, reply }).await?;
        match *answer {
            Answer::Said(Response::DeviceControl(said) | Response::DeviceConfig(said))
                if said.result == Some(Outcome::Error) =>
            {
                Err(Fault::Declined)
            }
            _ => Ok(()),
        }
    }

    /// Has a device take pictures of a channel and send them by HTTP; it tells of its end by [`Happening::SnapShots`]
    /// (GB/T 28181-2022 §9.14).
    ///
    /// # Errors
    /// When it does not take the order.
    pub async fn order_snapshots(&self, device: &Id, channel: &Id, order: SnapShotConfig) -> Result<(), Fault> {
        let blocks = ConfigBlocks { snap_shot: Some(order), ..ConfigBlocks::default() };
        self.configure(device, channel, blocks).await
    }

    /// Asks a device how it is configured, or what is below it: blocks by their names, such as `BasicParam`
    /// (GB/T 28181-2022 §A.2.4.7).
    ///
    /// # Errors
    /// When it does not tell.
    pub async fn configuration(&self, device: &Id, target: &Id, parts: Vec<String>) -> Result<Config, Fault> {
        let query = Query::ConfigDownload(ConfigQuery { parts: Joined(parts) });
        match *self.query(device, target, query).await? {
            Answer::Said(Response::ConfigDownload(said)) if said.result != Some(Outcome::Error) => Ok(said.config),
            Answer::Said(Response::ConfigDownload(_)) => Err(Fault::Declined),
            _ => Err(Fault::Silent),
        }
    }

    /// Configures a device, or what is below it; what is `None` stays as it is (GB/T 28181-2022 §A.2.3.2).
    ///
    /// # Errors
    /// When it does not take the configuration.
    pub async fn configure(&self, device: &Id, target: &Id, blocks: ConfigBlocks) -> Result<(), Fault> {
        let control = Control::DeviceConfig(Box::new(Config { blocks, others: Vec::new() }));
        self.command(device, target, control).await
    }

    /// The recordings of a channel within a time, which must not be longer than a device answers to at once: half a day.
    ///
    /// # Errors
    /// When the device does not tell.
    pub async fn recordings(
        &self,
        device: &Id,
        channel: &Id,
        from: BeijingTime,
        to: BeijingTime,
    ) -> Result<Collected<RecordingItem>, Fault> {
        let query = RecordingQuery {
            start: Some(from),
            end: Some(to),
            cause: Some(RecordingCause::All),
            ..RecordingQuery::default()
        };
        match *self.query(device, channel, Query::RecordInfo(query)).await? {
            Answer::Recordings(recordings) => Ok(recordings),
            _ => Err(Fault::Silent),
        }
    }

    /// Controls a recording that is being played: pauses it, goes on, seeks, changes its speed.
    ///
    /// # Errors
    /// When it is not played, or the device does not take it.
    pub async fn control(&self, line: &Line, method: mansrtsp::Method) -> Result<(), Fault> {
        let playing = self.shared.playing().get(line).cloned().ok_or(Fault::NoSession)?;
        let session = playing.session;
        self.shared.ask(|reply| Command::Control { session, method, reply }).await?;
        playing.is_paused.store(matches!(method, mansrtsp::Method::Pause), Ordering::Relaxed);
        Ok(())
    }

    fn start_source(&self, key: &StreamKey, wanted: &Wanted, always: bool) -> Result<(), String> {
        let url = PullUrl::parse(&url(wanted), None, None)?;
        self.sources.put(SourceSpec { key: key.clone(), urls: vec![url], always, transient: !always, timetable: None });
        Ok(())
    }

    /// Starts a source for a stream unless there is one.
    async fn open_wanted(&self, key: &StreamKey, wanted: &Wanted, always: bool) -> Result<Offer, OpenError> {
        // A source that failed lately keeps its delay, so that the device is spared.
        let running = self.sources.open(key, &Asker::default()).await?;
        if running == Offer::Started {
            return Ok(running);
        }
        self.start_source(key, wanted, always).map_err(|text| OpenError { kind: ErrorKind::InvalidInput, text })?;
        Ok(Offer::Started)
    }
}

/// As the gateway reads it.
fn url(wanted: &Wanted) -> String {
    let mut url = format!("gb28181://{}/{}?stream={}", wanted.device, wanted.channel, wanted.stream);
    if let Some(span) = wanted.span {
        url += &format!("&start={}&end={}", span.start_unix_s, span.end_unix_s);
        url += &span.download_speed.map(|speed| format!("&speed={speed}")).unwrap_or_default();
    }
    url
}

/// A rendition of a channel, if its codes are codes.
fn wanted(channel: &ChannelSpec, rendition: Rendition) -> Option<Wanted> {
    let (device, channel) = codes(channel)?;
    Some(Wanted { device, channel, stream: u8::from(rendition == Rendition::Sub), span: None })
}

/// The codes of a channel's device and of the channel, if they are codes.
fn codes(channel: &ChannelSpec) -> Option<(Id, Id)> {
    let device = Id::new(&channel.device.address).ok()?;
    let line = if channel.number.trim().is_empty() { device.clone() } else { Id::new(&channel.number).ok()? };
    Some((device, line))
}

fn no_code(field: Field, error: &gb28181::id::IdError) -> Wrong {
    Wrong::new(field, format!("This is a code of 20 digits, such as 34020000001320000001 ({error})."))
}

impl DeviceDriver for Gb28181 {
    fn name(&self) -> &'static str {
        "gb28181"
    }

    fn check_device(&self, device: &DeviceSpec) -> Result<(), Wrong> {
        let code = Id::new(&device.address).map_err(|error| no_code(Field::Address, &error))?;
        options::parse(&device.options).map_err(|text| Wrong::new(Field::Options, text))?;
        match self.shared.directory.number_of(&code) {
            Some(other) if other != device.id => {
                Err(Wrong::new(Field::Address, "Another device has this code. Change one of them, or remove it."))
            }
            _ if device.password.is_empty() => {
                Err(Wrong::new(Field::Password, "A device signs in with a password: set the one that is set in it."))
            }
            _ => Ok(()),
        }
    }

    fn check_channel(&self, channel: &ChannelSpec) -> Result<(), Wrong> {
        if !channel.number.trim().is_empty() {
            Id::new(&channel.number).map_err(|error| no_code(Field::Number, &error))?;
        }
        let given = Rendition::ALL.into_iter().find(|rendition| channel.address(*rendition).is_some());
        given.map_or(Ok(()), |rendition| {
            let field = if rendition == Rendition::Main { Field::Main } else { Field::Sub };
            Err(Wrong::new(field, "The codes of device and channel say where its picture is; leave this empty."))
        })
    }

    fn put_device(&self, device: &DeviceSpec) {
        let Ok(code) = Id::new(&device.address) else { return };
        if self.shared.directory.permit(code.clone(), device) {
            self.shared.tell_thread(Command::Dismiss(code));
        }
    }

    fn remove_device(&self, device: &DeviceSpec) {
        let Ok(code) = Id::new(&device.address) else { return };
        if self.shared.directory.forbid(&code, device.id) {
            self.shared.tell_thread(Command::Dismiss(code));
        }
    }

    fn put(&self, channel: &ChannelSpec) {
        if let Some(wanted) = wanted(channel, Rendition::Main).filter(|_| channel.always) {
            // One that cannot be pulled was refused when it was written down.
            let _unusable = self.start_source(&channel.main_stream, &wanted, true);
        }
    }

    fn remove(&self, channel: &ChannelSpec) {
        for (_, key) in channel.streams() {
            self.sources.remove(key);
        }
    }

    fn open<'a>(&'a self, channel: &'a ChannelSpec, rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        async move {
            let Some((key, wanted)) = channel.stream(rendition).zip(wanted(channel, rendition)) else {
                return Ok(Offer::Unknown);
            };
            self.open_wanted(key, &wanted, channel.always && rendition == Rendition::Main).await
        }
        .boxed()
    }

    fn live_of(&self, recording: &StreamKey) -> Option<StreamKey> {
        let line = Line::of(recording).filter(|line| line.span.is_some())?;
        StreamKey::new(APPLICATION, line.channel.as_str()).ok()
    }

    fn state(&self, channel: &ChannelSpec) -> ChannelState {
        let Some((device, line)) = codes(channel) else { return ChannelState::Unknown };
        if self.shared.directory.presence(&device).is_none() {
            let why = match self.shared.directory.refusal_of(&device) {
                Some(refused) => format!(
                    "Its device tried to sign in from {} with a wrong password or user name. Compare both with the camera's page.",
                    refused.from
                ),
                None => "Its device is not signed in. Check its power, the network, and the server that is set in it."
                    .to_owned(),
            };
            return ChannelState::Offline { why };
        }
        let failed = channel
            .streams()
            .filter_map(|(_, key)| self.sources.status(key))
            .find_map(|status| (status.state != SourceState::Live).then_some(status.last_failure).flatten());
        match (self.shared.directory.is_on(&device, &line), failed) {
            (Some(false), _) => ChannelState::Offline { why: "Its device says that it is off.".to_owned() },
            (_, Some(failure)) => ChannelState::Offline { why: format!("{failure}. {}", failure.next_step) },
            (Some(true), None) => ChannelState::Online,
            (None, None) => ChannelState::Unknown,
        }
    }

    fn ptz(&self) -> Option<&dyn crate::ptz::PtzControl> {
        Some(self)
    }
}

/// Streams that are named by the codes of channels: [`Line`].
impl StreamProvider for Gb28181 {
    fn name(&self) -> &'static str {
        "gb28181"
    }

    fn open(&self, key: &StreamKey, _asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        let key = key.clone();
        async move {
            let Some(line) = Line::of(&key) else { return Ok(Offer::Unknown) };
            let Some(device) = self.shared.directory.device_of(&line.channel) else { return Ok(Offer::Unknown) };
            self.open_wanted(&key, &line.wanted(device), false).await
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
