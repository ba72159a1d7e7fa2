//! Steering cameras: who may now, what stops a motion that nobody drives any more, presets, cruises.
//!
//! One person steers a camera at a time (`lock`); a motion must be repeated within [`DEAD_MAN`], or the camera is stopped,
//! and a stop that fails is tried again (`helm`). A camera that nobody steers costs nothing here: its task ends with its
//! lock.

mod error;
mod helm;
mod idle;
mod lock;
mod stored;

use std::collections::HashMap;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use db::Database;
use device::ptz::KeptCruise;
use device::{Abilities, Drivers, Motion, Position, Preset, PtzError, Rect, Steered};
use tokio::sync::{broadcast, mpsc, oneshot};

pub use error::PtzFailure;
use helm::{Command, Helm, Order, Surroundings};
pub use helm::{DEAD_MAN, Done, Standing};
use idle::Idles;
pub use idle::{IDLE_AFTER_S, Idle, Return};
pub use lock::{Held, Holder, LAPSES_AFTER, Priority};
pub use stored::{MAX_DWELL_S, MAX_NAME, MAX_STEPS, StoredCruise, StoredPreset};

use crate::people::Caller;
use crate::rights::{Action, Kind, Place};

/// Orders of one camera that wait; further ones are refused.
const ORDERS: usize = 32;
/// Events that a slow listener may be behind before it loses some.
const EVENTS: usize = 256;
/// How long a device may take to tell where it looks and what it keeps, for a page that shows it.
const LOOK_WAIT: Duration = Duration::from_secs(2);
/// How long a device may take to tell all cruises that it keeps.
const KEPT_WAIT: Duration = Duration::from_secs(30);

/// Which channels there are, for the rights on them.
pub trait Channels: Send + Sync {
    /// The organisation that a channel belongs to; `None` when there is no such channel.
    fn place(&self, channel: i64) -> Option<Place>;
}

/// Something that happened to the steering of a camera.
#[derive(Clone, Debug)]
pub struct PtzEvent {
    /// Of which channel.
    pub channel: i64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The holder, the motion or the cruise is another one.
    Changed,
    /// Somebody more urgent took the camera.
    Preempted {
        /// Who had it.
        from: Holder,
        /// Who has it.
        by: Holder,
    },
    /// The camera was stopped without anybody saying so.
    Stopped {
        /// The rest of a sentence that begins with "It was stopped because".
        why: &'static str,
        /// Who had driven it, if that is known.
        driver: Option<Holder>,
    },
    /// Nobody steered the camera for a while, and it went where it belongs.
    Returned {
        /// Where.
        to: Return,
    },
}

/// A command of somebody who steers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Steer {
    /// Move with these speeds; again within [`DEAD_MAN`], or it stops.
    Move(Motion),
    /// Stop.
    Stop,
    /// Turn and zoom to a part of the picture.
    Frame(Rect),
    /// Go to a preset.
    GoToPreset(NonZeroU8),
    /// Run a cruise.
    Cruise(NonZeroU8),
    /// Run a cruise that the device keeps.
    KeptCruise(u8),
    /// Go home.
    GoHome,
    /// Make the present position the home position.
    SetHome,
    /// Take the lock.
    Take,
    /// Give the lock back.
    Release,
}

/// What a page about a camera shows.
#[derive(Clone, Debug)]
pub struct PtzView {
    /// What the camera can do.
    pub abilities: Abilities,
    /// Where it looks, if it tells.
    pub position: Option<Position>,
    /// Who steers it and what it does.
    pub standing: Standing,
    /// Its presets by number.
    pub presets: Vec<StoredPreset>,
    /// Its cruises by number.
    pub cruises: Vec<StoredCruise>,
    /// What it does when nobody steers it.
    pub idle: Option<Idle>,
}

/// Where a helm is reached, while there is one.
struct Door {
    orders: mpsc::Sender<Order>,
    standing: Arc<Mutex<Standing>>,
}

type Doors = Mutex<HashMap<i64, Door>>;

