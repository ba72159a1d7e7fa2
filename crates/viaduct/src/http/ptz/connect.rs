//! The WebSocket that steers a camera: what it drives stops when it is gone.

use std::sync::Arc;
use std::time::Duration;

use api::{PtzCommand, PtzMessage};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use base::ErrorKind;
use platform::audit::Deed;
use platform::people::Caller;
use platform::ptz::{Done, PtzEvent, Steer, What};
use platform::rights::Action;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::{motion, number, rect, standing_view};
use crate::http::Failure;
use crate::http::auth::ClientAddress;
use crate::http::extract::Path;
use crate::http::routes::caller_of;
use crate::server::App;

/// Bytes of a client's message.
const MAX_MESSAGE: usize = 4 << 10;
/// Time for the first message.
const AUTH_WAIT: Duration = Duration::from_secs(10);
/// How long a client may take for one message before it is given up.
const SEND_WAIT: Duration = Duration::from_secs(5);
/// How often it is looked whether the session still holds while a camera moves, and otherwise.
const CHECK_MOVING: Duration = Duration::from_secs(1);
const CHECK_IDLE: Duration = Duration::from_secs(30);

pub(in crate::http) async fn connect(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    Path(channel): Path<i64>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let address = address.to_string();
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| async move {
        let _gone_either_way = converse(&app, socket, channel, address).await;
    })
}

/// One client.
struct Seat<'a> {
    app: &'a App,
    socket: WebSocket,
    channel: i64,
    address: String,
    token: String,
    caller: Caller,
    client: u64,
    checked: Instant,
    /// The last command was refused; a run of refusals is written down once.
    refused: bool,
}

/// Why a conversation ends.
enum End {
    Gone,
    SessionOver,
}

impl From<axum::Error> for End {
    fn from(_error: axum::Error) -> Self {
        Self::Gone
    }
}

async fn converse(app: &App, mut socket: WebSocket, channel: i64, address: String) -> Result<(), axum::Error> {
    let first = tokio::time::timeout(AUTH_WAIT, socket.recv()).await;
    let Ok(Some(Ok(Message::Text(text)))) = first else { return Ok(()) };
    let Ok(PtzCommand::Auth { token }) = serde_json::from_str(&text) else {
        return refuse(&mut socket, "invalid_input", "The first message is {\"type\":\"auth\",\"token\":...}.").await;
    };
    let Ok(caller) = caller_of(app, &token).await else {
        return refuse(&mut socket, "unauthorized", "Sign in.").await;
    };
    if let Err(failure) = app.ptz.permitted(&caller, Action::View, channel) {
        return refuse(&mut socket, failure.kind().as_str(), &failure.to_string()).await;
    }
    let client = app.ptz.new_client();
    let checked = Instant::now();
    let mut seat = Seat { app, socket, channel, address, token, caller, client, checked, refused: false };
    let end = seat.sit().await;
    app.ptz.gone(&seat.caller, client, channel).await;
    match end {
        Err(End::SessionOver) => refuse(&mut seat.socket, "unauthorized", "The session has ended.").await,
        _ => Ok(()),
    }
}

