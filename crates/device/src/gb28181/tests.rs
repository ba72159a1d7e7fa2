//! The driver against a device that others have written (`gb28181-rs`), over sockets.

mod talk;

use std::sync::Mutex;
use std::time::Instant;

use gateway::gb28181::{MediaPorts, PortsConfig, Wanted};
use gb28181::platform::Refusal;
use gb28181_rs::config::{CatalogChannel, Gb28181Config, Transport as TheirTransport};
use gb28181_rs::manscdp::PtzCommand;
use gb28181_rs::mock::MockFrameHub;
use gb28181_rs::server::{DeviceControlHandler, Gb28181Server};
use hub::Hub;

use super::*;
use crate::ptz::{Motion, PtzControl};
use crate::testing::sources;
use crate::{ChannelState, conformance};

const SERVER: &str = "34020000002000000001";
const DEVICE: &str = "34020000001180000001";
const CHANNEL: &str = "34020000001320000001";
/// A camera that does not turn.
const FIXED: &str = "34020000001320000002";
const DOMAIN: &str = "3402000000";
const PASSWORD: &str = "correct-horse";
const PATIENCE: Duration = Duration::from_secs(20);

/// Sessions that are open, as they would be stored.
#[derive(Default)]
struct Noted(Mutex<Vec<String>>);

impl Dialogs for Noted {
    fn began(&self, _device: &Id, dialog: &Dialog) {
        self.0.lock().unwrap().push(dialog.call_id.clone());
    }

    fn ended(&self, call_id: &str) {
        self.0.lock().unwrap().retain(|noted| noted != call_id);
    }
}

struct Bench {
    hub: Arc<Hub>,
    driver: Arc<Gb28181>,
    ports: Arc<MediaPorts>,
    noted: Arc<Noted>,
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn bench() -> Bench {
    let (hub, guard, sources) = sources();
    let noted = Arc::new(Noted::default());
    let bound = Bound::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
    let settings = Settings {
        listen: bound.address().unwrap(),
        tls_listen: None,
        public_address: None,
        media_ports: (0, None),
        server_id: id(SERVER),
        domain: DOMAIN.to_owned(),
        heartbeat: Duration::from_secs(60),
        trial_password: None,
    };
    let config = PortsConfig { listen: "127.0.0.1:0".parse().unwrap(), last: None, server: id(SERVER) };
    let ports = MediaPorts::bind(config).unwrap();
    let start = Start {
        settings,
        bound,
        acceptor: Arc::new(|| None),
        secrets: ([1; 32], [2; 32]),
        dialogs: Arc::clone(&noted) as _,
        sound: SoundMedia { ports: Arc::clone(&ports), guard: guard.clone() },
        stale: Vec::new(),
    };
    let driver = Gb28181::start(start, sources).unwrap();
    guard.set_gb28181(driver.signalling(), Arc::clone(&ports));
    Bench { hub, driver, ports, noted }
}

fn stored(password: &str) -> DeviceSpec {
    DeviceSpec { id: 5, address: DEVICE.to_owned(), password: password.to_owned(), ..DeviceSpec::default() }
}

fn line() -> ChannelSpec {
    let number = CHANNEL.to_owned();
    ChannelSpec { number, ..ChannelSpec::new(7, Arc::new(stored(PASSWORD)), "road/k1".parse().unwrap()) }
}

async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the device was told to do.
#[derive(Default)]
struct Orders(Mutex<Vec<String>>);

impl DeviceControlHandler for Orders {
    fn on_ptz(&self, command: &PtzCommand) {
        self.0.lock().unwrap().push(format!("{command:?}"));
    }