/// The steering of all cameras.
pub struct Ptz {
    drivers: Arc<Drivers>,
    channels: Arc<dyn Channels>,
    database: Database,
    doors: Arc<Doors>,
    idles: Arc<Idles>,
    events: broadcast::Sender<PtzEvent>,
    next_client: AtomicU64,
}

fn lock_doors(doors: &Doors) -> MutexGuard<'_, HashMap<i64, Door>> {
    doors.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ptz {
    /// For the channels of `drivers`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(
        drivers: Arc<Drivers>,
        channels: Arc<dyn Channels>,
        database: Database,
    ) -> Result<Self, PtzFailure> {
        let idles = Arc::new(Idles::read(&database).await?);
        Ok(Self {
            drivers,
            channels,
            database,
            doors: Arc::default(),
            idles,
            events: broadcast::Sender::new(EVENTS),
            next_client: AtomicU64::new(1),
        })
    }

    /// Follows what happens to all cameras. A listener that is 256 events behind loses the oldest and learns it.
    pub fn events(&self) -> broadcast::Receiver<PtzEvent> {
        self.events.subscribe()
    }

    /// A number for a connection that steers.
    pub fn new_client(&self) -> u64 {
        self.next_client.fetch_add(1, Ordering::Relaxed)
    }

    /// A camera that `caller` may do something with.
    ///
    /// # Errors
    /// [`PtzFailure::NoChannel`] also for those that one may not know of.
    pub fn permitted(&self, caller: &Caller, action: Action, channel: i64) -> Result<Steered, PtzFailure> {
        let place = self.channels.place(channel).ok_or(PtzFailure::NoChannel)?;
        if !caller.may(Action::View, Kind::Ptz, &place) {
            return Err(PtzFailure::NoChannel);
        }
        if !caller.may(action, Kind::Ptz, &place) {
            return Err(PtzFailure::Forbidden);
        }
        self.drivers.steered(channel).ok_or(PtzFailure::NotSteered)
    }

    /// Who steers a camera and what it does.
    pub fn standing(&self, channel: i64) -> Standing {
        let standing = lock_doors(&self.doors).get(&channel).map(|door| Arc::clone(&door.standing));
        standing.map(|standing| standing.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }

    /// All that a page about a camera shows. What the device does not tell in time is left out.
    ///
    /// # Errors
    /// When one may not see it or the database does not answer.
    pub async fn view(&self, caller: &Caller, channel: i64) -> Result<PtzView, PtzFailure> {
        let steered = self.permitted(caller, Action::View, channel)?;
        let control = steered.control();
        let abilities = control.abilities(steered.channel());
        let position = if abilities.position {
            let told = tokio::time::timeout(LOOK_WAIT, control.position(steered.channel())).await;
            told.ok().and_then(Result::ok)
        } else {
            None
        };
        let presets = self.presets(&steered, abilities).await?;
        let cruises = stored::cruises(&self.database, channel).await?;
        let idle = self.idles.of(channel);
        Ok(PtzView { abilities, position, standing: self.standing(channel), presets, cruises, idle })
    }

    /// The cruises that the device of a camera keeps itself. One that is slow takes its time, as long as it tells them one by one.
    ///
    /// # Errors
    /// When one may not see it, or the device does not tell in half a minute.
    pub async fn kept_cruises(&self, caller: &Caller, channel: i64) -> Result<Vec<KeptCruise>, PtzFailure> {
        let steered = self.permitted(caller, Action::View, channel)?;
        let told = tokio::time::timeout(KEPT_WAIT, steered.control().kept_cruises(steered.channel())).await;
        let slow = || PtzFailure::Camera(PtzError::Offline("it did not tell its cruises in time".to_owned()));
        told.map_err(|_slow| slow())?.map_err(PtzFailure::Camera)
    }

    /// Steers. `client` names the connection that the command came by: [`Ptz::gone`] ends what it drove; 0 is none.
    ///
    /// # Errors
    /// When one may not, somebody else steers, or the camera does not do it.
    pub async fn steer(&self, caller: &Caller, client: u64, channel: i64, steer: Steer) -> Result<Done, PtzFailure> {
        let steered = self.permitted(caller, Action::Operate, channel)?;
        let command = match steer {
            Steer::Move(motion) => {
                check_motion(&steered, &motion)?;
                Command::Drive(motion)
            }
            Steer::Frame(part) => {
                if let Some(field) = part.faulty() {
                    let text = "A part lies within the picture, 0 to 1 each way, and has an area.";
                    return Err(PtzFailure::Invalid { field, text });
                }
                Command::Frame(part)
            }
            Steer::Stop => Command::Stop,
            Steer::GoToPreset(number) => Command::GoToPreset(number),
            Steer::Cruise(number) => {
                Command::Cruise(number, stored::cruise_steps(&self.database, channel, number).await?)
            }
            Steer::KeptCruise(number) => Command::KeptCruise(number),
            Steer::GoHome => Command::GoHome,
            Steer::SetHome => Command::SetHome,
            Steer::Take => Command::Take,
            Steer::Release => Command::Release,
        };
        self.order(caller, client, steered, command).await
    }

    /// A connection is gone: what it drove on a channel stops at once.
    pub async fn gone(&self, caller: &Caller, client: u64, channel: i64) {
        let drives = self.standing(channel).moving;
        if let Some(steered) = self.drivers.steered(channel).filter(|_| drives) {
            let _stopped_by_itself_otherwise = self.order(caller, client, steered, Command::Gone).await;
        }
    }

    /// Keeps the present position under a number and a name.
    ///
    /// # Errors
    /// As [`Ptz::steer`], and when the name is too long.
    pub async fn save_preset(
        &self,
        caller: &Caller,
        channel: i64,
        number: NonZeroU8,
        name: &str,
    ) -> Result<(), PtzFailure> {
        let steered = self.permitted(caller, Action::Operate, channel)?;
        let name = stored::checked_name(name)?;
        let command = Command::SavePreset(Preset { number, name: name.clone() });
        self.order(caller, 0, steered, command).await?;
        self.store_preset(channel, number, name).await
    }

    /// Names a preset and leaves its position.
    ///
    /// # Errors
    /// When one may not, the name is too long, or there is none of this number.
    pub async fn name_preset(
        &self,
        caller: &Caller,
        channel: i64,
        number: NonZeroU8,
        name: &str,
    ) -> Result<(), PtzFailure> {
        let steered = self.permitted(caller, Action::Operate, channel)?;
        let name = stored::checked_name(name)?;
        let abilities = steered.control().abilities(steered.channel());
        let known = self.presets(&steered, abilities).await?;
        if !known.iter().any(|preset| preset.number == number) {
            return Err(PtzFailure::NoPreset(number));
        }
        Ok(self.database.name_ptz_preset(channel, i64::from(number.get()), &name).await?)
    }

    /// The picture of a preset, if it has one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn preset_picture(&self, channel: i64, number: NonZeroU8) -> Result<Option<i64>, PtzFailure> {
        let rows = self.database.ptz_presets(channel).await?;
        let row = rows.into_iter().find(|row| row.number == i64::from(number.get()));
        Ok(row.and_then(|row| row.snapshot_id))
    }

    /// Gives a preset its picture; `false` when the preset is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_preset_picture(&self, channel: i64, number: NonZeroU8, picture: i64) -> Result<bool, PtzFailure> {
        Ok(self.database.picture_ptz_preset(channel, i64::from(number.get()), picture).await?)
    }

    /// Says what a camera does when nobody steers it, or that it stays where it was steered to.
    ///
    /// # Errors
    /// When one may not manage its steering, or the time is out of range.
    pub async fn set_idle(&self, caller: &Caller, channel: i64, idle: Option<Idle>) -> Result<(), PtzFailure> {
        self.permitted(caller, Action::Manage, channel)?;
        self.idles.set(&self.database, channel, idle).await
    }

    /// Forgets a preset, here and in the device.
    ///
    /// # Errors
    /// As [`Ptz::steer`].
    pub async fn remove_preset(&self, caller: &Caller, channel: i64, number: NonZeroU8) -> Result<(), PtzFailure> {
        let steered = self.permitted(caller, Action::Operate, channel)?;
        self.order(caller, 0, steered, Command::RemovePreset(number)).await?;
        self.database.remove_ptz_preset(channel, i64::from(number.get())).await?;
        Ok(())
    }

    /// Adds a cruise or replaces the one of its number; one that runs goes on as it was.
    ///
    /// # Errors
    /// When one may not, or it has no steps, too many, or ones that stay too long.
    pub async fn save_cruise(&self, caller: &Caller, channel: i64, cruise: &StoredCruise) -> Result<(), PtzFailure> {
        self.permitted(caller, Action::Operate, channel)?;
        self.store_cruise(channel, cruise).await
    }

    /// Removes a cruise; one that runs is stopped.
    ///
    /// # Errors
    /// As [`Ptz::steer`]; [`PtzFailure::NoCruise`].
    pub async fn remove_cruise(&self, caller: &Caller, channel: i64, number: NonZeroU8) -> Result<(), PtzFailure> {
        let steered = self.permitted(caller, Action::Operate, channel)?;
        if self.standing(channel).cruise == Some(number) {
            self.order(caller, 0, steered, Command::Stop).await?;
        }
        let removed = self.database.remove_ptz_cruise(channel, i64::from(number.get())).await?;
        if removed { Ok(()) } else { Err(PtzFailure::NoCruise(number)) }
    }

    async fn order(
        &self,
        caller: &Caller,
        client: u64,
        steered: Steered,
        command: Command,
    ) -> Result<Done, PtzFailure> {
        let (answer, answered) = oneshot::channel();
        let who = self.holder(caller, steered.channel().id);
        self.hand_over(Order { steered, who, client, command, answer })?;
        answered.await.unwrap_or(Err(PtzFailure::Busied))
    }

    /// Who somebody is at the helm.
    fn holder(&self, caller: &Caller, channel: i64) -> Holder {
        let place = self.channels.place(channel);
        let manages = place.is_some_and(|place| caller.may(Action::Manage, Kind::Ptz, &place));
        let priority = if manages { Priority::Supervisor } else { Priority::Operator };
        let name = Some(&caller.user.display_name).filter(|name| !name.is_empty()).unwrap_or(&caller.user.name);
        Holder { user: caller.user.id, name: name.clone(), account: caller.name(), priority }
    }

    /// Gives an order to the helm of its channel, which comes to life when there is none.
    fn hand_over(&self, order: Order) -> Result<(), PtzFailure> {
        let channel = order.steered.channel().id;
        let mut doors = lock_doors(&self.doors);
        let door = doors.entry(channel).or_insert_with(|| {
            let (orders, inbox) = mpsc::channel(ORDERS);
            let standing = Arc::<Mutex<Standing>>::default();
            let surroundings = Surroundings {
                standing: Arc::clone(&standing),
                events: self.events.clone(),
                idles: Arc::clone(&self.idles),
                database: self.database.clone(),
            };
            let helm = Helm::new(order.steered.clone(), surroundings);
            let all = Arc::clone(&self.doors);
            tokio::spawn(helm.run(inbox, move |inbox| last_order(&all, channel, inbox)));
            Door { orders, standing }
        });
        door.orders.try_send(order).map_err(|_| PtzFailure::Busied)
    }
}

/// The order that came at the last moment; without one the helm's door is closed, under the lock under which orders come in.
fn last_order(doors: &Doors, channel: i64, inbox: &mut mpsc::Receiver<Order>) -> Option<Order> {
    let mut doors = lock_doors(doors);
    let order = inbox.try_recv().ok();
    if order.is_none() {
        doors.remove(&channel);
    }
    order
}

fn check_motion(steered: &Steered, motion: &Motion) -> Result<(), PtzFailure> {
    if let Some(field) = motion.faulty() {
        return Err(PtzFailure::Invalid { field, text: "Speeds are numbers from -1 to 1." });
    }
    let abilities = steered.control().abilities(steered.channel());
    if abilities.permit(motion) { Ok(()) } else { Err(PtzError::Unsupported.into()) }
}

#[cfg(test)]
mod tests;
