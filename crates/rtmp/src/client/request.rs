//! What a client says about itself.

use container::amf0::{Object, Value};

use super::{ClientConfig, ClientRole};

/// The command object of `connect` (§7.2.1.1, enhanced RTMP v2).
pub(super) fn connect_object(config: &ClientConfig) -> Object {
    const FOUR_CCS: [&str; 6] = ["avc1", "hvc1", "av01", "mp4a", "Opus", ".mp3"];
    let object = Object::new().with("app", &*config.app);
    let object = match config.role {
        ClientRole::Publish => object.with("type", "nonprivate").with("flashVer", "FMLE/3.0 (compatible; Viaduct)"),
        ClientRole::Play => object
            .with("flashVer", "LNX 9,0,124,2")
            .with("fpad", false)
            .with("capabilities", 15.0)
            .with("audioCodecs", 4071.0)
            .with("videoCodecs", 252.0)
            .with("videoFunction", 1.0),
    };
    object
        .with("tcUrl", &*config.tc_url)
        .with("fourCcList", Value::StrictArray(FOUR_CCS.iter().map(|id| Value::from(*id)).collect()))
}
