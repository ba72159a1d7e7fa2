//! Routes about groups of cameras.

use crate::{Group, GroupInput, GroupList, GroupMembersChanged, GroupMembersInput, NewGroup, Problem};

route!(groups, get, path = "/api/v1/groups", tag = "devices", responses((status = 200, body = GroupList)));
route!(
    add_group,
    post,
    path = "/api/v1/groups",
    tag = "devices",
    request_body = NewGroup,
    responses(
        (status = 201, body = Group, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    group,
    get,
    path = "/api/v1/groups/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 200, body = Group, headers(("ETag" = String))), (status = 404, body = Problem))
);
route!(
    rename_group,
    put,
    path = "/api/v1/groups/{id}",
    tag = "devices",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = GroupInput,
    responses(
        (status = 200, body = Group, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_group,
    delete,
    path = "/api/v1/groups/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    change_group_members,
    post,
    path = "/api/v1/groups/{id}/members",
    tag = "devices",
    params(("id" = i64, Path)),
    request_body = GroupMembersInput,
    responses(
        (status = 200, body = GroupMembersChanged),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
);
