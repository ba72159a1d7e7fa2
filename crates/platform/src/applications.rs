//! Rules for streams by name: who may publish and play, which outputs are on, how the stream behaves.
//!
//! All rules whose pattern fits a stream apply; where several set the same thing the most specific one wins, and
//! what none sets comes from the configuration.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base::ErrorKind;
use db::{ApplicationRow, Database, DbError};
use hub::{StreamKey, StreamOptions, StreamRules};

use crate::pattern::{BadPattern, Pattern};
use crate::unix_now;

/// Rules at a time: they are looked through for every session.
pub const MAX_RULES: usize = 1000;
/// Origins of one rule.
pub const MAX_ORIGINS: usize = 8;

/// How a session is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Anybody; a token that is given must be good all the same.
    Open,
    /// With a stream token.
    Token,
    /// Nobody.
    Off,
}

impl Admission {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Token => "token",
            Self::Off => "off",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Token, Self::Off].into_iter().find(|each| each.as_str() == text)
    }
}

/// A family of outputs that can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// RTMP and RTMPS.
    Rtmp,
    /// RTSP and RTSPS over any transport.
    Rtsp,
    /// FLV over HTTP and WebSocket.
    Flv,
    /// Fragmented MP4 over HTTP and WebSocket.
    Fmp4,
    /// MPEG-TS over HTTP and WebSocket.
    Ts,
    /// HLS.
    Hls,
    /// MPEG-DASH.
    Dash,
    /// WebRTC.
    Webrtc,
}

impl Output {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Rtmp, Self::Rtsp, Self::Flv, Self::Fmp4, Self::Ts, Self::Hls, Self::Dash, Self::Webrtc];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rtmp => "rtmp",
            Self::Rtsp => "rtsp",
            Self::Flv => "flv",
            Self::Fmp4 => "fmp4",
            Self::Ts => "ts",
            Self::Hls => "hls",
            Self::Dash => "dash",
            Self::Webrtc => "webrtc",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == text)
    }

    /// The family that a session's protocol belongs to ("rtmps", "ws-flv", "hls-ts", ...).
    pub fn of_protocol(protocol: &str) -> Option<Self> {
        match protocol {
            _ if protocol.starts_with("rtmp") => Some(Self::Rtmp),
            _ if protocol.starts_with("rtsp") => Some(Self::Rtsp),
            _ if protocol.starts_with("hls") || protocol == "ll-hls" => Some(Self::Hls),
            "dash" => Some(Self::Dash),
            "webrtc" => Some(Self::Webrtc),
            _ if protocol.ends_with("flv") => Some(Self::Flv),
            _ if protocol.ends_with("fmp4") => Some(Self::Fmp4),
            // The player's own decoder, which is fed by WebSocket.
            "software" => Some(Self::Fmp4),
            _ if protocol.ends_with("ts") => Some(Self::Ts),
            _ => None,
        }
    }
}

/// What a rule sets; `None` leaves it to a wider pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// Who may publish.
    pub publish: Option<Admission>,
    /// Who may play.
    pub play: Option<Admission>,
    /// The outputs that are on.
    pub outputs: Option<Vec<Output>>,
    /// Whether sound is taken.
    pub keep_audio: Option<bool>,
    /// Writes to a viewer are at least this far apart: 0 to 500 ms.
    pub merge_window: Option<Duration>,
    /// How long viewers are kept after a publisher is gone: up to 10 min.
    pub publisher_grace: Option<Duration>,
    /// How long an on-demand source runs without viewers: up to 1 h.
    pub idle_close: Option<Duration>,
    /// Bytes of one GOP that are cached: 64 KiB to 1 GiB.
    pub gop_cap_bytes: Option<usize>,
    /// Longest hold of a frame for interleaving: up to 1 s.
    pub interleave_wait: Option<Duration>,
    /// Whether a second publisher takes over.
    pub replace_publisher: Option<bool>,
    /// Where streams that nobody publishes here are pulled from: URLs with places for the name, the preferred one
    /// first; up to [`MAX_ORIGINS`].
    pub origins: Option<Vec<String>>,
    /// Whether segments of HLS are encrypted; then there are no low-latency parts.
    pub encrypt_hls: Option<bool>,
    /// The file that viewers see while there is no publisher; empty for none.
    pub slate: Option<String>,
    /// Whether HLS and DASH are cut from the first frame on, before anybody asks.
    pub hls_always: Option<bool>,
    /// Whether streams are to be recorded. This server has no recorder yet: other systems are told.
    pub record: Option<bool>,
}

