//! Steering against a driver that notes what it is told, in virtual time.

use std::sync::atomic::AtomicUsize;

use device::ptz::Answer;
use device::{ChannelSpec, ChannelState, DeviceDriver, DeviceSpec, PtzControl, PtzError, Refused, Rendition};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::OpenError;
use hub::resolver::Offer;
use tokio::time::Instant;

use super::*;

/// A camera that notes its commands; the next `failing` stops fail.
#[derive(Default)]
struct Camera {
    told: Mutex<Vec<(u128, String)>>,
    start: Mutex<Option<Instant>>,
    failing: AtomicUsize,
}

impl Camera {
    fn note(&self, text: String) -> Answer<'_, ()> {
        let start = *self.start.lock().unwrap().get_or_insert_with(Instant::now);
        self.told.lock().unwrap().push((start.elapsed().as_millis(), text));
        std::future::ready(Ok(())).boxed()
    }

    /// What it was told since the last call, with milliseconds since the first command.
    fn told(&self) -> Vec<(u128, String)> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    fn texts(&self) -> Vec<String> {
        self.told().into_iter().map(|(_, text)| text).collect()
    }
}

impl DeviceDriver for Camera {
    fn name(&self) -> &'static str {
        "camera"
    }

    fn check_device(&self, _device: &DeviceSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn check_channel(&self, _channel: &ChannelSpec) -> Result<(), Refused> {
        Ok(())
    }

    fn put(&self, _channel: &ChannelSpec) {}

    fn remove(&self, _channel: &ChannelSpec) {}

    fn open<'a>(&'a self, _channel: &'a ChannelSpec, _of: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>> {
        std::future::ready(Ok(Offer::Unknown)).boxed()
    }

    fn state(&self, _channel: &ChannelSpec) -> ChannelState {
        ChannelState::Unknown
    }

    fn ptz(&self) -> Option<&dyn PtzControl> {
        Some(self)
    }
}

impl PtzControl for Camera {
    fn abilities(&self, channel: &ChannelSpec) -> Abilities {
        let cruises = channel.number == "cruises";
        Abilities { pan_tilt: true, presets: true, cruises, ..Abilities::default() }
    }

    fn drive<'a>(&'a self, _channel: &'a ChannelSpec, motion: Motion) -> Answer<'a, ()> {
        self.note(format!("pan {}", motion.pan))
    }

    fn stop<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, ()> {
        let noted = self.note("stop".to_owned());
        let fails = self.failing.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { std::future::ready(Err(PtzError::Offline("gone".to_owned()))).boxed() } else { noted }
    }

    fn go_to_preset<'a>(&'a self, _channel: &'a ChannelSpec, number: NonZeroU8) -> Answer<'a, ()> {
        if number.get() == 9 {
            return std::future::ready(Err(PtzError::NoPreset(number))).boxed();
        }
        self.note(format!("preset {number}"))
    }

    fn start_cruise<'a>(&'a self, _channel: &'a ChannelSpec, steps: Vec<device::ptz::CruiseStep>) -> Answer<'a, ()> {
        self.note(format!("cruise of {}", steps.len()))
    }
}

struct Everywhere;

impl Channels for Everywhere {
    fn place(&self, _channel: i64) -> Option<Place> {
        Some(Place::ROOT)
    }
}

struct Rig {
    ptz: Ptz,
    camera: Arc<Camera>,
    _folder: tempfile::TempDir,
}

const CHANNEL: i64 = 7;
/// Its device runs cruises by itself.
const CRUISER: i64 = 8;

impl Rig {
    /// From here on time is virtual.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
        let camera = Arc::new(Camera::default());
        let drivers = Drivers::new(vec![Arc::clone(&camera) as Arc<dyn DeviceDriver>]);
        for (id, number) in [(CHANNEL, ""), (CRUISER, "cruises")] {
            let key = format!("road/k{id}").parse().unwrap();
            let spec = ChannelSpec { number: number.to_owned(), ..ChannelSpec::new(id, Arc::default(), key) };
            drivers.put("camera", spec).unwrap();
        }
        let ptz = Ptz::open(Arc::new(drivers), Arc::new(Everywhere), database).await.unwrap();
        tokio::time::pause();
        Self { ptz, camera, _folder: folder }
    }

    async fn order(&self, who: i64, client: u64, channel: i64, command: Command) -> Result<Done, PtzFailure> {
        let (answer, answered) = oneshot::channel();
        let steered = self.ptz.drivers.steered(channel).unwrap();
        let priority = if who >= 3 { Priority::Supervisor } else { Priority::Operator };
        let who = Holder { user: who, name: format!("user {who}"), account: String::new(), priority };
        self.ptz.hand_over(Order { steered, who, client, command, answer })?;
        answered.await.unwrap()
    }

    async fn pan(&self, who: i64, speed: f32) -> Result<Done, PtzFailure> {
        let motion = Motion { pan: speed, ..Motion::STILL };
        self.order(who, 5, CHANNEL, Command::Drive(motion)).await
    }
}

