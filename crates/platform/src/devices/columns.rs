//! Columns of a table of channels: their names, and what stands in their cells.

use db::{ChannelRow, DeviceRow};

use super::check::{CARRIAGEWAYS, DIRECTIONS, Details, KINDS};
use crate::geo::{Crs, Place};
use crate::stake::Stake;

/// A property that a column holds: its name, in Chinese and in English. A column "custom.NAME" is a field of the installation's own.
pub(super) const COLUMNS: [(&str, &str); 37] = [
    ("id", "编号"),
    ("name", "名称"),
    ("organisation", "组织"),
    ("kind", "类型"),
    ("code", "编码"),
    ("area_code", "行政区划"),
    ("road_code", "道路编号"),
    ("road_name", "道路名称"),
    ("stake", "桩号"),
    ("direction", "方向"),
    ("carriageway", "路段"),
    ("longitude", "经度"),
    ("latitude", "纬度"),
    ("crs", "坐标系"),
    ("heading", "朝向"),
    ("ptz", "云台"),
    ("tags", "标签"),
    ("device", "设备"),
    ("driver", "接入方式"),
    ("device_address", "设备地址"),
    ("username", "用户名"),
    ("password", "密码"),
    ("vendor", "厂商"),
    ("model", "型号"),
    ("serial", "序列号"),
    ("number", "通道号"),
    ("main", "主码流"),
    ("sub", "子码流"),
    ("main_stream", "主码流名"),
    ("sub_stream", "子码流名"),
    ("mode", "拉流方式"),
    ("enabled", "启用"),
    ("installed_on", "安装日期"),
    ("warranty_until", "质保到期"),
    ("maintainer", "维护人"),
    ("phone", "电话"),
    ("note", "备注"),
];
/// Prefixes of columns that are fields of the installation's own.
pub(super) const CUSTOM: [&str; 2] = ["custom.", "自定义."];
/// Values as Chinese tables write them.
const VALUES: [(&str, &str); 20] = [
    ("video", "视频"),
    ("audio", "音频"),
    ("alarm", "报警"),
    ("up", "上行"),
    ("down", "下行"),
    ("both", "双向"),
    ("main", "主线"),
    ("ramp", "匝道"),
    ("tunnel", "隧道"),
    ("bridge", "桥梁"),
    ("toll", "收费站"),
    ("service_area", "服务区"),
    ("intersection", "路口"),
    ("on_demand", "按需"),
    ("always", "常驻"),
    ("url", "拉流"),
    ("push", "推流"),
    ("sim", "仿真"),
    ("yes", "是"),
    ("no", "否"),
];

/// The property of a heading, however it is written; `None` for one that means nothing here.
pub(super) fn property(heading: &str) -> Option<String> {
    let plain = heading.trim().to_lowercase().replace(' ', "_");
    let custom = CUSTOM.iter().find_map(|prefix| heading.trim().strip_prefix(prefix));
    if let Some(name) = custom {
        return Some(format!("{}{}", CUSTOM[0], name.trim()));
    }
    let known = COLUMNS.iter().find(|(name, chinese)| *name == plain || *chinese == heading.trim());
    known.map(|(name, _)| (*name).to_owned())
}

/// A value as it is stored, however a table writes it.
fn value(cell: &str) -> String {
    let known = VALUES.iter().find(|(_, chinese)| *chinese == cell);
    known.map_or_else(|| cell.trim().to_lowercase(), |(name, _)| (*name).to_owned())
}

fn yes_or_no(cell: &str) -> Result<bool, String> {
    match value(cell).as_str() {
        "yes" | "true" | "1" | "y" => Ok(true),
        "no" | "false" | "0" | "n" | "" => Ok(false),
        _ => Err("This is yes or no.".to_owned()),
    }
}

fn choice(cell: &str, choices: &[&str]) -> Result<Option<String>, String> {
    let chosen = value(cell);
    if chosen.is_empty() {
        return Ok(None);
    }
    if choices.contains(&chosen.as_str()) {
        Ok(Some(chosen))
    } else {
        Err(format!("This is one of: {}.", choices.join(", ")))
    }
}

fn number(cell: &str) -> Result<Option<f64>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let number = cell.trim_end_matches('°').parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Some).ok_or_else(|| "This is a number.".to_owned())
}

fn text(cell: &str) -> Option<String> {
    Some(cell.to_owned()).filter(|cell| !cell.is_empty())
}

