//! Organisations, roles and users.

use std::sync::Arc;

use api::{
    BuiltInRole, Grant, NewUser, Organisation, OrganisationInput, OrganisationList, PasswordInput, ProviderAccount,
    Role, RoleInput, RoleList, User, UserInput, UserList,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use db::{GrantRow, OrganisationRow, RoleRow};
use platform::people::{self, GrantInput, GrantPlace, PeopleError, Person, RoleRef};
use platform::rights::{Action, Kind, Role as BuiltIn};
use platform::schedule::Schedule;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path};
use super::schedules::{from_windows, windows};
use super::views::rfc3339;
use crate::server::App;

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        if let PeopleError::Storage(source) = &error {
            tracing::error!(error = %source, "People and rights failed.");
        }
        let code = match error {
            PeopleError::Stale => Some("stale"),
            PeopleError::MoreThanOwn => Some("more_than_own"),
            PeopleError::LastAdministrator => Some("last_administrator"),
            _ => None,
        };
        Self { code, field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

fn organisation(row: OrganisationRow) -> Organisation {
    Organisation { id: row.id, parent_id: row.parent_id, name: row.name, position: row.position, version: row.version }
}

fn organisation_input(input: OrganisationInput) -> people::OrganisationInput {
    people::OrganisationInput { name: input.name, parent_id: input.parent_id, position: input.position }
}

pub(super) async fn organisations(State(app): State<Arc<App>>, Who(caller): Who) -> Json<OrganisationList> {
    Json(OrganisationList { items: app.people.organisations(&caller).into_iter().map(organisation).collect() })
}

pub(super) async fn add_organisation(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<OrganisationInput>,
) -> Result<(StatusCode, Versioned<Organisation>), Failure> {
    let row = app.people.add_organisation(&caller, organisation_input(input)).await?;
    Ok((StatusCode::CREATED, Versioned(row.version, organisation(row))))
}

pub(super) async fn change_organisation(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<OrganisationInput>,
) -> Result<Versioned<Organisation>, Failure> {
    let row = app.people.change_organisation(&caller, (id, version), organisation_input(input)).await?;
    Ok(Versioned(row.version, organisation(row)))
}

pub(super) async fn remove_organisation(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.people.remove_organisation(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role(row: RoleRow) -> Role {
    let permissions = row.permissions.split(',').map(str::to_owned).collect();
    Role { id: row.id, name: row.name, permissions, version: row.version }
}

pub(super) async fn roles(State(app): State<Arc<App>>) -> Json<RoleList> {
    let built_in = BuiltIn::ALL
        .map(|role| BuiltInRole { name: role.as_str().to_owned(), permissions: role.permissions().texts() });
    Json(RoleList {
        built_in: built_in.into(),
        items: app.people.roles().into_iter().map(role).collect(),
        actions: Action::ALL.map(|action| action.as_str().to_owned()).into(),
        kinds: Kind::ALL.map(|kind| kind.as_str().to_owned()).into(),
    })
}

pub(super) async fn add_role(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<RoleInput>,
) -> Result<(StatusCode, Versioned<Role>), Failure> {
    let input = people::RoleInput { name: input.name, permissions: input.permissions };
    let row = app.people.add_role(&caller, &input).await?;
    Ok((StatusCode::CREATED, Versioned(row.version, role(row))))
}

pub(super) async fn change_role(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<RoleInput>,
) -> Result<Versioned<Role>, Failure> {
    let input = people::RoleInput { name: input.name, permissions: input.permissions };
    let row = app.people.change_role(&caller, id, version, &input).await?;
    Ok(Versioned(row.version, role(row)))
}

pub(super) async fn remove_role(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    app.people.remove_role(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn grant(row: &GrantRow) -> Grant {
    let schedule = row.schedule.as_deref().and_then(|text| text.parse::<Schedule>().ok());
    Grant {
        built_in: row.built_in.clone(),
        role_id: row.role_id,
        // A group belongs to an organisation, which says nothing more about the right.
        organisation_id: Some(row.organisation_id).filter(|_| row.group_id.is_none()),
        group_id: row.group_id,
        schedule: schedule.as_ref().map(windows),
        mapped: row.mapped,
    }
}

fn user(Person { user: row, grants, identity }: Person) -> User {
    User {
        id: row.id,
        name: row.name,
        display_name: row.display_name,
        organisation_id: row.organisation_id,
        enabled: row.enabled,
        second_factor: row.totp_secret.is_some(),
        provider: identity.map(|row| ProviderAccount { issuer: row.issuer, subject: row.subject }),
        grants: grants.iter().map(grant).collect(),
        created_at: rfc3339(row.created_at),
        last_login_at: row.last_login_at.map(rfc3339),
        version: row.version,
    }
}

fn grant_input(grant: &Grant) -> Result<GrantInput, Failure> {
    let role = match (&grant.built_in, grant.role_id) {
        (Some(name), None) => BuiltIn::parse(name).map(RoleRef::BuiltIn),
        (None, Some(id)) => Some(RoleRef::Own(id)),
        _ => None,
    };
    let role = role.ok_or_else(|| Failure::invalid("grants", "A right names built_in or role_id, one of them."))?;
    let place = match (grant.organisation_id, grant.group_id) {
        (Some(id), None) => Some(GrantPlace::Organisation(id)),
        (None, Some(id)) => Some(GrantPlace::Group(id)),
        _ => None,
    };
    let place =
        place.ok_or_else(|| Failure::invalid("grants", "A right names organisation_id or group_id, one of them."))?;
    let schedule = grant.schedule.as_deref().map(from_windows).transpose().map_err(PeopleError::from)?;
    Ok(GrantInput { role, place, schedule })
}

fn user_input(input: UserInput) -> Result<people::UserInput, Failure> {
    Ok(people::UserInput {
        name: input.name.trim().to_owned(),
        display_name: input.display_name,
        organisation_id: input.organisation_id,
        enabled: input.enabled,
        // Those of the provider are nobody's to give.
        grants: input.grants.iter().filter(|grant| !grant.mapped).map(grant_input).collect::<Result<_, _>>()?,
    })
}

pub(super) async fn users(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<UserList>, Failure> {
    Ok(Json(UserList { items: app.people.users(&caller).await?.into_iter().map(user).collect() }))
}

pub(super) async fn one_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<User>, Failure> {
    let found = app.people.user(&caller, id).await?;
    Ok(Versioned(found.user.version, user(found)))
}

pub(super) async fn add_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<NewUser>,
) -> Result<(StatusCode, Versioned<User>), Failure> {
    let password_hash = app.accounts.hash_password(&input.password).await?;
    let row = app.people.add_user(&caller, &user_input(input.user)?, password_hash).await?;
    Ok((StatusCode::CREATED, Versioned(row.version, user(app.people.user(&caller, row.id).await?))))
}

pub(super) async fn change_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<UserInput>,
) -> Result<Versioned<User>, Failure> {
    let row = app.people.change_user(&caller, id, version, &user_input(input)?).await?;
    Ok(Versioned(row.version, user(app.people.user(&caller, id).await?)))
}

pub(super) async fn remove_user(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.people.remove_user(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_password(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<PasswordInput>,
) -> Result<StatusCode, Failure> {
    let user = app.people.managed_user(&caller, id).await?;
    app.accounts.set_password(user.id, &input.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn reset_second_factor(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    let user = app.people.managed_user(&caller, id).await?;
    app.accounts.reset_second_factor(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
