//! Pictures of key frames: all who ask for the same one get the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hub::{Stream, StreamKey};
use media::{CodecConfig, Frame};
use tokio::sync::OnceCell;
use worker_protocol::{Codec, Form, MAX_REQUEST, Picture, Request};

use crate::pool::{Pool, PoolStats};
use crate::{KeyFrame, PictureError, WorkerConfig, key_frame};

/// Pictures that are kept for others who ask, each for as long as its key frame is the latest.
const MAX_KEPT: usize = 512;
/// One that nobody has asked for so long is forgotten when room is needed or another is made.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// What a picture is to be like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wish {
    /// Kind of file.
    pub form: Form,
    /// 1 to 100, for JPEG and WebP.
    pub quality: u8,
    /// Largest width in pixels; 0 is no limit.
    pub max_width: u16,
    /// Largest height in pixels; 0 is no limit.
    pub max_height: u16,
    /// Text that is written into it; empty for none. At most [`crate::MAX_OVERLAY`] bytes.
    pub overlay: String,
}

/// A picture, and of what.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The file.
    pub picture: Picture,
    /// The key frame.
    pub frame: Arc<Frame>,
}

type Cell = Arc<OnceCell<Result<Picture, PictureError>>>;

#[derive(Debug)]
struct Kept {
    frame: Arc<Frame>,
    cell: Cell,
    asked: Instant,
}

/// Makes pictures.
#[derive(Debug)]
pub struct Pictures {
    pool: Pool,
    kept: Mutex<HashMap<(StreamKey, Wish), Kept>>,
    /// Work is done here, away from the threads of media.
    runtime: tokio::runtime::Handle,
}

impl Pictures {
    /// Starts nothing yet. Work is done on the present runtime, whoever asks for it.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn new(config: WorkerConfig) -> Arc<Self> {
        let runtime = tokio::runtime::Handle::current();
        Arc::new(Self { pool: Pool::new(config), kept: Mutex::default(), runtime })
    }

    /// What the workers have done.
    pub fn stats(&self) -> PoolStats {
        self.pool.stats()
    }

    /// The latest key frame of a stream as a picture. `patience` is for the key frame where there is none yet.
    ///
    /// # Errors
    /// When there is no key frame that can be decoded, or the workers do not come to it.
    ///
    /// # Cancel safety
    /// Safe: a picture that is being made is made to its end.
    pub async fn latest(
        self: &Arc<Self>,
        stream: &Arc<Stream>,
        wish: Wish,
        patience: Duration,
    ) -> Result<Taken, PictureError> {
        let key_frame = KeyFrame::latest(stream, patience).await?;
        self.of(stream.key(), key_frame, wish).await
    }

    /// A key frame as a picture.
    ///
    /// # Errors
    /// As for [`Pictures::latest`].
    ///
    /// # Cancel safety
    /// As there.
    pub async fn of(
        self: &Arc<Self>,
        stream: &StreamKey,
        key_frame: KeyFrame,
        wish: Wish,
    ) -> Result<Taken, PictureError> {
        let frame = Arc::clone(&key_frame.frame);
        let cell = self.cell(stream, &frame, &wish);
        let (pictures, asked) = (Arc::clone(self), (stream.clone(), wish));
        // In a task of its own, because a worker whose exchange is dropped in the middle must be killed.
        let made = self.runtime.spawn(async move {
            let picture = cell.get_or_init(|| pictures.make(&key_frame, &asked.1)).await.clone();
            if picture.is_err() {
                pictures.forget(&asked, &cell);
            }
            picture
        });
        let picture = made.await.unwrap_or(Err(PictureError::Died))?;
        Ok(Taken { picture, frame })
    }

    /// A picture that was given before, made smaller. Nothing of it is kept.
    ///
    /// # Errors
    /// As for [`Pictures::latest`].
    ///
    /// # Cancel safety
    /// As there.
    pub async fn smaller(self: &Arc<Self>, form: Form, file: Bytes, wish: Wish) -> Result<Picture, PictureError> {
        if file.len() > MAX_REQUEST / 2 {
            return Err(PictureError::TooLong(file.len()));
        }
        self.ask(request(Codec::File(form), &wish, file)).await
    }

    /// A key frame of no stream, such as that of a probe, as a picture. Nothing of it is kept.
    ///
    /// # Errors
    /// As for [`Pictures::latest`].
    ///
    /// # Cancel safety
    /// As there.
    pub async fn once(
        self: &Arc<Self>,
        config: &CodecConfig,
        payload: &Bytes,
        wish: &Wish,
    ) -> Result<Picture, PictureError> {
        let codec = key_frame::decodable(config, payload)?;
        self.ask(request(codec, wish, key_frame::unit(config, payload))).await
    }

    /// In a task of its own, because a worker whose exchange is dropped in the middle must be killed.
    async fn ask(self: &Arc<Self>, request: Request) -> Result<Picture, PictureError> {
        let pictures = Arc::clone(self);
        let made = self.runtime.spawn(async move { Ok(pictures.pool.ask(&request.write()).await??) });
        made.await.unwrap_or(Err(PictureError::Died))
    }

    async fn make(&self, key_frame: &KeyFrame, wish: &Wish) -> Result<Picture, PictureError> {
        let request = request(key_frame.codec, wish, key_frame.unit());
        Ok(self.pool.ask(&request.write()).await??)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(StreamKey, Wish), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of the picture, shared with those who asked for it before.
    fn cell(&self, stream: &StreamKey, frame: &Arc<Frame>, wish: &Wish) -> Cell {
        let now = Instant::now();
        let mut kept = self.lock();
        let key = (stream.clone(), wish.clone());
        if let Some(present) = kept.get_mut(&key).filter(|present| Arc::ptr_eq(&present.frame, frame)) {
            present.asked = now;
            return Arc::clone(&present.cell);
        }
        kept.retain(|_, entry| now.duration_since(entry.asked) < KEPT_FOR);
        if kept.len() >= MAX_KEPT {
            let oldest = kept.iter().min_by_key(|(_, entry)| entry.asked).map(|(key, _)| key.clone());
            oldest.map(|key| kept.remove(&key));
        }
        let cell = Cell::default();
        kept.insert(key, Kept { frame: Arc::clone(frame), cell: Arc::clone(&cell), asked: now });
        cell
    }

    /// A failure is told to those who waited for it, and tried again for the next.
    fn forget(&self, key: &(StreamKey, Wish), cell: &Cell) {
        let mut kept = self.lock();
        if kept.get(key).is_some_and(|present| Arc::ptr_eq(&present.cell, cell)) {
            kept.remove(key);
        }
    }
}

fn request(codec: Codec, wish: &Wish, unit: Bytes) -> Request {
    Request {
        codec,
        form: wish.form,
        quality: wish.quality,
        max_width: wish.max_width,
        max_height: wish.max_height,
        overlay: wish.overlay.clone(),
        unit,
    }
}