/// Writes a cell into a channel. Places are completed by [`settle_place`], organisation and device elsewhere.
pub(super) fn set_channel(
    row: &mut ChannelRow,
    details: &mut Details,
    property: &str,
    cell: &str,
) -> Result<(), String> {
    match property {
        "name" => cell.clone_into(&mut row.name),
        "kind" => row.kind = choice(cell, &KINDS)?.unwrap_or_else(|| KINDS[0].to_owned()),
        "code" => row.code = text(cell),
        "area_code" => row.area_code = text(cell),
        "road_code" => cell.clone_into(&mut row.road_code),
        "road_name" => cell.clone_into(&mut row.road_name),
        "stake" if cell.is_empty() => row.stake_m = None,
        "stake" => row.stake_m = Some(cell.parse::<Stake>().map_err(|error| format!("{error}."))?.metres),
        "direction" => row.direction = choice(cell, &DIRECTIONS)?,
        "carriageway" => row.carriageway = choice(cell, &CARRIAGEWAYS)?,
        "longitude" => row.given_longitude = number(cell)?,
        "latitude" => row.given_latitude = number(cell)?,
        "crs" if cell.is_empty() => row.crs = None,
        "crs" => {
            let crs = Crs::parse(cell).ok_or("The coordinate system is wgs84, gcj02 or bd09.")?;
            row.crs = Some(crs.as_str().to_owned());
        }
        "heading" => row.heading = number(cell)?,
        "ptz" => row.ptz = yes_or_no(cell)?,
        "tags" => {
            row.tags = cell
                .split([',', '，', ';', '；', '\n'])
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
        }
        "number" => cell.clone_into(&mut row.number),
        "main" => cell.clone_into(&mut row.main_address),
        "sub" => row.sub_address = text(cell),
        "main_stream" => row.main_stream = text(cell),
        "sub_stream" => row.sub_stream = text(cell),
        "mode" => row.always = choice(cell, &["on_demand", "always"])?.as_deref() == Some("always"),
        "enabled" => row.enabled = cell.is_empty() || yes_or_no(cell)?,
        "installed_on" => details.installed_on = text(cell),
        "warranty_until" => details.warranty_until = text(cell),
        "maintainer" => details.maintainer = text(cell),
        "phone" => details.phone = text(cell),
        "note" => details.note = text(cell),
        _ => set_custom(details, property, cell),
    }
    Ok(())
}

fn set_custom(details: &mut Details, property: &str, cell: &str) {
    let Some(name) = property.strip_prefix(CUSTOM[0]) else { return };
    if cell.is_empty() {
        details.custom.remove(name);
    } else {
        details.custom.insert(name.to_owned(), cell.to_owned());
    }
}

/// Makes the place of a channel of what was given.
///
/// # Errors
/// When only one of longitude and latitude was given, or they cannot be ones.
pub fn settle_place(row: &mut ChannelRow) -> Result<(), String> {
    let (given, crs) = ((row.given_longitude, row.given_latitude), row.crs.as_deref().and_then(Crs::parse));
    let place = match given {
        (None, None) => {
            (row.longitude, row.latitude, row.crs) = (None, None, None);
            return Ok(());
        }
        (Some(longitude), Some(latitude)) => Place::new(longitude, latitude),
        _ => None,
    };
    let text = "A place is a longitude of -180 to 180 and a latitude of -90 to 90 degrees.";
    let crs = crs.unwrap_or_default();
    let kept = place.ok_or_else(|| text.to_owned())?.to_wgs84(crs);
    (row.longitude, row.latitude) = (Some(kept.longitude), Some(kept.latitude));
    row.crs = Some(crs.as_str().to_owned());
    Ok(())
}

/// Writes a cell into a device; `false` when the property is none of a device.
pub(super) fn set_device(row: &mut DeviceRow, property: &str, cell: &str) -> bool {
    match property {
        "device" => cell.clone_into(&mut row.name),
        "driver" => row.driver = value(cell),
        "device_address" => cell.clone_into(&mut row.address),
        "username" => row.username = text(cell),
        "password" => row.password = text(cell),
        "vendor" => cell.clone_into(&mut row.vendor),
        "model" => cell.clone_into(&mut row.model),
        "serial" => cell.clone_into(&mut row.serial),
        _ => return false,
    }
    true
}

/// What stands in a channel's cell. Passwords are never written.
pub(super) fn cell(
    row: &ChannelRow,
    device: &DeviceRow,
    details: &Details,
    organisation: &str,
    property: &str,
) -> String {
    let flag = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let degrees = |degrees: Option<f64>| degrees.map(|degrees| degrees.to_string()).unwrap_or_default();
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    match property {
        "id" => row.id.to_string(),
        "name" => row.name.clone(),
        "organisation" => organisation.to_owned(),
        "kind" => row.kind.clone(),
        "code" => optional(&row.code),
        "area_code" => optional(&row.area_code),
        "road_code" => row.road_code.clone(),
        "road_name" => row.road_name.clone(),
        "stake" => row.stake_m.and_then(Stake::new).map(|stake| stake.to_string()).unwrap_or_default(),
        "direction" => optional(&row.direction),
        "carriageway" => optional(&row.carriageway),
        "longitude" => degrees(row.given_longitude),
        "latitude" => degrees(row.given_latitude),
        "crs" => optional(&row.crs),
        "heading" => degrees(row.heading),
        "ptz" => flag(row.ptz),
        "tags" => row.tags.replace('\n', ", "),
        "device" => device.name.clone(),
        "driver" => device.driver.clone(),
        "device_address" => device.address.clone(),
        "username" => optional(&device.username),
        "vendor" => device.vendor.clone(),
        "model" => device.model.clone(),
        "serial" => device.serial.clone(),
        "number" => row.number.clone(),
        "main" => row.main_address.clone(),
        "sub" => optional(&row.sub_address),
        "main_stream" => optional(&row.main_stream),
        "sub_stream" => optional(&row.sub_stream),
        "mode" => if row.always { "always" } else { "on_demand" }.to_owned(),
        "enabled" => flag(row.enabled),
        "installed_on" => optional(&details.installed_on),
        "warranty_until" => optional(&details.warranty_until),
        "maintainer" => optional(&details.maintainer),
        "phone" => optional(&details.phone),
        "note" => optional(&details.note),
        other => other.strip_prefix(CUSTOM[0]).and_then(|name| details.custom.get(name)).cloned().unwrap_or_default(),
    }
}
