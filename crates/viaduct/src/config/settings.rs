//! Typed settings.

mod gb28181;
mod oidc;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use gateway::{HlsConfig, Limits, Listen, MulticastConfig, Protocol};
use hub::StreamOptions;
use platform::accounts::SessionLife;
use platform::clock::{self, TimeZone};
use platform::licence::IssuerKey;
use platform::snapshots::Keeping;
use toml::Value;
use vision::WorkerConfig;

use super::{KEYS, Values};
pub(crate) use gb28181::Gb28181Config;
pub(crate) use oidc::OidcConfig;

/// Media workers where no number is configured, on machines of more processors: media comes first.
const MOST_WORKERS_UNASKED: usize = 2;

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The configuration in the types of those who use it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) public_host: Option<String>,
    /// What schedules are read in.
    pub(crate) time_zone: TimeZone,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) listeners: Vec<Listen>,
    /// Where RTP is received by UDP.
    pub(crate) rtsp_udp: Option<SocketAddr>,
    pub(crate) webrtc: Option<SocketAddr>,
    /// Told to WebRTC peers before the addresses of this machine.
    pub(crate) webrtc_public: Vec<IpAddr>,
    /// `None`: off.
    pub(crate) gb28181: Option<Gb28181Config>,
    pub(crate) multicast: Option<MulticastConfig>,
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) admin_password: Option<String>,
    pub(crate) session_life: SessionLife,
    pub(crate) oidc: Option<OidcConfig>,
    /// PostgreSQL; without one, SQLite in the data folder.
    pub(crate) database_url: Option<String>,
    pub(crate) media_shards: usize,
    pub(crate) worker: WorkerConfig,
    pub(crate) keeping: Keeping,
    /// Recordings that were fetched from devices.
    pub(crate) downloads: Keeping,
    pub(crate) merge_window: Duration,
    pub(crate) play_wait: Duration,
    pub(crate) streams: StreamOptions,
    pub(crate) hls: HlsConfig,
    pub(crate) limits: Limits,
    pub(crate) pull_allow: Vec<String>,
    pub(crate) pull_connections_per_host: usize,
    /// Whose licences are accepted.
    pub(crate) issuer_key: Option<IssuerKey>,
    pub(crate) log_level: String,
    pub(crate) log_format: LogFormat,
}

impl Settings {
    /// Checks ranges and forms.
    pub(crate) fn from_values(values: &Values) -> anyhow::Result<Self> {
        for key in KEYS {
            key.check_range(values.get(key.name).0)?;
        }
        let reader = Reader { values };
        let shards = reader.number("media.shards")?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            public_host: reader.text("server.public_host"),
            time_zone: clock::time_zone(reader.text("server.time_zone").as_deref()).context("server.time_zone")?,
            trusted_proxies: reader.parsed_list("server.trusted_proxies", "IP addresses")?,
            listeners: reader.listeners()?,
            rtsp_udp: reader.address("rtsp.udp_listen")?,
            webrtc: reader.address("webrtc.listen")?,
            webrtc_public: reader.parsed_list("webrtc.public_addresses", "IP addresses")?,
            gb28181: gb28181::read(&reader)?,
            multicast: reader.multicast()?,
            certificate: reader.certificate()?,
            admin_password: reader.text("auth.admin_password"),
            session_life: reader.session_life()?,
            oidc: oidc::read(&reader)?,
            database_url: reader.database_url()?,
            media_shards: if shards == 0 { processors } else { usize::try_from(shards)? },
            worker: reader.worker(processors)?,
            keeping: reader.keeping("snapshots.keep_days", "snapshots.max_bytes")?,
            downloads: reader.keeping("downloads.keep_days", "downloads.max_bytes")?,
            merge_window: reader.millis("media.merge_window_ms")?,
            play_wait: reader.millis("streams.play_wait_ms")?,
            streams: StreamOptions {
                gop_cap_bytes: usize::try_from(reader.number("streams.gop_cap_bytes")?)?,
                publisher_grace: reader.millis("streams.publisher_grace_ms")?,
                idle_close: reader.millis("streams.idle_close_ms")?,
                interleave_wait: reader.millis("streams.interleave_wait_ms")?,
                replace_publisher: reader.flag("streams.replace_publisher"),
                ..StreamOptions::default()
            },
            hls: HlsConfig {
                segment: Duration::from_millis(reader.number("hls.segment_ms")?),
                part: Duration::from_millis(reader.number("hls.part_ms")?),
                segments: usize::try_from(reader.number("hls.segments")?)?,
            },
            limits: Limits {
                handshake: Duration::from_millis(reader.number("limits.handshake_ms")?),
                publisher_idle: Duration::from_millis(reader.number("limits.publisher_idle_ms")?),
                connections: usize::try_from(reader.number("limits.connections")?)?,
                connections_per_address: usize::try_from(reader.number("limits.connections_per_address")?)?,
            },
            pull_allow: reader.list("pull.allow"),
            pull_connections_per_host: usize::try_from(reader.number("pull.connections_per_host")?)?,
            issuer_key: reader.issuer_key()?,
            log_level: reader.text("log.level").unwrap_or_else(|| "info".to_owned()),
            log_format: if reader.text("log.format").as_deref() == Some("json") {
                LogFormat::Json
            } else {
                LogFormat::Text
            },
        })
    }
}

