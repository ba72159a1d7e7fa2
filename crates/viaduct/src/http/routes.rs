//! Routes with the right that each needs: none can be added without naming one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, on};
use base::ErrorKind;
use platform::accounts::Proof;
use platform::audit::Deed;
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};

use super::Failure;
use super::auth::{bearer, client_address};
use crate::server::App;

/// What one must have to use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: signing in, and what is needed for it.
    Nothing,
    /// To be known, by a session or a key.
    SignedIn,
    /// A session: one's own account. Keys have no part in it.
    Session,
    /// A right at the root: things that belong to no organisation.
    AtRoot(Action, Kind),
    /// A right somewhere: the handler looks at the thing's place, or leaves out what may not be seen.
    Somewhere(Action, Kind),
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::SignedIn => f.write_str("signed in"),
            Self::Session => f.write_str("signed in, not by a key"),
            Self::AtRoot(action, kind) => write!(f, "{}:{} at the root", action.as_str(), kind.as_str()),
            Self::Somewhere(action, kind) => {
                write!(f, "{}:{} for its organisation or group", action.as_str(), kind.as_str())
            }
        }
    }
}

/// Put into the extensions of an answer by a handler that only repeated what is written down already.
#[derive(Clone, Copy, Debug)]
pub(super) struct NothingNew;

/// Put into the extensions of an answer by a handler that has more to write down: JSON without secrets.
#[derive(Clone, Debug)]
pub(super) struct Detail(pub(super) String);

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
    method!(patch, PATCH);

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
        let checked = route.route_layer(from_fn(move |request: Request, next: Next| check(path, need, request, next)));
        self.router = self.router.route(path, checked);
        self.table.push(Route { method, path, need });
        self
    }

    pub(super) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

/// Lets a request through to its handler if whoever sends it has what the route needs, and writes down what it changed.
async fn check(path: &'static str, need: Need, mut request: Request, next: Next) -> Response {
    let app = request.extensions().get::<Arc<App>>().cloned();
    let Some(app) = app else { return Failure::new(ErrorKind::Internal, "The server is not ready.").into_response() };
    if need == Need::Nothing {
        return next.run(request).await;
    }
    let token = bearer(request.headers());
    let deed = deed_of(&app, path, need, &request);
    let caller = match known(&app, token).await {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    let deed = deed.map(|deed| Deed { actor: caller.name(), ..deed });
    let response = if has(&caller, need) {
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(need);
        next.run(request).await
    } else {
        let text = format!("You need the right {need}; ask an administrator for it.");
        Failure::new(ErrorKind::Forbidden, text).into_response()
    };
    recorded(&app, deed, response).await
}

async fn known(app: &App, token: Option<String>) -> Result<Caller, Failure> {
    let token = token.ok_or_else(|| Failure::new(ErrorKind::Unauthorized, "Sign in."))?;
    caller_of(app, &token).await
}

fn has(caller: &Caller, need: Need) -> bool {
    match need {
        Need::Nothing | Need::SignedIn => true,
        Need::Session => matches!(caller.proof, Proof::Session(_)),
        Need::AtRoot(action, kind) => caller.may(action, kind, &Place::ROOT),
        Need::Somewhere(action, kind) => caller.may_somewhere(action, kind),
    }
}

/// Who a bearer token is of, with rights.
pub(super) async fn caller_of(app: &App, token: &str) -> Result<Caller, Failure> {
    let (user, proof) = app.accounts.authenticate(token).await?;
    Ok(app.people.caller(user, proof).await?)
}

/// What a request is about to do, if it is one that changes something. Who watched what is in the records of sessions.
fn deed_of(app: &App, path: &str, need: Need, request: &Request) -> Option<Deed> {
    let plays = matches!(need, Need::AtRoot(Action::Play, _) | Need::Somewhere(Action::Play, _));
    if request.method() == Method::GET || plays {
        return None;
    }
    Some(Deed {
        address: client_address(app, request).map(|address| address.to_string()).unwrap_or_default(),
        action: format!("{} {path}", request.method()),
        target: request.uri().path().to_owned(),
        ..Deed::default()
    })
}

/// Writes a deed down before it is acknowledged. What was refused needs no acknowledgement: its own reason says more.
async fn recorded(app: &App, deed: Option<Deed>, response: Response) -> Response {
    let Some(deed) = deed.filter(|_| response.extensions().get::<NothingNew>().is_none()) else { return response };
    let outcome = response.status().as_u16();
    let detail = response.extensions().get::<Detail>().map(|detail| detail.0.clone()).unwrap_or_default();
    match write_down(app, Deed { outcome, detail, ..deed }).await {
        Err(failure) if response.status().is_success() => failure.into_response(),
        _ => response,
    }
}

/// Writes a deed into the audit log; what to say where that fails.
pub(super) async fn write_down(app: &App, deed: Deed) -> Result<(), Failure> {
    app.audit.add(deed).await.map_err(|error| {
        tracing::error!(%error, "The audit log cannot be written.");
        let text = "It may be done, but could not be written to the audit log, because the database does not answer.";
        Failure::new(ErrorKind::Unavailable, text)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use crate::http::routes;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rights.md");
    const HEAD: &str = "\
# Rights

What each route of the interface asks for: an action on a kind of thing, at the root of the organisations or for the organisation that the
thing belongs to; for a camera and what is of it also for a group that the camera is in. The same stands in `/api/v1/openapi.json` as `x-right`. What a role permits is in `GET /api/v1/roles`.

Made from `crates/viaduct/src/http.rs` by `UPDATE_EXPECT=1 cargo test -p viaduct rights`; a test fails when it differs, and
another one tries each route with people of every kind.

| method | route | needs |
|---|---|---|
";

    #[test]
    fn the_table_of_rights_is_the_documents() {
        let mut made = HEAD.to_owned();
        for route in routes().table {
            writeln!(made, "| {} | `{}` | {} |", route.method, route.path, route.need).unwrap();
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(PATH, &made).unwrap();
        }
        let kept = std::fs::read_to_string(PATH).unwrap_or_default();
        assert!(kept == made, "{PATH} is out of date; run: UPDATE_EXPECT=1 cargo test -p viaduct rights");
    }

    #[test]
    fn every_route_with_rights_is_described_and_none_else() {
        let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).unwrap();
        let mut described = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                described.insert(format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1")));
            }
        }
        // The document does not describe itself.
        described.insert("GET /openapi.json".to_owned());
        let routed: BTreeSet<_> =
            routes().table.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(routed, described);
    }
}
