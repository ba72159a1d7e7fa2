//! What a driver is told about devices and channels.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hub::StreamKey;

/// A thing with an address and credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeviceSpec {
    /// Number under which it is stored; 0 for one that is not stored yet.
    pub id: i64,
    /// Where it is, in the driver's own meaning; may be empty.
    pub address: String,
    /// May be empty.
    pub username: String,
    /// May be empty.
    pub password: String,
    /// What the driver is told besides, in its own words.
    pub options: BTreeMap<String, String>,
}

impl fmt::Debug for DeviceSpec {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSpec")
            .field("id", &self.id)
            .field("address", &self.address)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// One line of a device that has pictures.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelSpec {
    /// Number under which it is stored; 0 for one that is not stored yet.
    pub id: i64,
    /// Whose line it is; channels of one device share it.
    pub device: Arc<DeviceSpec>,
    /// The driver's name of the line in the device; may be empty.
    pub number: String,
    /// The driver's address of the main rendition: a URL, a path below the device's address, a name.
    pub main: Option<String>,
    /// The same of the sub-stream.
    pub sub: Option<String>,
    /// The stream of the main rendition.
    pub main_stream: StreamKey,
    /// The stream of the sub-stream, for channels that have one.
    pub sub_stream: Option<StreamKey>,
    /// Whether the main rendition runs also while nobody watches.
    pub always: bool,
}

impl fmt::Debug for ChannelSpec {
    /// Without the addresses of renditions, which may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSpec")
            .field("id", &self.id)
            .field("device", &self.device)
            .field("number", &self.number)
            .field("main_stream", &self.main_stream)
            .field("sub_stream", &self.sub_stream)
            .field("always", &self.always)
            .finish_non_exhaustive()
    }
}

impl ChannelSpec {
    /// A channel with one rendition that runs on demand; the other fields are empty.
    pub const fn new(id: i64, device: Arc<DeviceSpec>, main_stream: StreamKey) -> Self {
        Self { id, device, number: String::new(), main: None, sub: None, main_stream, sub_stream: None, always: false }
    }

    /// The driver's address of a rendition.
    pub fn address(&self, rendition: Rendition) -> Option<&str> {
        match rendition {
            Rendition::Main => self.main.as_deref(),
            Rendition::Sub => self.sub.as_deref(),
        }
    }

    /// The stream of a rendition; `None` for the sub-stream of a channel without one.
    pub const fn stream(&self, rendition: Rendition) -> Option<&StreamKey> {
        match rendition {
            Rendition::Main => Some(&self.main_stream),
            Rendition::Sub => self.sub_stream.as_ref(),
        }
    }

    /// Its renditions with their streams.
    pub fn streams(&self) -> impl Iterator<Item = (Rendition, &StreamKey)> {
        Rendition::ALL.into_iter().filter_map(|rendition| Some((rendition, self.stream(rendition)?)))
    }
}

/// Which form of a channel's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rendition {
    /// The full picture.
    Main,
    /// The small one, for walls of many.
    Sub,
}

impl Rendition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Main, Self::Sub];
}

/// A part of a specification, for telling a person what to correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`DeviceSpec::address`].
    Address,
    /// [`DeviceSpec::username`].
    Username,
    /// [`DeviceSpec::password`].
    Password,
    /// [`DeviceSpec::options`].
    Options,
    /// [`ChannelSpec::number`].
    Number,
    /// [`ChannelSpec::main`].
    Main,
    /// [`ChannelSpec::sub`].
    Sub,
    /// [`ChannelSpec::sub_stream`].
    SubStream,
    /// [`ChannelSpec::always`].
    Always,
}

/// Why a driver cannot use a device or a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    /// What to correct.
    pub field: Field,
    /// A sentence for the person who typed it.
    pub text: String,
}

impl Refused {
    /// With a sentence.
    pub fn new(field: Field, text: impl Into<String>) -> Self {
        Self { field, text: text.into() }
    }
}
