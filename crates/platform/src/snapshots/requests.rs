//! Pictures that devices are asked to take and to send (GB/T 28181-2022 §9.14).
//!
//! A device gets an address of its own with a secret, to which it sends as many pictures as were asked for and which is shut
//! then, or when its time is over. Nothing else is known of a device there, so the secret is all that counts. Requests live in
//! memory: after a restart a device is told that its address is not known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use bytes::Bytes;
use db::SnapshotRow;
use hub::StreamKey;
use media::bitstream::jpeg;
use tokio::time::Instant;
use vision::Form;

use super::{Origin, SnapshotError, Snapshots, sum};
use crate::accounts::random_token;
use crate::unix_now_ms;

/// Pictures of one request (GB/T 28181-2022 §A.2.1.24).
pub const MAX_PICTURES: u8 = 10;
/// Seconds between two pictures.
pub const MAX_INTERVAL_S: u32 = 600;
/// Bytes of one picture: those of cameras with twelve million pixels are half of it.
pub const MAX_BYTES: usize = 8 << 20;
/// Requests whose pictures are waited for. Full-policy: further ones are refused.
pub const MAX_OPEN: usize = 256;
/// Requests that are remembered with what became of them. Full-policy: the oldest that is over is forgotten.
const MAX_KNOWN: usize = 1024;
/// Pictures of one request that come at the same time. Full-policy: further ones are refused, and the device tries again.
const MAX_AT_ONCE: usize = 2;
/// How long a device may take beyond the times between its pictures.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long pictures may take that are on their way when the device says that it is finished.
const LATE: Duration = Duration::from_secs(10);

/// What a device is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Code of the device.
    pub device: String,
    /// Code of the channel.
    pub channel: String,
    /// The stream that its pictures are kept with.
    pub key: StreamKey,
    /// How many, 1 to [`MAX_PICTURES`].
    pub count: u8,
    /// Between two of them.
    pub interval: Duration,
    /// Name of the person.
    pub taken_by: String,
}

/// What a device is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Names the request, for the device as for people: 32 hexadecimal digits.
    pub id: String,
    /// What the address ends with.
    pub secret: String,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Pictures are waited for.
    Open,
    /// All have come.
    Done,
    /// The device said that it is finished, and there are fewer.
    Short,
    /// Its time is over, and there are fewer.
    Overdue,
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Progress {
    /// What was asked for.
    pub wanted: Wanted,
    /// How far it is.
    pub standing: Standing,
    /// Numbers of the pictures that came.
    pub pictures: Vec<i64>,
    /// Why the last file that came was not taken.
    pub last_refusal: Option<String>,
    /// How long it is still waited for.
    pub left: Duration,
}

/// Why a device is not asked, or what it sends is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Its last request is not over.
    #[error("Pictures of this camera are on their way already. Wait until they are there.")]
    Busy,
    /// Too many devices are waited for.
    #[error("Too many devices are waited for. Try again in a minute.")]
    TooMany,
    /// The file is none that is taken.
    #[error("This is no JPEG picture.")]
    NoPicture,
    /// The request is over meanwhile.
    #[error("No picture is waited for any more.")]
    Over,
    /// It cannot be kept.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl RequestError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
            Self::NoPicture => ErrorKind::InvalidInput,
            Self::Over => ErrorKind::NotFound,
            Self::Snapshot(error) => error.kind(),
        }
    }
}

#[derive(Debug)]
struct Request {
    wanted: Wanted,
    secret: String,
    begun: Instant,
    due: Instant,
    /// The device said that nothing more comes.
    is_finished: bool,
    pictures: Vec<(i64, String)>,
    /// Pictures that are coming.
    coming: usize,
    last_refusal: Option<String>,
}

impl Request {
    fn missing(&self) -> usize {
        usize::from(self.wanted.count).saturating_sub(self.pictures.len())
    }

    fn standing(&self, now: Instant) -> Standing {
        match (self.missing(), now >= self.due, self.is_finished) {
            (0, ..) => Standing::Done,
            (_, false, _) => Standing::Open,
            (_, true, true) => Standing::Short,
            (_, true, false) => Standing::Overdue,
        }
    }
}

/// All requests.
#[derive(Debug)]
pub struct Requests {
    snapshots: Arc<Snapshots>,
    known: Mutex<HashMap<String, Request>>,
}

