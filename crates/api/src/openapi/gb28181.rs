//! Routes about devices that sign in by GB/T 28181.

use crate::{
    DeviceAlarmPage, DevicePositionList, Download, DownloadInput, DownloadLink, DownloadList, Gb28181CardList,
    Gb28181Catalog, Gb28181Configuration, Gb28181ConfigurationChange, Gb28181Device, Gb28181DevicePage,
    Gb28181HomePosition, Gb28181HomePositionChange, Gb28181Import, Gb28181Imported, Gb28181LastUpgrade, Gb28181Order,
    Gb28181RecordingList, Gb28181RefusedList, Gb28181SnapshotProgress, Gb28181SnapshotRequest, Gb28181State,
    Gb28181Upgrade, Gb28181UpgradeRequest, Problem, RecordingControl, SipTrace, SipTraceChoice,
};

route!(gb28181, get, path = "/api/v1/gb28181", tag = "gb28181", responses((status = 200, body = Gb28181State)));
route!(
    gb28181_devices,
    get,
    path = "/api/v1/gb28181/devices",
    tag = "gb28181",
    params(
        ("query" = Option<String>, Query, description = "words of code, name, maker, address"),
        ("state" = Option<String>, Query, description = "online or offline"),
        ("page" = Option<usize>, Query, description = "from 1"),
        ("per_page" = Option<usize>, Query)
    ),
    responses((status = 200, body = Gb28181DevicePage))
);
route!(
    gb28181_device,
    get,
    path = "/api/v1/gb28181/devices/{code}",
    tag = "gb28181",
    params(("code" = String, Path)),
    responses((status = 200, body = Gb28181Device), (status = 404, body = Problem))
);
route!(
    gb28181_refused,
    get,
    path = "/api/v1/gb28181/refused",
    tag = "gb28181",
    responses((status = 200, body = Gb28181RefusedList))
);
route!(
    refresh_gb28181_device,
    post,
    path = "/api/v1/gb28181/devices/{code}/refresh",
    tag = "gb28181",
    params(("code" = String, Path)),
    responses((status = 202), (status = 404, body = Problem))
);
route!(
    gb28181_catalog,
    get,
    path = "/api/v1/gb28181/devices/{code}/catalog",
    tag = "gb28181",
    params(("code" = String, Path)),
    responses((status = 200, body = Gb28181Catalog), (status = 404, body = Problem))
);
route!(
    import_gb28181_catalog,
    post,
    path = "/api/v1/gb28181/devices/{code}/import",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181Import,
    responses(
        (status = 200, body = Gb28181Imported),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    gb28181_recordings,
    get,
    path = "/api/v1/gb28181/devices/{code}/channels/{channel}/recordings",
    tag = "gb28181",
    params(
        ("code" = String, Path),
        ("channel" = String, Path),
        ("from" = String, Query, description = "RFC 3339"),
        ("to" = String, Query, description = "RFC 3339, at most seven days later")
    ),
    responses(
        (status = 200, body = Gb28181RecordingList),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    control_gb28181_recording,
    post,
    path = "/api/v1/streams/{app}/{name}/control",
    tag = "gb28181",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    request_body = RecordingControl,
    responses(
        (status = 204),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    order_gb28181_device,
    post,
    path = "/api/v1/gb28181/devices/{code}/order",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181Order,
    responses(
        (status = 204),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    sip_trace,
    get,
    path = "/api/v1/gb28181/trace",
    tag = "gb28181",
    params(
        ("behind" = Option<u64>, Query, description = "only what is newer than this number"),
        ("query" = Option<String>, Query, description = "words that a message holds"),
        ("limit" = Option<usize>, Query)
    ),
    responses((status = 200, body = SipTrace))
);
route!(
    choose_sip_trace,
    put,
    path = "/api/v1/gb28181/trace",
    tag = "gb28181",
    request_body = SipTraceChoice,
    responses((status = 204), (status = 400, body = Problem))
);
route!(
    export_sip_trace,
    get,
    path = "/api/v1/gb28181/trace/export.txt",
    tag = "gb28181",
    params(("query" = Option<String>, Query, description = "words that a message holds")),
    responses((status = 200, body = String, content_type = "text/plain"))
);
route!(
    device_alarms,
    get,
    path = "/api/v1/gb28181/alarms",
    tag = "gb28181",
    params(
        ("device" = Option<String>, Query, description = "code of a device"),
        ("from" = Option<String>, Query, description = "RFC 3339"),
        ("to" = Option<String>, Query, description = "RFC 3339"),
        ("before" = Option<i64>, Query)
    ),
    responses((status = 200, body = DeviceAlarmPage), (status = 400, body = Problem))
);
route!(
    fetch_recording,
    post,
    path = "/api/v1/streams/{app}/{name}/download",
    tag = "gb28181",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    request_body = DownloadInput,
    responses(
        (status = 201, body = Download),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
        (status = 415, body = Problem)
    )
);
route!(
    downloads,
    get,
    path = "/api/v1/downloads",
    tag = "gb28181",
    params(("device" = Option<String>, Query, description = "code of a device")),
    responses((status = 200, body = DownloadList))
);
route!(
    remove_download,
    delete,
    path = "/api/v1/downloads/{id}",
    tag = "gb28181",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    download_link,
    post,
    path = "/api/v1/downloads/{id}/link",
    tag = "gb28181",
    params(("id" = i64, Path)),
    responses((status = 200, body = DownloadLink), (status = 404, body = Problem))
);
route!(
    download_file,
    get,
    path = "/api/v1/downloads/{id}/file.mp4",
    tag = "gb28181",
    params(("id" = i64, Path), ("token" = String, Query, description = "of a link")),
    responses(
        (
            status = 200,
            body = String,
            content_type = "video/mp4",
            description = "fragmented MP4; ranges of bytes are served (206)"
        ),
        (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
);
route!(
    device_positions,
    get,
    path = "/api/v1/gb28181/devices/{code}/positions",
    tag = "gb28181",
    params(
        ("code" = String, Path),
        ("source" = Option<String>, Query, description = "code of what is below the device"),
        ("from" = Option<String>, Query, description = "RFC 3339"),
        ("to" = Option<String>, Query, description = "RFC 3339"),
        ("after" = Option<i64>, Query, description = "only those told after the one with this id")
    ),
    responses((status = 200, body = DevicePositionList), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    gb28181_configuration,
    get,
    path = "/api/v1/gb28181/devices/{code}/configuration",
    tag = "gb28181",
    params(
        ("code" = String, Path),
        ("channel" = Option<String>, Query, description = "code of the channel; absent: the device itself"),
        ("parts" = Option<String>, Query, description = "names of blocks with commas between; BasicParam where it is absent. Some devices answer one block at a time alone")
    ),
    responses(
        (status = 200, body = Gb28181Configuration),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    change_gb28181_configuration,
    put,
    path = "/api/v1/gb28181/devices/{code}/configuration",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181ConfigurationChange,
    responses(
        (status = 204),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    order_gb28181_snapshots,
    post,
    path = "/api/v1/gb28181/devices/{code}/snapshots",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181SnapshotRequest,
    responses(
        (status = 202, body = Gb28181SnapshotProgress),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    gb28181_snapshots,
    get,
    path = "/api/v1/gb28181/snapshots/{id}",
    tag = "gb28181",
    params(("id" = String, Path)),
    responses((status = 200, body = Gb28181SnapshotProgress), (status = 404, body = Problem))
);
route!(
    post_gb28181_picture,
    post,
    path = "/api/v1/gb28181/pictures/{secret}",
    tag = "gb28181",
    security(()),
    params(("secret" = String, Path, description = "from the address that the device was given")),
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "one picture, or a form (multipart/form-data) with pictures"),
    responses((status = 200), (status = 400, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem))
);
route!(
    put_gb28181_picture,
    put,
    path = "/api/v1/gb28181/pictures/{secret}",
    tag = "gb28181",
    security(()),
    params(("secret" = String, Path, description = "from the address that the device was given")),
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "one picture"),
    responses((status = 200), (status = 400, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem))
);
route!(
    gb28181_cards,
    get,
    path = "/api/v1/gb28181/devices/{code}/cards",
    tag = "gb28181",
    params(("code" = String, Path), ("channel" = Option<String>, Query, description = "absent: the device itself")),
    responses(
        (status = 200, body = Gb28181CardList),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    gb28181_home_position,
    get,
    path = "/api/v1/gb28181/devices/{code}/home-position",
    tag = "gb28181",
    params(("code" = String, Path), ("channel" = Option<String>, Query, description = "absent: the device itself")),
    responses(
        (status = 200, body = Gb28181HomePosition),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    change_gb28181_home_position,
    put,
    path = "/api/v1/gb28181/devices/{code}/home-position",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181HomePositionChange,
    responses(
        (status = 204),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
route!(
    gb28181_upgrade,
    get,
    path = "/api/v1/gb28181/devices/{code}/upgrade",
    tag = "gb28181",
    params(("code" = String, Path)),
    responses((status = 200, body = Gb28181LastUpgrade), (status = 404, body = Problem))
);
route!(
    upgrade_gb28181_device,
    post,
    path = "/api/v1/gb28181/devices/{code}/upgrade",
    tag = "gb28181",
    params(("code" = String, Path)),
    request_body = Gb28181UpgradeRequest,
    responses(
        (status = 202, body = Gb28181Upgrade),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 503, body = Problem),
        (status = 504, body = Problem)
    )
);
