//! Routes about devices and their channels.

use crate::{
    Channel, ChannelBulk, ChannelImportReport, ChannelInput, ChannelPage, ChannelTree, ChannelsChanged, Device,
    DeviceInput, DevicePage, NewDevice, PlayOffer, PlayWish, Problem,
};

route!(
    devices,
    get,
    path = "/api/v1/devices",
    tag = "devices",
    params(
        ("organisation" = Option<i64>, Query, description = "Here and below."),
        ("query" = Option<String>, Query, description = "Part of name, address, vendor, model or serial."),
        ("driver" = Option<String>, Query),
        ("page" = Option<usize>, Query, description = "From 1."),
        ("per_page" = Option<usize>, Query, description = "1 to 1000; 100 when absent.")
    ),
    responses((status = 200, body = DevicePage))
);
route!(
    add_device,
    post,
    path = "/api/v1/devices",
    tag = "devices",
    request_body = NewDevice,
    responses(
        (status = 201, body = Device, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    device,
    get,
    path = "/api/v1/devices/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 200, body = Device, headers(("ETag" = String))), (status = 404, body = Problem))
);
route!(
    change_device,
    put,
    path = "/api/v1/devices/{id}",
    tag = "devices",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = DeviceInput,
    responses(
        (status = 200, body = Device, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_device,
    delete,
    path = "/api/v1/devices/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 204, description = "Its channels are removed too."), (status = 404, body = Problem))
);
route!(
    channels,
    get,
    path = "/api/v1/channels",
    tag = "devices",
    params(
        ("organisation" = Option<i64>, Query),
        ("below" = Option<bool>, Query, description = "Also those of organisations below; true when absent."),
        ("query" = Option<String>, Query,
            description = "Part of name, pinyin initials, code, stake (\"K12+300\": nearest first), road, tag or device."),
        ("group" = Option<i64>, Query, description = "Only members of this group."),
        ("tag" = Option<String>, Query),
        ("device" = Option<i64>, Query),
        ("state" = Option<String>, Query, description = "\"online\", \"offline\", \"idle\" or \"disabled\"."),
        ("ids" = Option<String>, Query, description = "These only: \"3,7,12\", up to 1000."),
        ("page" = Option<usize>, Query, description = "From 1."),
        ("per_page" = Option<usize>, Query, description = "1 to 1000; 100 when absent.")
    ),
    responses((status = 200, body = ChannelPage))
);
route!(
    channel_tree,
    get,
    path = "/api/v1/channels/tree",
    tag = "devices",
    responses((status = 200, body = ChannelTree))
);
route!(
    add_channel,
    post,
    path = "/api/v1/channels",
    tag = "devices",
    request_body = ChannelInput,
    responses(
        (status = 201, body = Channel, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    channel,
    get,
    path = "/api/v1/channels/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 200, body = Channel, headers(("ETag" = String))), (status = 404, body = Problem))
);
route!(
    change_channel,
    put,
    path = "/api/v1/channels/{id}",
    tag = "devices",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = ChannelInput,
    responses(
        (status = 200, body = Channel, headers(("ETag" = String))),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_channel,
    delete,
    path = "/api/v1/channels/{id}",
    tag = "devices",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    change_channels,
    post,
    path = "/api/v1/channels/bulk",
    tag = "devices",
    request_body = ChannelBulk,
    responses((status = 200, body = ChannelsChanged), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    undo_channels,
    post,
    path = "/api/v1/channels/undo/{id}",
    tag = "devices",
    params(("id" = String, Path)),
    responses((status = 200, body = ChannelsChanged), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    import_channels,
    post,
    path = "/api/v1/channels/import",
    tag = "devices",
    params(
        ("dry_run" = Option<bool>, Query, description = "Only say what would happen."),
        ("organisation" = Option<i64>, Query, description = "Of rows that name none; the root when absent.")
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "XLSX, or CSV in UTF-8 or GB18030: a heading, then a channel a row."),
    responses((status = 200, body = ChannelImportReport), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    export_channels,
    get,
    path = "/api/v1/channels/export/{format}",
    tag = "devices",
    params(
        ("format" = String, Path, description = "\"xlsx\" or \"csv\"."),
        ("organisation" = Option<i64>, Query),
        ("query" = Option<String>, Query)
    ),
    responses((status = 200, description = "What an import reads, without passwords.", body = Vec<u8>,
        content_type = "application/octet-stream"))
);
route!(
    import_template,
    get,
    path = "/api/v1/channels/template/{format}",
    tag = "devices",
    params(("format" = String, Path, description = "\"xlsx\" or \"csv\".")),
    responses((status = 200, description = "An empty table with its heading and an example.", body = Vec<u8>,
        content_type = "application/octet-stream"))
);
route!(
    play_channel,
    post,
    path = "/api/v1/channels/{id}/play",
    tag = "devices",
    params(
        ("id" = i64, Path),
        ("rendition" = Option<String>, Query, description = "\"main\" (when absent) or \"sub\" (main where there is none).")
    ),
    request_body = Option<PlayWish>,
    responses((status = 200, body = PlayOffer), (status = 404, body = Problem), (status = 503, body = Problem))
);