impl Requests {
    /// Keeps what comes as a picture among others.
    pub fn new(snapshots: Arc<Snapshots>) -> Arc<Self> {
        Arc::new(Self { snapshots, known: Mutex::default() })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Request>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for pictures from now on. The device is told afterwards: it may be faster than its answer.
    ///
    /// # Errors
    /// When those of the last request have not come yet, or too many devices are waited for.
    pub fn begin(&self, wanted: Wanted) -> Result<Ticket, RequestError> {
        let now = Instant::now();
        let mut known = self.known();
        let open = || known.values().filter(|request| request.standing(now) == Standing::Open);
        if open().any(|one| one.wanted.device == wanted.device && one.wanted.channel == wanted.channel) {
            return Err(RequestError::Busy);
        }
        if open().count() >= MAX_OPEN {
            return Err(RequestError::TooMany);
        }
        if known.len() >= MAX_KNOWN {
            let over = known.iter().filter(|(_, request)| request.standing(now) != Standing::Open);
            let oldest = over.min_by_key(|(_, request)| request.begun).map(|(id, _)| id.clone());
            oldest.map(|id| known.remove(&id));
        }
        let ticket = Ticket { id: format!("{:032x}", rand::random::<u128>()), secret: random_token() };
        let request = Request {
            due: now + wanted.interval * u32::from(wanted.count.saturating_sub(1)) + PATIENCE,
            begun: now,
            secret: ticket.secret.clone(),
            wanted,
            is_finished: false,
            pictures: Vec::new(),
            coming: 0,
            last_refusal: None,
        };
        known.insert(ticket.id.clone(), request);
        Ok(ticket)
    }

    /// The device did not take it.
    pub fn withdraw(&self, id: &str) {
        self.known().remove(id);
    }

    /// How far one is; `None` when it is not known any more.
    pub fn progress(&self, id: &str) -> Option<Progress> {
        let now = Instant::now();
        let known = self.known();
        let request = known.get(id)?;
        Some(Progress {
            wanted: request.wanted.clone(),
            standing: request.standing(now),
            pictures: request.pictures.iter().map(|(number, _)| *number).collect(),
            last_refusal: request.last_refusal.clone(),
            left: request.due.saturating_duration_since(now),
        })
    }

    /// The device says that it has sent so many pictures and will send no more. What is still on its way is taken.
    pub fn finish(&self, device: &str, id: &str, files: usize) {
        let now = Instant::now();
        let mut known = self.known();
        let Some(request) = known.get_mut(id).filter(|request| request.wanted.device == device) else { return };
        if request.is_finished || request.standing(now) != Standing::Open {
            return;
        }
        request.is_finished = true;
        let late = if files > request.pictures.len() || request.coming > 0 { LATE } else { Duration::ZERO };
        request.due = request.due.min(now + late);
    }

    /// Whoever knows a secret is about to send a picture; `None` when none is waited for there. To be asked before anything of
    /// it is read.
    pub fn receive(self: &Arc<Self>, secret: &str) -> Option<Receiving> {
        let now = Instant::now();
        let mut known = self.known();
        // Secrets are as long as keys, so how long a comparison takes tells nothing that helps.
        let (id, request) = known.iter_mut().find(|(_, request)| request.secret == secret)?;
        let is_wanted = request.standing(now) == Standing::Open && request.coming < request.missing().min(MAX_AT_ONCE);
        is_wanted.then(|| {
            request.coming += 1;
            Receiving { requests: Arc::clone(self), id: id.clone() }
        })
    }
}

/// A picture that is coming. Dropped, another one may come in its place.
#[derive(Debug)]
pub struct Receiving {
    requests: Arc<Requests>,
    id: String,
}

impl Receiving {
    /// Notes why what came is not taken.
    pub fn refuse(&self, why: &str) {
        if let Some(request) = self.requests.known().get_mut(&self.id) {
            request.last_refusal = Some(why.to_owned());
        }
    }

    /// Keeps what came. A device that sends a picture again, because our answer was lost, gets the same one.
    ///
    /// # Errors
    /// When it is no JPEG picture, nothing is waited for any more, or it cannot be stored.
    ///
    /// # Cancel safety
    /// Not to be cancelled: the picture may be kept without being counted.
    pub async fn keep(&self, file: Bytes) -> Result<i64, RequestError> {
        let Some((width, height)) = jpeg::size(&file).filter(|_| file.len() <= MAX_BYTES) else {
            self.refuse(&RequestError::NoPicture.to_string());
            return Err(RequestError::NoPicture);
        };
        let sum = sum(&file);
        let (key, taken_by) = {
            let known = self.requests.known();
            let request = known.get(&self.id).ok_or(RequestError::Over)?;
            if let Some((number, _)) = request.pictures.iter().find(|(_, known)| *known == sum) {
                return Ok(*number);
            }
            if request.missing() == 0 {
                return Err(RequestError::Over);
            }
            (request.wanted.key.clone(), request.wanted.taken_by.clone())
        };
        let row = self.requests.snapshots.store(self.row(&key, width, height, taken_by), file).await;
        let row = row.inspect_err(|error| self.refuse(&error.to_string()))?;
        if let Some(request) = self.requests.known().get_mut(&self.id) {
            request.pictures.push((row.id, sum));
        }
        Ok(row.id)
    }

    fn row(&self, key: &StreamKey, width: u16, height: u16, taken_by: String) -> SnapshotRow {
        let snapshots = &self.requests.snapshots;
        SnapshotRow {
            id: 0,
            vhost: key.vhost().to_owned(),
            app: key.app().to_owned(),
            name: key.name().to_owned(),
            channel_id: snapshots.devices().of_stream(key).map(|channel| channel.id),
            taken_at_ms: unix_now_ms(),
            width: width.into(),
            height: height.into(),
            form: Form::Jpeg.as_str().to_owned(),
            origin: Origin::Device.as_str().to_owned(),
            taken_by,
            plan_id: None,
            keep_until: snapshots.keep_until(None),
            // Of the file.
            bytes: 0,
            sha256: String::new(),
        }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if let Some(request) = self.requests.known().get_mut(&self.id) {
            request.coming = request.coming.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests;
