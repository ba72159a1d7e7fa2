//! The WebSocket that steers a camera: what it drives stops when it is gone.

use std::sync::Arc;
use std::time::Duration;

use api::{PtzCommand, PtzMessage};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Response;
use base::ErrorKind;
use platform::audit::Deed;
use platform::ptz::{Done, PtzEvent, Steer, What};
use platform::rights::Action;
use tokio::sync::broadcast::error::RecvError;

use super::{motion, number, rect, standing_view};
use crate::http::Failure;
use crate::http::auth::ClientAddress;
use crate::http::extract::Path;
use crate::http::routes::write_down;
use crate::http::socket::{ClientSocket, End, Visitor};
use crate::server::App;

/// Bytes of a client's message.
const MAX_MESSAGE: usize = 4 << 10;
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
        let mut socket = Socket::new(socket, SEND_WAIT);
        let outcome = converse(&app, &mut socket, channel, address).await;
        socket.close(outcome).await;
    })
}

type Socket = ClientSocket<PtzMessage>;

/// One client.
struct Seat<'a> {
    app: &'a App,
    socket: &'a mut Socket,
    channel: i64,
    address: String,
    visitor: Visitor,
    client: u64,
    /// The last command was refused; a run of refusals is written down once.
    refused: bool,
}

async fn converse(app: &App, socket: &mut Socket, channel: i64, address: String) -> Result<(), End> {
    let Some(PtzCommand::Auth { token }) = socket.first().await? else {
        let text = "The first message is {\"type\":\"auth\",\"token\":...}.";
        return Err(socket.refuse("invalid_input", text).await);
    };
    let visitor = socket.sign_in(app, token).await?;
    if let Err(failure) = app.ptz.permitted(&visitor.caller, Action::View, channel) {
        return Err(socket.refuse(failure.kind().as_str(), &failure.to_string()).await);
    }
    let client = app.ptz.new_client();
    let mut seat = Seat { app, socket, channel, address, visitor, client, refused: false };
    let outcome = seat.sit().await;
    app.ptz.gone(&seat.visitor.caller, client, channel).await;
    outcome
}

impl Seat<'_> {
    async fn sit(&mut self) -> Result<(), End> {
        let mut events = self.app.ptz.events();
        self.show().await?;
        loop {
            let moving = self.app.ptz.standing(self.channel).moving;
            let check_at = self.visitor.checked + if moving { CHECK_MOVING } else { CHECK_IDLE };
            tokio::select! {
                incoming = self.socket.recv() => if let Message::Text(text) = incoming? {
                    self.hear(&text).await?;
                },
                event = events.recv() => match event {
                    Ok(event) if event.channel == self.channel => self.tell(&event).await?,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => self.show().await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = tokio::time::sleep_until(check_at) => self.visitor.check(self.app).await?,
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        if self.visitor.checked.elapsed() >= CHECK_MOVING {
            self.visitor.check(self.app).await?;
        }
        let (steer, path) = match serde_json::from_str(text).map_err(|_| unknown()).and_then(understood) {
            Ok(understood) => understood,
            Err(failure) => return self.socket.say_refusal(&failure).await,
        };
        match self.app.ptz.steer(&self.visitor.caller, self.client, self.channel, steer).await {
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
                self.socket.say_refusal(&failure.into()).await?;
            }
        }
        Ok(())
    }

    /// As the same command is written down that comes by a request.
    async fn write_down(&mut self, path: &str, outcome: u16) -> Result<(), End> {
        let (verb, path) = path.split_once(' ').unwrap_or(("POST", path));
        let pattern = path.split('/').map(|part| if part.parse::<u8>().is_ok() { "{number}" } else { part });
        let deed = Deed {
            actor: self.visitor.caller.name(),
            address: self.address.clone(),
            action: format!("{verb} /channels/{{id}}/ptz/{}", pattern.collect::<Vec<_>>().join("/")),
            target: format!("/api/v1/channels/{}/ptz/{path}", self.channel),
            outcome,
            ..Deed::default()
        };
        match write_down(self.app, deed).await {
            Ok(()) => Ok(()),
            Err(failure) => self.socket.say_refusal(&failure).await,
        }
    }

    async fn tell(&mut self, event: &PtzEvent) -> Result<(), End> {
        match &event.what {
            What::Changed => return self.show().await,
            What::Preempted { from, by } if from.user == self.visitor.caller.user.id => {
                let by = by.name.clone();
                self.socket.say(&PtzMessage::Preempted { by }).await?;
            }
            What::Preempted { .. } | What::Returned { .. } => {}
            What::Stopped { why, .. } => {
                let why = (*why).to_owned();
                self.socket.say(&PtzMessage::Stopped { why }).await?;
            }
        }
        Ok(())
    }

    async fn show(&mut self) -> Result<(), End> {
        let standing = standing_view(&self.visitor.caller, &self.app.ptz.standing(self.channel));
        self.socket.say(&PtzMessage::Standing(standing)).await
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
