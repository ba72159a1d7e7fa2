//! One media playlist: read again and again, its pieces fetched and decrypted in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aes::Aes128;
use base::ErrorKind;
use bytes::Bytes;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use container::m3u8::{ByteRange, Key, KeyMethod, MAX_LEN, Map, Media, Playlist};
use hub::Leg;
use tokio::sync::mpsc;

use super::cursor::{Cursor, Wanted};
use crate::http::client::{HttpClient, bad_answer};
use crate::pull::{PullFailure, PullUrl};

/// Bytes of one segment or part.
const MAX_PIECE_LEN: usize = 64 << 20;
/// Bytes of an AES-128 key.
const KEY_LEN: usize = 16;
/// Nothing new for so many target durations is the end.
const PATIENCE_TARGETS: u32 = 6;
/// At least this long.
const LEAST_PATIENCE: Duration = Duration::from_secs(15);
/// Reloads are at least this far apart, whatever a playlist says.
const LEAST_PAUSE: Duration = Duration::from_millis(200);

/// What is found.
pub(super) enum Piece {
    /// Something went on, or wrong.
    Step(Leg, bool, String),
    /// So many bytes came.
    Received(usize),
    /// Nothing more will come of a sound that the others do without.
    Over(String),
    /// The next bytes of the stream.
    Media {
        /// Initialisation segment, where it is another one than before.
        map: Option<Bytes>,
        /// The segment or part.
        bytes: Bytes,
        /// It does not continue what came before.
        discontinuity: bool,
    },
}

/// Where pieces go. Full-policy: fetching waits.
pub(super) type Pieces = mpsc::Sender<(usize, Piece)>;

/// Reads one playlist until it ends or nobody takes pieces any more.
pub(super) struct Follower {
    pub(super) lane: usize,
    pub(super) client: HttpClient,
    pub(super) url: PullUrl,
    pub(super) pieces: Pieces,
    key: Option<(String, [u8; KEY_LEN])>,
    map: Option<Arc<Map>>,
}

/// Nobody takes pieces any more.
struct Over;

enum Stop {
    Over,
    Failed(PullFailure),
}

impl From<Over> for Stop {
    fn from(_: Over) -> Self {
        Self::Over
    }
}

impl From<PullFailure> for Stop {
    fn from(failure: PullFailure) -> Self {
        Self::Failed(failure)
    }
}

impl Follower {
    pub(super) const fn new(lane: usize, client: HttpClient, url: PullUrl, pieces: Pieces) -> Self {
        Self { lane, client, url, pieces, key: None, map: None }
    }

    /// Begins with a playlist that was read already, or reads it first.
    pub(super) async fn run(mut self, first: Option<Media>) -> Result<(), PullFailure> {
        match self.follow(first).await {
            Ok(()) | Err(Stop::Over) => Ok(()),
            Err(Stop::Failed(failure)) => Err(failure),
        }
    }

    /// As [`Follower::run`], but what goes wrong ends nobody else.
    pub(super) async fn run_alone(self) -> Result<(), PullFailure> {
        let (lane, pieces) = (self.lane, self.pieces.clone());
        if let Err(failure) = Box::pin(self.run(None)).await {
            let text = format!("One of the sounds is left out: {}.", failure.text);
            let _nobody_takes_pieces = pieces.send((lane, Piece::Over(text))).await;
        }
        Ok(())
    }

    async fn follow(&mut self, first: Option<Media>) -> Result<(), Stop> {
        let mut asked = Instant::now();
        let mut media = match first {
            Some(media) => media,
            None => self.reload(None).await?,
        };
        let mut cursor = Cursor::new(&media);
        let mut heard = Instant::now();
        loop {
            let wanted = cursor.take(&media);
            let is_new = !wanted.is_empty();
            for piece in wanted {
                self.fetch(piece).await?;
            }
            if media.ended {
                return Ok(());
            }
            if is_new {
                heard = Instant::now();
            } else if heard.elapsed() > LEAST_PATIENCE.max(media.target_duration * PATIENCE_TARGETS) {
                return Err(Stop::Failed(stuck()));
            }
            let blocking = cursor.blocking();
            let pause = match blocking {
                Some(_) => LEAST_PAUSE / 10,
                // A playlist that did not change is asked for again after half the time (RFC 8216 §6.3.4).
                None => (media.target_duration / if is_new { 1 } else { 2 }).max(LEAST_PAUSE),
            };
            tokio::time::sleep(pause.saturating_sub(asked.elapsed())).await;
            asked = Instant::now();
            media = self.reload(blocking).await?;
        }
    }

    async fn send(&self, piece: Piece) -> Result<(), Over> {
        self.pieces.send((self.lane, piece)).await.map_err(|_| Over)
    }

