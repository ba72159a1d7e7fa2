//! What a server answers, in Adobe's words.

use base::ErrorKind;
use bytes::BytesMut;
use container::amf0::{Object, Value};

use crate::command::{status, write_command, write_script, write_status};
use crate::control;

/// Codecs that enhanced tags may carry through us; `container::flv` has the same list.
const FOUR_CCS: [&str; 6] = ["avc1", "hvc1", "av01", "mp4a", "Opus", ".mp3"];
/// `capsEx` of enhanced RTMP v2: multitrack (2) and ModEx (4).
const CAPS_EX: f64 = 6.0;
/// `FourCcInfoMask`: CanForward.
const CAN_FORWARD: f64 = 4.0;

/// Properties and information of a successful `connect` (§7.2.1.1, enhanced RTMP v2 "Enhancing NetConnection").
pub(super) fn connected() -> [Value; 2] {
    let map = |ids: &[&str]| ids.iter().fold(Object::new(), |map, id| map.with(id, CAN_FORWARD));
    let properties = Object::new()
        .with("fmsVer", "FMS/3,5,7,7009")
        .with("capabilities", 31.0)
        .with("mode", 1.0)
        .with("fourCcList", Value::StrictArray(FOUR_CCS.iter().map(|id| Value::from(*id)).collect()))
        .with("videoFourCcInfoMap", map(&FOUR_CCS[..3]))
        .with("audioFourCcInfoMap", map(&FOUR_CCS[3..]))
        .with("capsEx", CAPS_EX);
    let information =
        status("status", "NetConnection.Connect.Success", "Connection succeeded.").with("objectEncoding", 0.0);
    [properties.into(), information.into()]
}

pub(super) fn connect_rejected(kind: ErrorKind, text: &str) -> Object {
    let code = match kind {
        ErrorKind::NotFound => "NetConnection.Connect.InvalidApp",
        _ => "NetConnection.Connect.Rejected",
    };
    status("error", code, text)
}

pub(super) const fn publish_refusal(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => "NetStream.Publish.Denied",
        ErrorKind::Conflict | ErrorKind::InvalidInput | ErrorKind::NotFound => "NetStream.Publish.BadName",
        _ => "NetStream.Publish.Failed",
    }
}

pub(super) const fn play_refusal(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound | ErrorKind::InvalidInput | ErrorKind::Timeout => "NetStream.Play.StreamNotFound",
        _ => "NetStream.Play.Failed",
    }
}

/// What old players wait for before they show anything.
pub(super) fn write_play_start(out: &mut BytesMut, stream_id: u32) {
    control::write_stream_begin(out, stream_id);
    write_status(out, stream_id, "status", "NetStream.Play.Reset", "Playing and resetting.");
    write_status(out, stream_id, "status", "NetStream.Play.Start", "Started playing.");
    write_script(out, stream_id, "|RtmpSampleAccess", &[true.into(), true.into()]);
    let data_start = Object::new().with("code", "NetStream.Data.Start");
    write_script(out, stream_id, "onStatus", &[data_start.into()]);
}

pub(super) fn write_fc_publish_start(out: &mut BytesMut, name: &str) {
    let information = status("status", "NetStream.Publish.Start", name);
    write_command(out, 0, "onFCPublish", 0.0, &[Value::Null, information.into()]);
}

pub(super) fn unknown_call() -> Value {
    status("error", "NetConnection.Call.Failed", "Method not found.").into()
}
