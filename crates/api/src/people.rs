use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ScheduleWindow;

/// Part of the tree that rights are given on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    /// 1 is the root.
    pub id: i64,
    /// The one above it; none for the root.
    pub parent_id: Option<i64>,
    /// Of the root: empty until people name it.
    pub name: String,
    /// Among its siblings; equal ones go by name.
    pub position: i64,
    /// Counted up by each change; for `If-Match`.
    pub version: i64,
}

/// An organisation to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct OrganisationInput {
    pub name: String,
    pub parent_id: i64,
    #[serde(default)]
    pub position: i64,
}

/// The organisations that one may see, and those above them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationList {
    pub items: Vec<Organisation>,
}

/// A role of the installation's own.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Role {
    pub id: i64,
    pub name: String,
    /// "view:stream": an action on a kind of thing.
    pub permissions: Vec<String>,
    pub version: i64,
}

/// A role that every installation has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BuiltInRole {
    /// "administrator", "operator", "viewer" or "auditor".
    pub name: String,
    pub permissions: Vec<String>,
}

/// A role to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct RoleInput {
    pub name: String,
    pub permissions: Vec<String>,
}

/// All roles.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleList {
    pub built_in: Vec<BuiltInRole>,
    pub items: Vec<Role>,
    /// Every action that there is.
    pub actions: Vec<String>,
    /// Every kind of thing that there is.
    pub kinds: Vec<String>,
}

/// A role for an organisation and all below it or for a group of cameras, and for times of the week.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// A role that every installation has; or `role_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<String>,
    /// A role of the installation's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<i64>,
    /// With all below it; or `group_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<i64>,
    /// A group of cameras: what the role permits about cameras, for the members of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<i64>,
    /// When; always without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<ScheduleWindow>>,
    /// It follows from the user's groups at the sign-in provider. Each sign-in replaces these; a change of the user leaves them.
    #[serde(default)]
    pub mapped: bool,
}

/// Who a user is at the sign-in provider, which alone signs that user in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderAccount {
    pub issuer: String,
    pub subject: String,
}

/// A user to be linked to an account of the provider: password, second factor and sessions are removed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderLink {
    /// By which the provider knows the user (the claim `sub`).
    pub subject: String,
}

/// A person, or a program that signs in as one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: i64,
    /// Sign-in name.
    pub name: String,
    pub display_name: String,
    pub organisation_id: i64,
    pub enabled: bool,
    /// Whether a code is asked for at sign-in.
    pub second_factor: bool,
    /// None: a password signs in.
    pub provider: Option<ProviderAccount>,
    pub grants: Vec<Grant>,
    pub created_at: String,
    pub last_login_at: Option<String>,
    /// Counted up by each change; for `If-Match`.
    pub version: i64,
}

/// A user to be changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct UserInput {
    pub name: String,
    #[serde(default)]
    pub display_name: String,
    pub organisation_id: i64,
    pub enabled: bool,
    pub grants: Vec<Grant>,
}

/// A user to be added.
#[derive(Clone, Deserialize, ToSchema)]
pub struct NewUser {
    #[serde(flatten)]
    pub user: UserInput,
    /// 10 to 256 characters.
    pub password: String,
}

/// The users that one may see.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UserList {
    pub items: Vec<User>,
}

/// A password that an administrator gives.
#[derive(Clone, Deserialize, ToSchema)]
pub struct PasswordInput {
    pub password: String,
}

/// What is permitted where.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HeldPermission {
    /// "view:stream".
    pub permission: String,
    /// At these and all below them; 1 is everywhere.
    pub organisations: Vec<i64>,
    /// For the members of these groups.
    pub groups: Vec<i64>,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub id: i64,
    pub name: String,
    pub display_name: String,
    pub organisation_id: i64,
    pub second_factor: bool,
    /// What holds now; grants with times come and go.
    /// The sign-in provider signs this user in: there is no password and no second factor here.
    #[serde(default)]
    pub provider: bool,
    pub permissions: Vec<HeldPermission>,
}

/// A sign-in session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoginSession {
    pub id: String,
    pub address: String,
    /// What the browser or program says of itself.
    pub agent: String,
    pub created_at: String,
    pub seen_at: String,
    pub expires_at: String,
    /// The one that asks.
    pub current: bool,
}

/// Sign-in sessions, latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoginSessionList {
    pub items: Vec<LoginSession>,
}

/// What an authenticator app needs; shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// To type in: base32.
    pub secret: String,
    /// To scan.
    pub url: String,
}

/// Turns the second factor on.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SecondFactorConfirmation {
    pub password: String,
    pub code: String,
}

/// A key of a program, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    pub id: i64,
    pub name: String,
    pub permissions: Vec<String>,
    pub created_at: String,
    pub expires_at: String,
    pub last_used_at: Option<String>,
}

/// A key to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ApiKeyInput {
    pub name: String,
    /// At most these, and no more than the user may.
    pub permissions: Vec<String>,
    /// 1 to 732.
    pub days: u32,
}

/// A new key with its secret, which is shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyCreated {
    pub key: ApiKey,
    /// For `Authorization: Bearer`.
    pub secret: String,
}

/// Keys of a user.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyList {
    pub items: Vec<ApiKey>,
}

/// What somebody did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    pub id: i64,
    pub at: String,
    /// Empty for nobody known.
    pub actor: String,
    pub address: String,
    /// Method and route.
    pub action: String,
    /// The path below `/api/v1`.
    pub target: String,
    /// HTTP status.
    pub outcome: i64,
    pub detail: String,
}

/// A page of the audit log, latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    pub items: Vec<AuditEntry>,
    /// For the next page; none at the end.
    pub before: Option<i64>,
}

/// Whether the audit log is whole.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditVerdict {
    pub rows: u64,
    /// Sentences; none when it is whole.
    pub findings: Vec<String>,
}
