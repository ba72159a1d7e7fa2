//! Simulated road cameras.

mod backdrop;
pub mod barcode;
mod body;
mod conditions;
mod font;
mod furniture;
mod geometry;
mod ground;
mod incident;
mod osd;
mod painter;
mod picture;
mod random;
mod raster;
mod road;
mod scene;
mod signal_head;
mod traffic;
mod truth;
mod vehicle;

pub use conditions::{Daylight, Weather};
pub use incident::{Incident, IncidentKind};
pub use osd::{Overlay, clock_text};
pub use picture::Picture;
pub use scene::{ConfigError, RoadShape, Scene, SceneConfig, View};
pub use truth::{FrameTruth, TruthBox, TruthEvent, events, write_json_lines};
pub use vehicle::ObjectKind;