impl RuleSettings {
    /// What is not set here is taken from `wider`.
    fn or(self, wider: &Self) -> Self {
        Self {
            publish: self.publish.or(wider.publish),
            play: self.play.or(wider.play),
            outputs: self.outputs.or_else(|| wider.outputs.clone()),
            keep_audio: self.keep_audio.or(wider.keep_audio),
            merge_window: self.merge_window.or(wider.merge_window),
            publisher_grace: self.publisher_grace.or(wider.publisher_grace),
            idle_close: self.idle_close.or(wider.idle_close),
            gop_cap_bytes: self.gop_cap_bytes.or(wider.gop_cap_bytes),
            interleave_wait: self.interleave_wait.or(wider.interleave_wait),
            replace_publisher: self.replace_publisher.or(wider.replace_publisher),
            origins: self.origins.or_else(|| wider.origins.clone()),
            encrypt_hls: self.encrypt_hls.or(wider.encrypt_hls),
            slate: self.slate.or_else(|| wider.slate.clone()),
            hls_always: self.hls_always.or(wider.hls_always),
            record: self.record.or(wider.record),
        }
    }

    /// Whether streams are to be recorded; not unless a rule says so.
    pub fn records(&self) -> bool {
        self.record.unwrap_or(false)
    }

    /// Whether HLS and DASH are cut before anybody asks; not unless a rule says so.
    pub fn cuts_always(&self) -> bool {
        self.hls_always.unwrap_or(false)
    }

    /// Whether a family of outputs is on.
    pub fn permits(&self, output: Output) -> bool {
        self.outputs.as_ref().is_none_or(|outputs| outputs.contains(&output))
    }

    /// Whether a session of this protocol may play; a protocol of no family always may.
    pub fn permits_protocol(&self, protocol: &str) -> bool {
        Output::of_protocol(protocol).is_none_or(|output| self.permits(output))
    }

    fn apply(&self, base: &StreamOptions) -> StreamOptions {
        StreamOptions {
            gop_cap_bytes: self.gop_cap_bytes.unwrap_or(base.gop_cap_bytes),
            publisher_grace: self.publisher_grace.unwrap_or(base.publisher_grace),
            idle_close: self.idle_close.unwrap_or(base.idle_close),
            interleave_wait: self.interleave_wait.unwrap_or(base.interleave_wait),
            replace_publisher: self.replace_publisher.unwrap_or(base.replace_publisher),
            keep_audio: self.keep_audio.unwrap_or(base.keep_audio),
            merge_window: self.merge_window.or(base.merge_window),
            encrypt_segments: self.encrypt_hls.unwrap_or(base.encrypt_segments),
            ..base.clone()
        }
    }

