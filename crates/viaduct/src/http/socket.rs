//! What the WebSockets of the interface share: who is at the other end, whether that still holds, and words to it within a
//! time limit.

use std::marker::PhantomData;
use std::time::Duration;

use api::{EventMessage, PtzMessage, TalkMessage};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use base::ErrorKind;
use platform::people::Caller;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::Failure;
use super::language::translate;
use super::routes::caller_of;
use crate::server::App;

/// Time for the first message.
const FIRST_WAIT: Duration = Duration::from_secs(10);

/// What a WebSocket says.
pub(super) trait SocketMessage: Serialize {
    /// That something is refused.
    fn error(code: String, message: String) -> Self;
}

impl SocketMessage for EventMessage {
    fn error(code: String, message: String) -> Self {
        Self::Error { code, message }
    }
}

impl SocketMessage for PtzMessage {
    fn error(code: String, message: String) -> Self {
        Self::Error { code, message }
    }
}

impl SocketMessage for TalkMessage {
    fn error(code: String, message: String) -> Self {
        Self::Error { code, message }
    }
}

/// Why a conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client is gone or takes no more, or was told why.
    Gone,
    /// The session or key that it has signed in with does not hold any more.
    SessionOver,
}

impl From<axum::Error> for End {
    fn from(_error: axum::Error) -> Self {
        Self::Gone
    }
}

/// Our end of a WebSocket that says `M`.
pub(super) struct ClientSocket<M> {
    socket: WebSocket,
    /// How long the client may take for one message before it is given up.
    send_wait: Duration,
    is_chinese: bool,
    says: PhantomData<fn(M)>,
}

impl<M: SocketMessage> ClientSocket<M> {
    pub(super) const fn new(socket: WebSocket, send_wait: Duration) -> Self {
        Self { socket, send_wait, is_chinese: false, says: PhantomData }
    }

    /// The first message; `None` when it is no `C`.
    pub(super) async fn first<C: DeserializeOwned>(&mut self) -> Result<Option<C>, End> {
        match tokio::time::timeout(FIRST_WAIT, self.socket.recv()).await {
            Ok(Some(Ok(Message::Text(text)))) => Ok(serde_json::from_str(&text).ok()),
            _ => Err(End::Gone),
        }
    }

    /// Who the token is of. Somebody unknown is refused.
    pub(super) async fn sign_in(&mut self, app: &App, token: String) -> Result<Visitor, End> {
        match caller_of(app, &token).await {
            Ok(caller) => Ok(Visitor { token, caller, checked: Instant::now() }),
            Err(_) => Err(self.refuse("unauthorized", "Sign in.").await),
        }
    }

    /// Sentences are said in this language from now on, as `Accept-Language` has it.
    pub(super) fn set_language(&mut self, language: &str) {
        self.is_chinese = language.to_ascii_lowercase().starts_with("zh");
    }

    /// A sentence in the client's language.
    pub(super) fn localised(&self, text: &str) -> String {
        if self.is_chinese { translate(text) } else { text.to_owned() }
    }

    /// The next message.
    ///
    /// # Cancel safety
    /// Safe.
    pub(super) async fn recv(&mut self) -> Result<Message, End> {
        match self.socket.recv().await {
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
            Some(Ok(message)) => Ok(message),
        }
    }

    pub(super) async fn say(&mut self, message: &M) -> Result<(), End> {
        let text = serde_json::to_string(message).map_err(axum::Error::new)?;
        self.say_text(text.into()).await
    }

    /// Says a message that was written already.
    pub(super) async fn say_text(&mut self, text: Utf8Bytes) -> Result<(), End> {
        if self.send(Message::Text(text)).await? { Ok(()) } else { Err(End::Gone) }
    }

    /// Says that something is refused.
    pub(super) async fn say_refusal(&mut self, failure: &Failure) -> Result<(), End> {
        let code = failure.code.unwrap_or(failure.kind.as_str());
        self.say_error(code, &failure.detail).await
    }

    async fn say_error(&mut self, code: &str, text: &str) -> Result<(), End> {
        let message = self.localised(text);
        self.say(&M::error(code.to_owned(), message)).await
    }

    /// Asks the client whether it is there; whether it took that in time.
    pub(super) async fn ping(&mut self) -> Result<bool, End> {
        self.send(Message::Ping(bytes::Bytes::new())).await
    }

    /// Says why nothing comes of the conversation, and ends it.
    pub(super) async fn refuse(&mut self, code: &str, text: &str) -> End {
        if self.say_error(code, text).await.is_ok() {
            let _gone_either_way = self.send(Message::Close(None)).await;
        }
        End::Gone
    }

    /// Ends the conversation, and says why where the client does not know.
    pub(super) async fn close(mut self, outcome: Result<(), End>) {
        if outcome == Err(End::SessionOver) {
            self.refuse("unauthorized", "The session has ended.").await;
        }
    }

    /// Whether the client took it in time.
    async fn send(&mut self, message: Message) -> Result<bool, End> {
        match tokio::time::timeout(self.send_wait, self.socket.send(message)).await {
            Ok(sent) => Ok(sent.map(|()| true)?),
            Err(_late) => Ok(false),
        }
    }
}

/// Who has signed in at a WebSocket.
pub(super) struct Visitor {
    token: String,
    pub(super) caller: Caller,
    /// When it was looked last whether the session holds.
    pub(super) checked: Instant,
}

impl Visitor {
    /// Whether the session still holds; rights are read again. A database that does not answer ends none.
    pub(super) async fn check(&mut self, app: &App) -> Result<(), End> {
        self.checked = Instant::now();
        match caller_of(app, &self.token).await {
            Ok(caller) => self.caller = caller,
            Err(failure) if failure.kind == ErrorKind::Unavailable => {}
            Err(_) => return Err(End::SessionOver),
        }
        Ok(())
    }
}
