//! Routes that speak to cameras and devices.

use crate::{Problem, TalkStanding};

route!(
    channel_talk,
    get,
    path = "/api/v1/channels/{id}/talk",
    tag = "talk",
    params(("id" = i64, Path)),
    responses((status = 200, body = TalkStanding), (status = 404, body = Problem))
);
route!(
    connect_channel_talk,
    get,
    path = "/api/v1/channels/{id}/talk/connect",
    tag = "talk",
    security(()),
    params(("id" = i64, Path)),
    responses(
        (
            status = 101,
            description = "A WebSocket: the client sends TalkCommand, `auth` first, and sound; the server TalkMessage. When it is gone, it is hung up."
        ),
        (status = 404, body = Problem)
    )
);
route!(
    play_on_channel,
    post,
    path = "/api/v1/channels/{id}/talk/file",
    tag = "talk",
    params(("id" = i64, Path), ("name" = String, Query, description = "for people")),
    request_body(
        content = Vec<u8>,
        content_type = "audio/wav",
        description = "A WAV file of at most 16 MiB and 10 minutes: PCM of 8 to 32 bits, floating point or G.711, of any rate. It is played once."
    ),
    responses(
        (status = 202, body = TalkStanding, description = "The device listens."),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else speaks."),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem)
    )
);
route!(
    stop_on_channel,
    delete,
    path = "/api/v1/channels/{id}/talk/file",
    tag = "talk",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
);
route!(
    device_talk,
    get,
    path = "/api/v1/gb28181/devices/{code}/talk",
    tag = "talk",
    params(("code" = String, Path)),
    responses((status = 200, body = TalkStanding), (status = 404, body = Problem))
);
route!(
    connect_device_talk,
    get,
    path = "/api/v1/gb28181/devices/{code}/talk/connect",
    tag = "talk",
    security(()),
    params(("code" = String, Path)),
    responses(
        (status = 101, description = "As for a channel; the device itself is spoken to."),
        (status = 404, body = Problem)
    )
);
route!(
    play_on_device,
    post,
    path = "/api/v1/gb28181/devices/{code}/talk/file",
    tag = "talk",
    params(("code" = String, Path), ("name" = String, Query, description = "for people")),
    request_body(content = Vec<u8>, content_type = "audio/wav", description = "As for a channel."),
    responses(
        (status = 202, body = TalkStanding, description = "The device listens."),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else speaks."),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem)
    )
);
route!(
    stop_on_device,
    delete,
    path = "/api/v1/gb28181/devices/{code}/talk/file",
    tag = "talk",
    params(("code" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
);