    fn check(&self) -> Result<(), RuleError> {
        let millis = |field, value: Option<Duration>, max_ms| match value {
            Some(value) if value > Duration::from_millis(max_ms) => {
                Err(RuleError::Range { field, min: 0, max: max_ms })
            }
            _ => Ok(()),
        };
        millis("merge_window_ms", self.merge_window, 500)?;
        millis("publisher_grace_ms", self.publisher_grace, 600_000)?;
        millis("idle_close_ms", self.idle_close, 3_600_000)?;
        millis("interleave_wait_ms", self.interleave_wait, 1000)?;
        if self.origins.as_ref().is_some_and(|origins| origins.len() > MAX_ORIGINS) {
            return Err(RuleError::Range { field: "origins", min: 0, max: MAX_ORIGINS as u64 });
        }
        match self.gop_cap_bytes {
            Some(bytes) if !(65_536..=1 << 30).contains(&bytes) => {
                Err(RuleError::Range { field: "gop_cap_bytes", min: 65_536, max: 1 << 30 })
            }
            _ => Ok(()),
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Chosen by the database.
    pub id: i64,
    /// Which streams.
    pub pattern: Pattern,
    /// What it sets.
    pub settings: RuleSettings,
    /// Unix seconds.
    pub created_at: i64,
}

/// Why a rule was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The pattern is not one.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// A number is out of range.
    #[error("{field} must be {min} to {max}.")]
    Range {
        /// Which.
        field: &'static str,
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// A word is not one of those that are known.
    #[error("{field} cannot be {value:?}.")]
    Word {
        /// Which.
        field: &'static str,
        /// What was given.
        value: String,
    },
    /// The pattern has a rule.
    #[error("There is a rule for this pattern already; change that one.")]
    Exists,
    /// No such rule.
    #[error("There is no such rule.")]
    NotFound,
    /// [`MAX_RULES`] exist.
    #[error("There are {MAX_RULES} rules already.")]
    TooMany,
    /// Storage failed.
    #[error("The rules cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl RuleError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Pattern(_) | Self::Range { .. } | Self::Word { .. } => ErrorKind::InvalidInput,
            Self::Exists => ErrorKind::Conflict,
            Self::NotFound => ErrorKind::NotFound,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Pattern(_) | Self::Exists => Some("pattern"),
            Self::Range { field, .. } | Self::Word { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl From<DbError> for RuleError {
    fn from(error: DbError) -> Self {
        if matches!(error, DbError::Exists) { Self::Exists } else { Self::Storage(error) }
    }
}

/// All rules: stored, and at hand for every session and stream.
#[derive(Debug)]
pub struct Applications {
    database: Database,
    /// Most specific first.
    rules: RwLock<Arc<[Rule]>>,
    base: RwLock<StreamOptions>,
}

impl Applications {
    /// Reads the stored rules; `base` is what the configuration says.
    ///
    /// # Errors
    /// [`RuleError::Storage`].
    pub async fn open(database: Database, base: StreamOptions) -> Result<Self, RuleError> {
        let applications = Self { database, rules: RwLock::new(Arc::new([])), base: RwLock::new(base) };
        applications.read().await?;
        Ok(applications)
    }

    async fn read(&self) -> Result<(), RuleError> {
        let rows = self.database.applications().await?;
        let mut rules = rows.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.pattern.specificity()));
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules.into();
        Ok(())
    }

    /// Changes what the configuration says.
    pub fn set_base(&self, base: StreamOptions) {
        *self.base.write().unwrap_or_else(PoisonError::into_inner) = base;
    }

    /// What streams take where no rule says otherwise.
    pub fn base(&self) -> StreamOptions {
        self.base.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All rules, most specific first.
    pub fn rules(&self) -> Arc<[Rule]> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What holds for a stream, all rules taken together.
    pub fn effective(&self, key: &StreamKey) -> RuleSettings {
        let rules = self.rules();
        let fitting = rules.iter().filter(|rule| rule.pattern.fits(key));
        fitting.fold(RuleSettings::default(), |settings, rule| settings.or(&rule.settings))
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// When it is not valid or its pattern has one.
    pub async fn add(&self, pattern: Pattern, settings: RuleSettings) -> Result<Rule, RuleError> {
        settings.check()?;
        if self.rules().len() >= MAX_RULES {
            return Err(RuleError::TooMany);
        }
        let mut rule = Rule { id: 0, pattern, settings, created_at: unix_now() };
        rule.id = self.database.add_application(&row(&rule)).await?;
        self.read().await?;
        Ok(rule)
    }

    /// Changes a rule. Streams that run keep the [`StreamOptions`] that they began with.
    ///
    /// # Errors
    /// When it is not valid, does not exist, or its pattern has another one.
    pub async fn change(&self, id: i64, pattern: Pattern, settings: RuleSettings) -> Result<Rule, RuleError> {
        settings.check()?;
        let old = self.rules().iter().find(|rule| rule.id == id).cloned().ok_or(RuleError::NotFound)?;
        let rule = Rule { pattern, settings, ..old };
        if !self.database.update_application(&row(&rule)).await? {
            return Err(RuleError::NotFound);
        }
        self.read().await?;
        Ok(rule)
    }

    /// Removes a rule.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove(&self, id: i64) -> Result<(), RuleError> {
        if !self.database.remove_application(id).await? {
            return Err(RuleError::NotFound);
        }
        self.read().await
    }
}

impl StreamRules for Applications {
    fn options(&self, key: &StreamKey) -> StreamOptions {
        self.effective(key).apply(&self.base())
    }
}

/// Reads words as the API and the database carry them.
///
/// # Errors
/// [`RuleError::Word`] names the field.
pub fn admission(field: &'static str, word: Option<&str>) -> Result<Option<Admission>, RuleError> {
    word.map(|word| Admission::parse(word).ok_or_else(|| RuleError::Word { field, value: word.to_owned() })).transpose()
}

/// As [`admission`], for families of outputs.
///
/// # Errors
/// [`RuleError::Word`] names the one that is not known.
pub fn outputs<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Output>, RuleError> {
    let unknown = |word: &str| RuleError::Word { field: "outputs", value: word.to_owned() };
    let mut outputs = words
        .into_iter()
        .map(|word| Output::parse(word).ok_or_else(|| unknown(word)))
        .collect::<Result<Vec<_>, _>>()?;
    outputs.sort_unstable();
    outputs.dedup();
    Ok(outputs)
}

/// As [`admission`], for what happens to sound: "keep" or "drop".
///
/// # Errors
/// [`RuleError::Word`].
pub fn keep_audio(word: Option<&str>) -> Result<Option<bool>, RuleError> {
    match word {
        None => Ok(None),
        Some("keep") => Ok(Some(true)),
        Some("drop") => Ok(Some(false)),
        Some(other) => Err(RuleError::Word { field: "audio", value: other.to_owned() }),
    }
}

/// The word for what happens to sound.
pub const fn audio_word(keep: bool) -> &'static str {
    if keep { "keep" } else { "drop" }
}

fn millis_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn row(rule: &Rule) -> ApplicationRow {
    let settings = &rule.settings;
    let words = |outputs: &Vec<Output>| outputs.iter().map(|each| each.as_str()).collect::<Vec<_>>().join(",");
    ApplicationRow {
        id: rule.id,
        pattern: rule.pattern.to_string(),
        publish: settings.publish.map(|each| each.as_str().to_owned()),
        play: settings.play.map(|each| each.as_str().to_owned()),
        outputs: settings.outputs.as_ref().map(words),
        audio: settings.keep_audio.map(|keep| audio_word(keep).to_owned()),
        merge_window_ms: settings.merge_window.map(millis_of),
        publisher_grace_ms: settings.publisher_grace.map(millis_of),
        idle_close_ms: settings.idle_close.map(millis_of),
        gop_cap_bytes: settings.gop_cap_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        interleave_wait_ms: settings.interleave_wait.map(millis_of),
        replace_publisher: settings.replace_publisher,
        origins: settings.origins.as_ref().map(|origins| origins.join("\n")),
        encrypt_hls: settings.encrypt_hls,
        slate: settings.slate.clone(),
        hls_always: settings.hls_always,
        record: settings.record,
        created_at: rule.created_at,
    }
}

fn rule(row: &ApplicationRow) -> Result<Rule, RuleError> {
    let millis = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).map(Duration::from_millis);
    let words = row.outputs.as_deref().map(|list| list.split(',').filter(|word| !word.is_empty()));
    Ok(Rule {
        id: row.id,
        pattern: row.pattern.parse()?,
        settings: RuleSettings {
            publish: admission("publish", row.publish.as_deref())?,
            play: admission("play", row.play.as_deref())?,
            outputs: words.map(outputs).transpose()?,
            keep_audio: keep_audio(row.audio.as_deref())?,
            merge_window: millis(row.merge_window_ms),
            publisher_grace: millis(row.publisher_grace_ms),
            idle_close: millis(row.idle_close_ms),
            gop_cap_bytes: row.gop_cap_bytes.and_then(|bytes| usize::try_from(bytes).ok()),
            interleave_wait: millis(row.interleave_wait_ms),
            replace_publisher: row.replace_publisher,
            origins: row.origins.as_deref().map(|origins| origins.lines().map(str::to_owned).collect()),
            encrypt_hls: row.encrypt_hls,
            slate: row.slate.clone(),
            hls_always: row.hls_always,
            record: row.record,
        },
        created_at: row.created_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> StreamKey {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_most_specific_pattern_wins_field_by_field() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
        let applications = Applications::open(database.clone(), StreamOptions::default()).await.unwrap();
        let grace = |seconds| Some(Duration::from_secs(seconds));
        let rules = [
            ("*/*", RuleSettings { publisher_grace: grace(1), play: Some(Admission::Open), ..Default::default() }),
            ("road/*", RuleSettings { publisher_grace: grace(2), keep_audio: Some(false), ..Default::default() }),
            ("road/k1*", RuleSettings { publisher_grace: grace(3), ..Default::default() }),
            ("road/k12", RuleSettings { play: Some(Admission::Off), ..Default::default() }),
        ];
        for (pattern, settings) in rules {
            applications.add(pattern.parse().unwrap(), settings).await.unwrap();
        }
        let effective = applications.effective(&key("road/k12"));
        assert_eq!(effective.publisher_grace, grace(3));
        assert_eq!((effective.play, effective.keep_audio), (Some(Admission::Off), Some(false)));
        assert_eq!(applications.options(&key("demo/x")).publisher_grace, Duration::from_secs(1));
        assert!(!applications.options(&key("road/x")).keep_audio);

        let again = Applications::open(database, StreamOptions::default()).await.unwrap();
        assert_eq!(again.rules(), applications.rules(), "they survive a restart");
        let id = again.rules()[0].id;
        again.remove(id).await.unwrap();
        assert!(matches!(again.remove(id).await, Err(RuleError::NotFound)));
        let clash = again.add("*/*".parse().unwrap(), RuleSettings::default()).await;
        assert!(matches!(clash, Err(RuleError::Exists)), "{clash:?}");
        let wide = RuleSettings { gop_cap_bytes: Some(1), ..Default::default() };
        assert!(matches!(again.add("a/b".parse().unwrap(), wide).await, Err(RuleError::Range { .. })));
    }

    #[test]
    fn protocols_belong_to_families() {
        let settings = RuleSettings { outputs: Some(vec![Output::Flv, Output::Hls]), ..Default::default() };
        for (protocol, permitted) in [
            ("http-flv", true),
            ("ws-flv", true),
            ("hls", true),
            ("hls-ts", true),
            ("hls-audio", true),
            ("ll-hls", true),
            ("dash", false),
            ("http-ts", false),
            ("rtsps", false),
            ("ws-fmp4", false),
            ("software", false),
        ] {
            assert_eq!(settings.permits_protocol(protocol), permitted, "{protocol}");
        }
        assert!(RuleSettings::default().permits_protocol("rtmp"));
    }
}
