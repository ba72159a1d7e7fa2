//! The task that steers one camera: takes orders one after the other, and stops what nobody drives any more.

use std::num::NonZeroU8;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::Backoff;
use db::Database;
use device::ptz::CruiseStep;
use device::{Motion, Preset, PtzError, Rect, Steered};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::Instant;

use super::idle::{Idles, Return};
use super::lock::{Held, Holder, Lock, Taken};
use super::{PtzEvent, PtzFailure, What, stored};
use crate::unix_now_ms;

/// A motion ends unless it is repeated within this time.
pub const DEAD_MAN: Duration = Duration::from_secs(1);
/// A driver that takes longer for one command has failed.
const COMMAND_WAIT: Duration = Duration::from_secs(5);
/// A stop that failed is tried again after this, then more and more seldom.
const STOP_RETRY: Duration = Duration::from_millis(200);
const STOP_RETRY_MAX: Duration = Duration::from_secs(5);
/// A camera that cannot be stopped so many times is given up.
const STOP_TRIES: u32 = 20;
/// A camera that does not return so many times stays where it is.
const RETURN_TRIES: u32 = 3;
/// A cruise ends when so many of its steps failed in a row.
const CRUISE_FAILURES: u32 = 3;

/// What somebody wants of a camera.
pub(super) struct Order {
    pub(super) steered: Steered,
    pub(super) who: Holder,
    /// Connection that it came by; what ends with it.
    pub(super) client: u64,
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Result<Done, PtzFailure>>,
}

/// An order's verb.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Drive(Motion),
    Stop,
    Frame(Rect),
    GoToPreset(NonZeroU8),
    SavePreset(Preset),
    RemovePreset(NonZeroU8),
    Cruise(NonZeroU8, Vec<CruiseStep>),
    KeptCruise(u8),
    GoHome,
    SetHome,
    Take,
    Release,
    /// The connection is gone.
    Gone,
}

/// What an order did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Whether it is more than the repetition of a motion that goes on.
    pub new: bool,
}

/// What can be seen of a camera's steering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who steers.
    pub held: Option<Held>,
    /// Whether a motion goes on.
    pub moving: bool,
    /// The cruise that runs.
    pub cruise: Option<NonZeroU8>,
    /// When somebody last did something.
    pub touched: Option<Instant>,
}

struct Moving {
    client: u64,
    until: Instant,
}

struct Retry {
    backoff: Backoff,
    at: Instant,
}

struct Cruise {
    number: NonZeroU8,
    /// Empty when the device runs it by itself.
    steps: Vec<CruiseStep>,
    next: usize,
    at: Instant,
    failures: u32,
}

/// What a helm works with.
pub(super) struct Surroundings {
    pub(super) standing: Arc<Mutex<Standing>>,
    pub(super) events: broadcast::Sender<PtzEvent>,
    pub(super) idles: Arc<Idles>,
    pub(super) database: Database,
}

/// A camera that was steered and has not returned since.
struct Away {
    since: Instant,
    failures: u32,
}

/// The state of one camera's steering.
pub(super) struct Helm {
    channel: i64,
    steered: Steered,
    lock: Lock,
    moving: Option<Moving>,
    retry: Option<Retry>,
    cruise: Option<Cruise>,
    away: Option<Away>,
    touched: Option<Instant>,
    around: Surroundings,
}

impl Helm {
    pub(super) fn new(steered: Steered, around: Surroundings) -> Self {
        Self {
            channel: steered.channel().id,
            steered,
            lock: Lock::default(),
            moving: None,
            retry: None,
            cruise: None,
            away: None,
            touched: None,
            around,
        }
    }

    /// Takes orders until there are none and nothing is left to look after; `last` then says whether there really are none.
    pub(super) async fn run(
        mut self,
        mut orders: mpsc::Receiver<Order>,
        last: impl Fn(&mut mpsc::Receiver<Order>) -> Option<Order>,
    ) {
        loop {
            let order = match self.next_timer() {
                None => match last(&mut orders) {
                    Some(order) => Some(order),
                    None => return,
                },
                Some(at) => tokio::select! {
                    order = orders.recv() => order,
                    () = tokio::time::sleep_until(at) => None,
                },
            };
            match order {
                Some(order) => self.obey(order).await,
                None => self.on_time().await,
            }
            self.show();
        }
    }

