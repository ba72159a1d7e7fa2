use std::sync::Mutex;

use super::*;
use crate::spec::{DeviceSpec, Refused};

/// Notes what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl DeviceDriver for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn check_device(&self, _device: &DeviceSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn check_channel(&self, _channel: &ChannelSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn put(&self, channel: &ChannelSpec) {
        self.note(format!("put {}", channel.id));
    }

    fn remove(&self, channel: &ChannelSpec) {
        self.note(format!("remove {}", channel.id));
    }

    fn open<'a>(&'a self, channel: &'a ChannelSpec, rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        self.note(format!("open {} {rendition:?}", channel.id));
        std::future::ready(Ok(Offer::Started)).boxed()
    }

    fn state(&self, _channel: &ChannelSpec) -> ChannelState {
        ChannelState::Online
    }
}

fn channel(id: i64, main: &str, sub: Option<&str>) -> ChannelSpec {
    let sub_stream = sub.map(|key| key.parse().unwrap());
    ChannelSpec { sub_stream, ..ChannelSpec::new(id, Arc::default(), main.parse().unwrap()) }
}

fn drivers() -> (Arc<Notes>, Drivers) {
    let notes = Arc::new(Notes::default());
    (Arc::clone(&notes), Drivers::new(vec![notes]))
}

async fn ask(drivers: &Drivers, key: &str) -> Offer {
    drivers.open(&key.parse().unwrap(), &Asker::default()).await.unwrap()
}

#[tokio::test]
async fn a_stream_finds_its_channel_and_rendition() {
    let (notes, drivers) = drivers();
    drivers.put("notes", channel(7, "road/k1", Some("road/k1_sub"))).unwrap();
    assert_eq!(ask(&drivers, "road/k1").await, Offer::Started);
    assert_eq!(ask(&drivers, "road/k1_sub").await, Offer::Started);
    assert_eq!(ask(&drivers, "road/k2").await, Offer::Unknown);
    assert_eq!(notes.take(), ["put 7", "open 7 Main", "open 7 Sub"]);
    assert_eq!(drivers.find(&"road/k1_sub".parse().unwrap()).unwrap().1, Rendition::Sub);
    assert_eq!((drivers.state(7), drivers.state(8)), (Some(ChannelState::Online), None));
    assert!(drivers.steered(7).is_none(), "this driver steers nothing");
}

#[tokio::test]
async fn a_changed_channel_is_replaced_and_an_unchanged_one_left_alone() {
    let (notes, drivers) = drivers();
    for main in ["road/k1", "road/k1", "road/k2"] {
        drivers.put("notes", channel(7, main, None)).unwrap();
    }
    assert_eq!(notes.take(), ["put 7", "remove 7", "put 7"]);
    assert_eq!(ask(&drivers, "road/k1").await, Offer::Unknown);
    assert_eq!(ask(&drivers, "road/k2").await, Offer::Started);
}

#[tokio::test]
async fn a_stream_that_another_channel_took_stays_with_it() {
    let (_notes, drivers) = drivers();
    drivers.put("notes", channel(1, "road/k1", None)).unwrap();
    drivers.put("notes", channel(2, "road/k1", None)).unwrap();
    assert!(drivers.remove(1) && !drivers.remove(1));
    assert_eq!(drivers.find(&"road/k1".parse().unwrap()).unwrap().0.id, 2);
}

#[test]
fn an_unknown_driver_is_named_with_those_there_are() {
    let (_notes, drivers) = drivers();
    let error = drivers.put("onvif", channel(1, "road/k1", None)).unwrap_err().to_string();
    assert!(error.contains("onvif") && error.contains("notes"), "{error}");
    assert!(drivers.channel(1).is_none());
}

#[test]
fn passwords_are_not_shown() {
    let device = DeviceSpec { password: "geheim".to_owned(), ..DeviceSpec::default() };
    let spec = ChannelSpec {
        main: Some("rtsp://a:geheim@host/".to_owned()),
        device: Arc::new(device),
        ..channel(1, "road/k1", None)
    };
    assert!(!format!("{spec:?}").contains("geheim"));
}
