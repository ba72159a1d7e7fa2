use crate::{LicenceInput, LicenceStanding, Problem};

route!(licence, get, path = "/api/v1/licence", tag = "licence", responses((status = 200, body = LicenceStanding)));
route!(
    put_licence,
    put,
    path = "/api/v1/licence",
    tag = "licence",
    description =
        "Takes a licence in the place of the one before. It limits what is added and switched on; what is on stays on.",
    request_body = LicenceInput,
    responses((status = 200, body = LicenceStanding), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    remove_licence,
    delete,
    path = "/api/v1/licence",
    tag = "licence",
    responses((status = 204), (status = 404, body = Problem))
);
