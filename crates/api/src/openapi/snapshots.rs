//! Routes about pictures: those that are kept, plans, targets.

use crate::{
    Problem, Snapshot, SnapshotPage, SnapshotPlan, SnapshotPlanInput, SnapshotPlanList, SnapshotRequest, UploadTarget,
    UploadTargetInput, UploadTargetList, UploadTest,
};

route!(
    take,
    post,
    path = "/api/v1/streams/{app}/{name}/snapshot",
    tag = "snapshots",
    description = "Takes a picture of the latest key frame and keeps it; a source on demand is started for it.",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    request_body = SnapshotRequest,
    responses(
        (status = 201, body = Snapshot),
        (status = 404, body = Problem),
        (status = 415, body = Problem),
        (status = 503, body = Problem)
    )
);
route!(list, get, path = "/api/v1/snapshots", tag = "snapshots",
    params(("stream" = Option<String>, Query, description = "app/name, or host/app/name"),
        ("channel_id" = Option<i64>, Query), ("plan_id" = Option<i64>, Query), ("origin" = Option<String>, Query),
        ("from" = Option<String>, Query, description = "RFC 3339"), ("to" = Option<String>, Query),
        ("before" = Option<i64>, Query), ("limit" = Option<i64>, Query, description = "up to 200; 60 by default")),
    responses((status = 200, body = SnapshotPage), (status = 400, body = Problem)));
route!(
    one,
    get,
    path = "/api/v1/snapshots/{id}",
    tag = "snapshots",
    params(("id" = i64, Path)),
    responses((status = 200, body = Snapshot), (status = 404, body = Problem))
);
route!(
    remove,
    delete,
    path = "/api/v1/snapshots/{id}",
    tag = "snapshots",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    picture,
    get,
    path = "/api/v1/snapshots/{id}/picture",
    tag = "snapshots",
    params(("id" = i64, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 404, body = Problem))
);
route!(
    thumbnail,
    get,
    path = "/api/v1/snapshots/{id}/thumbnail",
    tag = "snapshots",
    description = "JPEG, up to 320 pixels wide.",
    params(("id" = i64, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 404, body = Problem))
);
route!(
    plans,
    get,
    path = "/api/v1/snapshot-plans",
    tag = "snapshots",
    responses((status = 200, body = SnapshotPlanList))
);
route!(
    add_plan,
    post,
    path = "/api/v1/snapshot-plans",
    tag = "snapshots",
    request_body = SnapshotPlanInput,
    responses((status = 201, body = SnapshotPlan), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    change_plan,
    put,
    path = "/api/v1/snapshot-plans/{id}",
    tag = "snapshots",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = SnapshotPlanInput,
    responses((status = 200, body = SnapshotPlan), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    remove_plan,
    delete,
    path = "/api/v1/snapshot-plans/{id}",
    tag = "snapshots",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    targets,
    get,
    path = "/api/v1/upload-targets",
    tag = "snapshots",
    responses((status = 200, body = UploadTargetList))
);
route!(
    add_target,
    post,
    path = "/api/v1/upload-targets",
    tag = "snapshots",
    request_body = UploadTargetInput,
    responses((status = 201, body = UploadTarget), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    change_target,
    put,
    path = "/api/v1/upload-targets/{id}",
    tag = "snapshots",
    params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = UploadTargetInput,
    responses((status = 200, body = UploadTarget), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    remove_target,
    delete,
    path = "/api/v1/upload-targets/{id}",
    tag = "snapshots",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    test_target,
    post,
    path = "/api/v1/upload-targets/{id}/test",
    tag = "snapshots",
    description = "Sends the newest picture at once.",
    params(("id" = i64, Path)),
    responses((status = 200, body = UploadTest), (status = 404, body = Problem))
);
route!(
    retry_target,
    post,
    path = "/api/v1/upload-targets/{id}/retry",
    tag = "snapshots",
    description = "Tries what waits now instead of later.",
    params(("id" = i64, Path)),
    responses((status = 200, body = UploadTarget), (status = 404, body = Problem), (status = 409, body = Problem))
);
