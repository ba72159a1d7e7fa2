//! Routes with the right that each needs: none can be added without naming one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, on};
use base::ErrorKind;
use platform::accounts::Proof;
use platform::audit::Deed;
use platform::people::Caller;
use platform::rights::{Action, Kind, ROOT};

use super::Failure;
use super::auth::{bearer, client_address};
use crate::server::App;

/// What one must have to use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: signing in, and what is needed for it.
    Nothing,
    /// A session: one's own account. Keys have no part in it.
    Session,
    /// A right at the root: things that belong to no organisation.
    AtRoot(Action, Kind),
    /// A right somewhere: the handler looks at the thing's organisation, or leaves out what may not be seen.
    Somewhere(Action, Kind),
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Session => f.write_str("session"),
            Self::AtRoot(action, kind) => write!(f, "{}:{} at the root", action.as_str(), kind.as_str()),
            Self::Somewhere(action, kind) => write!(f, "{}:{} for its organisation", action.as_str(), kind.as_str()),
        }
    }
}

/// One route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) need: Need,
}

/// Routes that are being collected.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Arc<App>>,
    pub(super) table: Vec<Route>,
}

macro_rules! method {
    ($name:ident, $method:ident) => {
        pub(super) fn $name<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
        where
            H: Handler<T, Arc<App>>,
            T: 'static,
        {
            let route = on(axum::routing::MethodFilter::$method, handler);
            self.add(Method::$method, path, need, route)
        }
    };
}

impl Routes {
    method!(get, GET);
    method!(post, POST);
    method!(put, PUT);
    method!(delete, DELETE);

    /// A POST whose body may be longer than others.
    pub(super) fn upload<H, T>(self, path: &'static str, need: Need, limit: usize, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let route = axum::routing::post(handler).layer(DefaultBodyLimit::max(limit));
        self.add(Method::POST, path, need, route)
    }

    fn add(mut self, method: Method, path: &'static str, need: Need, route: MethodRouter<Arc<App>>) -> Self {
        let checked = route.route_layer(from_fn(move |request, next| check(need, request, next)));
        self.router = self.router.route(path, checked);
        self.table.push(Route { method, path, need });
        self
    }

    pub(super) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

/// Lets a request through to its handler if whoever sends it has what the route needs, and writes down what it changed.
async fn check(need: Need, mut request: Request, next: Next) -> Response {
    let app = request.extensions().get::<Arc<App>>().cloned();
    let Some(app) = app else { return Failure::new(ErrorKind::Internal, "The server is not ready.").into_response() };
    if need == Need::Nothing {
        return next.run(request).await;
    }
    let caller = match permitted(&app, need, &request).await {
        Ok(caller) => caller,
        Err(refused) => {
            let Refused { caller, failure } = *refused;
            let deed = caller.and_then(|caller| deed_of(&app, &caller, &request));
            return recorded(&app, deed, failure.into_response()).await;
        }
    };
    let deed = deed_of(&app, &caller, &request);
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    recorded(&app, deed, response).await
}

struct Refused {
    caller: Option<Caller>,
    failure: Failure,
}

impl From<Failure> for Box<Refused> {
    fn from(failure: Failure) -> Self {
        Self::new(Refused { caller: None, failure })
    }
}

async fn permitted(app: &App, need: Need, request: &Request) -> Result<Caller, Box<Refused>> {
    let token = bearer(request.headers()).ok_or_else(|| Failure::new(ErrorKind::Unauthorized, "Sign in."))?;
    let caller = caller_of(app, &token).await?;
    let has = match need {
        Need::Nothing => true,
        Need::Session => matches!(caller.proof, Proof::Session(_)),
        Need::AtRoot(action, kind) => caller.may(action, kind, ROOT),
        Need::Somewhere(action, kind) => caller.may_somewhere(action, kind),
    };
    if has {
        return Ok(caller);
    }
    let failure = Failure::new(ErrorKind::Forbidden, format!("You need the right {need}; ask an administrator for it."));
    Err(Box::new(Refused { caller: Some(caller), failure }))
}

/// Who a bearer token is of, with rights.
pub(super) async fn caller_of(app: &App, token: &str) -> Result<Caller, Failure> {
    let (user, proof) = app.accounts.authenticate(token).await?;
    Ok(app.people.caller(user, proof).await?)
}

/// What a request is about to do, if it is one that changes something.
fn deed_of(app: &App, caller: &Caller, request: &Request) -> Option<Deed> {
    if request.method() == Method::GET {
        return None;
    }
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    Some(Deed {
        actor: caller.name(),
        address: client_address(app, request).map(|address| address.to_string()).unwrap_or_default(),
        action: format!("{} {route}", request.method()),
        target: request.uri().path().to_owned(),
        ..Deed::default()
    })
}

/// Writes a deed down before it is acknowledged.
async fn recorded(app: &App, deed: Option<Deed>, response: Response) -> Response {
    let Some(deed) = deed else { return response };
    let outcome = response.status().as_u16();
    match app.audit.add(Deed { outcome, ..deed }).await {
        Ok(()) => response,
        Err(error) => {
            tracing::error!(%error, "The audit log cannot be written.");
            let text = "It may be done, but could not be written to the audit log, because the database does not answer.";
            Failure::new(ErrorKind::Unavailable, text).into_response()
        }
    }
}
