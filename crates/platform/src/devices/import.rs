//! Tables of channels: judged row by row and cell by cell, made whole or not at all; and written again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use db::{ChannelChanges, ChannelRow, DeviceRow};
use sheet::{Row, Table};

use super::check::Details;
use super::columns::{self, COLUMNS, CUSTOM};
use super::{ChannelFilter, Devices, Plan};
use crate::people::Caller;
use crate::rights::{Action, Kind, OrganisationId};
use crate::unix_now;

/// Faults of one table that are told.
const MAX_FAULTS: usize = 1000;

/// What is wrong with a cell, or with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As spreadsheets count.
    pub row: usize,
    /// Heading of its column.
    pub column: Option<String>,
    /// What stands there.
    pub value: String,
    /// A sentence.
    pub text: String,
}

/// What a table would do.
#[derive(Debug, Default)]
pub struct Import {
    /// Rows with something in them.
    pub rows: usize,
    /// Channels that are as the table says already.
    pub unchanged: usize,
    /// Rows with a fault.
    pub refused: usize,
    /// The first of what is wrong.
    pub faults: Vec<Fault>,
    /// Columns that mean nothing here.
    pub ignored: Vec<String>,
    /// What is to be made, if nothing is wrong.
    pub plan: Plan,
    /// The licence, if it keeps the table from being imported.
    pub over: Option<OverLicence>,
}

/// How far a table goes beyond the licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLicence {
    /// Cameras that may be on.
    pub limit: usize,
    /// Cameras that are on.
    pub on: usize,
    /// Cameras that the table would switch on.
    pub more: usize,
}

/// How tables name organisations: by the names on the way from the top, or by one name that only one has.
struct Organisations {
    by_path: HashMap<String, OrganisationId>,
    by_name: HashMap<String, Vec<OrganisationId>>,
    paths: HashMap<OrganisationId, String>,
}

impl Organisations {
    fn read(devices: &Devices) -> Self {
        let rows = devices.people.seen_organisations(|_| true);
        let names: HashMap<OrganisationId, &str> = rows.iter().map(|row| (row.id, row.name.as_str())).collect();
        let tree = devices.people.tree();
        let mut found = Self { by_path: HashMap::new(), by_name: HashMap::new(), paths: HashMap::new() };
        for row in &rows {
            let mut way: Vec<&str> = tree.upwards(row.id).filter_map(|id| names.get(&id).copied()).collect();
            way.retain(|name| !name.is_empty());
            way.reverse();
            let path = way.join("/");
            found.by_path.insert(path.clone(), row.id);
            found.by_name.entry(row.name.clone()).or_default().push(row.id);
            found.paths.insert(row.id, path);
        }
        found
    }

    fn find(&self, cell: &str) -> Result<OrganisationId, String> {
        if let Some(id) = self.by_path.get(cell) {
            return Ok(*id);
        }
        match self.by_name.get(cell).map(Vec::as_slice) {
            Some([id]) => Ok(*id),
            Some(_) => Err("Several organisations have this name; write the whole path, as A/B/C.".to_owned()),
            None => Err("There is no such organisation.".to_owned()),
        }
    }
}

/// A table that is being judged.
struct Judge<'a> {
    devices: &'a Devices,
    caller: &'a Caller,
    organisations: Organisations,
    default: OrganisationId,
    /// Heading and property of each column.
    columns: Vec<(String, Option<String>)>,
    import: Import,
    /// New devices by organisation and name: their place in the plan.
    new_devices: HashMap<(OrganisationId, String), usize>,
    codes: HashSet<String>,
    streams: HashSet<String>,
    ids: HashSet<i64>,
}

