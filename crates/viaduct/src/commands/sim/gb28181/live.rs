//! A simulated camera that was steered, drawn as it turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use media::TrackConfig;
use sim::{AudioCodec, ClipConfig, ClipUnit, LiveCamera};
use tokio::sync::mpsc;

use super::plant::Steering;

/// Pictures drawn at a time: each keeps a good part of a processor core busy. Others show their clip.
const MAX_DRAWN: usize = 8;
/// Pictures that wait to be sent. When there are more, drawing waits.
const MAX_WAITING: usize = 4;
/// The burnt-in clock is China's.
const CLOCK_OFFSET_MIN: i32 = 480;

static DRAWN: AtomicUsize = AtomicUsize::new(0);

type Drawn = (ClipUnit, Vec<Arc<TrackConfig>>);

/// Pictures as they are drawn; dropping it ends the drawing.
pub(super) struct Live {
    pictures: mpsc::Receiver<Drawn>,
}

impl Live {
    /// Draws in a thread of its own; `None` when too many are drawn.
    pub(super) fn start(scene: &ClipConfig, steering: &Arc<Steering>) -> Option<Self> {
        let place = Place::take()?;
        let (sender, pictures) = mpsc::channel(MAX_WAITING);
        let (scene, steering) = (scene.clone(), Arc::clone(steering));
        tokio::task::spawn_blocking(move || {
            let _place = place;
            if let Err(error) = draw(&scene, &steering, &sender) {
                tracing::error!(error = format!("{error:#}"), "A simulated camera failed.");
            }
        });
        Some(Self { pictures })
    }

    /// The next picture; `None` when drawing failed.
    pub(super) async fn next(&mut self) -> Option<Drawn> {
        self.pictures.recv().await
    }
}

fn draw(scene: &ClipConfig, steering: &Steering, sender: &mpsc::Sender<Drawn>) -> anyhow::Result<()> {
    let sound = scene.audio == Some(AudioCodec::G711A);
    let mut camera = LiveCamera::new(scene.scene.clone(), scene.bitrate_bps, scene.gop, sound, CLOCK_OFFSET_MIN)?;
    let cycle_ms = u64::from(scene.scene.cycle_ms).max(1);
    camera.skip_to(super::unix_ms() % cycle_ms * u64::from(scene.scene.fps) / 1000);
    loop {
        camera.set_view(steering.look(Instant::now()));
        let (unit, _) = camera.next_unit(super::unix_ms())?;
        let tracks = camera.tracks().into_iter().map(Arc::new).collect();
        if sender.blocking_send((unit, tracks)).is_err() {
            return Ok(());
        }
    }
}

/// One of the places to draw, until it is dropped.
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let more = |count: usize| (count < MAX_DRAWN).then_some(count + 1);
        DRAWN.try_update(Ordering::AcqRel, Ordering::Acquire, more).ok().map(|_| Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        DRAWN.fetch_sub(1, Ordering::AcqRel);
    }
}