impl Seat<'_> {
    async fn sit(&mut self) -> Result<(), End> {
        let mut events = self.app.ptz.events();
        self.show().await?;
        loop {
            let moving = self.app.ptz.standing(self.channel).moving;
            let check_at = self.checked + if moving { CHECK_MOVING } else { CHECK_IDLE };
            tokio::select! {
                incoming = self.socket.recv() => match incoming {
                    Some(Ok(Message::Text(text))) => self.hear(&text).await?,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    Some(Ok(_)) => {}
                },
                event = events.recv() => match event {
                    Ok(event) if event.channel == self.channel => self.tell(&event).await?,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => self.show().await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = tokio::time::sleep_until(check_at) => self.check().await?,
            }
        }
    }

    /// Whether the session still holds; rights are read again.
    async fn check(&mut self) -> Result<(), End> {
        self.checked = Instant::now();
        match caller_of(self.app, &self.token).await {
            Ok(caller) => self.caller = caller,
            Err(failure) if failure.kind == ErrorKind::Unavailable => {}
            Err(_) => return Err(End::SessionOver),
        }
        Ok(())
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        if self.checked.elapsed() >= CHECK_MOVING {
            self.check().await?;
        }
        let (steer, path) = match serde_json::from_str(text).map_err(|_| unknown()).and_then(understood) {
            Ok(understood) => understood,
            Err(failure) => return Ok(self.say_refusal(&failure).await?),
        };
        match self.app.ptz.steer(&self.caller, self.client, self.channel, steer).await {
            Ok(Done { new }) => {
                self.refused = false;
                if new {
                    self.write_down(&path, 204).await?;
                }
            }
            Err(failure) => {
                let first = !std::mem::replace(&mut self.refused, true);
                if first {
                    self.write_down(&path, failure.kind().http_status()).await?;
                }
                self.say_refusal(&failure.into()).await?;
            }
        }
        Ok(())
    }

    /// As the same command is written down that comes by a request.
    async fn write_down(&mut self, path: &str, outcome: u16) -> Result<(), End> {
        let (verb, path) = path.split_once(' ').unwrap_or(("POST", path));
        let pattern = path.split('/').map(|part| if part.parse::<u8>().is_ok() { "{number}" } else { part });
        let deed = Deed {
            actor: self.caller.name(),
            address: self.address.clone(),
            action: format!("{verb} /channels/{{id}}/ptz/{}", pattern.collect::<Vec<_>>().join("/")),
            target: format!("/api/v1/channels/{}/ptz/{path}", self.channel),
            outcome,
            ..Deed::default()
        };
        if let Err(error) = self.app.audit.add(deed).await {
            tracing::error!(%error, "The audit log cannot be written.");
            let text =
                "It may be done, but could not be written to the audit log, because the database does not answer.";
            self.say_refusal(&Failure::new(ErrorKind::Unavailable, text)).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, event: &PtzEvent) -> Result<(), End> {
        match &event.what {
            What::Changed => return self.show().await,
            What::Preempted { from, by } if from.user == self.caller.user.id => {
                let by = by.name.clone();
                send(&mut self.socket, &PtzMessage::Preempted { by }).await?;
            }
            What::Preempted { .. } | What::Returned { .. } => {}
            What::Stopped { why, .. } => {
                let why = (*why).to_owned();
                send(&mut self.socket, &PtzMessage::Stopped { why }).await?;
            }
        }
        Ok(())
    }

    async fn show(&mut self) -> Result<(), End> {
        let standing = standing_view(&self.caller, &self.app.ptz.standing(self.channel));
        Ok(send(&mut self.socket, &PtzMessage::Standing(standing)).await?)
    }

    async fn say_refusal(&mut self, failure: &Failure) -> Result<(), axum::Error> {
        let code = failure.code.unwrap_or(failure.kind.as_str()).to_owned();
        send(&mut self.socket, &PtzMessage::Error { code, message: failure.detail.clone() }).await
    }
}

fn unknown() -> Failure {
    Failure::new(ErrorKind::InvalidInput, "This message is not understood; see PtzCommand in /api/v1/openapi.json.")
}

/// What a message wants, and the request that would want the same.
fn understood(command: PtzCommand) -> Result<(Steer, String), Failure> {
    Ok(match command {
        PtzCommand::Auth { .. } => return Err(Failure::new(ErrorKind::InvalidInput, "You are known already.")),
        PtzCommand::Move(speeds) => (Steer::Move(motion(&speeds)), "POST move".to_owned()),
        PtzCommand::Stop => (Steer::Stop, "POST stop".to_owned()),
        PtzCommand::Frame(part) => (Steer::Frame(rect(&part)), "POST frame".to_owned()),
        PtzCommand::Preset { number: preset } => {
            (Steer::GoToPreset(number(i64::from(preset))?), format!("POST presets/{preset}/go"))
        }
        PtzCommand::KeptCruise { number: cruise } => {
            (Steer::KeptCruise(cruise), format!("POST kept-cruises/{cruise}/start"))
        }
        PtzCommand::Cruise { number: cruise } => {
            (Steer::Cruise(number(i64::from(cruise))?), format!("POST cruises/{cruise}/start"))
        }
        PtzCommand::Home => (Steer::GoHome, "POST home".to_owned()),
        PtzCommand::Take => (Steer::Take, "POST lock".to_owned()),
        PtzCommand::Release => (Steer::Release, "DELETE lock".to_owned()),
    })
}

async fn send(socket: &mut WebSocket, message: &PtzMessage) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).map_err(axum::Error::new)?;
    match tokio::time::timeout(SEND_WAIT, socket.send(Message::Text(text.into()))).await {
        Ok(sent) => sent,
        Err(late) => Err(axum::Error::new(late)),
    }
}

async fn refuse(socket: &mut WebSocket, code: &str, text: &str) -> Result<(), axum::Error> {
    send(socket, &PtzMessage::Error { code: code.to_owned(), message: text.to_owned() }).await?;
    socket.send(Message::Close(None)).await
}
