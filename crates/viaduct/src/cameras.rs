//! Simulated cameras as publishers of streams: for `serve --demo` and `viaduct sim`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use hub::{Feedback, Hub, PublishRequest, Publisher, PublisherAddress, StreamKey};
use platform::unix_now_ms;
use sim::{AudioCodec, ClipConfig, DemoCamera, FrameTruth, LiveCamera, LoopClip, VideoCodec, View, write_json_lines};

/// A camera that was stopped by an administrator comes back after this, as a real one would.
const RESTART: Duration = Duration::from_secs(10);
/// What their publishers call themselves.
pub(crate) const PROTOCOL: &str = "sim";
/// The burnt-in clock of live cameras is China's.
const CLOCK_OFFSET_MIN: i32 = 480;

/// Encodes a camera's clip, or takes the one of an earlier start.
pub(crate) async fn load_clip(cache: &Path, camera: &DemoCamera) -> anyhow::Result<Arc<LoopClip>> {
    let (cache, config, name) = (cache.to_owned(), camera.clip.clone(), camera.name);
    let started = Instant::now();
    let clip = tokio::task::spawn_blocking(move || {
        LoopClip::load_or_encode(&cache, &config, |done, total| {
            if done % (total / 4).max(1) == 0 && done < total {
                tracing::info!(camera = name, percent = done * 100 / total, "Drawing a simulated camera.");
            }
        })
    });
    let clip = clip.await.context("drawing a camera")?.with_context(|| format!("camera {name}"))?;
    tracing::info!(camera = name, seconds = started.elapsed().as_secs(), "A simulated camera is ready.");
    Ok(Arc::new(clip))
}

/// Publishes a clip for ever.
pub(crate) async fn publish_clip(hub: Arc<Hub>, key: StreamKey, clip: Arc<LoopClip>) {
    let mut next = 0;
    loop {
        if let Some(mut publisher) = publish(&hub, &key, false) {
            let tracks = clip.tracks();
            publisher.expect_tracks(tracks.len());
            tracks.into_iter().for_each(|track| publisher.configure(track));
            next = feed_clip(&mut publisher, &clip, next).await;
            publisher.finish("The simulated camera was stopped.", false);
        }
        tokio::time::sleep(RESTART).await;
    }
}

async fn feed_clip(publisher: &mut Publisher, clip: &LoopClip, first: u64) -> u64 {
    let feedback = publisher.feedback();
    let mut interval = tokio::time::interval(clip.frame_interval());
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut next = first;
    loop {
        interval.tick().await;
        let unix_us = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let unit = clip.unit(next, i64::try_from(unix_us).ok());
        next += 1;
        let now = Instant::now();
        let mut wanted = publisher.push(unit.video, now);
        for sound in unit.audio {
            wanted &= publisher.push(sound, now);
        }
        if !wanted || matches!(feedback.take(), Some(Feedback::Stop(_))) {
            return next;
        }
    }
}

/// Draws and publishes a camera in real time, for ever; its ground truth goes to `truth`.
pub(crate) async fn publish_live(hub: Arc<Hub>, key: StreamKey, config: ClipConfig, truth: Option<PathBuf>) {
    loop {
        let (hub, key, config, truth) = (Arc::clone(&hub), key.clone(), config.clone(), truth.clone());
        let name = key.to_string();
        let ended = tokio::task::spawn_blocking(move || {
            let publisher = publish(&hub, &key, false).context("the name is taken")?;
            let mut camera = live_camera(&config)?;
            let mut lines = truth
                .map(|path| File::create(&path).with_context(|| path.display().to_string()))
                .transpose()?
                .map(BufWriter::new);
            draw_live(publisher, &mut camera, |_, truth| {
                if let Some(lines) = &mut lines {
                    serde_json::to_writer(&mut *lines, truth)?;
                    lines.write_all(b"\n")?;
                }
                Ok(())
            })
        });
        if let Ok(Err(error)) = ended.await {
            tracing::error!(camera = name, error = format!("{error:#}"), "A live camera failed.");
        }
        tokio::time::sleep(RESTART).await;
    }
}

