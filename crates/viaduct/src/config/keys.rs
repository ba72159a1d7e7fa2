//! Every configuration key.

use anyhow::{Context, bail};
use toml::Value;

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Flag,
    /// A list of texts; on the command line separated by commas.
    List,
}

/// Whether a change takes effect while running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reload {
    Live,
    Restart,
}

impl Reload {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Restart => "restart",
        }
    }
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: &'static str,
    /// With `--dev`.
    pub(crate) dev_default: Option<&'static str>,
    pub(crate) secret: bool,
    pub(crate) reload: Reload,
    pub(crate) help: &'static str,
    /// Least and most of a number.
    pub(crate) range: Option<(i64, i64)>,
    /// Of a number: "ms", "bytes", "days", or nothing.
    pub(crate) unit: &'static str,
    /// All that a text may be; empty: any.
    pub(crate) choices: &'static [&'static str],
    /// Whether the console may change it.
    pub(crate) by_console: bool,
}

impl Key {
    /// Reads a value from a command line or environment text.
    pub(crate) fn parse(&self, text: &str) -> anyhow::Result<Value> {
        let text = text.trim();
        let value = match self.kind {
            Kind::Text => Value::from(text),
            Kind::Integer => Value::Integer(text.parse().with_context(|| self.expectation())?),
            Kind::Flag => Value::Boolean(text.parse().with_context(|| self.expectation())?),
            Kind::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::Array(parts.map(Value::from).collect())
            }
        };
        Ok(value)
    }

    /// Checks a value from a file.
    pub(crate) fn check(&self, value: Value) -> anyhow::Result<Value> {
        let fits = match (&value, self.kind) {
            (Value::String(_), Kind::Text) | (Value::Integer(_), Kind::Integer) | (Value::Boolean(_), Kind::Flag) => {
                true
            }
            (Value::Array(items), Kind::List) => items.iter().all(Value::is_str),
            _ => false,
        };
        if !fits {
            bail!("{}", self.expectation());
        }
        Ok(value)
    }

    /// Checks that a value of the right kind is one that the key takes.
    pub(crate) fn check_range(&self, value: &Value) -> anyhow::Result<()> {
        if let (Some((least, most)), Some(number)) = (self.range, value.as_integer())
            && !(least..=most).contains(&number)
        {
            bail!("{} is {number}, but must be {least} to {most}", self.name);
        }
        if let Some(text) = value.as_str()
            && !self.choices.is_empty()
            && !self.choices.contains(&text)
        {
            bail!("{} is {}, not {text:?}", self.name, self.choices.join(" or "));
        }
        Ok(())
    }

    /// Whether it decides who comes in and with which rights.
    pub(crate) fn lets_in(&self) -> bool {
        ["auth.", "oidc."].iter().any(|section| self.name.starts_with(section))
    }

    fn expectation(&self) -> String {
        let kind = match self.kind {
            Kind::Text => "a text",
            Kind::Integer => "a whole number",
            Kind::Flag => "true or false",
            Kind::List => "a list of texts",
        };
        format!("{} takes {kind}", self.name)
    }
}

const fn key(name: &'static str, kind: Kind, default: &'static str, reload: Reload, help: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
        dev_default: None,
        secret: false,
        reload,
        help,
        range: None,
        unit: "",
        choices: &[],
        by_console: true,
    }
}

const fn listen(name: &'static str, default: &'static str, dev: &'static str, help: &'static str) -> Key {
    key(name, Kind::Text, default, Reload::Restart, help).with_dev(dev)
}

