//! The WebSocket that speaks: whoever is gone is hung up on.

use std::sync::Arc;
use std::time::Duration;

use api::{TalkCommand, TalkForm, TalkMessage};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Response;
use base::ErrorKind;
use device::gb28181::{Gb28181, Talk, TalkError, TalkStep};
use media::g711::to_a_law;
use platform::audit::Deed;
use platform::rights::Action;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{Hearer, Whom, driver, hearer, speaker, standing};
use crate::http::Failure;
use crate::http::auth::ClientAddress;
use crate::http::extract::Path;
use crate::http::routes::write_down;
use crate::http::socket::{ClientSocket, End, Visitor};
use crate::server::App;

/// Bytes of a client's message: half a second of 16-bit sound.
const MAX_MESSAGE: usize = 8 << 10;
/// How long a client may take for one message before it is given up.
const SEND_WAIT: Duration = Duration::from_secs(1);
/// How often a client that speaks is asked whether it is there, and after which silence it is not.
const PULSE: Duration = Duration::from_millis(500);
const DEAD_AFTER: Duration = Duration::from_secs(2);
/// How often it is looked whether the session and the right still hold while somebody speaks, and otherwise.
const CHECK_SPEAKING: Duration = Duration::from_secs(1);
const CHECK_IDLE: Duration = Duration::from_secs(30);
/// Steps of a talk that wait to be told; there are two kinds.
const STEPS: usize = 8;
/// Bytes of G.711 in a millisecond.
const BYTES_PER_MS: u64 = 8;

pub(in crate::http) async fn connect_channel(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    Path(id): Path<i64>,
    upgrade: WebSocketUpgrade,
) -> Response {
    connect(app, address.to_string(), Whom::Channel(id), upgrade)
}

pub(in crate::http) async fn connect_device(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    Path(code): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    connect(app, address.to_string(), Whom::Device(code), upgrade)
}

fn connect(app: Arc<App>, address: String, whom: Whom, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| async move {
        let mut socket = Socket::new(socket, SEND_WAIT);
        let outcome = converse(&app, &mut socket, whom, address).await;
        socket.close(outcome).await;
    })
}

type Socket = ClientSocket<TalkMessage>;

/// One client.
struct Seat<'a> {
    app: &'a App,
    driver: Arc<Gb28181>,
    socket: &'a mut Socket,
    whom: Whom,
    hearer: Hearer,
    address: String,
    visitor: Visitor,
    floors: watch::Receiver<u64>,
    shown: Option<api::TalkStanding>,
    /// When the client was heard last.
    heard: Instant,
}

/// What a client said.
enum Heard {
    Start(TalkForm),
    Stop,
    Sound(bytes::Bytes),
    Nothing,
}

/// Why a talk ended.
struct Over {
    code: &'static str,
    why: String,
}

impl Over {
    fn new(code: &'static str, why: &str) -> Self {
        Self { code, why: why.to_owned() }
    }

    fn stopped() -> Self {
        Self::new("stopped", "You have hung up.")
    }
}

async fn converse(app: &App, socket: &mut Socket, whom: Whom, address: String) -> Result<(), End> {
    let Some(TalkCommand::Auth { token, language }) = socket.first().await? else {
        let text = "The first message is {\"type\":\"auth\",\"token\":...}.";
        return Err(socket.refuse("invalid_input", text).await);
    };
    socket.set_language(&language);
    let visitor = socket.sign_in(app, token).await?;
    let found = hearer(app, &visitor.caller, &whom, Action::View);
    let (hearer, driver) = match found.and_then(|hearer| Ok((hearer, Arc::clone(driver(app)?)))) {
        Ok(found) => found,
        Err(failure) => {
            let code = failure.code.unwrap_or(failure.kind.as_str());
            return Err(socket.refuse(code, &failure.detail).await);
        }
    };
    let floors = driver.floors_changed();
    let heard = Instant::now();
    let mut seat = Seat { app, driver, socket, whom, hearer, address, visitor, floors, shown: None, heard };
    seat.sit().await
}

