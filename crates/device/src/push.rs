//! Channels that send by themselves: a camera or an encoder publishes to the channel's stream.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::resolver::Offer;
use hub::{Hub, OpenError};

use crate::driver::{ChannelState, DeviceDriver};
use crate::spec::{ChannelSpec, DeviceSpec, Field, Refused, Rendition};

/// The driver `push`: it starts nothing, and tells what is missing.
pub struct PushDriver {
    hub: Arc<Hub>,
}

impl PushDriver {
    /// For the streams of a hub.
    pub const fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }
}

impl DeviceDriver for PushDriver {
    fn name(&self) -> &'static str {
        "push"
    }

    fn check_device(&self, _device: &DeviceSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn check_channel(&self, channel: &ChannelSpec) -> Result<(), Refused> {
        let given = Rendition::ALL.into_iter().find(|rendition| channel.address(*rendition).is_some());
        given.map_or(Ok(()), |rendition| {
            let field = if rendition == Rendition::Main { Field::Main } else { Field::Sub };
            Err(Refused::new(field, "A camera that sends by itself has no address to pull from; leave it empty."))
        })
    }

    fn put(&self, _channel: &ChannelSpec) {}

    fn remove(&self, _channel: &ChannelSpec) {}

    /// Viewers who come before the camera are held until it sends or their patience ends.
    fn open<'a>(&'a self, _channel: &'a ChannelSpec, _rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        std::future::ready(Ok(Offer::Unknown)).boxed()
    }

    fn state(&self, channel: &ChannelSpec) -> ChannelState {
        if channel.streams().any(|(_, key)| self.hub.is_live(key)) {
            return ChannelState::Online;
        }
        let why = format!("It does not send to {}. Check the address and the token set in it.", channel.main_stream);
        ChannelState::Offline { why }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use hub::{PublishRequest, Publisher, PublisherAddress, StreamOptions};
    use media::{AccessUnit, CodecConfig, MediaKind, MediaTime, OpaqueConfig, TrackConfig, TrackId};

    use super::*;
    use crate::conformance;

    fn driver() -> (Arc<Hub>, PushDriver) {
        let hub = Arc::new(Hub::new(StreamOptions::default()));
        (Arc::clone(&hub), PushDriver::new(hub))
    }

    fn send_a_picture(publisher: &mut Publisher) {
        let (track, clock_hz) = (TrackId(0), NonZeroU32::new(1000).unwrap());
        let config = OpaqueConfig { kind: MediaKind::Video, id: "test".into(), params: Bytes::new() };
        publisher.expect_tracks(1);
        publisher.configure(TrackConfig::new(track, clock_hz, CodecConfig::Opaque(config)));
        let pts = MediaTime::new(0, clock_hz);
        let payload = Bytes::from_static(b"picture");
        publisher
            .push(AccessUnit { track, pts, dts: Some(pts), key: true, payload, capture_utc: None }, Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn it_conforms() {
        let (hub, driver) = driver();
        let channel = ChannelSpec::new(1, Arc::default(), "road/k1".parse().unwrap());
        conformance::check(&driver, &hub, &channel).await;
    }

    #[tokio::test]
    async fn a_channel_is_online_while_its_camera_sends() {
        let (hub, driver) = driver();
        let channel = ChannelSpec::new(1, Arc::default(), "road/k1".parse().unwrap());
        let ChannelState::Offline { why } = driver.state(&channel) else { panic!("nobody sends") };
        assert!(why.contains("road/k1"), "{why}");
        let address = PublisherAddress { protocol: "test", peer: "peer".to_owned(), socket: None };
        let key = channel.main_stream.clone();
        let mut publisher = hub.publish(PublishRequest { key, address, on_demand: false, stands_in: false }).unwrap();
        send_a_picture(&mut publisher);
        assert_eq!(driver.state(&channel), ChannelState::Online);
        drop(publisher);
        assert!(matches!(driver.state(&channel), ChannelState::Offline { .. }), "its viewers are kept, it is gone");
    }

    #[test]
    fn it_has_no_addresses_to_pull_from() {
        let mut channel = ChannelSpec::new(1, Arc::default(), "road/k1".parse().unwrap());
        channel.sub = Some("rtsp://192.0.2.1/".to_owned());
        assert_eq!(driver().1.check_channel(&channel).unwrap_err().field, Field::Sub);
    }
}
