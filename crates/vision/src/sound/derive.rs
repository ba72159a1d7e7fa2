//! From a stream to the same with another sound.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hub::{Derived, Feedback, Received, Stream, Subscriber, Tracks};
use media::{Frame, MediaKind, MediaTime, Timestamp, TrackConfig, TrackId};
use tokio::time::MissedTickBehavior;
use worker_protocol::{SoundForm, SoundUnit};

use super::coder::{Coder, Line};
use super::{SoundCodec, Sounds, codec};

/// A stream that nobody has read for so long ends.
const IDLE: Duration = Duration::from_secs(5);
/// How often that is looked at, and readers look whether their own time is up.
const TICK: Duration = Duration::from_secs(1);
/// How long the sound of what is cached may take; pictures go on without it then.
const CATCH_UP: Duration = Duration::from_secs(2);
const MICROS: NonZeroU32 = NonZeroU32::new(1_000_000).expect("a million is not zero");

/// Feeds `derived` until `source` ends or nobody reads it.
pub(super) async fn derive(sounds: &Arc<Sounds>, source: &Arc<Stream>, derived: &Derived, codec: SoundCodec) {
    let mut maker = match Maker::begin(sounds, source, derived, codec) {
        Some(maker) => maker,
        None => return,
    };
    let mut coder = match Coder::start(sounds, maker.from, maker.to).await {
        Ok(coder) => coder,
        Err(lost) => {
            sounds.counters.failed.fetch_add(1, Ordering::Relaxed);
            return derived.fail(lost.kind, lost.text);
        }
    };
    let mut subscriber = Subscriber::new(Arc::clone(source), true);
    let caught_up = tokio::time::timeout(CATCH_UP, maker.catch_up(&mut subscriber, &mut coder)).await;
    // An exchange that was given up half-way leaves a worker that cannot be used again.
    let coder = caught_up.is_ok_and(|is_fine| is_fine).then_some(coder);
    maker.announce();
    maker.go_on(subscriber, coder).await;
}

/// Makes the frames of one derived stream.
struct Maker<'a> {
    sounds: &'a Arc<Sounds>,
    source: &'a Arc<Stream>,
    derived: &'a Derived,
    codec: SoundCodec,
    /// The track whose sound it is.
    track: TrackId,
    from: SoundForm,
    to: SoundForm,
    /// Of the source, and what is made of them.
    of: Arc<Tracks>,
    tracks: Vec<Arc<TrackConfig>>,
    /// When the newest sound that was made begins.
    last_sound: Option<Timestamp>,
    /// When the newest frame of the source arrived.
    arrival: Instant,
}

impl<'a> Maker<'a> {
    /// `None` where there is no sound any more that could be coded.
    fn begin(
        sounds: &'a Arc<Sounds>,
        source: &'a Arc<Stream>,
        derived: &'a Derived,
        codec: SoundCodec,
    ) -> Option<Self> {
        let of = source.tracks();
        let sound = of.list.iter().find(|track| track.kind() == MediaKind::Audio)?;
        let from = codec::form(&sound.codec)?;
        let track = sound.id;
        let to = codec::form(&codec.target(from)).expect("what is made can be read");
        let mut maker = Self {
            sounds,
            source,
            derived,
            codec,
            track,
            from,
            to,
            of: Arc::default(),
            tracks: Vec::new(),
            last_sound: None,
            arrival: Instant::now(),
        };
        maker.follow(&of);
        Some(maker)
    }

    /// Takes over the tracks of the source as they are now.
    fn follow(&mut self, of: &Arc<Tracks>) {
        if Arc::ptr_eq(of, &self.of) {
            return;
        }
        self.of = Arc::clone(of);
        let kept = of.list.iter().filter(|track| track.kind() != MediaKind::Audio || track.id == self.track);
        self.tracks = kept.map(|track| self.made_of(track)).collect();
    }

    fn made_of(&self, track: &Arc<TrackConfig>) -> Arc<TrackConfig> {
        match codec::form(&track.codec) {
            Some(from) if track.id == self.track && !self.codec.is_of(&track.codec) => {
                let made =
                    TrackConfig { clock_hz: MICROS, codec: self.codec.target(from), ..TrackConfig::clone(track) };
                Arc::new(made)
            }
            _ => Arc::clone(track),
        }
    }

