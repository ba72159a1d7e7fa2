//! MANSCDP: the XML messages of control, query, notification and response (GB/T 28181-2022 annex A).
//!
//! [`Message::parse`] reads a body and [`Message::write`] writes one. What a message is about is told by its
//! outermost element and `CmdType`; the order of elements does not count. A field whose value makes no sense is
//! `None`; commands that we do not know are kept as they are ([`Query::Unknown`] and its like).

mod alarm;
mod body;
mod catalog;
mod config;
mod control;
mod notify;
mod position;
mod query;
mod recording;
mod response;
#[cfg(test)]
pub(crate) mod sample;
mod schema;
mod state;
#[cfg(test)]
mod tests;

use base::ErrorKind;

pub use alarm::{Alarm, AlarmDetails, AlarmEvent, AlarmEventDirection, AlarmInfo, AlarmMethod, AlarmQuery};
pub use catalog::{CatalogEvent, CatalogInfo, CatalogItem, CatalogPart, CatalogQuery, ChannelState};
pub use config::{
    AlarmRecording, AlarmReport, BasicParam, Config, ConfigBlocks, Mask, OsdConfig, OsdText, PictureMask, RecordingDay,
    RecordingPlan, RecordingTime, SnapShotConfig, VideoParam, VideoParamOpt,
};
pub use control::{
    AlarmReset, Command, Control, ControlInfo, DeviceControl, DeviceUpgrade, DragZoom, Guard, HomePosition,
    IFrameSpelling, PrecisePosition, PtzControl, PtzParams, Recording, RecordingControl, Track, TrackControl,
};
pub use notify::{
    Broadcast, DeviceUpgradeResult, FaultyDevices, Keepalive, MediaStatus, Notify, SnapShotFiles, SnapShotFinished,
    VideoUploadNotify,
};
pub use position::{MobilePosition, MobilePositionQuery, Position, PtzPosition};
pub use query::{ConfigQuery, CruiseTrackQuery, Query};
pub use recording::{RecordingCause, RecordingItem, RecordingPart, RecordingQuery};
pub use response::{Acknowledgement, ConfigAnswer, Response};
pub use schema::Joined;
pub use state::{
    AlarmOutlet, CruisePoint, CruiseTrack, CruiseTrackName, CruiseTracks, DeviceInfo, DeviceStatus, Duty,
    HomePositionAnswer, OnOff, Online, Outcome, Preset, PresetPart, SdCard, SdCardState, SdCards,
};

use crate::charset::Charset;
use crate::id::Id;
use crate::version::Version;
use crate::xml::{self, Element, XmlError};
use schema::{Field, Node};

/// Characters of one `ExtraInfo` (GB/T 28181-2022 annex A).
pub const MAX_EXTRA_CHARS: usize = 1024;

/// Why a body is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManscdpError {
    /// It is no document.
    #[error("body is no XML")]
    Xml(#[from] XmlError),
    /// Its outermost element is none of the four that MANSCDP has.
    #[error("outermost element is {0:?}")]
    Root(String),
}

impl ManscdpError {
    /// How the error is classified.
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::InvalidInput
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Number by which a response belongs to a request, from 1. Tolerance: 0 where it is missing or unreadable.
    pub sn: u32,
    /// Whom a request is for, and whom a response is from. Broadcasts have none.
    pub device_id: Option<Id>,
    /// What it says.
    pub body: Body,
    /// Texts of the sender's own (`ExtraInfo`), each of at most [`MAX_EXTRA_CHARS`] characters.
    pub extra: Vec<String>,
}

/// What a message says, by its outermost element.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Do something.
    Control(Control),
    /// Tell something.
    Query(Query),
    /// Something is so.
    Notify(Notify),
    /// The answer to one of the others.
    Response(Response),
}

/// A message that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The message.
    pub message: Message,
    /// All that stood in it, for what the message has no field for.
    pub root: Element,
    /// Whether it ended early. Items of lists that were cut off are left out.
    pub cut: bool,
    /// Faults of its XML that were repaired.
    pub repairs: usize,
}

