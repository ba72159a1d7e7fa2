//! Catalogs: channels, devices, areas and groups (GB/T 28181-2022 §A.2.1.9, annex J).

use std::num::NonZeroUsize;

use super::schema::{Compared, Joined, Node, Record, nodes, record, split, words};
use super::state::Outcome;
use crate::beijing_time::BeijingTime;
use crate::id::Id;
use crate::version::Version;
use crate::xml::Element;

words! {
    /// Whether a channel is there.
    pub enum ChannelState {
        /// It is. Recorders write `ONLINE`, `OK` and `On` (quirk 5).
        On = "ON" | "ONLINE" | "OK",
        /// It is not.
        Off = "OFF" | "OFFLINE" | "ERROR",
    }
}

words! {
    /// What became of an item, in a notification (annex N).
    pub enum CatalogEvent {
        /// It is there again. Some platforms mix the two up (quirk 29).
        On = "ON",
        /// It is gone.
        Off = "OFF",
        /// It has no picture.
        VideoLoss = "VLOST",
        /// It is faulty.
        Defect = "DEFECT",
        /// It is new; the item is whole.
        Added = "ADD",
        /// It is not in the catalog any more.
        Deleted = "DEL",
        /// It was changed; the item is whole.
        Updated = "UPDATE",
    }
}

record! {
    /// Which items are asked for; those of the whole subtree of the device, area or group that is asked.
    pub struct CatalogQuery {
        /// Only those added since.
        "StartTime" => start: Option<BeijingTime>,
        /// Only those added until.
        "EndTime" => end: Option<BeijingTime>,
    }
}

record! {
    /// One of the messages of an answer, or a notification of changes.
    pub struct CatalogPart {
        /// Whether a subscription was taken; only in the answer to one.
        "Result" => result: Option<Outcome>,
        /// Items in all messages together.
        "SumNum" => total: Option<u32>,
        /// Items in this one.
        "DeviceList" / "Item" => items: Vec<CatalogItem>,
    }
}

record! {
    /// One item of a catalog, with the fields of all editions.
    pub struct CatalogItem {
        /// Who it is. An item without it is left out when a catalog is collected.
        "DeviceID" => device_id: Option<Id>,
        /// What became of it; in notifications only.
        "Event" => event: Option<CatalogEvent>,
        /// Name.
        "Name" => name: Option<String>,
        /// Maker.
        "Manufacturer" => manufacturer: Option<String>,
        /// Model.
        "Model" => model: Option<String>,
        /// Owner (until 2016).
        "Owner" => owner: Option<String>,
        /// Administrative area of 2, 4, 6 or 8 digits.
        "CivilCode" => civil_code: Option<String>,
        /// Police district.
        "Block" => block: Option<String>,
        /// Address.
        "Address" => address: Option<String>,
        /// Whether it has items below it.
        "Parental" => parental: Option<bool>,
        /// What it is part of, joined by `/`: a device or system, and a virtual organisation.
        "ParentID" => parents: Joined<Id>,
        /// How signalling is secured (until 2016), in the numbers of the standard.
        "SafetyWay" => safety_way: Option<u8>,
        /// How it registers: 1 to 3, since 2022 also 4.
        "RegisterWay" => register_way: Option<u8>,
        /// Number of its certificate (until 2016).
        "CertNum" => certificate: Option<String>,
        /// Whether its certificate is valid (until 2016).
        "Certifiable" => certifiable: Option<bool>,
        /// Why its certificate is not valid (until 2016).
        "ErrCode" => certificate_error: Option<u32>,
        /// When its certificate ends (until 2016).
        "EndTime" => certificate_end: Option<BeijingTime>,
        /// Security level of GB 35114: A, B or C (2022).
        "SecurityLevelCode" since V2022 => security_level: Option<String>,
        /// 0 open, 1 secret.
        "Secrecy" => secrecy: Option<u8>,
        /// Its address in its own network.
        "IPAddress" => ip_address: Option<String>,
        /// Its port there.
        "Port" => port: Option<u16>,
        /// Its password.
        "Password" => password: Option<String>,
        /// Whether it is there.
        "Status" => state: Option<ChannelState>,
        /// Degrees east, WGS-84.
        "Longitude" => longitude: Option<f64>,
        /// Degrees north.
        "Latitude" => latitude: Option<f64>,
        /// Business group that it is in. The edition of 2016 has it inside `Info`; both are read.
        "BusinessGroupID" since V2022 => business_group: Option<Id>,
        /// More of a camera.
        "Info" => info: Option<Box<CatalogInfo>>,
    }
}

