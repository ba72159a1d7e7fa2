//! Routes about views of the wall, screens, patrols and links.

use crate::{
    Patrol, PatrolInput, PatrolList, PatrolLog, PatrolRun, PatrolStop, PatrolStopInput, Problem, ScreenList,
    ScreenShow, ShareCreated, ShareInput, ShareList, SharedChannel, View, ViewInput, ViewList,
};

route!(views, get, path = "/api/v1/views", tag = "wall", responses((status = 200, body = ViewList)));
route!(
    add_view,
    post,
    path = "/api/v1/views",
    tag = "wall",
    request_body = ViewInput,
    responses(
        (status = 201, body = View, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 403, body = Problem)
    )
);
route!(
    view,
    get,
    path = "/api/v1/views/{id}",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 200, body = View, headers(("ETag" = String))), (status = 404, body = Problem))
);
route!(
    change_view,
    put,
    path = "/api/v1/views/{id}",
    tag = "wall",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = ViewInput,
    responses(
        (status = 200, body = View, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_view,
    delete,
    path = "/api/v1/views/{id}",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(patrols, get, path = "/api/v1/patrols", tag = "wall", responses((status = 200, body = PatrolList)));
route!(
    add_patrol,
    post,
    path = "/api/v1/patrols",
    tag = "wall",
    request_body = PatrolInput,
    responses(
        (status = 201, body = Patrol, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 403, body = Problem)
    )
);
route!(
    patrol,
    get,
    path = "/api/v1/patrols/{id}",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 200, body = Patrol, headers(("ETag" = String))), (status = 404, body = Problem))
);
route!(
    change_patrol,
    put,
    path = "/api/v1/patrols/{id}",
    tag = "wall",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = PatrolInput,
    responses(
        (status = 200, body = Patrol, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_patrol,
    delete,
    path = "/api/v1/patrols/{id}",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(screens, get, path = "/api/v1/screens", tag = "wall", responses((status = 200, body = ScreenList)));
route!(
    announce_screen,
    put,
    path = "/api/v1/screens/{name}",
    tag = "wall",
    description = "A browser window says every ten seconds that it shows a wall under this name; thirty seconds later it is gone.",
    params(("name" = String, Path)),
    responses((status = 204), (status = 400, body = Problem))
);
route!(
    show_on_screen,
    post,
    path = "/api/v1/screens/{name}/show",
    tag = "wall",
    description = "The screen hears it on the topic `screens` of the event WebSocket.",
    params(("name" = String, Path)),
    request_body = ScreenShow,
    responses((status = 204), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    patrol_log,
    get,
    path = "/api/v1/patrols/{id}/log",
    tag = "wall",
    params(("id" = i64, Path), ("before" = Option<i64>, Query)),
    responses((status = 200, body = PatrolLog), (status = 404, body = Problem))
);
route!(
    begin_patrol,
    post,
    path = "/api/v1/patrols/{id}/runs",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 201, body = PatrolRun), (status = 404, body = Problem))
);
route!(
    stop_patrol_at,
    post,
    path = "/api/v1/patrol-runs/{id}/stops",
    tag = "wall",
    params(("id" = i64, Path)),
    request_body = PatrolStopInput,
    responses((status = 201, body = PatrolStop), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    end_patrol,
    delete,
    path = "/api/v1/patrol-runs/{id}",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    shares,
    get,
    path = "/api/v1/channels/{id}/shares",
    tag = "wall",
    params(("id" = i64, Path)),
    responses((status = 200, body = ShareList), (status = 404, body = Problem))
);
route!(
    add_share,
    post,
    path = "/api/v1/channels/{id}/shares",
    tag = "wall",
    params(("id" = i64, Path)),
    request_body = ShareInput,
    responses((status = 201, body = ShareCreated), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    remove_share,
    delete,
    path = "/api/v1/channels/{id}/shares/{share}",
    tag = "wall",
    params(("id" = i64, Path), ("share" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    open_share,
    get,
    path = "/api/v1/shares/{token}",
    tag = "wall",
    security(()),
    params(("token" = String, Path)),
    responses((status = 200, body = SharedChannel), (status = 404, body = Problem), (status = 503, body = Problem))
);