async fn pass(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn number(number: u8) -> NonZeroU8 {
    NonZeroU8::new(number).unwrap()
}

fn steps(presets: &[u8], dwell_s: u32) -> Vec<device::ptz::CruiseStep> {
    presets.iter().map(|preset| device::ptz::CruiseStep { preset: number(*preset), dwell_s }).collect()
}

#[tokio::test]
async fn a_motion_that_is_not_repeated_is_stopped_after_a_second() {
    let rig = Rig::new().await;
    assert!(rig.pan(1, 0.5).await.unwrap().new);
    for _ in 0..3 {
        pass(400).await;
        assert!(!rig.pan(1, 0.5).await.unwrap().new, "a repetition is nothing new");
    }
    assert!(rig.ptz.standing(CHANNEL).moving);
    pass(5000).await;
    let told = rig.camera.told();
    let (last, before) = told.split_last().unwrap();
    assert!(last.1 == "stop" && (2200..=2210).contains(&last.0), "{told:?}");
    assert_eq!(before.len(), 4);
    assert!(!rig.ptz.standing(CHANNEL).moving);
}

#[tokio::test]
async fn a_connection_that_goes_stops_what_it_drove_at_once_and_nothing_else() {
    let rig = Rig::new().await;
    rig.pan(1, 0.5).await.unwrap();
    pass(100).await;
    rig.order(1, 6, CHANNEL, Command::Gone).await.unwrap();
    assert_eq!(rig.camera.texts(), ["pan 0.5"], "another connection");
    rig.order(1, 5, CHANNEL, Command::Gone).await.unwrap();
    let told = rig.camera.told();
    assert!(told.len() == 1 && told[0].1 == "stop" && told[0].0 < 110, "{told:?}");
}

#[tokio::test]
async fn a_stop_that_fails_is_tried_again_until_it_succeeds() {
    let rig = Rig::new().await;
    rig.camera.failing.store(4, Ordering::SeqCst);
    rig.pan(1, 0.5).await.unwrap();
    pass(30_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop", "stop", "stop", "stop", "stop"]);
    rig.camera.failing.store(usize::MAX, Ordering::SeqCst);
    rig.pan(1, 0.5).await.unwrap();
    pass(600_000).await;
    assert!((10..=25).contains(&rig.camera.told().len()), "and is given up some time");
}

#[tokio::test]
async fn a_new_motion_ends_the_attempts_to_stop_the_old_one() {
    let rig = Rig::new().await;
    rig.camera.failing.store(1, Ordering::SeqCst);
    rig.pan(1, 0.5).await.unwrap();
    assert!(rig.order(1, 5, CHANNEL, Command::Stop).await.is_err());
    rig.pan(1, -0.5).await.unwrap();
    pass(900).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop", "pan -0.5"]);
}

#[tokio::test]
async fn who_is_more_urgent_takes_the_camera_and_the_other_is_told() {
    let rig = Rig::new().await;
    let mut events = rig.ptz.events();
    rig.pan(1, 0.5).await.unwrap();
    let Err(PtzFailure::Busy { holder, left }) = rig.pan(2, 0.1).await else { panic!("somebody steers") };
    assert_eq!((holder.user, left), (1, LAPSES_AFTER));
    rig.order(3, 9, CHANNEL, Command::Take).await.unwrap();
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop"], "what the other drove stops");
    assert!(matches!(rig.pan(1, 0.5).await, Err(PtzFailure::Busy { .. })));
    let mut preempted = None;
    while let Ok(event) = events.try_recv() {
        if let What::Preempted { from, by } = event.what {
            preempted = Some((from.user, by.user));
        }
    }
    assert_eq!(preempted, Some((1, 3)));
    rig.order(3, 9, CHANNEL, Command::Release).await.unwrap();
    rig.pan(1, 0.5).await.unwrap();
}

#[tokio::test]
async fn a_helm_that_nobody_holds_any_more_is_gone() {
    let rig = Rig::new().await;
    rig.pan(1, 0.5).await.unwrap();
    pass(5_000).await;
    assert_eq!(rig.ptz.standing(CHANNEL).held.unwrap().holder.user, 1);
    pass(30_000).await;
    assert!(lock_doors(&rig.ptz.doors).is_empty());
    rig.pan(2, 0.5).await.unwrap();
}

#[tokio::test]
async fn a_cruise_goes_round_by_itself_until_somebody_moves() {
    let rig = Rig::new().await;
    let cruise = Command::Cruise(number(1), steps(&[1, 2], 10));
    rig.order(1, 0, CHANNEL, cruise).await.unwrap();
    pass(35_000).await;
    let told = rig.camera.told();
    assert_eq!(
        told.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["preset 1", "preset 2", "preset 1", "preset 2"]
    );
    assert!(told.windows(2).all(|pair| (10_000..10_010).contains(&(pair[1].0 - pair[0].0))), "{told:?}");
    assert_eq!(rig.ptz.standing(CHANNEL).cruise, Some(number(1)), "it outlives the lock");
    rig.pan(2, 0.5).await.unwrap();
    pass(60_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop"]);
}

#[tokio::test]
async fn a_device_that_runs_cruises_is_told_once() {
    let rig = Rig::new().await;
    let cruise = Command::Cruise(number(1), steps(&[1, 2, 3], 10));
    rig.order(1, 0, CRUISER, cruise).await.unwrap();
    pass(60_000).await;
    assert_eq!(rig.camera.texts(), ["cruise of 3"]);
}

#[tokio::test]
async fn a_cruise_whose_presets_are_gone_ends() {
    let rig = Rig::new().await;
    rig.order(1, 0, CHANNEL, Command::Cruise(number(1), steps(&[9], 5))).await.unwrap();
    pass(60_000).await;
    assert!(rig.camera.texts().is_empty() && rig.ptz.standing(CHANNEL).cruise.is_none());
}

#[tokio::test]
async fn orders_beyond_the_queue_are_refused() {
    let rig = Rig::new().await;
    let (answer, _) = oneshot::channel();
    let steered = rig.ptz.drivers.steered(CHANNEL).unwrap();
    let who = Holder { user: 1, name: String::new(), account: String::new(), priority: Priority::Operator };
    let order = Order { steered: steered.clone(), who: who.clone(), client: 0, command: Command::Take, answer };
    rig.ptz.hand_over(order).unwrap();
    let refused = (0..ORDERS).filter(|_| {
        let (answer, _) = oneshot::channel();
        let order = Order { steered: steered.clone(), who: who.clone(), client: 0, command: Command::Take, answer };
        rig.ptz.hand_over(order).is_err()
    });
    assert_eq!(refused.count(), 1);
}

impl Rig {
    fn returns(&self, after_s: u32, to: Return) {
        self.ptz.idles.keep(CHANNEL, Some(Idle { after_s, to }));
    }
}

#[tokio::test]
async fn a_camera_goes_back_once_nobody_has_steered_it_for_a_while() {
    let rig = Rig::new().await;
    rig.returns(60, Return::Preset(number(3)));
    let mut events = rig.ptz.events();
    rig.pan(1, 0.5).await.unwrap();
    pass(50_000).await;
    rig.pan(1, -0.5).await.unwrap();
    pass(59_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop", "pan -0.5", "stop"], "each command begins the pause anew");
    pass(2_000).await;
    assert_eq!(rig.camera.texts(), ["preset 3"]);
    let mut returned = 0;
    while let Ok(event) = events.try_recv() {
        returned += usize::from(matches!(event.what, What::Returned { to: Return::Preset(_) }));
    }
    assert_eq!(returned, 1);
    pass(600_000).await;
    assert!(rig.camera.texts().is_empty() && lock_doors(&rig.ptz.doors).is_empty(), "once is enough");
}

#[tokio::test]
async fn a_camera_does_not_go_back_while_somebody_holds_it_or_a_cruise_runs() {
    let rig = Rig::new().await;
    rig.returns(5, Return::Preset(number(3)));
    rig.pan(1, 0.5).await.unwrap();
    pass(28_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop"], "its lock is held");
    pass(4_000).await;
    assert_eq!(rig.camera.texts(), ["preset 3"]);
    rig.order(1, 0, CHANNEL, Command::Cruise(number(1), steps(&[1, 2], 600))).await.unwrap();
    pass(500_000).await;
    assert_eq!(rig.camera.texts(), ["preset 1"]);
}

#[tokio::test]
async fn a_camera_that_cannot_go_back_is_left_after_some_tries() {
    let rig = Rig::new().await;
    rig.returns(60, Return::Preset(number(9)));
    rig.pan(1, 0.5).await.unwrap();
    pass(1_000_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop"]);
    assert!(lock_doors(&rig.ptz.doors).is_empty());
}

#[tokio::test]
async fn a_camera_is_left_where_it_is_when_nothing_else_is_wished() {
    let rig = Rig::new().await;
    rig.returns(40, Return::Home);
    rig.pan(1, 0.5).await.unwrap();
    rig.ptz.idles.keep(CHANNEL, None);
    pass(100_000).await;
    assert_eq!(rig.camera.texts(), ["pan 0.5", "stop"]);
}