    /// What sound there is to be coded in a frame; others are passed on as they are, and other sounds left out.
    fn take(&mut self, received: &Received) -> Option<Arc<TrackConfig>> {
        self.follow(&received.tracks);
        self.arrival = received.frame.arrival;
        let track = received.track()?;
        if track.kind() == MediaKind::Audio && track.id != self.track {
            return None;
        }
        let is_coded = track.id == self.track && !self.codec.is_of(&track.codec) && codec::form(&track.codec).is_some();
        if is_coded {
            return Some(Arc::clone(track));
        }
        self.derived.push(&self.tracks, [Arc::clone(&received.frame)]);
        None
    }

    /// Passes on what the source has cached, pictures and sound in their order; false when the worker was lost over it.
    async fn catch_up(&mut self, subscriber: &mut Subscriber, coder: &mut Coder) -> bool {
        let mut is_fine = true;
        while let Some(received) = subscriber.try_next() {
            let Some(track) = self.take(&received).filter(|_| is_fine) else { continue };
            let Some(bytes) = codec::unit(&track.codec, &received.frame.payload) else { continue };
            match coder.code(SoundUnit { pts_us: received.frame.pts.as_micros(), bytes }).await {
                Ok(units) => units.into_iter().for_each(|unit| self.put(unit)),
                Err(lost) => {
                    self.sounds.counters.failed.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(reason = lost.text, "Coding a sound anew failed at its beginning.");
                    is_fine = false;
                }
            }
        }
        is_fine
    }

    /// Lets those in who wait for the stream.
    fn announce(&self) {
        self.derived.push(&self.tracks, []);
    }

    /// Pictures as they come, and sound when it is made.
    async fn go_on(&mut self, mut subscriber: Subscriber, coder: Option<Coder>) {
        let Some(first) = self.of.list.iter().find(|track| track.id == self.track).cloned() else { return };
        let Some(mut line) = Line::new(self.sounds, &first.codec, coder, self.to) else { return };
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut read_at = Instant::now();
        loop {
            tokio::select! {
                biased;
                received = subscriber.next() => {
                    let Some(received) = received else { return };
                    let Some(track) = self.take(&received) else { continue };
                    if !line.is_for(&track.codec) {
                        let Some(to) = codec::form(&track.codec).and_then(|from| codec::form(&self.codec.target(from)))
                        else { continue };
                        let Some(other) = Line::new(self.sounds, &track.codec, None, to) else { continue };
                        line = other;
                    }
                    line.push(received.frame.pts.as_micros(), &received.frame.payload);
                }
                unit = line.next() => self.put(unit),
                wish = self.derived.feedback().next() => match wish {
                    Feedback::KeyFrame => {
                        let _too_often_or_not = self.source.request_key_frame(Instant::now());
                    }
                    Feedback::Stop(_) => return,
                },
                _ = tick.tick() => {
                    self.derived.stream().ring_readers();
                    if self.derived.stream().has_readers() {
                        read_at = Instant::now();
                    } else if read_at.elapsed() >= IDLE {
                        return;
                    }
                }
            }
        }
    }

    /// Passes on a unit of sound that was made. Where counting began anew at an earlier time, what was heard is left out.
    fn put(&mut self, unit: SoundUnit) {
        let at = Timestamp::from_micros(unit.pts_us);
        let Some(track) = self.tracks.iter().find(|track| track.id == self.track) else { return };
        if self.last_sound.is_some_and(|last| at <= last) {
            return;
        }
        self.last_sound = Some(at);
        let frame = Frame {
            track: self.track,
            source_ts: MediaTime::new(unit.pts_us, MICROS),
            dts: at,
            pts: at,
            arrival: self.arrival,
            capture_utc: None,
            key: true,
            config_version: track.version,
            payload: unit.bytes,
        };
        self.derived.push(&self.tracks, [Arc::new(frame)]);
    }
}
