//! Routes about people: one's own account, organisations, roles, users, the audit log.

use crate::{
    ApiKeyCreated, ApiKeyInput, ApiKeyList, AuditPage, AuditVerdict, LoginOptions, LoginResponse, LoginSessionList,
    NewUser, Organisation, OrganisationInput, OrganisationList, PasswordInput, Problem, ProviderLink, ProviderLogin,
    Role, RoleInput, RoleList, SecondFactor, SecondFactorConfirmation, User, UserInput, UserList,
};

route!(
    login_options,
    get,
    path = "/api/v1/login/options",
    tag = "account",
    security(()),
    responses((status = 200, body = LoginOptions))
);
route!(
    begin_provider_login,
    get,
    path = "/api/v1/login/oidc",
    tag = "account",
    security(()),
    responses((
        status = 303,
        description = "To the provider, with a cookie; or back to the console, which shows why not."
    ))
);
route!(
    end_provider_login,
    get,
    path = "/api/v1/login/oidc/callback",
    tag = "account",
    security(()),
    params(
        ("state" = Option<String>, Query),
        ("code" = Option<String>, Query),
        ("error" = Option<String>, Query),
        ("iss" = Option<String>, Query)
    ),
    responses((status = 303, description = "To the console, with a code behind the #."))
);
route!(
    provider_login,
    post,
    path = "/api/v1/login/oidc/token",
    tag = "account",
    security(()),
    request_body = ProviderLogin,
    responses(
        (status = 200, body = LoginResponse),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 503, body = Problem)
    )
);
route!(
    my_sessions,
    get,
    path = "/api/v1/me/sessions",
    tag = "account",
    responses((status = 200, body = LoginSessionList))
);
route!(
    end_my_session,
    delete,
    path = "/api/v1/me/sessions/{id}",
    tag = "account",
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    begin_second_factor,
    post,
    path = "/api/v1/me/second-factor",
    tag = "account",
    responses((status = 200, body = SecondFactor))
);
route!(
    confirm_second_factor,
    post,
    path = "/api/v1/me/second-factor/confirm",
    tag = "account",
    request_body = SecondFactorConfirmation,
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem))
);
route!(
    remove_second_factor,
    post,
    path = "/api/v1/me/second-factor/remove",
    tag = "account",
    request_body = PasswordInput,
    responses((status = 204), (status = 401, body = Problem))
);
route!(keys, get, path = "/api/v1/me/keys", tag = "account", responses((status = 200, body = ApiKeyList)));
route!(
    add_key,
    post,
    path = "/api/v1/me/keys",
    tag = "account",
    request_body = ApiKeyInput,
    responses((status = 201, body = ApiKeyCreated), (status = 400, body = Problem))
);
route!(
    remove_key,
    delete,
    path = "/api/v1/me/keys/{id}",
    tag = "account",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    organisations,
    get,
    path = "/api/v1/organisations",
    tag = "people",
    responses((status = 200, body = OrganisationList))
);
route!(
    add_organisation,
    post,
    path = "/api/v1/organisations",
    tag = "people",
    request_body = OrganisationInput,
    responses(
        (status = 201, body = Organisation),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    change_organisation,
    put,
    path = "/api/v1/organisations/{id}",
    tag = "people",
    params(
        ("id" = i64, Path),
        (
            "If-Match" = String,
            Header,
            description = "ETag of the version that is changed; another one is refused with the code `stale`"
        )
    ),
    request_body = OrganisationInput,
    responses(
        (status = 200, body = Organisation),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_organisation,
    delete,
    path = "/api/v1/organisations/{id}",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(roles, get, path = "/api/v1/roles", tag = "people", responses((status = 200, body = RoleList)));
route!(
    add_role,
    post,
    path = "/api/v1/roles",
    tag = "people",
    request_body = RoleInput,
    responses(
        (status = 201, body = Role),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    change_role,
    put,
    path = "/api/v1/roles/{id}",
    tag = "people",
    params(
        ("id" = i64, Path),
        (
            "If-Match" = String,
            Header,
            description = "ETag of the version that is changed; another one is refused with the code `stale`"
        )
    ),
    request_body = RoleInput,
    responses(
        (status = 200, body = Role),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_role,
    delete,
    path = "/api/v1/roles/{id}",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(users, get, path = "/api/v1/users", tag = "people", responses((status = 200, body = UserList)));
route!(
    add_user,
    post,
    path = "/api/v1/users",
    tag = "people",
    request_body = NewUser,
    responses(
        (status = 201, body = User),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    user,
    get,
    path = "/api/v1/users/{id}",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 200, body = User), (status = 404, body = Problem))
);
route!(
    change_user,
    put,
    path = "/api/v1/users/{id}",
    tag = "people",
    params(
        ("id" = i64, Path),
        (
            "If-Match" = String,
            Header,
            description = "ETag of the version that is changed; another one is refused with the code `stale`"
        )
    ),
    request_body = UserInput,
    responses(
        (status = 200, body = User),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_user,
    delete,
    path = "/api/v1/users/{id}",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    set_password,
    post,
    path = "/api/v1/users/{id}/password",
    tag = "people",
    params(("id" = i64, Path)),
    request_body = PasswordInput,
    responses((status = 204), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    reset_second_factor,
    delete,
    path = "/api/v1/users/{id}/second-factor",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    link_user,
    put,
    path = "/api/v1/users/{id}/provider",
    tag = "people",
    params(("id" = i64, Path)),
    request_body = ProviderLink,
    responses(
        (status = 204),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    unlink_user,
    delete,
    path = "/api/v1/users/{id}/provider",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    user_sessions,
    get,
    path = "/api/v1/users/{id}/sessions",
    tag = "people",
    params(("id" = i64, Path)),
    responses((status = 200, body = LoginSessionList), (status = 404, body = Problem))
);
route!(
    end_user_session,
    delete,
    path = "/api/v1/users/{id}/sessions/{session}",
    tag = "people",
    params(("id" = i64, Path), ("session" = String, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    audit,
    get,
    path = "/api/v1/audit",
    tag = "audit",
    params(("search" = Option<String>, Query, description = "Part of actor, address, action or target"), ("from" = Option<String>, Query, description = "RFC 3339"), ("to" = Option<String>, Query, description = "RFC 3339"), ("before" = Option<i64>, Query, description = "Entries before this one")),
    responses((status = 200, body = AuditPage))
);
route!(
    export_audit,
    get,
    path = "/api/v1/audit/export.csv",
    tag = "audit",
    params(("search" = Option<String>, Query, description = "Part of actor, address, action or target"), ("from" = Option<String>, Query, description = "RFC 3339"), ("to" = Option<String>, Query, description = "RFC 3339"), ("before" = Option<i64>, Query, description = "Entries before this one")),
    responses((status = 200, description = "CSV", content_type = "text/csv"))
);
route!(verify_audit, get, path = "/api/v1/audit/verify", tag = "audit", responses((status = 200, body = AuditVerdict)));
