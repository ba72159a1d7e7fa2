//! Settings of GB/T 28181.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use gb28181::Id;
use gb28181::id::Form;

use super::Reader;

/// How devices of GB/T 28181 are taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gb28181Config {
    pub(crate) listen: SocketAddr,
    pub(crate) tls_listen: Option<SocketAddr>,
    pub(crate) media: MediaListen,
    pub(crate) public_address: Option<IpAddr>,
    pub(crate) server_id: Id,
    pub(crate) domain: String,
    pub(crate) heartbeat: Duration,
    /// With which any device may sign in, with `--dev`.
    pub(crate) dev_password: Option<String>,
}

/// Ports that media comes in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MediaListen {
    /// The port that all share.
    pub(crate) shared: SocketAddr,
    /// The last of those that a session has for itself.
    pub(crate) last: Option<u16>,
}

impl std::str::FromStr for MediaListen {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let wanted =
            || format!("gb28181.media_listen takes ip:port or ip:first-last such as [::]:10000-10199, not {text:?}");
        let (first, last) = match text.rsplit_once('-') {
            Some((first, last)) => (first, Some(last.trim().parse::<u16>().with_context(wanted)?)),
            None => (text, None),
        };
        let shared: SocketAddr = first.trim().parse().with_context(wanted)?;
        anyhow::ensure!(last.is_none_or(|last| last > shared.port() && shared.port() > 0), wanted());
        Ok(Self { shared, last })
    }
}

pub(super) fn read(reader: &Reader<'_>) -> anyhow::Result<Option<Gb28181Config>> {
    let Some(listen) = reader.address("gb28181.listen")? else { return Ok(None) };
    let code = reader.text("gb28181.server_id").unwrap_or_default();
    let server_id = Id::new(&code).ok().filter(|id| matches!(id.form(), Form::Whole(_)));
    let server_id = server_id
        .with_context(|| format!("gb28181.server_id takes 20 digits such as 34020000002000000001, not {code:?}"))?;
    let media = reader.text("gb28181.media_listen");
    let media = media.context("gb28181.media_listen is empty: devices need ports to send to, such as [::]:10000")?;
    let public = reader
        .text("gb28181.public_address")
        .map(|text| text.parse().with_context(|| format!("gb28181.public_address takes an IP address, not {text:?}")));
    let usual_domain = server_id.domain().unwrap_or_default().to_owned();
    Ok(Some(Gb28181Config {
        listen,
        tls_listen: reader.address("gb28181.tls_listen")?,
        media: media.parse()?,
        public_address: public.transpose()?,
        domain: reader.text("gb28181.domain").unwrap_or(usual_domain),
        server_id,
        heartbeat: Duration::from_secs(reader.number("gb28181.heartbeat_s")?),
        dev_password: reader.text("gb28181.dev_password"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_come_in_by_one_port_or_by_a_range() {
        let read = |text: &str| text.parse::<MediaListen>().ok().map(|read| (read.shared.to_string(), read.last));
        assert_eq!(read("0.0.0.0:10000"), Some(("0.0.0.0:10000".to_owned(), None)));
        assert_eq!(read("[::]:10000-10199"), Some(("[::]:10000".to_owned(), Some(10_199))));
        assert_eq!(read("127.0.0.1:0"), Some(("127.0.0.1:0".to_owned(), None)));
        for bad in ["", "10000", "[::]:10000-", "[::]:10000-9000", "[::]:0-10", "0.0.0.0:10000-70000", "host:1-2"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
