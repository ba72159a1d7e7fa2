//! Light and weather: what colours everything that is drawn.

use serde::{Deserialize, Serialize};

use crate::geometry::{Vec3, vec3};
use crate::raster::{Colour, hex, rgb};

/// Time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Daylight {
    /// Sun or a bright sky.
    Day,
    /// The sun is low; lamps are on.
    Dusk,
    /// Lamps and headlights only.
    Night,
}

/// Weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weather {
    /// Sun and few clouds.
    Clear,
    /// Closed clouds: soft shadows.
    Overcast,
    /// Rain on a wet road.
    Rain,
    /// Visibility of about 150 m.
    Fog,
}

/// The light of one scene.
#[derive(Clone, Debug)]
pub(crate) struct Lighting {
    pub(crate) daylight: Daylight,
    /// Light from everywhere.
    pub(crate) ambient: Colour,
    /// Light from the sun.
    pub(crate) sun: Colour,
    /// Towards the sun.
    pub(crate) sun_direction: Vec3,
    /// How dark shadows are, 0 to 1.
    pub(crate) shadow: f32,
    pub(crate) sky_top: Colour,
    pub(crate) sky_horizon: Colour,
    /// What distance turns everything into.
    pub(crate) haze: Colour,
    /// Per metre.
    pub(crate) haze_density: f32,
    /// Share of the sky that clouds cover, 0 to 1.
    pub(crate) clouds: f32,
    /// Whether street lamps and headlights are lit.
    pub(crate) lamps: bool,
    pub(crate) wet: bool,
}

impl Lighting {
    pub(crate) fn new(daylight: Daylight, weather: Weather, tunnel: bool) -> Self {
        let wet = weather == Weather::Rain;
        let dull = weather != Weather::Clear;
        let mut light = match daylight {
            Daylight::Day => Self {
                daylight,
                ambient: if dull { rgb(0.74, 0.76, 0.79) } else { rgb(0.56, 0.60, 0.67) },
                sun: if dull { rgb(0.16, 0.16, 0.16) } else { rgb(0.60, 0.55, 0.46) },
                sun_direction: vec3(-0.52, -0.28, 0.72).normal(),
                shadow: if dull { 0.22 } else { 0.52 },
                sky_top: if dull { hex(0xA3ADB6) } else { hex(0x4B86C8) },
                sky_horizon: if dull { hex(0xC6CBCF) } else { hex(0xC3D6E4) },
                haze: if dull { hex(0xBFC5CA) } else { hex(0xBACBD8) },
                haze_density: if dull { 1.0 / 700.0 } else { 1.0 / 1500.0 },
                clouds: if dull { 1.0 } else { 0.45 },
                lamps: false,
                wet,
            },
            Daylight::Dusk => Self {
                daylight,
                ambient: rgb(0.40, 0.38, 0.46),
                sun: rgb(0.36, 0.22, 0.12),
                sun_direction: vec3(0.62, 0.70, 0.24).normal(),
                shadow: 0.3,
                sky_top: hex(0x33486F),
                sky_horizon: if dull { hex(0x8E7F86) } else { hex(0xE79A5C) },
                haze: hex(0x96807F),
                haze_density: 1.0 / 900.0,
                clouds: if dull { 1.0 } else { 0.6 },
                lamps: true,
                wet,
            },
            Daylight::Night => Self {
                daylight,
                ambient: rgb(0.20, 0.21, 0.26),
                sun: rgb(0.0, 0.0, 0.0),
                sun_direction: vec3(-0.3, -0.3, 0.9).normal(),
                shadow: 0.35,
                sky_top: hex(0x070A14),
                sky_horizon: hex(0x242432),
                haze: hex(0x1E1F2B),
                haze_density: 1.0 / 900.0,
                clouds: 0.5,
                lamps: true,
                wet,
            },
        };
        if weather == Weather::Fog {
            light.haze_density = 1.0 / 95.0;
            light.sky_top = light.haze;
            light.sky_horizon = light.haze;
            light.shadow *= 0.5;
            light.lamps = true;
        }
        if wet {
            light.haze_density *= 2.2;
        }
        if tunnel {
            light.ambient = rgb(0.62, 0.60, 0.55);
            light.sun = rgb(0.12, 0.12, 0.11);
            light.sun_direction = vec3(0.0, -0.1, 1.0).normal();
            light.haze = hex(0x8A857A);
            light.haze_density = 1.0 / 620.0;
            light.shadow = 0.45;
            light.lamps = true;
        }
        light
    }

    /// Light on a face with the given outward normal.
    pub(crate) fn on(&self, normal: Vec3) -> Colour {
        let sun = normal.dot(self.sun_direction).max(0.0);
        // The sky lights what looks up more than what looks down.
        let sky = 0.74 + 0.26 * normal.z;
        self.ambient.scale(sky).plus(self.sun.scale(sun))
    }

    /// What is left of a colour after `distance_m` of air.
    pub(crate) fn through_air(&self, colour: Colour, distance_m: f32) -> Colour {
        let clear = (-distance_m * self.haze_density).exp();
        self.haze.mix(colour, clear)
    }
}
