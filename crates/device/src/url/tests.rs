use std::time::Duration;

use hub::Hub;

use super::*;
use crate::conformance;
use crate::testing::sources;

fn driver() -> (Arc<Hub>, Arc<Sources>, UrlDriver) {
    let (hub, _, sources) = sources();
    (hub, Arc::clone(&sources), UrlDriver::new(sources))
}

fn recorder(main: &str) -> ChannelSpec {
    let device = DeviceSpec {
        id: 3,
        address: "rtsp://127.0.0.1:8554".to_owned(),
        username: "admin".to_owned(),
        password: "p@ss".to_owned(),
        ..DeviceSpec::default()
    };
    let main_stream = "road/k1".parse().unwrap();
    ChannelSpec { main: Some(main.to_owned()), ..ChannelSpec::new(1, Arc::new(device), main_stream) }
}

#[tokio::test]
async fn it_conforms() {
    let (hub, _, driver) = driver();
    conformance::check(&driver, &hub, &recorder("/Streaming/Channels/101")).await;
}

#[test]
fn addresses_are_below_the_device_or_by_themselves() {
    let main = |channel: &ChannelSpec| url(channel, Rendition::Main).unwrap();
    let line = main(&recorder("/Streaming/Channels/101"));
    assert_eq!(line.to_stored(), "rtsp://127.0.0.1:8554/Streaming/Channels/101");
    assert_eq!(line.credentials(), Some(("admin", "p@ss")));
    let own = main(&recorder("rtsp://a:b@192.0.2.1/1"));
    assert_eq!((own.to_stored().as_str(), own.credentials()), ("rtsp://192.0.2.1/1", Some(("a", "b"))));
    let elsewhere = main(&recorder("rtsp://192.0.2.1/1"));
    assert_eq!(elsewhere.credentials(), Some(("admin", "p@ss")));
    let whole = ChannelSpec { main: None, ..recorder("") };
    assert_eq!(main(&whole).to_stored(), "rtsp://127.0.0.1:8554/");
    let in_query = main(&recorder("/proxy?to=rtsp://x/1"));
    assert_eq!(in_query.host(), "127.0.0.1", "a URL in a parameter is no URL");
}

#[test]
fn what_cannot_be_pulled_names_the_field() {
    let hubless = |channel: &ChannelSpec| {
        url(channel, Rendition::Main).and_then(|_| url(channel, Rendition::Sub)).unwrap_err().field
    };
    let with_sub = |sub: &str| ChannelSpec { sub: Some(sub.to_owned()), ..recorder("/1") };
    let nowhere = |main: &str| ChannelSpec { device: Arc::default(), ..recorder(main) };
    assert_eq!(hubless(&recorder("ftp://x/1")), Field::Main);
    assert_eq!(hubless(&nowhere("/1")), Field::Main);
    assert_eq!(hubless(&with_sub("file:../x")), Field::Sub);
    assert_eq!(hubless(&with_sub("")), Field::Sub);
    let device = DeviceSpec { address: "camera 7".to_owned(), ..DeviceSpec::default() };
    assert_eq!(hubless(&ChannelSpec { device: Arc::new(device), ..recorder("/1") }), Field::Address);
}

#[tokio::test]
async fn a_source_comes_with_the_first_viewer_and_goes_with_the_channel() {
    let (hub, sources, driver) = driver();
    let channel = recorder("/1");
    driver.put(&channel);
    assert!(!sources.has(&channel.main_stream));
    let _viewer = hub.prepare(&channel.main_stream).unwrap();
    assert_eq!(driver.open(&channel, Rendition::Main).await, Ok(Offer::Started));
    assert!(sources.has(&channel.main_stream));
    assert_eq!(driver.open(&channel, Rendition::Sub).await, Ok(Offer::Unknown), "it has none");
    driver.remove(&channel);
    assert!(!sources.has(&channel.main_stream));
}

#[tokio::test]
async fn a_channel_that_runs_always_has_its_source_at_once() {
    let (_hub, sources, driver) = driver();
    let channel = ChannelSpec { always: true, ..recorder("/1") };
    driver.put(&channel);
    assert!(sources.has(&channel.main_stream));
    driver.remove(&channel);
}

#[tokio::test]
async fn a_camera_that_does_not_answer_is_offline_with_the_reason() {
    let (hub, sources, driver) = driver();
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = socket.local_addr().unwrap();
    drop(socket);
    let channel = recorder(&format!("rtsp://{closed}/1"));
    assert_eq!(driver.state(&channel), ChannelState::Unknown);
    let _viewer = hub.prepare(&channel.main_stream).unwrap();
    driver.open(&channel, Rendition::Main).await.unwrap();
    let failed = async {
        while sources.status(&channel.main_stream).is_none_or(|status| status.last_failure.is_none()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), failed).await.unwrap();
    let ChannelState::Offline { why } = driver.state(&channel) else { panic!("nothing listens there") };
    assert!(why.contains("refused") && why.contains("check the port"), "{why}");
    driver.remove(&channel);
}
