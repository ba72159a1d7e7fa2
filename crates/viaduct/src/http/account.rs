//! First run, sign-in, and one's own account.

use std::sync::Arc;

use api::{
    ApiKey, ApiKeyCreated, ApiKeyInput, ApiKeyList, HeldPermission, LoginRequest, LoginResponse, LoginSession,
    LoginSessionList, Me, PasswordChange, PasswordInput, SecondFactor, SecondFactorConfirmation, SetupRequest,
    SetupState,
};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use db::{ApiKeyRow, LoginRow};
use platform::accounts::{AccountError, Client, Credentials, NewKey, Proof, SignedIn};
use platform::audit::Deed;
use platform::people::Caller;
use platform::rights::Permissions;

use super::Failure;
use super::auth::{ClientAddress, Who, agent};
use super::extract::{Body, Path};
use super::views::rfc3339;
use crate::server::App;

pub(super) async fn setup_state(State(app): State<Arc<App>>) -> Result<Json<SetupState>, Failure> {
    let needed = app.accounts.needs_setup().await?;
    Ok(Json(SetupState { needed, code_required: needed && !app.args.dev }))
}

pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(request): Body<SetupRequest>,
) -> Result<Json<LoginResponse>, Failure> {
    let from = Client { address, agent: &agent(&headers) };
    let signed_in = app.accounts.set_up(request.code.as_deref(), &request.password, &from).await?;
    app.data.forget_setup_code();
    app.audit.add(signing_in("set up", &signed_in.user.name, &from, StatusCode::OK)).await?;
    respond(&app, signed_in).await
}

pub(super) async fn login(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(request): Body<LoginRequest>,
) -> Result<Json<LoginResponse>, Failure> {
    let from = Client { address, agent: &agent(&headers) };
    let with = Credentials { name: &request.username, password: &request.password, code: request.code.as_deref() };
    match app.accounts.login(with, &from).await {
        Ok(signed_in) => {
            app.audit.add(signing_in("sign in", &signed_in.user.name, &from, StatusCode::OK)).await?;
            respond(&app, signed_in).await
        }
        // Whoever must wait is not written down each time: that would let anybody fill the log.
        Err(error @ AccountError::Locked { .. }) => Err(error.into()),
        Err(error) => {
            let failure = Failure::from(error);
            let outcome = StatusCode::from_u16(failure.kind.http_status()).unwrap_or_default();
            app.audit.add(signing_in("sign in", &request.username, &from, outcome)).await?;
            Err(failure)
        }
    }
}

pub(super) fn signing_in(action: &str, name: &str, from: &Client<'_>, outcome: StatusCode) -> Deed {
    Deed {
        actor: name.to_owned(),
        address: from.address.to_string(),
        action: action.to_owned(),
        outcome: outcome.as_u16(),
        ..Deed::default()
    }
}

pub(super) async fn respond(app: &App, signed_in: SignedIn) -> Result<Json<LoginResponse>, Failure> {
    let caller = app.people.caller(signed_in.user, Proof::Session(String::new())).await?;
    let user = view(app, &caller).await?;
    Ok(Json(LoginResponse { token: signed_in.token, expires_at: rfc3339(signed_in.expires_at), user }))
}

async fn view(app: &App, caller: &Caller) -> Result<Me, Failure> {
    let user = &caller.user;
    let held = caller.permissions().into_iter();
    Ok(Me {
        provider: app.people.is_provided(user.id).await?,
        id: user.id,
        name: user.name.clone(),
        display_name: user.display_name.clone(),
        organisation_id: user.organisation_id,
        second_factor: user.totp_secret.is_some(),
        permissions: held
            .map(|(permission, reach)| HeldPermission {
                permission: permission.to_string(),
                organisations: reach.organisations,
                groups: reach.groups,
            })
            .collect(),
    })
}

pub(super) async fn logout(State(app): State<Arc<App>>, Who(caller): Who) -> Result<StatusCode, Failure> {
    if let Proof::Session(id) = &caller.proof {
        app.accounts.end_session(caller.user.id, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn me(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<Me>, Failure> {
    Ok(Json(view(&app, &caller).await?))
}

pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(request): Body<PasswordChange>,
) -> Result<StatusCode, Failure> {
    app.accounts.change_password(&caller.user, &request.current, &request.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn session(row: LoginRow, current: Option<&str>) -> LoginSession {
    LoginSession {
        current: current == Some(row.id.as_str()),
        id: row.id,
        address: row.address,
        agent: row.agent,
        created_at: rfc3339(row.created_at),
        seen_at: rfc3339(row.seen_at),
        expires_at: rfc3339(row.expires_at),
    }
}

async fn sessions_of(app: &App, user: i64, current: Option<&str>) -> Result<Json<LoginSessionList>, Failure> {
    let rows = app.accounts.sessions(user).await?;
    Ok(Json(LoginSessionList { items: rows.into_iter().map(|row| session(row, current)).collect() }))
}

pub(super) async fn sessions(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<LoginSessionList>, Failure> {
    let Proof::Session(current) = &caller.proof else { return sessions_of(&app, caller.user.id, None).await };
    sessions_of(&app, caller.user.id, Some(current)).await
}

pub(super) async fn end_session(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    app.accounts.end_session(caller.user.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn sessions_of_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<LoginSessionList>, Failure> {
    let user = app.people.managed_user(&caller, id).await?;
    sessions_of(&app, user.id, None).await
}

pub(super) async fn end_session_of_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((user, id)): Path<(i64, String)>,
) -> Result<StatusCode, Failure> {
    let user = app.people.managed_user(&caller, user).await?;
    app.accounts.end_session(user.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn begin_second_factor(
    State(app): State<Arc<App>>,
    Who(caller): Who,
) -> Result<Json<SecondFactor>, Failure> {
    let shown = app.accounts.begin_second_factor(&caller.user)?;
    Ok(Json(SecondFactor { secret: shown.secret, url: shown.url }))
}

pub(super) async fn confirm_second_factor(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<SecondFactorConfirmation>,
) -> Result<StatusCode, Failure> {
    app.accounts.confirm_second_factor(&caller.user, &input.password, &input.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_second_factor(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<PasswordInput>,
) -> Result<StatusCode, Failure> {
    app.accounts.remove_second_factor(&caller.user, &input.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn key(row: ApiKeyRow) -> ApiKey {
    ApiKey {
        id: row.id,
        name: row.name,
        permissions: row.permissions.split(',').map(str::to_owned).collect(),
        created_at: rfc3339(row.created_at),
        expires_at: rfc3339(row.expires_at),
        last_used_at: row.last_used_at.map(rfc3339),
    }
}

pub(super) async fn keys(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<ApiKeyList>, Failure> {
    let rows = app.accounts.keys(caller.user.id).await?;
    Ok(Json(ApiKeyList { items: rows.into_iter().map(key).collect() }))
}

pub(super) async fn add_key(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<ApiKeyInput>,
) -> Result<(StatusCode, Json<ApiKeyCreated>), Failure> {
    let permissions = Permissions::parse(input.permissions.iter().map(String::as_str));
    let permissions = permissions.map_err(|error| Failure::invalid("permissions", error.to_string()))?;
    let new = NewKey { name: input.name, permissions, life_s: i64::from(input.days) * 86_400 };
    let (row, secret) = app.accounts.add_key(caller.user.id, &new).await?;
    Ok((StatusCode::CREATED, Json(ApiKeyCreated { key: key(row), secret })))
}

pub(super) async fn remove_key(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.accounts.remove_key(caller.user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
