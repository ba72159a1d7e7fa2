use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Me;

/// Whether the administrator's password is still to be set.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetupState {
    pub needed: bool,
    pub code_required: bool,
}

/// First run.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SetupRequest {
    /// Printed by the server at its start.
    pub code: Option<String>,
    /// At least 10 characters.
    pub password: String,
}

/// Sign-in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginRequest {
    pub username: String,
    pub password: String,
    /// Of the second factor; asked for with the code `second_factor_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What the sign-in page offers besides name and password.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoginOptions {
    pub provider: Option<LoginProvider>,
}

/// An OpenID provider; `GET /login/oidc` leads there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoginProvider {
    /// On the button.
    pub name: String,
}

/// The code with which a browser came back from the provider, behind the `#`. It is good once, for a minute, in the same browser.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderLogin {
    pub code: String,
}

/// A session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    pub user: Me,
}

/// A new password; ends all sessions of the user.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    pub current: String,
    pub new: String,
}