impl Devices {
    /// Judges a table; rows that name no organisation belong to `default`.
    pub fn judge(&self, caller: &Caller, table: &Table, default: OrganisationId) -> Import {
        let property = |heading: &String| (heading.clone(), columns::property(heading));
        let columns: Vec<_> = table.heading.iter().map(property).collect();
        let ignored =
            columns.iter().filter(|(_, property)| property.is_none()).map(|(heading, _)| heading.clone()).collect();
        let mut judge = Judge {
            devices: self,
            caller,
            organisations: Organisations::read(self),
            default,
            import: Import { rows: table.rows.len(), ignored, ..Import::default() },
            columns,
            new_devices: HashMap::new(),
            codes: HashSet::new(),
            streams: HashSet::new(),
            ids: HashSet::new(),
        };
        judge.heading();
        table.rows.iter().for_each(|row| judge.row(row));
        let mut import = judge.import;
        let changes = ChannelChanges::from(import.plan);
        import.over = self.over_licence(&changes);
        import.plan = changes.into();
        import
    }

    /// Channels that the caller may see as a table that can be imported again, without passwords; addresses only where the caller
    /// may see devices.
    pub fn export(&self, caller: &Caller, organisation: Option<OrganisationId>, filter: &ChannelFilter) -> Table {
        let rows = self.channels(caller, organisation, true, filter);
        let organisations = Organisations::read(self);
        let details: Vec<Details> = rows.iter().map(|row| Details::of(row)).collect();
        let custom: BTreeSet<&str> = details.iter().flat_map(|each| each.custom.keys().map(String::as_str)).collect();
        let mut properties: Vec<String> =
            COLUMNS.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "password").collect();
        properties.extend(custom.into_iter().map(|name| format!("{}{name}", CUSTOM[0])));
        let mut sees: HashMap<OrganisationId, bool> = HashMap::new();
        let known = self.read();
        let nothing = Arc::new(DeviceRow::default());
        let lines = rows.iter().zip(&details).zip(2..).map(|((row, details), number)| {
            let place = row.organisation_id;
            let sees = *sees.entry(place).or_insert_with(|| caller.may_for(Action::View, Kind::Device, place));
            let device = known.device(row.device_id).filter(|_| sees).unwrap_or(&nothing);
            let hidden = ChannelRow { main_address: String::new(), sub_address: None, ..(**row).clone() };
            let row = if sees { row.as_ref() } else { &hidden };
            let path = organisations.paths.get(&place).map_or("", String::as_str);
            let cells = properties.iter().map(|property| columns::cell(row, device, details, path, property)).collect();
            Row { number, cells }
        });
        let rows = lines.collect();
        Table { heading: properties, rows }
    }
}

/// An empty table with its heading, in Chinese or English, and one example.
pub fn template(chinese: bool) -> Table {
    let examples: BTreeMap<&str, &str> = [
        ("name", if chinese { "沪蓉高速 K128+300 上行" } else { "G42 K128+300 up" }),
        ("road_code", "G42"),
        ("stake", "K128+300"),
        ("direction", if chinese { "上行" } else { "up" }),
        ("longitude", "118.9127"),
        ("latitude", "31.7642"),
        ("crs", "wgs84"),
        ("device_address", "rtsp://192.0.2.7:554"),
        ("username", "viewer"),
        ("main", "/Streaming/Channels/101"),
        ("sub", "/Streaming/Channels/102"),
    ]
    .into();
    let columns: Vec<_> = COLUMNS.iter().filter(|(name, _)| *name != "id").collect();
    let heading = columns.iter().map(|(name, zh)| if chinese { *zh } else { *name }.to_owned()).collect();
    let cells = columns.iter().map(|(name, _)| examples.get(name).copied().unwrap_or_default().to_owned()).collect();
    Table { heading, rows: vec![Row { number: 2, cells }] }
}