impl Message {
    /// A message without texts of the sender's own.
    pub const fn new(sn: u32, device_id: Id, body: Body) -> Self {
        Self { sn, device_id: Some(device_id), body, extra: Vec::new() }
    }

    /// The answer to this message: of the same number and device, by which the asker knows it (§9.3 to §9.7).
    pub fn answered(&self, response: Response) -> Self {
        Self { sn: self.sn, device_id: self.device_id.clone(), body: Body::Response(response), extra: Vec::new() }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// When it is no document, or one of another protocol. An empty body is [`XmlError::Empty`].
    pub fn parse(bytes: &[u8]) -> Result<Received, ManscdpError> {
        let document = xml::parse(bytes)?;
        let root = document.root;
        let body = Body::read(&root).ok_or_else(|| ManscdpError::Root(root.name.clone()))?;
        let message = Self {
            sn: Option::<u32>::read(&root, "SN").unwrap_or_default(),
            device_id: Field::read(&root, "DeviceID"),
            body,
            extra: Field::read(&root, "ExtraInfo"),
        };
        Ok(Received { message, root, cut: document.cut, repairs: document.repairs })
    }

    /// The message for a peer. Fields that its edition does not have are left out; whether it has the command at
    /// all says [`Body::since`].
    pub fn write(&self, charset: Charset, version: Version) -> Vec<u8> {
        xml::write(&self.to_element(version), charset)
    }

    fn to_element(&self, version: Version) -> Element {
        if let Some(unknown) = self.body.unknown() {
            return unknown.clone();
        }
        let mut root = Element::new(self.body.root());
        root.push(Element::leaf("CmdType", self.body.cmd_type()));
        root.push(self.sn.write("SN", version));
        Field::write(&self.device_id, &mut root, "DeviceID", version);
        self.body.write(&mut root, version);
        let texts = self.extra.iter().map(|text| text.chars().take(MAX_EXTRA_CHARS).collect::<String>());
        root.children.extend(texts.map(|text| Element::leaf("ExtraInfo", text)));
        root
    }
}

impl Body {
    fn read(root: &Element) -> Option<Self> {
        Some(match root.name.to_ascii_lowercase().as_str() {
            "control" => Self::Control(Control::read(root)),
            "query" => Self::Query(Query::read(root)),
            "notify" => Self::Notify(Notify::read(root)),
            "response" => Self::Response(Response::read(root)),
            _ => return None,
        })
    }

    fn write(&self, root: &mut Element, version: Version) {
        match self {
            Self::Control(control) => control.write(root, version),
            Self::Query(query) => query.write(root, version),
            Self::Notify(notify) => notify.write(root, version),
            Self::Response(response) => response.write(root, version),
        }
    }

    /// Name of the outermost element.
    pub const fn root(&self) -> &'static str {
        match self {
            Self::Control(_) => "Control",
            Self::Query(_) => "Query",
            Self::Notify(_) => "Notify",
            Self::Response(_) => "Response",
        }
    }

    /// The value of `CmdType`; of an unknown one, as it was sent.
    pub fn cmd_type(&self) -> &str {
        match self {
            Self::Control(control) => control.cmd_type(),
            Self::Query(query) => query.cmd_type(),
            Self::Notify(notify) => notify.cmd_type(),
            Self::Response(response) => response.cmd_type(),
        }
    }

    /// The edition that brought the command. Those of 2022 must not be sent to older peers (annex I).
    pub fn since(&self) -> Version {
        match self {
            Self::Control(control) => control.since(),
            Self::Query(_) | Self::Notify(_) | Self::Response(_) => body::since(self.cmd_type()),
        }
    }

    fn unknown(&self) -> Option<&Element> {
        match self {
            Self::Control(Control::Unknown(root))
            | Self::Query(Query::Unknown(root))
            | Self::Notify(Notify::Unknown(root))
            | Self::Response(Response::Unknown(root)) => Some(root),
            _ => None,
        }
    }
}