struct Reader<'a> {
    values: &'a Values,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.values.get(key).0.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// How long and how much is kept of something.
    fn keeping(&self, days: &'static str, max_bytes: &'static str) -> anyhow::Result<Keeping> {
        Ok(Keeping { days: u32::try_from(self.number(days)?)?, max_bytes: self.number(max_bytes)? })
    }

    fn session_life(&self) -> anyhow::Result<SessionLife> {
        let idle_minutes = i64::try_from(self.number("auth.session_idle_minutes")?)?;
        let max_days = i64::try_from(self.number("auth.session_max_days")?)?;
        Ok(SessionLife { idle_s: idle_minutes * 60, max_s: (max_days > 0).then_some(max_days * 86_400) })
    }

    fn database_url(&self) -> anyhow::Result<Option<String>> {
        let url = self.text("database.url");
        if let Some(url) = &url
            && !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
        {
            bail!("database.url begins with postgres://, or is empty for SQLite in the data folder");
        }
        Ok(url)
    }

    fn issuer_key(&self) -> anyhow::Result<Option<IssuerKey>> {
        let key = self.text("licence.issuer_key").map(|text| text.parse());
        key.transpose().context("licence.issuer_key")
    }

    fn worker(&self, processors: usize) -> anyhow::Result<WorkerConfig> {
        let workers = usize::try_from(self.number("media.workers")?)?;
        let beside = || std::env::current_exe().map(|program| WorkerConfig::beside(&program));
        let named = self.text("media.worker_path").map(PathBuf::from);
        Ok(WorkerConfig {
            program: named.map_or_else(beside, Ok).context("media.worker_path")?,
            workers: if workers == 0 { processors.min(MOST_WORKERS_UNASKED) } else { workers },
            font: self.text("media.font").map(PathBuf::from),
        })
    }

    fn flag(&self, key: &str) -> bool {
        self.values.get(key).0.as_bool().unwrap_or_default()
    }

    fn list(&self, key: &str) -> Vec<String> {
        let items = self.values.get(key).0.as_array();
        items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn parsed_list<T: std::str::FromStr>(&self, key: &str, what: &str) -> anyhow::Result<Vec<T>> {
        self.list(key)
            .iter()
            .map(|text| text.parse().ok().with_context(|| format!("{key} takes {what}, not {text:?}")))
            .collect()
    }

    fn number(&self, key: &str) -> anyhow::Result<u64> {
        let value = self.values.get(key).0.as_integer().unwrap_or_default();
        u64::try_from(value).with_context(|| format!("{key} is {value}, but must not be negative"))
    }

    fn millis(&self, key: &str) -> anyhow::Result<Duration> {
        Ok(Duration::from_millis(self.number(key)?))
    }

    fn listeners(&self) -> anyhow::Result<Vec<Listen>> {
        let mut listeners = Vec::new();
        for protocol in
            [Protocol::Http, Protocol::Https, Protocol::Rtsp, Protocol::Rtsps, Protocol::Rtmp, Protocol::Rtmps]
        {
            let key = format!("{}.listen", protocol.as_str());
            let Some(address) = self.address(&key)? else { continue };
            listeners.push(Listen { protocol, address });
        }
        Ok(listeners)
    }

    fn address(&self, key: &str) -> anyhow::Result<Option<SocketAddr>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let address = text
            .parse()
            .with_context(|| format!("{key} takes ip:port such as 0.0.0.0:8080 or [::]:8080, not {text:?}"))?;
        Ok(Some(address))
    }

    fn multicast(&self) -> anyhow::Result<Option<MulticastConfig>> {
        let Some(text) = self.text("rtsp.multicast") else { return Ok(None) };
        let network: ipnet::Ipv4Net = text
            .parse()
            .with_context(|| format!("rtsp.multicast takes a network such as 239.1.0.0/24, not {text:?}"))?;
        anyhow::ensure!(
            network.network().is_multicast() && network.broadcast().is_multicast(),
            "rtsp.multicast takes multicast addresses, 224.0.0.0/4, not {text:?}"
        );
        let interface = self.text("rtsp.multicast_interface");
        let interface = interface.map(|text| {
            text.parse().with_context(|| format!("rtsp.multicast_interface takes an IPv4 address, not {text:?}"))
        });
        Ok(Some(MulticastConfig {
            network,
            port: u16::try_from(self.number("rtsp.multicast_port")?)?,
            ttl: u8::try_from(self.number("rtsp.multicast_ttl")?)?,
            interface: interface.transpose()?,
        }))
    }

    fn certificate(&self) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
        match (self.text("tls.certificate"), self.text("tls.key")) {
            (Some(certificate), Some(key)) => Ok(Some((certificate.into(), key.into()))),
            (None, None) => Ok(None),
            _ => bail!("tls.certificate and tls.key belong together: set both or none"),
        }
    }
}