impl Key {
    const fn with_dev(mut self, default: &'static str) -> Self {
        self.dev_default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn range(mut self, least: i64, most: i64) -> Self {
        self.range = Some((least, most));
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.choices = choices;
        self
    }

    /// What runs a program, reads a file or says who is believed is for who administers the machine.
    const fn not_by_console(mut self) -> Self {
        self.by_console = false;
        self
    }
}

/// Every key, in the order in which people read them.
pub(crate) const KEYS: &[Key] = &[
    key(
        "server.public_host",
        Kind::Text,
        "",
        Reload::Live,
        "Host name or address that URLs shown to people carry; empty: the one that they used.",
    ),
    key(
        "server.time_zone",
        Kind::Text,
        "",
        Reload::Live,
        "Time zone of schedules, such as Asia/Shanghai; empty: that of the machine.",
    ),
    key(
        "server.trusted_proxies",
        Kind::List,
        "",
        Reload::Restart,
        "Addresses of reverse proxies whose X-Forwarded-For is believed.",
    ),
    listen("http.listen", "[::]:8080", "127.0.0.1:8080", "Console, API and media over HTTP; empty: off."),
    listen("https.listen", "[::]:8443", "127.0.0.1:8443", "The same over TLS; empty: off."),
    listen("rtsp.listen", "[::]:8554", "127.0.0.1:8554", "RTSP; empty: off."),
    listen("rtsps.listen", "[::]:8322", "127.0.0.1:8322", "RTSP over TLS; empty: off."),
    listen(
        "rtsp.udp_listen",
        "[::]:8000",
        "127.0.0.1:8000",
        "RTP of RTSP by UDP; RTCP is one port above, the port is even; empty: off.",
    ),
    listen(
        "webrtc.listen",
        "[::]:8189",
        "127.0.0.1:8189",
        "WebRTC, by UDP and by TCP on the same port; empty: off.",
    ),
    key(
        "webrtc.public_addresses",
        Kind::List,
        "",
        Reload::Restart,
        "Addresses by which WebRTC peers outside reach this server, such as the router's; those of its own interfaces are told besides.",
    ),
    listen("gb28181.listen", "[::]:5060", "127.0.0.1:5060", "SIP of GB/T 28181, by UDP and TCP; empty: off."),
    listen(
        "gb28181.tls_listen",
        "[::]:5061",
        "127.0.0.1:5061",
        "SIP of GB/T 28181 over TLS, with the server's certificate; empty: off.",
    ),
    listen(
        "gb28181.media_listen",
        "[::]:10000-10199",
        "127.0.0.1:10000-10199",
        "Media of GB/T 28181, by UDP and TCP: one port that all share, such as [::]:10000, or a range whose first port is shared.",
    ),
    key(
        "gb28181.public_address",
        Kind::Text,
        "",
        Reload::Restart,
        "Address by which devices of GB/T 28181 reach this server, such as the router's; empty: that of the interface which leads to them.",
    ),
    key(
        "gb28181.server_id",
        Kind::Text,
        "34020000002000000001",
        Reload::Restart,
        "Our own code of GB/T 28181, 20 digits; devices name it as their SIP server.",
    ),
    key(
        "gb28181.domain",
        Kind::Text,
        "",
        Reload::Restart,
        "Our SIP domain, for which devices have their passwords; empty: the first ten digits of our code.",
    ),
    key(
        "gb28181.heartbeat_s",
        Kind::Integer,
        "60",
        Reload::Restart,
        "Seconds between heartbeats of devices; after three that are missing a device is taken for offline.",
    ).range(5, 3600).unit("s"),
    key("gb28181.dev_password", Kind::Text, "", Reload::Restart, "With --dev: any device of GB/T 28181 that knows this password may sign in; empty: none but those that are added.").secret().not_by_console(),
    key(
        "rtsp.multicast",
        Kind::Text,
        "",
        Reload::Restart,
        "Groups for RTSP by multicast, one for each stream, such as 239.1.0.0/24. Whoever is in the network can listen; empty: off.",
    ),
    key(
        "rtsp.multicast_port",
        Kind::Integer,
        "18000",
        Reload::Restart,
        "Port of the first track of a group; its RTCP and the other tracks follow.",
    ).range(1024, 65_400),
    key(
        "rtsp.multicast_ttl",
        Kind::Integer,
        "16",
        Reload::Restart,
        "Routers that packets to a group may pass.",
    ).range(1, 255),
    key(
        "rtsp.multicast_interface",
        Kind::Text,
        "",
        Reload::Restart,
        "Address of the interface on which groups are sent; empty: the one that the system routes to.",
    ),
    listen("rtmp.listen", "[::]:1935", "127.0.0.1:1935", "RTMP; empty: off."),
    listen("rtmps.listen", "[::]:1936", "127.0.0.1:1936", "RTMP over TLS; empty: off."),
    key(
        "tls.certificate",
        Kind::Text,
        "",
        Reload::Live,
        "PEM file with the certificate chain; empty: one is generated in the data folder.",
    ).not_by_console(),
    key("tls.key", Kind::Text, "", Reload::Live, "PEM file with the key of the certificate.").not_by_console(),
    key("auth.admin_password", Kind::Text, "", Reload::Restart, "With --dev: password of the user admin; empty: a random one is printed.").secret().not_by_console(),
    key("auth.session_idle_minutes", Kind::Integer, "720", Reload::Live, "How long a sign-in lasts that nobody uses. One that is used, such as of a wall, goes on.").range(5, 525_600).unit("minutes"),
    key("auth.session_max_days", Kind::Integer, "30", Reload::Live, "Days after which people sign in again although they use their session; 0: never.").range(0, 3650).unit("days"),
    key("oidc.issuer", Kind::Text, "", Reload::Live, "Sign-in through an OpenID provider: its address, exactly as it calls itself, such as https://id.example/realms/road; empty: off."),
    key("oidc.client_id", Kind::Text, "", Reload::Live, "What the provider calls this server."),
    key("oidc.client_secret", Kind::Text, "", Reload::Live, "By which the provider knows this server; empty: a public client.").secret()
    .not_by_console(),
    key("oidc.name", Kind::Text, "", Reload::Live, "On the button of the sign-in page; empty: the provider's host."),
    key("oidc.scopes", Kind::List, "openid,profile", Reload::Live, "What the provider is asked for."),
    key("oidc.username_claim", Kind::Text, "preferred_username", Reload::Live, "Claim with the sign-in name of a new user."),
    key("oidc.roles_claim", Kind::Text, "", Reload::Live, "Claim with the groups, such as groups or realm_access.roles; empty: none."),
    key("oidc.role_map", Kind::List, "", Reload::Live, "What groups give: GROUP=ROLE@ORGANISATION such as video-ops=operator@1. ROLE is a built-in one or a role's name, GROUP may be *: everybody."),
    key("oidc.create_users", Kind::Flag, "true", Reload::Live, "Whether somebody new to whom oidc.role_map gives a right becomes a user; otherwise an administrator links each."),
    key("oidc.ca_file", Kind::Text, "", Reload::Live, "PEM file with the certificates that are trusted for the provider instead of the system's.").not_by_console(),
    key("database.url", Kind::Text, "", Reload::Restart, "postgres://USER:PASSWORD@HOST/DATABASE; empty: SQLite in the data folder.").secret().not_by_console(),
    key(
        "media.workers",
        Kind::Integer,
        "0",
        Reload::Restart,
        "Programs that make pictures at the same time; 0: one per processor, two at most.",
    ).range(0, 64),
    key(
        "media.worker_path",
        Kind::Text,
        "",
        Reload::Restart,
        "The program viaduct-media-worker; empty: beside this one.",
    ).not_by_console(),
    key(
        "media.font",
        Kind::Text,
        "",
        Reload::Restart,
        "A TrueType or OpenType font for texts on pictures; empty: one of the system with Chinese characters.",
    ).not_by_console(),
    key(
        "snapshots.keep_days",
        Kind::Integer,
        "30",
        Reload::Live,
        "How long pictures are kept that no plan says otherwise of; 0: without end.",
    ).range(0, 3650).unit("days"),
    key(
        "snapshots.max_bytes",
        Kind::Integer,
        "10737418240",
        Reload::Live,
        "Bytes of all kept pictures, beyond which the oldest are removed; 0: no limit.",
    ).range(0, 1_125_899_906_842_624).unit("bytes"),
    key("media.shards", Kind::Integer, "0", Reload::Restart, "Media threads; 0: one per processor.").range(0, 1024),
    key(
        "media.merge_window_ms",
        Kind::Integer,
        "20",
        Reload::Restart,
        "Writes to a viewer are at least this far apart.",
    ).range(0, 500).unit("ms"),
    key(
        "hls.segment_ms",
        Kind::Integer,
        "2000",
        Reload::Restart,
        "Shortest HLS segment; it lasts until the next key frame.",
    ).range(500, 10_000).unit("ms"),
    key("hls.part_ms", Kind::Integer, "200", Reload::Restart, "A part of low-latency HLS.").range(100, 1000).unit("ms"),
    key("hls.segments", Kind::Integer, "8", Reload::Restart, "Segments in an HLS playlist.").range(4, 60),
    key(
        "streams.play_wait_ms",
        Kind::Integer,
        "5000",
        Reload::Restart,
        "How long a viewer waits for a stream that is not there yet.",
    ).range(0, 60_000).unit("ms"),
    key(
        "streams.publisher_grace_ms",
        Kind::Integer,
        "10000",
        Reload::Live,
        "How long viewers are kept after a publisher is gone.",
    ).range(0, 600_000).unit("ms"),
    key(
        "streams.idle_close_ms",
        Kind::Integer,
        "20000",
        Reload::Live,
        "How long an on-demand source runs without viewers.",
    ).range(0, 3_600_000).unit("ms"),
    key(
        "streams.gop_cap_bytes",
        Kind::Integer,
        "8388608",
        Reload::Live,
        "Bytes of one GOP that are cached.",
    ).range(65_536, 1_073_741_824).unit("bytes"),
    key(
        "streams.interleave_wait_ms",
        Kind::Integer,
        "100",
        Reload::Live,
        "Longest hold of a frame for interleaving.",
    ).range(0, 1000).unit("ms"),
    key(
        "streams.replace_publisher",
        Kind::Flag,
        "false",
        Reload::Live,
        "A second publisher takes over instead of being refused.",
    ),
    key(
        "limits.handshake_ms",
        Kind::Integer,
        "10000",
        Reload::Restart,
        "From connecting to the first complete request.",
    ).range(1000, 60_000).unit("ms"),
    key(
        "limits.publisher_idle_ms",
        Kind::Integer,
        "15000",
        Reload::Restart,
        "Silence on a publisher's connection before it is cut.",
    ).range(1000, 600_000).unit("ms"),
    key("limits.connections", Kind::Integer, "60000", Reload::Restart, "Connections in all.").range(1, 10_000_000),
    key(
        "limits.connections_per_address",
        Kind::Integer,
        "512",
        Reload::Restart,
        "Connections of one address; loopback and trusted proxies are exempt.",
    ).range(1, 10_000_000),
    key("pull.allow", Kind::List, "", Reload::Live, "Addresses or networks that may be pulled although they are loopback, link-local or our own.").with_dev("127.0.0.0/8,::1/128"),
    key(
        "pull.connections_per_host",
        Kind::Integer,
        "4",
        Reload::Restart,
        "Sources of one host that connect at the same time.",
    ).range(1, 256),
    key(
        "licence.issuer_key",
        Kind::Text,
        "",
        Reload::Live,
        "Public key of who issues licences for this installation: Ed25519, in base64 or PEM; empty: no licence is accepted.",
    ).not_by_console(),
    key(
        "log.level",
        Kind::Text,
        "info",
        Reload::Live,
        "error, warn, info, debug, trace, or a filter such as gateway=debug.",
    ),
    key("log.format", Kind::Text, "text", Reload::Restart, "text or json.").choices(&["text", "json"]),
];

#[cfg(test)]
mod tests;
