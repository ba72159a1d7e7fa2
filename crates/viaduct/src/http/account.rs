//! First run, sign-in, passwords.

use std::sync::Arc;

use api::{LoginRequest, LoginResponse, PasswordChange, SetupRequest, SetupState, User};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use platform::accounts::SignedIn;

use super::Failure;
use super::auth::{Administrator, ClientAddress};
use super::problem::Body;
use super::views::rfc3339;
use crate::server::App;

pub(super) async fn setup_state(State(app): State<Arc<App>>) -> Result<Json<SetupState>, Failure> {
    let needed = app.accounts.needs_setup().await?;
    Ok(Json(SetupState { needed, code_required: needed && !app.args.dev }))
}

pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    Body(request): Body<SetupRequest>,
) -> Result<Json<LoginResponse>, Failure> {
    let signed_in = app.accounts.set_up(request.code.as_deref(), &request.password, address).await?;
    app.data.forget_setup_code();
    Ok(Json(response(signed_in)))
}

pub(super) async fn login(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    Body(request): Body<LoginRequest>,
) -> Result<Json<LoginResponse>, Failure> {
    Ok(Json(response(app.accounts.login(&request.username, &request.password, address).await?)))
}

fn response(signed_in: SignedIn) -> LoginResponse {
    LoginResponse {
        token: signed_in.token,
        expires_at: rfc3339(signed_in.expires_at),
        user: User { name: signed_in.user.name, role: signed_in.user.role },
    }
}

pub(super) async fn logout(State(app): State<Arc<App>>, who: Administrator) -> Result<StatusCode, Failure> {
    app.accounts.logout(&who.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn me(who: Administrator) -> Json<User> {
    Json(User { name: who.user.name, role: who.user.role })
}

pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    who: Administrator,
    Body(request): Body<PasswordChange>,
) -> Result<StatusCode, Failure> {
    app.accounts.change_password(&who.user, &request.current, &request.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
