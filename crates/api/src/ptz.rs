use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The steering of a camera.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ptz {
    pub abilities: PtzAbilities,
    /// Absent when the camera does not tell.
    pub position: Option<PtzPosition>,
    pub standing: PtzStanding,
    pub presets: Vec<PtzPreset>,
    pub cruises: Vec<PtzCruise>,
    /// Absent when the camera stays where it was steered to.
    pub idle: Option<PtzIdle>,
}

/// What a camera does by itself once nobody has steered it for a while.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzIdle {
    /// Seconds after the last command of a person, 5 to 86400; not before the lock of who steered has lapsed.
    pub after_s: u32,
    /// "preset", "cruise" or "home".
    pub action: String,
    /// Of the preset or cruise, 1 to 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
}

/// What a camera can do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzAbilities {
    pub pan_tilt: bool,
    pub zoom: bool,
    pub focus: bool,
    pub iris: bool,
    pub presets: bool,
    /// Whether it goes through its presets by itself; otherwise the server makes it do so.
    pub cruises: bool,
    /// Tells the cruises that it keeps itself and runs them: `GET /channels/{id}/ptz/kept-cruises`.
    pub kept_cruises: bool,
    pub home: bool,
    /// Turns and zooms to a part of the picture.
    pub frame: bool,
    /// Tells where it looks.
    pub position: bool,
}

/// Where a camera looks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzPosition {
    /// To the right of the device's own zero.
    pub pan_deg: f32,
    /// Upwards.
    pub tilt_deg: f32,
    /// Focal length as a multiple of the device's own 1.
    pub zoom: f32,
}

/// Who steers a camera and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PtzStanding {
    /// Absent when nobody steers.
    pub lock: Option<PtzLock>,
    /// Whether a motion goes on.
    pub moving: bool,
    /// Number of the cruise that runs.
    pub cruise: Option<u8>,
}

/// Who steers a camera.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PtzLock {
    /// Number of the user.
    pub user: i64,
    /// For people.
    pub name: String,
    /// "operator", or "supervisor" for those who may manage PTZ there and go before operators.
    pub priority: String,
    pub since: String,
    /// Milliseconds until it lapses unless its holder does something.
    pub left_ms: u64,
    /// Whether it is one's own.
    pub own: bool,
}

/// A position that a camera keeps.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzPreset {
    /// 1 to 255.
    pub number: u8,
    /// May be empty.
    pub name: String,
    /// Absent when the device did not tell.
    pub in_device: Option<bool>,
    /// Its picture, once there is one.
    pub snapshot_id: Option<i64>,
}

/// A tour of presets.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzCruise {
    /// 1 to 255.
    pub number: u8,
    /// May be empty.
    pub name: String,
    pub steps: Vec<PtzCruiseStep>,
}

/// One stop of a tour.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzCruiseStep {
    /// 1 to 255.
    pub preset: u8,
    /// Seconds, 1 to 3600.
    pub dwell_s: u32,
}

/// A cruise that the device keeps itself: made in its own page, or by another platform.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzKeptCruise {
    /// Its number in the device, 0 to 255.
    pub number: u8,
    /// May be empty.
    pub name: String,
    /// As far as the device tells them.
    pub steps: Vec<PtzCruiseStep>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzKeptCruiseList {
    pub items: Vec<PtzKeptCruise>,
}

/// Speeds, each from -1 to 1 of the fastest that the camera can; absent ones are 0.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PtzMove {
    /// To the right.
    pub pan: f32,
    /// Upwards.
    pub tilt: f32,
    /// Towards the scene.
    pub zoom: f32,
    /// Towards far.
    pub focus: f32,
    /// Towards open.
    pub iris: f32,
}

/// A part of the picture, as shares of its width and height from the upper left corner.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PtzFrame {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// The name of a preset; a preset that is saved is where the camera looks now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PtzPresetInput {
    /// At most 64 characters; may be empty.
    #[serde(default)]
    pub name: String,
}

/// A cruise to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PtzCruiseInput {
    /// At most 64 characters; may be empty.
    #[serde(default)]
    pub name: String,
    /// 1 to 64.
    pub steps: Vec<PtzCruiseStep>,
}

/// What a client sends on the WebSocket that steers a camera. A motion is repeated at least once a second.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PtzCommand {
    /// The first message.
    Auth {
        token: String,
    },
    Move(PtzMove),
    Stop,
    Frame(PtzFrame),
    Preset {
        number: u8,
    },
    Cruise {
        number: u8,
    },
    KeptCruise {
        number: u8,
    },
    Home,
    /// Takes the lock.
    Take,
    /// Gives the lock back.
    Release,
}

/// What the server sends there.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PtzMessage {
    /// At first, and whenever it has changed.
    Standing(PtzStanding),
    /// Somebody more urgent took the camera from you.
    Preempted {
        /// For people.
        by: String,
    },
    /// The camera was stopped without anybody saying so.
    Stopped { why: String },
    /// A command was refused; the connection goes on unless the code is "unauthorized".
    Error { code: String, message: String },
}
