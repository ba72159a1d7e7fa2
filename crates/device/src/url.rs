//! Channels that are URLs: cameras by themselves, recorders with their lines below one address.

use std::sync::Arc;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::pull::PullUrl;
use gateway::source::{SourceSpec, SourceState, Sources};
use hub::resolver::{Asker, Offer};
use hub::{OpenError, StreamKey, StreamProvider};

use crate::driver::{ChannelState, DeviceDriver};
use crate::spec::{ChannelSpec, DeviceSpec, Field, Refused, Rendition};

/// The driver `url`: whatever the gateway can pull.
///
/// The address of a rendition is a whole URL, or a path below the device's address, which is a URL then; the main
/// rendition may be the device's address itself. The device's credentials are used for all of them, except for URLs
/// that hold their own.
pub struct UrlDriver {
    sources: Arc<Sources>,
}

impl UrlDriver {
    /// Pulls through `sources`, which must not have sources of their own for the streams of channels.
    pub const fn new(sources: Arc<Sources>) -> Self {
        Self { sources }
    }

    fn start(&self, channel: &ChannelSpec, rendition: Rendition, key: &StreamKey) -> Result<(), Refused> {
        let always = channel.always && rendition == Rendition::Main;
        let urls = vec![url(channel, rendition)?];
        self.sources.put(SourceSpec { key: key.clone(), urls, always, transient: !always, timetable: None });
        Ok(())
    }
}

/// What is pulled for a rendition.
fn url(channel: &ChannelSpec, rendition: Rendition) -> Result<PullUrl, Refused> {
    let field = if rendition == Rendition::Main { Field::Main } else { Field::Sub };
    let device = &channel.device;
    let address = channel.address(rendition).map(str::trim).unwrap_or_default();
    if is_url(address) {
        return with_credentials(address, device).map_err(|why| Refused::new(field, sentence(&why)));
    }
    if device.address.is_empty() {
        let text = "Without an address of the device this takes a whole URL, such as rtsp://192.168.1.64/Streaming/Channels/101.";
        return Err(Refused::new(field, text));
    }
    if address.is_empty() && rendition == Rendition::Sub {
        return Err(Refused::new(field, "A sub-stream needs an address: a URL, or a path below the device's address."));
    }
    let base = base(device)?;
    if address.is_empty() {
        return Ok(base);
    }
    base.below(address).map_err(|why| Refused::new(field, sentence(&why)))
}

fn base(device: &DeviceSpec) -> Result<PullUrl, Refused> {
    with_credentials(device.address.trim(), device).map_err(|why| Refused::new(Field::Address, sentence(&why)))
}

fn with_credentials(text: &str, device: &DeviceSpec) -> Result<PullUrl, String> {
    let own = PullUrl::parse(text, None, None)?;
    if own.credentials().is_some() {
        return Ok(own);
    }
    PullUrl::parse(text, Some(&device.username), Some(&device.password))
}

/// Whether it is a whole URL and no path.
fn is_url(address: &str) -> bool {
    address.starts_with("file:")
        || address.split_once("://").is_some_and(|(scheme, _)| {
            scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') && !scheme.is_empty()
        })
}

/// The gateway's reasons begin in lower case and have no full stop.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

impl DeviceDriver for UrlDriver {
    fn name(&self) -> &'static str {
        "url"
    }

    fn check_device(&self, device: &DeviceSpec) -> Result<(), Refused> {
        if device.address.is_empty() { Ok(()) } else { base(device).map(|_| ()) }
    }

    fn check_channel(&self, channel: &ChannelSpec) -> Result<(), Refused> {
        url(channel, Rendition::Main)?;
        match (&channel.sub, &channel.sub_stream) {
            (Some(_), None) => Err(Refused::new(Field::SubStream, "A sub-stream needs a stream's name.")),
            (_, Some(_)) => url(channel, Rendition::Sub).map(|_| ()),
            (None, None) => Ok(()),
        }
    }

    fn put(&self, channel: &ChannelSpec) {
        if channel.always {
            // One that is not usable was refused when it was written down; opening it says so.
            let _unusable = self.start(channel, Rendition::Main, &channel.main_stream);
        }
    }

    fn remove(&self, channel: &ChannelSpec) {
        for (_, key) in channel.streams() {
            self.sources.remove(key);
        }
    }

    fn open<'a>(&'a self, channel: &'a ChannelSpec, rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        async move {
            let Some(key) = channel.stream(rendition) else { return Ok(Offer::Unknown) };
            // A source that failed lately keeps its delay, so that the camera is spared.
            let running = self.sources.open(key, &Asker::default()).await?;
            if running == Offer::Started {
                return Ok(running);
            }
            self.start(channel, rendition, key)
                .map_err(|refused| OpenError { kind: ErrorKind::InvalidInput, text: refused.text })?;
            Ok(Offer::Started)
        }
        .boxed()
    }

    fn state(&self, channel: &ChannelSpec) -> ChannelState {
        let mut failed = None;
        for (_, key) in channel.streams() {
            let Some(status) = self.sources.status(key) else { continue };
            if status.state == SourceState::Live {
                return ChannelState::Online;
            }
            failed = failed.or(status.last_failure);
        }
        failed.map_or(ChannelState::Unknown, |failure| {
            let why = format!("{} {}", sentence(&failure.text), failure.next_step);
            ChannelState::Offline { why }
        })
    }
}

#[cfg(test)]
mod tests;