record! {
    /// What a catalog tells of a camera.
    pub struct CatalogInfo {
        /// 1 dome, 2 half dome, 3 fixed bullet, 4 bullet that turns, 5 half dome that turns, 6 panorama, 7 parts of a
        /// panorama (5 to 7: 2022).
        "PTZType" => ptz_type: Option<u16>,
        /// 1 visible light, 2 thermal, 3 radar and others (2022).
        "PhotoelectricImagingType" since V2022 => imaging_type: Option<String>,
        /// Kind of the place, 7 digits; 003xxxx are expressways and national roads (2022).
        "CapturePositionType" since V2022 => place_type: Option<String>,
        /// Kind of the place, 1 to 10 (2016).
        "PositionType" => position_type: Option<u16>,
        /// What it is for, 1 to 3 (2016).
        "UseType" => use_type: Option<u16>,
        /// 1 outdoors, 2 indoors.
        "RoomType" => room_type: Option<u16>,
        /// Light that it brings, in the numbers of the standard.
        "SupplyLightType" => light_type: Option<u16>,
        /// Where it looks: 1 E, 2 W, 3 S, 4 N, 5 SE, 6 NE, 7 SW, 8 NW.
        "DirectionType" => direction: Option<u16>,
        /// Resolutions that it has, as in `f=`.
        "Resolution" => resolutions: Joined<String>,
        /// Renditions that it has (2022).
        "StreamNumberList" since V2022 => streams: Joined<u16>,
        /// Speeds at which recordings can be fetched.
        "DownloadSpeed" => download_speeds: Joined<u16>,
        /// Spatial layers of SVAC.
        "SVCSpaceSupportMode" => svc_space_mode: Option<u16>,
        /// Temporal layers of SVAC.
        "SVCTimeSupportMode" => svc_time_mode: Option<u16>,
        /// Ratios of the enhancement layers of SVAC (2022).
        "SSVCRatioSupportList" since V2022 => ssvc_ratios: Joined<String>,
        /// Kind of a moving device (2022).
        "MobileDeviceType" since V2022 => mobile_type: Option<u16>,
        /// Degrees that the picture is wide (2022).
        "HorizontalFieldAngle" since V2022 => horizontal_field_degrees: Option<f64>,
        /// Degrees that it is high (2022).
        "VerticalFieldAngle" since V2022 => vertical_field_degrees: Option<f64>,
        /// Metres that it can see (2022).
        "MaxViewDistance" since V2022 => max_view_m: Option<f64>,
        /// Code of the grass-roots unit (2022).
        "GrassrootsCode" since V2022 => grassroots_code: Option<String>,
        /// Class of the point: 1 to 3, 9 others (2022).
        "PointType" since V2022 => point_type: Option<u16>,
        /// Common name of the point (2022).
        "PointCommonName" since V2022 => common_name: Option<String>,
        /// MAC address (2022).
        "MAC" since V2022 => mac: Option<String>,
        /// What it recognises, such as 01 faces, 03 vehicles at a checkpoint (2022).
        "FunctionType" since V2022 => functions: Joined<String>,
        /// Codec (2022).
        "EncodeType" since V2022 => encode_type: Option<String>,
        /// When it was installed (2022).
        "InstallTime" since V2022 => installed: Option<BeijingTime>,
        /// Who looks after it (2022).
        "ManagementUnit" since V2022 => management: Option<String>,
        /// How they are reached (2022).
        "ContactInfo" since V2022 => contact: Option<String>,
        /// Days that recordings are kept (2022).
        "RecordSaveDays" since V2022 => kept_days: Option<u32>,
        /// Industry by GB/T 4754 (2022).
        "IndustrialClassification" since V2022 => industry: Option<String>,
    }
}