    /// When something is to be done by itself; `None` when nothing is.
    fn next_timer(&self) -> Option<Instant> {
        let now = Instant::now();
        let own_cruise = self.cruise.as_ref().filter(|cruise| !cruise.steps.is_empty());
        [
            self.moving.as_ref().map(|moving| moving.until),
            self.retry.as_ref().map(|retry| retry.at),
            own_cruise.map(|cruise| cruise.at),
            self.lock.held(now).map(|held| held.until),
            self.returns_at(now),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the camera goes back by itself; `None` while somebody holds it, it does something, or it has no place of its own.
    fn returns_at(&self, now: Instant) -> Option<Instant> {
        let away = self.away.as_ref()?;
        let idle = self.around.idles.of(self.channel)?;
        let busy = self.moving.is_some() || self.cruise.is_some() || self.lock.held(now).is_some();
        (!busy).then(|| away.since + idle.after())
    }

    async fn on_time(&mut self) {
        let now = Instant::now();
        if self.returns_at(now).is_some_and(|at| now >= at) {
            self.go_back().await;
        }
        if self.moving.as_ref().is_some_and(|moving| now >= moving.until) {
            self.stop_by_itself("its motion was not repeated in time").await;
        }
        if self.retry.as_ref().is_some_and(|retry| now >= retry.at) {
            let _tried_again_later = self.stop().await;
        }
        if self.cruise.as_ref().is_some_and(|cruise| !cruise.steps.is_empty() && now >= cruise.at) {
            self.next_of_cruise().await;
        }
    }

    async fn obey(&mut self, order: Order) {
        self.steered = order.steered;
        let done = match order.command {
            Command::Gone => {
                if self.moving.as_ref().is_some_and(|moving| moving.client == order.client) {
                    self.stop_by_itself("the connection that drove it is gone").await;
                }
                Ok(Done { new: false })
            }
            Command::Release => {
                let held = self.lock.release(order.who.user, Instant::now());
                if held && self.moving.is_some() {
                    self.stop_by_itself("its lock was given back").await;
                }
                Ok(Done { new: held })
            }
            command => match self.take(&order.who).await {
                Ok(()) => {
                    self.touch();
                    self.execute(order.client, command).await
                }
                Err(failure) => Err(failure),
            },
        };
        let _asker_is_gone = order.answer.send(done);
    }

    /// Somebody did something: the pause before the camera goes back begins anew.
    fn touch(&mut self) {
        let now = Instant::now();
        self.touched = Some(now);
        self.away = Some(Away { since: now, failures: 0 });
    }

    async fn go_back(&mut self) {
        let Some(idle) = self.around.idles.of(self.channel) else { return };
        let steered = self.steered.clone();
        let (control, channel) = (steered.control(), steered.channel());
        let went = match idle.to {
            Return::Preset(number) => self.moves(control.go_to_preset(channel, number)).await,
            Return::Home => self.moves(control.go_home(channel)).await,
            Return::Cruise(number) => match stored::cruise_steps(&self.around.database, self.channel, number).await {
                Ok(steps) => self.start_cruise(number, steps).await,
                Err(failure) => Err(failure),
            },
        };
        let failures = self.away.take().map_or(0, |away| away.failures) + 1;
        match went {
            Ok(()) => self.tell(What::Returned { to: idle.to }),
            Err(error) => {
                tracing::warn!(channel_id = self.channel, %error, failures, "A camera did not return.");
                self.away = (failures < RETURN_TRIES).then(|| Away { since: Instant::now(), failures });
            }
        }
    }

    async fn take(&mut self, who: &Holder) -> Result<(), PtzFailure> {
        let now = Instant::now();
        match self.lock.take(who, now, unix_now_ms()) {
            Ok(Taken::From(loser)) => {
                self.tell(What::Preempted { from: loser, by: who.clone() });
                if self.moving.is_some() {
                    self.stop_by_itself("somebody more urgent took the camera").await;
                }
                Ok(())
            }
            Ok(Taken::New | Taken::Kept) => Ok(()),
            Err(held) => {
                let left = held.until.saturating_duration_since(now);
                Err(PtzFailure::Busy { holder: held.holder, left })
            }
        }
    }

    async fn execute(&mut self, client: u64, command: Command) -> Result<Done, PtzFailure> {
        let steered = self.steered.clone();
        let (control, channel) = (steered.control(), steered.channel());
        match command {
            Command::Drive(motion) if motion != Motion::STILL => return self.drive(client, motion).await,
            Command::Drive(_) | Command::Stop => {
                let moved = self.moving.is_some() || self.cruise.is_some();
                self.cruise = None;
                self.stop().await?;
                return Ok(Done { new: moved });
            }
            Command::Frame(part) => self.moves(control.frame(channel, part)).await?,
            Command::GoToPreset(number) => self.moves(control.go_to_preset(channel, number)).await?,
            Command::KeptCruise(number) => self.moves(control.run_kept_cruise(channel, number)).await?,
            Command::GoHome => self.moves(control.go_home(channel)).await?,
            Command::SavePreset(preset) => in_time(control.save_preset(channel, preset)).await?,
            Command::RemovePreset(number) => in_time(control.remove_preset(channel, number)).await?,
            Command::SetHome => in_time(control.set_home(channel)).await?,
            Command::Cruise(number, steps) => self.start_cruise(number, steps).await?,
            Command::Take | Command::Release | Command::Gone => {}
        }
        Ok(Done { new: true })
    }

    /// A command that makes the camera go somewhere by itself; it ends motions and cruises.
    async fn moves(&mut self, answer: impl Future<Output = Result<(), PtzError>>) -> Result<(), PtzFailure> {
        in_time(answer).await?;
        (self.moving, self.retry, self.cruise) = (None, None, None);
        Ok(())
    }

    async fn drive(&mut self, client: u64, motion: Motion) -> Result<Done, PtzFailure> {
        let steered = self.steered.clone();
        // From here on it may move, whatever the driver answers.
        let new = self.moving.is_none();
        self.moving = Some(Moving { client, until: Instant::now() + DEAD_MAN });
        (self.retry, self.cruise) = (None, None);
        if let Err(failure) = in_time(steered.control().drive(steered.channel(), motion)).await {
            let refused = matches!(&failure, PtzFailure::Camera(PtzError::Unsupported | PtzError::OutOfRange(_)));
            if new && refused {
                self.moving = None;
            }
            return Err(failure);
        }
        // The time that the device took is not the driver's fault.
        self.moving = Some(Moving { client, until: Instant::now() + DEAD_MAN });
        Ok(Done { new })
    }

    async fn stop_by_itself(&mut self, why: &'static str) {
        tracing::info!(channel_id = self.channel, why, "A camera is stopped.");
        let by = self.lock.held(Instant::now()).map(|held| held.holder.clone());
        let _tried_again_later = self.stop().await;
        self.tell(What::Stopped { why, driver: by });
    }

    /// Stops the camera; when that fails, it is tried again and again.
    async fn stop(&mut self) -> Result<(), PtzFailure> {
        self.moving = None;
        let steered = self.steered.clone();
        let stopped = in_time(steered.control().stop(steered.channel())).await;
        let Err(failure) = &stopped else {
            self.retry = None;
            return Ok(());
        };
        let mut backoff =
            self.retry.take().map_or_else(|| Backoff::new(STOP_RETRY, STOP_RETRY_MAX), |retry| retry.backoff);
        let delay = backoff.next_delay(rand::random());
        if backoff.failures() >= STOP_TRIES {
            tracing::error!(channel_id = self.channel, error = %failure, "A camera could not be stopped; it was given up.");
        } else {
            self.retry = Some(Retry { backoff, at: Instant::now() + delay });
        }
        stopped
    }

    async fn start_cruise(&mut self, number: NonZeroU8, steps: Vec<CruiseStep>) -> Result<(), PtzFailure> {
        let steered = self.steered.clone();
        let (control, channel) = (steered.control(), steered.channel());
        if self.moving.is_some() {
            self.stop().await?;
        }
        self.retry = None;
        let by_device = control.abilities(channel).cruises;
        if by_device {
            in_time(control.start_cruise(channel, steps.clone())).await?;
        }
        let steps = if by_device { Vec::new() } else { steps };
        self.cruise = Some(Cruise { number, steps, next: 0, at: Instant::now(), failures: 0 });
        Ok(())
    }

    async fn next_of_cruise(&mut self) {
        let Some(cruise) = &mut self.cruise else { return };
        let step = cruise.steps[cruise.next % cruise.steps.len()];
        cruise.next += 1;
        let steered = self.steered.clone();
        let went = in_time(steered.control().go_to_preset(steered.channel(), step.preset)).await;
        cruise.failures = if went.is_ok() { 0 } else { cruise.failures + 1 };
        cruise.at = Instant::now() + Duration::from_secs(u64::from(step.dwell_s.max(1)));
        if cruise.failures >= CRUISE_FAILURES {
            self.cruise = None;
            self.tell(What::Stopped { why: "the steps of its cruise failed", driver: None });
        }
    }

    fn tell(&self, what: What) {
        let _nobody_listens = self.around.events.send(PtzEvent { channel: self.channel, what });
    }

    /// Shows how things stand, and tells when that has changed.
    fn show(&self) {
        let standing = Standing {
            held: self.lock.held(Instant::now()).cloned(),
            moving: self.moving.is_some(),
            cruise: self.cruise.as_ref().map(|cruise| cruise.number),
            touched: self.touched,
        };
        let mut shown = self.around.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let holder = |standing: &Standing| standing.held.as_ref().map(|held| held.holder.clone());
        let changed =
            holder(&shown) != holder(&standing) || (shown.moving, shown.cruise) != (standing.moving, standing.cruise);
        *shown = standing;
        drop(shown);
        if changed {
            self.tell(What::Changed);
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, PtzError>>) -> Result<T, PtzFailure> {
    match tokio::time::timeout(COMMAND_WAIT, answer).await {
        Ok(answer) => answer.map_err(PtzFailure::Camera),
        Err(_) => Err(PtzFailure::Camera(PtzError::Offline("it did not answer in time".to_owned()))),
    }
}
