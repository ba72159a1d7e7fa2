//! Simulated road cameras: drawn traffic, burnt-in stamps, ground truth, coded pictures and sound.
//!
//! A [`Scene`] is a road world that a seed decides completely. It is shown either as a [`LoopClip`] (coded
//! once, shared by any number of cameras) or by a [`LiveCamera`] (drawn as it plays, with the real time in
//! the picture, and it turns). Both hand out canonical [`media::AccessUnit`]s.
//!
//! What makes it useful for tests: the [`barcode`] in the picture and the [`sei`] in the stream tell which
//! frame arrived and when it was sent, and the ground truth ([`FrameTruth`]) tells what a detector should
//! have found.
//!
//! | specification | where |
//! |---|---|
//! | ITU-T H.264 §D.1.7, H.265 §D.2.7 `user_data_unregistered` | [`sei`] |
//! | ITU-T G.711 A-law | sound of cameras |
//! | ITU-R BT.709, limited range | [`Picture`] |
//! | GB 5768.3 road markings (dash lengths, lane widths) | what is drawn |
//!
//! Invariants: equal configurations give equal pictures; traffic and incidents repeat with the scene's
//! cycle, so that a clip of one cycle has no seam; no B-frames, one slice per picture.
//!
//! ```
//! use sim::{LoopClip, demo_cameras};
//!
//! let mut config = demo_cameras()[0].clip.clone();
//! (config.scene.width, config.scene.height) = (320, 180);
//! config.scene.cycle_ms = 8_000;
//! config.scene.fps = 5;
//! config.bitrate_bps = 200_000;
//! let clip = LoopClip::encode(&config, |_, _| {})?;
//! let unit = clip.unit(1_000_000, Some(1_800_000_000_000_000));
//! assert_eq!(sim::sei::read(&unit.video.payload, clip.codec()).unwrap().counter, 1_000_000);
//! # Ok::<(), sim::ClipError>(())
//! ```
//!
//! It knows no socket, clock, task or hub: callers say what time it is and send what they get. H.265, JPEG and
//! AAC start the `ffmpeg` program; without it they fail with [`EncodeError::NoFfmpeg`].

mod backdrop;
pub mod barcode;
mod body;
mod clip;
mod clip_file;
mod conditions;
mod encode;
mod ffmpeg;
mod font;
mod furniture;
mod geometry;
mod ground;
mod incident;
mod live;
mod osd;
mod painter;
mod picture;
mod presets;
mod random;
mod raster;
mod road;
mod scene;
pub mod sei;
mod signal_head;
mod snapshot;
mod sound;
mod traffic;
mod truth;
mod vehicle;

pub use clip::{ClipConfig, ClipError, ClipUnit, LoopClip};
pub use clip_file::{CacheError, ClipFileError, FORMAT_VERSION};
pub use conditions::{Daylight, Weather};
pub use encode::{AUDIO_TRACK, EncodeError, VIDEO_CLOCK_HZ, VIDEO_TRACK, VideoCodec};
pub use incident::{Incident, IncidentKind};
pub use live::LiveCamera;
pub use osd::{Overlay, clock_text};
pub use picture::Picture;
pub use presets::{DemoCamera, demo_cameras};
pub use scene::{ConfigError, RoadShape, Scene, SceneConfig, View};
pub use snapshot::snapshot;
pub use sound::AudioCodec;
pub use truth::{FrameTruth, TruthBox, TruthEvent, events, write_json_lines};
pub use vehicle::ObjectKind;
