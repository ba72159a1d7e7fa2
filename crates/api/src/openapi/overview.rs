use crate::Overview;

route!(
    overview,
    get,
    path = "/api/v1/overview",
    tag = "server",
    description = "What the first page of the console shows, each part for those who may see it.",
    responses((status = 200, body = Overview))
);