/// Draws and publishes a camera while somebody watches, or until it is stopped; it looks where `look` says. For a thread
/// of its own.
pub(crate) fn draw_on_demand(
    hub: &Hub,
    key: &StreamKey,
    config: &ClipConfig,
    on_demand: bool,
    mut look: impl FnMut() -> View,
) {
    // Another viewer may have started it in the meantime.
    let Some(publisher) = publish(hub, key, on_demand) else { return };
    let drawn = live_camera(config).and_then(|mut camera| {
        let cycle_ms = u64::from(config.scene.cycle_ms).max(1);
        let now_ms = u64::try_from(unix_now_ms()).unwrap_or(0) % cycle_ms;
        camera.skip_to(now_ms * u64::from(config.scene.fps) / 1000);
        camera.set_view(look());
        draw_live(publisher, &mut camera, |camera, _| {
            camera.set_view(look());
            Ok(())
        })
    });
    if let Err(error) = drawn {
        tracing::error!(stream = %key, error = format!("{error:#}"), "A simulated camera failed.");
    }
}

fn live_camera(config: &ClipConfig) -> anyhow::Result<LiveCamera> {
    let sound = config.audio == Some(AudioCodec::G711A);
    Ok(LiveCamera::new(config.scene.clone(), config.bitrate_bps, config.gop, sound, CLOCK_OFFSET_MIN)?)
}

/// Draws in real time until nobody wants it; `after` is called after each picture.
fn draw_live(
    mut publisher: Publisher,
    camera: &mut LiveCamera,
    mut after: impl FnMut(&mut LiveCamera, &FrameTruth) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let feedback = publisher.feedback();
    let mut due = Instant::now();
    loop {
        std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
        due += camera.frame_interval();
        let (unit, truth) = camera.next_unit(u64::try_from(unix_now_ms()).unwrap_or(0))?;
        after(camera, &truth)?;
        let tracks = camera.tracks();
        publisher.expect_tracks(tracks.len());
        tracks.into_iter().for_each(|track| publisher.configure(track));
        let now = Instant::now();
        let mut wanted = publisher.push(unit.video, now);
        for sound in unit.audio {
            wanted &= publisher.push(sound, now);
        }
        match feedback.take() {
            Some(Feedback::KeyFrame) => camera.force_key(),
            Some(Feedback::Stop(_)) => wanted = false,
            None => {}
        }
        if !wanted {
            publisher.finish("The simulated camera was stopped.", false);
            return Ok(());
        }
        // A machine that cannot keep up shows fewer pictures instead of old ones.
        let missed = Instant::now().saturating_duration_since(due).as_nanos() / camera.frame_interval().as_nanos();
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        camera.skip(u64::from(missed));
        due += camera.frame_interval() * missed;
    }
}

fn publish(hub: &Hub, key: &StreamKey, on_demand: bool) -> Option<Publisher> {
    let address = PublisherAddress { protocol: PROTOCOL, peer: "simulated camera".to_owned(), socket: None };
    hub.publish(PublishRequest { key: key.clone(), address, on_demand, stands_in: false }).ok()
}

/// Writes the ground truth of one round of a clip.
pub(crate) fn write_truth(path: &Path, config: &ClipConfig, clip: &LoopClip) -> anyhow::Result<()> {
    let frames = u64::from(config.scene.cycle_ms) * u64::from(config.scene.fps) / 1000;
    let truth: Vec<_> = (0..frames).map(|frame| clip.truth(frame)).collect();
    let mut out = BufWriter::new(File::create(path).with_context(|| path.display().to_string())?);
    write_json_lines(&mut out, truth.iter())?;
    out.flush().with_context(|| path.display().to_string())
}

/// Changes what is asked for on the command line.
pub(crate) fn adjust(camera: &mut DemoCamera, codec: VideoCodec, audio: Option<AudioCodec>) {
    camera.clip.codec = codec;
    camera.clip.audio = audio;
}