impl Judge<'_> {
    fn fault(&mut self, row: usize, property: Option<&str>, value: &str, text: impl Into<String>) {
        let column = property.and_then(|property| {
            let found = self.columns.iter().find(|(_, each)| each.as_deref() == Some(property));
            found.map(|(heading, _)| heading.clone())
        });
        if self.import.faults.len() < MAX_FAULTS {
            let value = value.chars().take(80).collect();
            self.import.faults.push(Fault { row, column, value, text: text.into() });
        }
    }

    fn heading(&mut self) {
        let mut seen = HashSet::new();
        let properties: Vec<_> = self.columns.clone();
        for (heading, property) in properties {
            if property.as_ref().is_some_and(|property| !seen.insert(property.clone())) {
                self.fault(1, None, &heading, "Two columns mean the same; keep one of them.");
            }
        }
        if !seen.contains("name") && !seen.contains("id") && !seen.contains("code") {
            self.fault(1, None, "", "One column must be the name of the channel: \"name\" or \"名称\".");
        }
    }

    fn cell<'r>(&self, row: &'r Row, property: &str) -> Option<&'r str> {
        let index = self.columns.iter().position(|(_, each)| each.as_deref() == Some(property))?;
        row.cells.get(index).map(String::as_str)
    }

    fn row(&mut self, row: &Row) {
        let before = self.import.faults.len();
        let judged = self.present(row).map(|present| match present {
            Some(present) => self.change(row, &present),
            None => self.add(row),
        });
        if judged.is_none() || self.import.faults.len() > before {
            self.import.refused += 1;
        }
    }

    /// The channel that a row is about: by its number, else by its code. `None`: what it names is not there.
    #[expect(clippy::option_option, reason = "not there is not the same as a new one")]
    fn present(&mut self, row: &Row) -> Option<Option<Arc<ChannelRow>>> {
        let id = match self.cell(row, "id").filter(|cell| !cell.is_empty()) {
            Some(cell) => {
                let found = cell.parse().ok().and_then(|id| self.devices.channel(self.caller, id).ok());
                if found.is_none() {
                    self.fault(
                        row.number,
                        Some("id"),
                        cell,
                        "There is no such channel; leave this empty for a new one.",
                    );
                    return None;
                }
                found
            }
            None => {
                let code = self.cell(row, "code").filter(|cell| !cell.is_empty());
                let id = code.and_then(|code| self.devices.read().by_code(code));
                id.and_then(|id| self.devices.channel(self.caller, id).ok())
            }
        };
        if let Some(found) = &id
            && !self.ids.insert(found.id)
        {
            self.fault(row.number, None, &found.name, "The table has this channel twice.");
            return None;
        }
        Some(id)
    }

    fn organisation(&mut self, row: &Row, otherwise: OrganisationId) -> Option<OrganisationId> {
        let Some(cell) = self.cell(row, "organisation").filter(|cell| !cell.is_empty()) else { return Some(otherwise) };
        match self.organisations.find(cell) {
            Ok(id) => Some(id),
            Err(text) => {
                self.fault(row.number, Some("organisation"), cell, text);
                None
            }
        }
    }

    /// Writes all cells of a row into a channel.
    fn fill(&mut self, row: &Row, channel: &mut ChannelRow) {
        let mut details = Details::of(channel);
        let columns = self.columns.clone();
        for ((_, property), cell) in columns.iter().zip(&row.cells) {
            let Some(property) = property else { continue };
            if let Err(text) = columns::set_channel(channel, &mut details, property, cell) {
                self.fault(row.number, Some(property), cell, text);
            }
        }
        channel.details = details.to_text();
        if let Err(text) = columns::settle_place(channel) {
            let cell = self.cell(row, "longitude").unwrap_or_default();
            self.fault(row.number, Some("longitude"), cell, text);
        }
    }

    fn change(&mut self, row: &Row, present: &ChannelRow) {
        let mut changed = present.clone();
        self.fill(row, &mut changed);
        if let Some(organisation) = self.organisation(row, present.organisation_id) {
            changed.organisation_id = organisation;
        }
        let device = self.devices.read().device(present.device_id).cloned().unwrap_or_default();
        self.check_device_cells(row, &device);
        self.check_channel(row, &device, &changed);
        if changed == *present {
            self.import.unchanged += 1;
        } else {
            self.import.plan.changed.push(changed);
        }
    }

    /// A table changes channels; what it says of their devices must be so.
    fn check_device_cells(&mut self, row: &Row, device: &DeviceRow) {
        if !self.caller.may_for(Action::View, Kind::Device, device.organisation_id) {
            return;
        }
        let columns = self.columns.clone();
        for ((_, property), cell) in columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
            let Some(property) = property.as_deref().filter(|property| *property != "password") else { continue };
            let mut other = device.clone();
            if columns::set_device(&mut other, property, cell) && other != *device {
                self.fault(row.number, Some(property), cell, "The device is otherwise; change the device itself.");
            }
        }
    }

    fn add(&mut self, row: &Row) {
        let Some(organisation) = self.organisation(row, self.default) else { return };
        let mut channel = ChannelRow {
            organisation_id: organisation,
            kind: "video".to_owned(),
            enabled: true,
            created_at: unix_now(),
            details: "{}".to_owned(),
            ..ChannelRow::default()
        };
        self.fill(row, &mut channel);
        let mut device = DeviceRow {
            organisation_id: organisation,
            driver: "url".to_owned(),
            enabled: true,
            created_at: channel.created_at,
            ..DeviceRow::default()
        };
        let columns = self.columns.clone();
        for ((_, property), cell) in columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
            let _of_a_channel = property.as_deref().map(|property| columns::set_device(&mut device, property, cell));
        }
        if device.name.is_empty() {
            channel.name.clone_into(&mut device.name);
        }
        let key = (organisation, device.name.clone());
        let stored = self.devices.read().device_named(key.0, &key.1).cloned();
        if let Some(stored) = stored {
            self.check_device_cells(row, &stored);
            self.check_channel(row, &stored, &channel);
            self.import.plan.added.push(ChannelRow { device_id: stored.id, ..channel });
            return;
        }
        self.check_channel(row, &device, &channel);
        let next = self.import.plan.devices.len();
        let index = *self.new_devices.entry(key).or_insert(next);
        if index == next {
            if let Err(error) = self.devices.check_new_device(self.caller, &device) {
                let property = if error.field() == Some("name") { "device" } else { error.field().unwrap_or("device") };
                let property = if property == "address" { "device_address" } else { property };
                let cell = self.cell(row, property).unwrap_or_default();
                self.fault(row.number, Some(property), cell, error.to_string());
            }
            self.import.plan.devices.push((device, vec![channel]));
        } else {
            self.import.plan.devices[index].1.push(channel);
        }
    }

    fn check_channel(&mut self, row: &Row, device: &DeviceRow, channel: &ChannelRow) {
        for error in self.devices.faults(self.caller, device, channel) {
            let property = error.field().map(column_of);
            let cell = property.and_then(|property| self.cell(row, property)).unwrap_or_default();
            self.fault(row.number, property, cell, error.to_string());
        }
        let code = channel.code.clone().filter(|code| !self.codes.insert(code.clone()));
        if let Some(code) = code {
            self.fault(row.number, Some("code"), &code, "The table has this code twice.");
        }
        for (property, named) in [("main_stream", &channel.main_stream), ("sub_stream", &channel.sub_stream)] {
            if let Some(name) = named
                && !self.streams.insert(name.clone())
            {
                self.fault(row.number, Some(property), name, "The table has this stream twice.");
            }
        }
    }
}

/// The column that holds a field of the interface.
fn column_of(field: &'static str) -> &'static str {
    match field {
        "road.code" => "road_code",
        "road.name" => "road_name",
        "road.direction" => "direction",
        "road.carriageway" => "carriageway",
        "main.address" => "main",
        "sub.address" => "sub",
        "main.stream" => "main_stream",
        "sub.stream" => "sub_stream",
        "address" => "device_address",
        other => other.strip_prefix("maintenance.").unwrap_or(other),
    }
}