    async fn reload(&mut self, blocking: Option<(u64, usize)>) -> Result<Media, Stop> {
        let mut url = self.url.clone();
        if let Some((segment, part)) = blocking {
            url = url.with_parameter("_HLS_msn", &segment.to_string()).with_parameter("_HLS_part", &part.to_string());
        }
        let (_, bytes) = self.client.fetch(&url, None, MAX_LEN, &mut |_, _| {}).await?;
        self.send(Piece::Received(bytes.len())).await?;
        match Playlist::parse(&bytes) {
            Ok(Playlist::Media(media)) => Ok(*media),
            Ok(Playlist::Multivariant(_)) => {
                Err(Stop::Failed(bad_answer("the playlist leads to another list of variants")))
            }
            Err(error) => Err(Stop::Failed(bad_answer(&error.to_string()))),
        }
    }

    /// Gets one piece with what it needs. One that is gone is left out; the next one does not continue it.
    async fn fetch(&mut self, wanted: Wanted) -> Result<(), Stop> {
        let map = match &wanted.map {
            Some(map) if self.map.as_ref() != Some(map) => Some(self.fetch_map(map, &wanted).await?),
            _ => None,
        };
        let bytes = match self.get(&wanted.uri, wanted.range, MAX_PIECE_LEN).await {
            Ok(bytes) => bytes,
            Err(Stop::Failed(failure)) if failure.kind == ErrorKind::NotFound => {
                let text = format!("{} is gone already.", wanted.uri.split('?').next().unwrap_or_default());
                return Ok(self.send(Piece::Step(Leg::Media, false, text)).await?);
            }
            Err(stop) => return Err(stop),
        };
        let bytes = self.decrypt(&wanted, bytes).await?;
        Ok(self.send(Piece::Media { map, bytes, discontinuity: wanted.discontinuity }).await?)
    }

    async fn fetch_map(&mut self, map: &Arc<Map>, wanted: &Wanted) -> Result<Bytes, Stop> {
        let bytes = self.get(&map.uri, map.range, MAX_PIECE_LEN).await?;
        self.map = Some(Arc::clone(map));
        // An encrypted map needs an explicit vector (§4.3.2.5); without one it is in the clear.
        if wanted.key.as_ref().is_some_and(|key| key.iv.is_some()) && !is_boxes(&bytes) {
            return self.decrypt(wanted, bytes).await;
        }
        Ok(bytes)
    }

    async fn get(&mut self, uri: &str, range: Option<ByteRange>, limit: usize) -> Result<Bytes, Stop> {
        let url = self.url.follow(uri).map_err(|text| bad_answer(&text))?;
        let (_, bytes) = self.client.fetch(&url, range, limit, &mut |_, _| {}).await?;
        self.send(Piece::Received(bytes.len())).await?;
        Ok(bytes)
    }

    async fn decrypt(&mut self, wanted: &Wanted, bytes: Bytes) -> Result<Bytes, Stop> {
        let Some(key) = &wanted.key else { return Ok(bytes) };
        let secret = self.key(key).await?;
        let plain = decrypt(&secret, &key.iv_of(wanted.sequence), bytes);
        plain.ok_or_else(|| Stop::Failed(bad_answer("a segment cannot be decrypted with its key")))
    }

    async fn key(&mut self, key: &Key) -> Result<[u8; KEY_LEN], Stop> {
        let foreign = key.format.as_deref().filter(|format| *format != "identity");
        if let (KeyMethod::Other(name), _) | (_, Some(name)) = (&key.method, foreign.map(Into::into).as_ref()) {
            return Err(Stop::Failed(PullFailure {
                leg: Leg::Codec,
                kind: ErrorKind::Unsupported,
                text: format!("the segments are encrypted by {name}"),
                next_step: "Only AES-128 can be decrypted; ask for a stream in the clear.".to_owned(),
            }));
        }
        if let Some((uri, secret)) = &self.key
            && *uri == key.uri
        {
            return Ok(*secret);
        }
        let bytes = self.get(&key.uri, None, KEY_LEN).await?;
        let secret = bytes.as_ref().try_into().map_err(|_| bad_answer("the key is not 16 bytes long"))?;
        self.key = Some((key.uri.clone(), secret));
        Ok(secret)
    }
}

/// AES-128 in CBC mode with padding (RFC 8216 §4.3.2.4).
fn decrypt(secret: &[u8; KEY_LEN], iv: &[u8; 16], bytes: Bytes) -> Option<Bytes> {
    let cipher = cbc::Decryptor::<Aes128>::new(secret.into(), iv.into());
    let mut bytes = Vec::from(bytes);
    let length = cipher.decrypt_padded::<Pkcs7>(&mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes.into())
}

/// Whether an initialisation segment is in the clear.
fn is_boxes(bytes: &[u8]) -> bool {
    matches!(bytes.get(4..8), Some(b"ftyp" | b"moov" | b"styp"))
}

fn stuck() -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Unavailable,
        text: "the playlist does not go on".to_owned(),
        next_step: "The stream has stopped at the other server; it will be tried again.".to_owned(),
    }
}