    fn on_force_iframe(&self) {
        self.0.lock().unwrap().push("key frame".to_owned());
    }
}

fn theirs(bench: &Bench, password: &str, transport: TheirTransport) -> Gb28181Config {
    Gb28181Config {
        enabled: true,
        platform_sip_address: "127.0.0.1".to_owned(),
        platform_sip_port: bench.driver.settings().listen.port(),
        device_id: DEVICE.to_owned(),
        channel_id: CHANNEL.to_owned(),
        sip_domain: DOMAIN.to_owned(),
        password: password.to_owned(),
        local_sip_port: testkit::upstream::free_port(),
        register_interval_secs: 3600,
        heartbeat_interval_secs: 1,
        transport,
        protocol_version: Some("3.0".to_owned()),
        manufacturer: Some("Acme".to_owned()),
        extra_channels: vec![theirs_below(CHANNEL, "K128+100", "ON", 1), theirs_below(FIXED, "K128+200", "OFF", 3)],
        ..Gb28181Config::default()
    }
}

fn theirs_below(code: &str, name: &str, status: &str, ptz_type: u8) -> CatalogChannel {
    CatalogChannel {
        device_id: code.to_owned(),
        name: name.to_owned(),
        manufacturer: "Acme".to_owned(),
        model: "M1".to_owned(),
        status: status.to_owned(),
        ptz_type: Some(ptz_type),
        photoelectric_imaging_type: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms_with_a_device_of_others() {
    let bench = bench();
    bench.driver.put_device(&stored(PASSWORD));
    let config = theirs(&bench, PASSWORD, TheirTransport::Udp);
    let handle = Gb28181Server::new(config, Arc::new(MockFrameHub::new())).spawn().await.unwrap();
    // Theirs keeps no presets and tells no position, so it is a camera that does not turn.
    let fixed = ChannelSpec { number: FIXED.to_owned(), ..line() };
    eventually("its catalog", || bench.driver.abilities(&fixed).zoom && !bench.driver.abilities(&fixed).pan_tilt).await;
    conformance::check(&*bench.driver, &bench.hub, &fixed).await;
    handle.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_others_signs_in_tells_what_it_has_and_is_invited() {
    for transport in [TheirTransport::Udp, TheirTransport::TcpOut] {
        let bench = bench();
        bench.driver.put_device(&stored(PASSWORD));
        let (orders, frames) = (Arc::new(Orders::default()), Arc::new(MockFrameHub::new()));
        let server = Gb28181Server::new(theirs(&bench, PASSWORD, transport), frames.clone())
            .with_control_handler(Some(orders.clone()));
        let handle = server.spawn().await.unwrap();
        let presence = || bench.driver.presence(&id(DEVICE));
        eventually("its catalog", || presence().is_some_and(|it| it.told().catalog == CatalogState::Whole)).await;
        let told = presence().unwrap().told();
        assert_eq!(&*told.info.unwrap().manufacturer, "Acme");
        let items: Vec<_> = told.items.iter().map(|item| (&*item.name, item.is_on, item.is_camera())).collect();
        assert!(items.contains(&("K128+200", false, true)), "{items:?}");

        let line = line();
        let off = ChannelSpec { number: FIXED.to_owned(), ..line.clone() };
        assert_eq!(bench.driver.state(&line), ChannelState::Online);
        assert!(matches!(bench.driver.state(&off), ChannelState::Offline { .. }));
        assert!(bench.driver.abilities(&line).pan_tilt && !bench.driver.abilities(&off).pan_tilt);
        bench.driver.drive(&line, Motion { pan: 0.5, ..Motion::STILL }).await.unwrap();
        eventually("the motion", || orders.0.lock().unwrap().iter().any(|it| it.contains("pan_speed: 128"))).await;
        bench.driver.stop(&line).await.unwrap();

        let wanted = Wanted { device: id(DEVICE), channel: id(CHANNEL), stream: 0, span: None };
        let mut steps = Vec::new();
        let signalling = bench.driver.signalling();
        let mut note = |_leg, ok, text: &str| steps.push((ok, text.to_owned()));
        let mut call = signalling.call(&wanted, &bench.ports, &mut note).await.unwrap();
        assert!(steps.iter().all(|(ok, _)| *ok) && steps.len() >= 2, "{steps:?}");
        assert_eq!((bench.ports.open_leases(), bench.noted.0.lock().unwrap().len()), (1, 1));
        eventually("media", || frames.subscriber_count() == 1).await;
        call.session.ask_key_frame();
        eventually("the wish", || orders.0.lock().unwrap().iter().any(|it| it == "key frame")).await;
        drop(call);
        eventually("its end", || frames.subscriber_count() == 0).await;
        eventually("the note of it", || bench.noted.0.lock().unwrap().is_empty()).await;
        assert_eq!(bench.ports.open_leases(), 0);

        bench.driver.remove_device(&stored(PASSWORD));
        eventually("its leave", || presence().is_none()).await;
        handle.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_is_told_of() {
    let bench = bench();
    bench.driver.put_device(&stored(PASSWORD));
    let server = Gb28181Server::new(theirs(&bench, "wrong", TheirTransport::Udp), Arc::new(MockFrameHub::new()));
    let handle = server.spawn().await.unwrap();
    eventually("its refusal", || !bench.driver.refused().is_empty()).await;
    assert_eq!(bench.driver.refused()[0].why, Refusal::WrongPassword);
    let ChannelState::Offline { why } = bench.driver.state(&line()) else { panic!("it is not there") };
    assert!(why.contains("wrong password"), "{why}");
    let wanted = Wanted { device: id(DEVICE), channel: id(CHANNEL), stream: 0, span: None };
    let error = bench.driver.signalling().call(&wanted, &bench.ports, &mut |_, _, _| {}).await.unwrap_err();
    assert!(error.next_step.contains("wrong password"), "{error:?}");
    handle.abort();
}

#[tokio::test]
async fn what_does_not_fit_is_said_by_field() {
    let bench = bench();
    bench.driver.put_device(&stored(PASSWORD));
    let field = |device: DeviceSpec| bench.driver.check_device(&device).unwrap_err().field;
    assert_eq!(field(DeviceSpec { address: "rtsp://192.0.2.1".to_owned(), ..stored("p") }), Field::Address);
    assert_eq!(field(stored("")), Field::Password);
    assert_eq!(field(DeviceSpec { id: 6, ..stored("p") }), Field::Address, "another one has the code");
    assert_eq!(bench.driver.check_device(&stored("p")), Ok(()));
    let odd = ChannelSpec { number: "1 2".to_owned(), ..line() };
    assert_eq!(bench.driver.check_channel(&odd).unwrap_err().field, Field::Number);
    let pulled = ChannelSpec { main: Some("rtsp://192.0.2.1".to_owned()), ..line() };
    assert_eq!(bench.driver.check_channel(&pulled).unwrap_err().field, Field::Main);
}
