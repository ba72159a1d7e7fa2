//! All drivers with all channels: found by number, and by the stream that somebody asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::resolver::{Asker, Offer};
use hub::{OpenError, StreamKey, StreamProvider};

use crate::driver::{ChannelState, DeviceDriver};
use crate::ptz::PtzControl;
use crate::spec::{ChannelSpec, DeviceSpec, Rendition};

/// The drivers of this server and the channels that they serve.
pub struct Drivers {
    drivers: Vec<Arc<dyn DeviceDriver>>,
    devices: Mutex<HashMap<i64, Device>>,
    channels: RwLock<Channels>,
}

struct Device {
    spec: DeviceSpec,
    driver: Arc<dyn DeviceDriver>,
}

#[derive(Default)]
struct Channels {
    by_id: HashMap<i64, Channel>,
    by_stream: HashMap<StreamKey, (i64, Rendition)>,
}

#[derive(Clone)]
struct Channel {
    spec: Arc<ChannelSpec>,
    driver: Arc<dyn DeviceDriver>,
}

/// There is no driver of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no driver {name:?}; there are {known}.")]
pub struct UnknownDriver {
    name: String,
    known: String,
}

impl Drivers {
    /// With these drivers and no channels.
    pub fn new(drivers: Vec<Arc<dyn DeviceDriver>>) -> Self {
        Self { drivers, devices: Mutex::default(), channels: RwLock::default() }
    }

    /// Names of the drivers.
    pub fn names(&self) -> Vec<&'static str> {
        self.drivers.iter().map(|driver| driver.name()).collect()
    }

    /// The driver of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn driver(&self, name: &str) -> Result<&Arc<dyn DeviceDriver>, UnknownDriver> {
        let found = self.drivers.iter().find(|driver| driver.name() == name);
        found.ok_or_else(|| UnknownDriver { name: name.to_owned(), known: self.names().join(", ") })
    }

    fn read(&self) -> RwLockReadGuard<'_, Channels> {
        self.channels.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Channels> {
        self.channels.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a device or replaces the one of the same number; one that is unchanged goes on undisturbed.
    ///
    /// # Errors
    /// When there is no such driver; the device is then as it was.
    pub fn put_device(&self, driver: &str, spec: DeviceSpec) -> Result<(), UnknownDriver> {
        let driver = Arc::clone(self.driver(driver)?);
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(former) = devices.get(&spec.id) {
            let is_elsewhere = former.spec.address != spec.address || !Arc::ptr_eq(&former.driver, &driver);
            if former.spec == spec && !is_elsewhere {
                return Ok(());
            }
            if is_elsewhere {
                former.driver.remove_device(&former.spec);
            }
        }
        driver.put_device(&spec);
        devices.insert(spec.id, Device { spec, driver });
        Ok(())
    }

    /// Removes a device; fine when there is none. Its channels are removed by their own numbers.
    pub fn remove_device(&self, id: i64) {
        let former = self.devices.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(former) = former {
            former.driver.remove_device(&former.spec);
        }
    }

    /// Adds a channel or replaces the one of the same number; one that is unchanged goes on undisturbed. No two
    /// channels may have the same stream: of those that do, the last one gets it.
    ///
    /// # Errors
    /// When there is no such driver; the channel is then as it was.
    pub fn put(&self, driver: &str, spec: ChannelSpec) -> Result<(), UnknownDriver> {
        let driver = Arc::clone(self.driver(driver)?);
        let mut channels = self.write();
        let same = |old: &Channel| *old.spec == spec && Arc::ptr_eq(&old.driver, &driver);
        if channels.by_id.get(&spec.id).is_some_and(same) {
            return Ok(());
        }
        channels.remove(spec.id);
        channels.insert(Channel { spec: Arc::new(spec), driver });
        Ok(())
    }

    /// Removes a channel; its streams end. `false` when there is none.
    pub fn remove(&self, id: i64) -> bool {
        self.write().remove(id)
    }

    /// The channel of a stream, and which of its renditions the stream is.
    pub fn find(&self, key: &StreamKey) -> Option<(Arc<ChannelSpec>, Rendition)> {
        let channels = self.read();
        let (id, rendition) = channels.by_stream.get(key)?;
        Some((Arc::clone(&channels.by_id.get(id)?.spec), *rendition))
    }

    /// The live stream of the channel whose recording a stream is.
    pub fn live_of(&self, recording: &StreamKey) -> Option<StreamKey> {
        self.drivers.iter().find_map(|driver| driver.live_of(recording))
    }

    /// A channel by its number.
    pub fn channel(&self, id: i64) -> Option<Arc<ChannelSpec>> {
        self.read().by_id.get(&id).map(|channel| Arc::clone(&channel.spec))
    }

    /// How a channel does, as far as is known without asking; `None` when there is none.
    pub fn state(&self, id: i64) -> Option<ChannelState> {
        let channel = self.read().by_id.get(&id).cloned()?;
        Some(channel.driver.state(&channel.spec))
    }

    /// A channel together with what steers it; `None` when there is no such channel or its driver steers none.
    pub fn steered(&self, id: i64) -> Option<Steered> {
        let channel = self.read().by_id.get(&id).cloned()?;
        channel.driver.ptz()?;
        Some(Steered(channel))
    }

    async fn start(&self, key: &StreamKey) -> Result<Offer, OpenError> {
        let found = {
            let channels = self.read();
            channels.by_stream.get(key).and_then(|(id, rendition)| Some((channels.by_id.get(id)?.clone(), *rendition)))
        };
        match found {
            Some((channel, rendition)) => channel.driver.open(&channel.spec, rendition).await,
            None => Ok(Offer::Unknown),
        }
    }
}

impl Channels {
    fn insert(&mut self, channel: Channel) {
        let id = channel.spec.id;
        for (rendition, key) in channel.spec.streams() {
            self.by_stream.insert(key.clone(), (id, rendition));
        }
        channel.driver.put(&channel.spec);
        self.by_id.insert(id, channel);
    }

    fn remove(&mut self, id: i64) -> bool {
        let Some(channel) = self.by_id.remove(&id) else { return false };
        channel.driver.remove(&channel.spec);
        for (_, key) in channel.spec.streams() {
            // It may have gone to another channel in the meantime.
            if self.by_stream.get(key).is_some_and(|(owner, _)| *owner == id) {
                self.by_stream.remove(key);
            }
        }
        true
    }
}

impl StreamProvider for Drivers {
    fn name(&self) -> &'static str {
        "devices"
    }

    fn open(&self, key: &StreamKey, _asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        let key = key.clone();
        async move { self.start(&key).await }.boxed()
    }
}

/// A channel whose driver steers cameras.
#[derive(Clone)]
pub struct Steered(Channel);

impl Steered {
    /// The channel.
    pub fn channel(&self) -> &ChannelSpec {
        &self.0.spec
    }

    /// What steers it.
    pub fn control(&self) -> &dyn PtzControl {
        self.0.driver.ptz().expect("it was looked at when this was made, and drivers do not change")
    }
}

#[cfg(test)]
mod tests;
