//! Another system that pictures are sent to.

use bytes::Bytes;
use db::{SnapshotRow, UploadTargetRow};
use jiff::Timestamp;
use vision::Form;

use super::{Parcel, UploadError, UploadSender};

/// Longest name in characters.
const MAX_NAME: usize = 64;
/// Longest URL in bytes.
const MAX_URL: usize = 1024;
/// Header fields of one target.
const MAX_HEADERS: usize = 16;
/// Names of header fields that the sender writes itself.
const OWN_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "authorization"];

/// How pictures are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadKind {
    /// HTTP PUT of the file.
    HttpPut,
    /// HTTP POST of the file.
    HttpPost,
    /// HTTP POST of a form (`multipart/form-data`) with the file and what it is of.
    HttpForm,
    /// FTP, passive.
    Ftp,
}

impl UploadKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::HttpPut, Self::HttpPost, Self::HttpForm, Self::Ftp];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HttpPut => "http_put",
            Self::HttpPost => "http_post",
            Self::HttpForm => "http_form",
            Self::Ftp => "ftp",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One target.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Chosen by the database.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// How pictures are sent.
    pub kind: UploadKind,
    /// With places such as `{name}`, without credentials; one that ends in `/` is a folder.
    pub url: String,
    /// User name and password.
    pub username: Option<String>,
    /// For the other system; never shown.
    pub password: Option<String>,
    /// A bearer token; never shown.
    pub token: Option<String>,
    /// Further header fields.
    pub headers: Vec<(String, String)>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Increased by every change.
    pub version: i64,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "Target({} {} {url})", self.id, self.kind.as_str())
    }
}

/// A target as it was typed.
#[derive(Clone, Debug, Default)]
pub struct TargetInput {
    /// Unique.
    pub name: String,
    /// Identifier of a kind.
    pub kind: String,
    /// With places.
    pub url: String,
    /// For the other system.
    pub username: Option<String>,
    /// Absent: the stored one is kept, for the same user name.
    pub password: Option<String>,
    /// Absent: the stored one is kept; empty: none.
    pub token: Option<String>,
    /// Name and value.
    pub headers: Vec<(String, String)>,
    /// Whether anything is sent.
    pub enabled: bool,
}

impl Target {
    /// Checks what was typed; secrets that are absent are those of the stored target.
    pub(super) fn checked(
        input: TargetInput,
        stored: Option<&Self>,
        sender: &dyn UploadSender,
    ) -> Result<Self, UploadError> {
        let name = input.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(UploadError::field_of("name", format!("A target has a name of 1 to {MAX_NAME} characters.")));
        }
        let kind = UploadKind::parse(&input.kind)
            .ok_or_else(|| UploadError::field_of("kind", "The kind is http_put, http_post, http_form or ftp."))?;
        let url = input.url.trim().to_owned();
        if url.len() > MAX_URL {
            return Err(UploadError::field_of("url", format!("A URL has at most {MAX_URL} bytes.")));
        }
        if origin(&url).contains(['{', '}']) {
            return Err(UploadError::field_of("url", "Places may stand in the path and the query only."));
        }
        sender.check(kind, &expanded(&url, &Facts::sample())).map_err(|text| UploadError::field_of("url", text))?;
        // A secret is for the server that it was typed for.
        let stored = stored.filter(|stored| origin(&stored.url) == origin(&url));
        let username = input.username.filter(|text| !text.is_empty());
        let same_user = stored.filter(|stored| stored.username == username);
        Ok(Self {
            id: stored.map_or(0, |stored| stored.id),
            name,
            kind,
            url,
            password: input.password.or_else(|| same_user.and_then(|stored| stored.password.clone())),
            username,
            token: input.token.or_else(|| stored.and_then(|stored| stored.token.clone())).filter(|it| !it.is_empty()),
            headers: checked_headers(input.headers)?,
            enabled: input.enabled,
            created_at: stored.map_or(0, |stored| stored.created_at),
            version: 1,
        })
    }

    pub(super) fn of_row(row: UploadTargetRow) -> Option<Self> {
        let headers = row.headers.lines().filter_map(|line| line.split_once(": "));
        Some(Self {
            kind: UploadKind::parse(&row.kind)?,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            id: row.id,
            name: row.name,
            url: row.url,
            username: row.username,
            password: row.password,
            token: row.token,
            enabled: row.enabled,
            created_at: row.created_at,
            version: row.version,
        })
    }

    pub(super) fn to_row(&self) -> UploadTargetRow {
        UploadTargetRow {
            id: self.id,
            name: self.name.clone(),
            kind: self.kind.as_str().to_owned(),
            url: self.url.clone(),
            username: self.username.clone(),
            password: self.password.clone(),
            token: self.token.clone(),
            headers: self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
            enabled: self.enabled,
            created_at: self.created_at,
            version: self.version,
        }
    }

    /// A picture as it is sent here.
    pub(super) fn parcel(&self, row: &SnapshotRow, bytes: Bytes) -> Parcel {
        let facts = Facts::of(row);
        Parcel {
            url: expanded(&self.url, &facts),
            content_type: Form::parse(&row.form).unwrap_or(Form::Jpeg).content_type(),
            file_name: facts.file_name(),
            facts: facts.0,
            bytes,
        }
    }
}

/// Scheme, host and port of a URL, as it is written.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    &url[..url[start..].find('/').map_or(url.len(), |at| start + at)]
}

