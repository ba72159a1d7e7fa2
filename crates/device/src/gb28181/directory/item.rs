//! What is kept of the lines of catalogs, and of what devices say that they are.

use std::sync::Arc;

use base::Words;
use gb28181::Id;
use gb28181::id::{Form, TypeCode};
use gb28181::manscdp::{CatalogItem, ChannelState, DeviceInfo};

/// What a device says that it is. Each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub name: Arc<str>,
    /// Who made it.
    pub manufacturer: Arc<str>,
    /// Its model.
    pub model: Arc<str>,
    /// Version of its firmware.
    pub firmware: Arc<str>,
}

impl About {
    pub(super) fn of(info: &DeviceInfo, words: &mut Words) -> Self {
        let mut text = |text: &Option<String>| words.share(text.as_deref().unwrap_or_default());
        Self {
            manufacturer: text(&info.manufacturer),
            model: text(&info.model),
            firmware: text(&info.firmware),
            name: info.name.as_deref().filter(|name| !name.is_empty()).map(Arc::from).unwrap_or_default(),
        }
    }
}

/// A line of a catalog, with what is of use: the whole lines of 100,000 devices would not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its code.
    pub id: Id,
    /// What the device calls it.
    pub name: Arc<str>,
    /// What it is part of; may be empty.
    pub parent: Option<Id>,
    /// The business group that it is in.
    pub business_group: Option<Id>,
    /// Area of 2, 4, 6 or 8 digits; may be empty.
    pub civil_code: Arc<str>,
    /// Who made it; may be empty.
    pub manufacturer: Arc<str>,
    /// May be empty.
    pub model: Arc<str>,
    /// May be empty.
    pub address: Arc<str>,
    /// Whether it is there.
    pub is_on: bool,
    /// Whether it has items below it.
    pub is_parent: bool,
    /// Whether it turns, as far as it says.
    pub turns: Option<bool>,
    /// Degrees east and north, WGS-84.
    pub place: Option<(f64, f64)>,
}

impl Item {
    /// Of a catalog's line of a device; `None` for one that does not say what it is. Texts that many lines have are shared.
    pub(super) fn of(device: &Id, line: &CatalogItem, words: &mut Words) -> Option<Self> {
        let text =
            |text: &Option<String>, words: &mut Words| words.share(text.as_deref().map(str::trim).unwrap_or_default());
        let name = line.name.as_deref().map(str::trim).unwrap_or_default();
        let parent = line.parents.0.last().map(|parent| if parent == device { device } else { parent });
        // 1 dome, 4 bullet that turns, 5 half dome that turns (§A.2.1.9).
        let turns = line.info.as_ref().and_then(|info| info.ptz_type).map(|kind| matches!(kind, 1 | 2 | 4 | 5));
        let is_place = |(east, north): &(f64, f64)| {
            (-180.0..=180.0).contains(east) && (-90.0..=90.0).contains(north) && (*east, *north) != (0.0, 0.0)
        };
        Some(Self {
            id: line.device_id.clone()?,
            name: if name.is_empty() { Arc::default() } else { name.into() },
            parent: parent.cloned(),
            business_group: line.business_group.clone(),
            civil_code: text(&line.civil_code, words),
            manufacturer: text(&line.manufacturer, words),
            model: text(&line.model, words),
            address: text(&line.address, words),
            is_on: line.state != Some(ChannelState::Off),
            is_parent: line.parental == Some(true),
            turns,
            place: line.longitude.zip(line.latitude).filter(is_place),
        })
    }

    /// Whether it can have pictures: a camera or an encoder by its code, or nothing that a code says otherwise of.
    pub fn is_camera(&self) -> bool {
        match self.id.form() {
            Form::Area => false,
            Form::Whole(code) => matches!(
                code.kind,
                TypeCode::Camera
                    | TypeCode::NetworkCamera
                    | TypeCode::Encoder
                    | TypeCode::VideoServer
                    | TypeCode::Checkpoint
            ),
            Form::Foreign => !self.is_parent,
        }
    }
}
