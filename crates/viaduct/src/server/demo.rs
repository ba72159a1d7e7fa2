//! `--demo`: simulated road cameras.

use std::sync::Arc;

use hub::StreamKey;

use super::App;
use crate::cameras::{load_clip, publish_clip};

/// Starts the cameras in the background; they appear one after the other, at once after the first start.
pub(super) fn start(app: &Arc<App>) {
    let (hub, cache) = (Arc::clone(&app.hub), app.data.path().join("demo"));
    tokio::spawn(async move {
        for camera in sim::demo_cameras() {
            let key = StreamKey::new("demo", camera.name).expect("names of cameras are stream names");
            match load_clip(&cache, &camera).await {
                Ok(clip) => {
                    tokio::spawn(publish_clip(Arc::clone(&hub), key, clip));
                }
                Err(error) => tracing::error!(error = format!("{error:#}"), "A simulated camera failed."),
            }
        }
    });
}
