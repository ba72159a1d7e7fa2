//! What a peer asks for.

use container::amf0::{Object, Value};

use crate::command::{Command, split_query};
use crate::error::Error;

/// Bytes of one name, URL or query.
const MAX_TEXT_LEN: usize = 2048;
/// FourCCs that a peer may list.
const MAX_FOUR_CCS: usize = 32;

/// `connect`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectRequest {
    /// Application, without surrounding slashes and query; may be `app/instance`.
    pub app: Box<str>,
    /// What followed `?` in the application or, failing that, in the URL.
    pub query: Option<Box<str>>,
    /// The URL that the peer connected to, as it says; names the virtual host.
    pub tc_url: Option<Box<str>>,
    /// The peer's program.
    pub flash_version: Option<Box<str>>,
    /// The page that a browser plug-in was on.
    pub page_url: Option<Box<str>>,
    /// FourCCs of enhanced RTMP that the peer lists; `*` stands for all.
    pub four_ccs: Vec<Box<str>>,
    /// `capsEx` of enhanced RTMP v2, 0 when absent.
    pub caps_ex: u32,
}

/// `publish`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishRequest {
    /// Application as in `connect`.
    pub app: Box<str>,
    /// Stream name without query. Not validated.
    pub name: Box<str>,
    /// Queries of the name and the application, joined by `&`.
    pub query: Option<Box<str>>,
    /// What the publisher asks the server to do with the stream.
    pub mode: PublishMode,
}

/// The publishing type (§7.2.2.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PublishMode {
    /// Live only.
    #[default]
    Live,
    /// Live, and recorded anew.
    Record,
    /// Live, and appended to an earlier recording.
    Append,
}

/// `play`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayRequest {
    /// Application as in `connect`.
    pub app: Box<str>,
    /// Stream name without query. Not validated.
    pub name: Box<str>,
    /// Queries of the name and the application, joined by `&`.
    pub query: Option<Box<str>>,
}

impl ConnectRequest {
    pub(super) fn parse(command: &Command) -> Result<Self, Error> {
        let empty = Object::new();
        let object = command.object.as_object().unwrap_or(&empty);
        let text = |argument: &'static str| -> Result<Option<Box<str>>, Error> {
            match object.text(argument) {
                Some(text) if text.len() > MAX_TEXT_LEN => Err(Error::Argument { command: "connect", argument }),
                text => Ok(text.map(Into::into)),
            }
        };
        let app = text("app")?.unwrap_or_default();
        let tc_url = text("tcUrl")?;
        let (app, query) = split_query(&app);
        let query = query.or_else(|| split_query(tc_url.as_deref()?).1);
        Ok(Self {
            app: app.trim_matches('/').into(),
            query: query.map(Into::into),
            flash_version: text("flashVer")?,
            page_url: text("pageUrl")?,
            four_ccs: four_ccs(object),
            caps_ex: object.number("capsEx").map_or(0, bits),
            tc_url,
        })
    }
}

/// Enhanced RTMP v1 lists FourCCs; v2 has maps from them to what the peer can do.
fn four_ccs(object: &Object) -> Vec<Box<str>> {
    let listed = match object.get("fourCcList") {
        Some(Value::StrictArray(values)) => &values[..],
        _ => &[],
    };
    let listed = listed.iter().filter_map(Value::as_str);
    let maps = ["videoFourCcInfoMap", "audioFourCcInfoMap"];
    let mapped =
        maps.iter().filter_map(|name| object.get(name)?.as_object()).flat_map(|map| map.iter().map(|(id, _)| id));
    listed.chain(mapped).filter(|id| matches!(id.len(), 1 | 4)).take(MAX_FOUR_CCS).map(Into::into).collect()
}

/// A bit field that travels as a double.
fn bits(number: f64) -> u32 {
    // `as` saturates and makes 0 of what is not a number: what a tolerant reader wants.
    number as u32
}

impl PublishRequest {
    pub(super) fn parse(command: &Command, app: &str, app_query: Option<&str>) -> Result<Self, Error> {
        let (app, name, query) = stream_name("publish", command, app, app_query)?;
        let mode = match command.text(1) {
            Some("record") => PublishMode::Record,
            Some("append") => PublishMode::Append,
            _ => PublishMode::Live,
        };
        Ok(Self { app, name, query, mode })
    }
}

impl PlayRequest {
    pub(super) fn parse(command: &Command, app: &str, app_query: Option<&str>) -> Result<Self, Error> {
        let (app, name, query) = stream_name("play", command, app, app_query)?;
        Ok(Self { app, name, query })
    }
}

type Named = (Box<str>, Box<str>, Option<Box<str>>);

fn stream_name(
    command_name: &'static str,
    command: &Command,
    app: &str,
    app_query: Option<&str>,
) -> Result<Named, Error> {
    let bad = Error::Argument { command: command_name, argument: "name" };
    let text = command.text(0).filter(|text| text.len() <= MAX_TEXT_LEN).ok_or(bad)?;
    let (name, name_query) = split_query(text);
    let name = name.trim_matches('/');
    let query = match (name_query, app_query) {
        (Some(name), Some(app)) => Some(format!("{name}&{app}").into()),
        (query, None) | (None, query) => query.map(Into::into),
    };
    // Some drones put the whole path into the application and leave the name empty.
    if name.is_empty()
        && let Some((app, name)) = app.rsplit_once('/')
    {
        return Ok((app.into(), name.into(), query));
    }
    Ok((app.into(), name.into(), query))
}