impl Seat<'_> {
    async fn sit(&mut self) -> Result<(), End> {
        self.show().await?;
        loop {
            let check_at = self.visitor.checked + CHECK_IDLE;
            tokio::select! {
                incoming = self.socket.recv() => {
                    if let Heard::Start(form) = self.take(incoming?).await? {
                        self.talk(form).await?;
                    }
                }
                changed = self.floors.changed() => {
                    changed.map_err(|_stopping| End::Gone)?;
                    self.show().await?;
                }
                () = tokio::time::sleep_until(check_at) => self.visitor.check(self.app).await?,
            }
        }
    }

    /// One talk, from the wish to its end.
    async fn talk(&mut self, form: TalkForm) -> Result<(), End> {
        self.visitor.check(self.app).await?;
        self.heard = Instant::now();
        let started = match hearer(self.app, &self.visitor.caller, &self.whom, Action::Operate) {
            Ok(_) => self.ask().await?,
            Err(failure) => {
                self.write_down("Talk began", failure.kind.http_status(), "").await?;
                Err(Over { code: "rights", why: failure.detail })
            }
        };
        let mut talk = match started {
            Ok(talk) => talk,
            Err(over) => return self.end(&over, 0).await,
        };
        let began = Instant::now();
        let outcome = self.speak(&mut talk, form).await;
        let counters = talk.counters();
        drop(talk);
        let seconds = began.elapsed().as_secs();
        let why = outcome.as_ref().map_or("gone", |over| over.code);
        let detail = serde_json::json!({ "seconds": seconds, "why": why }).to_string();
        self.write_down("Talk ended", 204, &detail).await?;
        self.end(&outcome?, counters.dropped_bytes / BYTES_PER_MS).await
    }

    /// Asks the device to listen; why nothing comes of it.
    async fn ask(&mut self) -> Result<Result<Talk, Over>, End> {
        let (driver, speaker) = (Arc::clone(&self.driver), speaker(&self.visitor.caller));
        let (device, target) = (self.hearer.device.clone(), self.hearer.target.clone());
        let (tell, mut steps) = mpsc::channel(STEPS);
        let asking = async move {
            let mut step = |step: TalkStep| {
                let _full = tell.try_send(step);
            };
            driver.talk(&device, &target, speaker, &mut step).await
        };
        tokio::pin!(asking);
        let mut pulse = tokio::time::interval(PULSE);
        let answer = loop {
            tokio::select! {
                Some(step) = steps.recv() => {
                    let state = if step == TalkStep::Asking { "asking" } else { "ringing" };
                    self.socket.say(&TalkMessage::State { state: state.to_owned() }).await?;
                }
                answer = &mut asking => break answer,
                incoming = self.socket.recv() => {
                    if let Heard::Stop = self.take(incoming?).await? {
                        return Ok(Err(Over::stopped()));
                    }
                }
                _ = self.floors.changed() => self.show().await?,
                _ = pulse.tick() => {
                    if self.is_dead().await? {
                        return Err(End::Gone);
                    }
                }
            }
        };
        let status = answer.as_ref().map_or_else(|error| error.kind().http_status(), |_| 200);
        // What cannot be written down must not be said.
        self.write_down("Talk began", status, "").await?;
        let over = |error: TalkError| {
            let code = if matches!(error, TalkError::Taken(_)) { "taken" } else { "failed" };
            Over { code, why: error.to_string() }
        };
        if answer.is_ok() {
            self.socket.say(&TalkMessage::State { state: "speaking".to_owned() }).await?;
            self.show().await?;
        }
        Ok(answer.map_err(over))
    }

    /// Passes sound on until somebody ends it.
    async fn speak(&mut self, talk: &mut Talk, form: TalkForm) -> Result<Over, End> {
        let mut pulse = tokio::time::interval(PULSE);
        loop {
            tokio::select! {
                text = talk.over() => return Ok(Over { code: "device", why: text }),
                incoming = self.socket.recv() => match self.take(incoming?).await? {
                    Heard::Sound(bytes) => talk.put(&a_law(form, &bytes)),
                    Heard::Stop => return Ok(Over::stopped()),
                    Heard::Start(_) | Heard::Nothing => {}
                },
                _ = self.floors.changed() => self.show().await?,
                _ = pulse.tick() => {
                    if self.is_dead().await? {
                        return Ok(Over::new("dead", "Nothing came from your browser for two seconds. Check the network, then speak again."));
                    }
                    if self.visitor.checked.elapsed() >= CHECK_SPEAKING {
                        self.visitor.check(self.app).await?;
                        if let Err(failure) = hearer(self.app, &self.visitor.caller, &self.whom, Action::Operate) {
                            return Ok(Over { code: "rights", why: failure.detail });
                        }
                    }
                }
            }
        }
    }

    /// Asks a client whether it is there; `true` when it has not been for too long.
    async fn is_dead(&mut self) -> Result<bool, End> {
        if self.heard.elapsed() >= DEAD_AFTER {
            return Ok(true);
        }
        Ok(!self.socket.ping().await?)
    }

    async fn take(&mut self, incoming: Message) -> Result<Heard, End> {
        self.heard = Instant::now();
        let text = match incoming {
            Message::Text(text) => text,
            Message::Binary(bytes) => return Ok(Heard::Sound(bytes)),
            _ => return Ok(Heard::Nothing),
        };
        Ok(match serde_json::from_str(&text) {
            Ok(TalkCommand::Start { form }) => Heard::Start(form),
            Ok(TalkCommand::Stop) => Heard::Stop,
            Ok(TalkCommand::Auth { .. }) => {
                self.socket.say_refusal(&Failure::new(ErrorKind::InvalidInput, "You are known already.")).await?;
                Heard::Nothing
            }
            Err(_) => {
                let text = "This message is not understood; see TalkCommand in /api/v1/openapi.json.";
                self.socket.say_refusal(&Failure::new(ErrorKind::InvalidInput, text)).await?;
                Heard::Nothing
            }
        })
    }

    async fn write_down(&mut self, action: &str, outcome: u16, detail: &str) -> Result<(), End> {
        let deed = Deed {
            actor: self.visitor.caller.name(),
            address: self.address.clone(),
            action: action.to_owned(),
            target: format!("/api/v1{}", self.whom.path()),
            outcome,
            detail: detail.to_owned(),
        };
        if let Err(failure) = write_down(self.app, deed).await {
            self.socket.say_refusal(&failure).await?;
            return Err(End::Gone);
        }
        Ok(())
    }

    /// Tells who speaks, if that has changed: other devices' floors change, too.
    async fn show(&mut self) -> Result<(), End> {
        self.floors.mark_unchanged();
        let mut standing = standing(&self.driver, &self.visitor.caller, &self.hearer.device);
        if let Some(why) = standing.last_file.as_mut().and_then(|end| end.why.as_mut()) {
            *why = self.socket.localised(why);
        }
        if self.shown.as_ref() != Some(&standing) {
            self.shown = Some(standing.clone());
            self.socket.say(&TalkMessage::Standing(standing)).await?;
        }
        Ok(())
    }

    async fn end(&mut self, over: &Over, dropped_ms: u64) -> Result<(), End> {
        let why = self.socket.localised(&over.why);
        self.socket.say(&TalkMessage::Ended { code: over.code.to_owned(), why, dropped_ms }).await?;
        self.show().await
    }
}

fn a_law(form: TalkForm, bytes: &bytes::Bytes) -> Vec<u8> {
    match form {
        TalkForm::ALaw => bytes.to_vec(),
        TalkForm::Pcm16 => {
            let samples = bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>());
            samples.map(|pair| to_a_law(i16::from_le_bytes(*pair))).collect()
        }
    }
}