/// What a picture is of: what places in a URL stand for. Values have no character that means anything in a path.
struct Facts(Vec<(&'static str, String)>);

impl Facts {
    fn of(row: &SnapshotRow) -> Self {
        let taken = Timestamp::from_millisecond(row.taken_at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(vec![
            ("id", row.id.to_string()),
            ("vhost", row.vhost.clone()),
            ("app", row.app.clone()),
            ("name", row.name.clone()),
            ("date", taken.strftime("%Y%m%d").to_string()),
            ("time", taken.strftime("%H%M%S").to_string()),
            ("taken_at", taken.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            ("width", row.width.to_string()),
            ("height", row.height.to_string()),
            ("sha256", row.sha256.clone()),
            ("origin", row.origin.clone()),
            ("ext", row.form.clone()),
        ])
    }

    fn sample() -> Self {
        Self(["id", "vhost", "app", "name", "date", "time", "ext"].map(|name| (name, "1".to_owned())).to_vec())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// `road_k1_20261126_081500_7.jpg`.
    fn file_name(&self) -> String {
        let [app, name, date, time, id] = ["app", "name", "date", "time", "id"].map(|name| self.get(name));
        format!("{app}_{name}_{date}_{time}_{id}.{}", self.get("ext"))
    }
}

/// The URL for one picture: a folder gets a file name, places get what they stand for.
fn expanded(url: &str, facts: &Facts) -> String {
    let mut url = url.to_owned();
    if url.ends_with('/') {
        url += &facts.file_name();
    }
    for name in ["id", "vhost", "app", "name", "date", "time", "ext"] {
        url = url.replace(&format!("{{{name}}}"), facts.get(name));
    }
    url
}

fn checked_headers(headers: Vec<(String, String)>) -> Result<Vec<(String, String)>, UploadError> {
    if headers.len() > MAX_HEADERS {
        return Err(UploadError::field_of("headers", format!("A target has at most {MAX_HEADERS} header fields.")));
    }
    for (name, value) in &headers {
        let is_name = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let is_value = value.len() <= 512 && value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !is_name || !is_value || OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            let text = format!("{name:?} is no header field that can be set.");
            return Err(UploadError::field_of("headers", text));
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::BoxFuture;

    struct Any;

    impl UploadSender for Any {
        fn check(&self, _kind: UploadKind, url: &str) -> Result<(), String> {
            if url.contains('{') { Err("a place".to_owned()) } else { Ok(()) }
        }

        fn send<'a>(&'a self, _target: &'a Target, _parcel: Parcel) -> BoxFuture<'a, Result<(), String>> {
            Box::pin(async { Ok(()) })
        }
    }

    fn input(url: &str) -> TargetInput {
        TargetInput {
            name: " upper ".into(),
            kind: "ftp".into(),
            url: url.into(),
            username: Some("u".into()),
            password: Some("p".into()),
            token: Some("t".into()),
            ..Default::default()
        }
    }

    #[test]
    fn places_stand_for_what_the_picture_is_of_and_a_folder_gets_a_name() {
        let row = SnapshotRow {
            id: 7,
            vhost: "default".into(),
            app: "road".into(),
            name: "k1".into(),
            channel_id: None,
            taken_at_ms: 1_795_680_001_500,
            width: 2,
            height: 2,
            bytes: 3,
            form: "jpg".into(),
            sha256: String::new(),
            origin: "plan".into(),
            taken_by: "hourly".into(),
            plan_id: None,
            keep_until: None,
        };
        let url = |text: &str| expanded(text, &Facts::of(&row));
        assert_eq!(url("ftp://h/{date}/{app}/{name}.{ext}"), "ftp://h/20261126/road/k1.jpg");
        assert_eq!(url("http://h/in/"), "http://h/in/road_k1_20261126_080001_7.jpg");
    }

    #[test]
    fn secrets_are_kept_for_the_same_server_alone() {
        let stored = Target { id: 3, ..Target::checked(input("ftp://h:21/a"), None, &Any).unwrap() };
        let again = |url: &str, username: &str| {
            let input = TargetInput { password: None, token: None, username: Some(username.into()), ..input(url) };
            let target = Target::checked(input, Some(&stored), &Any).unwrap();
            (target.password.is_some(), target.token.is_some())
        };
        assert_eq!(again("ftp://h:21/b", "u"), (true, true));
        assert_eq!(again("ftp://h:21/b", "v"), (false, true));
        assert_eq!(again("ftp://evil/b", "u"), (false, false));
        assert_eq!(Target::of_row(stored.to_row()), Some(stored));
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        let field = |input: TargetInput| Target::checked(input, None, &Any).unwrap_err().field();
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(field(TargetInput { name: " ".into(), ..input("ftp://h/") }), Some("name"));
        assert_eq!(field(TargetInput { kind: "smtp".into(), ..input("ftp://h/") }), Some("kind"));
        assert_eq!(field(input("ftp://h/{unknown}")), Some("url"));
        assert_eq!(field(input("ftp://{name}/x")), Some("url"));
        assert_eq!(field(TargetInput { headers: header("Host", "x"), ..input("ftp://h/") }), Some("headers"));
        assert_eq!(field(TargetInput { headers: header("X-A", "a\r\nb"), ..input("ftp://h/") }), Some("headers"));
    }
}
