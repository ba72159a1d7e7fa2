//! Routes that steer cameras.

use crate::{Problem, Ptz, PtzCruiseInput, PtzFrame, PtzIdle, PtzKeptCruiseList, PtzMove, PtzPresetInput};

route!(
    ptz,
    get,
    path = "/api/v1/channels/{id}/ptz",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses((status = 200, body = Ptz), (status = 404, body = Problem))
);
route!(
    ptz_connect,
    get,
    path = "/api/v1/channels/{id}/ptz/connect",
    tag = "ptz",
    security(()),
    params(("id" = i64, Path)),
    responses(
        (
            status = 101,
            description = "A WebSocket: the client sends PtzCommand, `auth` first, the server PtzMessage. What it drove stops when it is gone."
        ),
        (status = 404, body = Problem)
    )
);
route!(
    ptz_move,
    post,
    path = "/api/v1/channels/{id}/ptz/move",
    tag = "ptz",
    params(("id" = i64, Path)),
    request_body = PtzMove,
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_stop,
    post,
    path = "/api/v1/channels/{id}/ptz/stop",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_frame,
    post,
    path = "/api/v1/channels/{id}/ptz/frame",
    tag = "ptz",
    params(("id" = i64, Path)),
    request_body = PtzFrame,
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_save_preset,
    put,
    path = "/api/v1/channels/{id}/ptz/presets/{number}",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    request_body = PtzPresetInput,
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_name_preset,
    put,
    path = "/api/v1/channels/{id}/ptz/presets/{number}/name",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    request_body = PtzPresetInput,
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    ptz_set_idle,
    put,
    path = "/api/v1/channels/{id}/ptz/idle",
    tag = "ptz",
    params(("id" = i64, Path)),
    request_body = PtzIdle,
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    ptz_remove_idle,
    delete,
    path = "/api/v1/channels/{id}/ptz/idle",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    ptz_remove_preset,
    delete,
    path = "/api/v1/channels/{id}/ptz/presets/{number}",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_go_to_preset,
    post,
    path = "/api/v1/channels/{id}/ptz/presets/{number}/go",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_save_cruise,
    put,
    path = "/api/v1/channels/{id}/ptz/cruises/{number}",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    request_body = PtzCruiseInput,
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_remove_cruise,
    delete,
    path = "/api/v1/channels/{id}/ptz/cruises/{number}",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_start_cruise,
    post,
    path = "/api/v1/channels/{id}/ptz/cruises/{number}/start",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "1 to 255.")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_kept_cruises,
    get,
    path = "/api/v1/channels/{id}/ptz/kept-cruises",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = PtzKeptCruiseList),
        (status = 404, body = Problem),
        (status = 503, body = Problem, description = "The device did not tell.")
    )
);
route!(
    ptz_run_kept_cruise,
    post,
    path = "/api/v1/channels/{id}/ptz/kept-cruises/{number}/start",
    tag = "ptz",
    params(("id" = i64, Path), ("number" = u8, Path, description = "0 to 255.")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_go_home,
    post,
    path = "/api/v1/channels/{id}/ptz/home",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_set_home,
    put,
    path = "/api/v1/channels/{id}/ptz/home",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_take,
    post,
    path = "/api/v1/channels/{id}/ptz/lock",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
route!(
    ptz_release,
    delete,
    path = "/api/v1/channels/{id}/ptz/lock",
    tag = "ptz",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else steers.")
    )
);