nodes!(CatalogInfo);

const BUSINESS_GROUP: &str = "BusinessGroupID";

impl Node for CatalogItem {
    fn read(element: &Element) -> Option<Self> {
        let mut item: Self = Record::read(element);
        if item.business_group.is_none() {
            let inside = element.child("Info").and_then(|info| info.value(BUSINESS_GROUP));
            item.business_group = inside.and_then(|text| Id::new(text).ok());
        }
        item.info = read_info(element);
        item.forget_placeholders();
        Some(item)
    }

    fn write(&self, tag: &str, version: Version) -> Element {
        let mut element = Element::new(tag);
        Record::write(self, &mut element, version);
        if let Some(group) = self.business_group.as_ref().filter(|_| version < Version::V2022) {
            let leaf = Element::leaf(BUSINESS_GROUP, group.as_str());
            match element.children.iter_mut().find(|child| child.is_named("Info")) {
                Some(info) => info.push(leaf),
                None => element.push(Element { children: vec![leaf], ..Element::new("Info") }),
            }
        }
        element
    }
}

impl CatalogPart {
    /// The messages that answer with these items, so many in each: every one tells the whole number, and of no items
    /// there is one message without a list (annex M).
    pub fn split(items: &[CatalogItem], per_part: NonZeroUsize) -> Vec<Self> {
        let total = u32::try_from(items.len()).ok();
        split(items, per_part).map(|items| Self { result: None, total, items: items.to_vec() }).collect()
    }
}

/// The fields of `Info`. Tolerance: some of them beside it, as platforms place them that were extended.
fn read_info(element: &Element) -> Option<Box<CatalogInfo>> {
    let inside = element.child("Info");
    let mut fields = Element::new("Info");
    fields.children.extend(inside.into_iter().flat_map(|info| info.children.iter().cloned()));
    let beside =
        element.children.iter().filter(|child| child.children.is_empty() && fields.child(&child.name).is_none());
    let beside: Vec<Element> = beside.cloned().collect();
    fields.children.extend(beside);
    let info: CatalogInfo = Record::read(&fields);
    // An empty `Info` stands for nothing.
    (info != CatalogInfo::default()).then(|| Box::new(info))
}

impl CatalogItem {
    /// Leaves out what devices write for nothing (quirk 5).
    fn forget_placeholders(&mut self) {
        let is_placeholder =
            |text: &str, tag: &str| text.eq_ignore_ascii_case("null") || text.eq_ignore_ascii_case(tag);
        self.parents.0.retain(|id| !is_placeholder(id.as_str(), "ParentID"));
        if self.civil_code.as_deref().is_some_and(|text| is_placeholder(text, "CivilCode")) {
            self.civil_code = None;
        }
        if self.business_group.as_ref().is_some_and(|id| is_placeholder(id.as_str(), BUSINESS_GROUP)) {
            self.business_group = None;
        }
    }

    /// Tags of the fields in which the two differ, those of `Info` each by itself.
    pub fn differing_fields(&self, other: &Self) -> Vec<&'static str> {
        let mut tags = self.differing(other);
        if let Some(place) = tags.iter().position(|tag| *tag == "Info") {
            tags.remove(place);
            let nothing = CatalogInfo::default();
            let ours = self.info.as_deref().unwrap_or(&nothing);
            tags.extend(ours.differing(other.info.as_deref().unwrap_or(&nothing)));
        }
        tags
    }
}
