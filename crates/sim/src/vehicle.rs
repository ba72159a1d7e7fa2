//! Kinds of vehicles, their sizes and colours.

use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::raster::{Colour, hex};

/// What a road user is, as ground truth names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// Saloon car.
    Car,
    /// Sport utility vehicle.
    Suv,
    /// Panel van or minibus.
    Van,
    /// Coach or city bus.
    Bus,
    /// Rigid truck with a box body.
    Truck,
    /// Tractor with a container trailer.
    Trailer,
    /// Tank truck.
    Tanker,
    /// Motorcycle with its rider.
    Motorcycle,
    /// A person on foot.
    Pedestrian,
    /// Something that fell off a vehicle.
    Debris,
}

impl ObjectKind {
    /// Length, width and height in metres.
    pub const fn size_m(self) -> (f32, f32, f32) {
        match self {
            Self::Car => (4.7, 1.82, 1.46),
            Self::Suv => (4.75, 1.92, 1.74),
            Self::Van => (5.4, 2.0, 2.2),
            Self::Bus => (11.6, 2.55, 3.3),
            Self::Truck => (8.6, 2.5, 3.4),
            Self::Trailer => (16.4, 2.55, 3.95),
            Self::Tanker => (11.2, 2.5, 3.4),
            Self::Motorcycle => (2.1, 0.8, 1.7),
            Self::Pedestrian => (0.5, 0.6, 1.72),
            Self::Debris => (1.0, 0.8, 0.7),
        }
    }

    /// Heavy vehicles are slow and keep to the right.
    pub(crate) const fn is_heavy(self) -> bool {
        matches!(self, Self::Bus | Self::Truck | Self::Trailer | Self::Tanker)
    }

    /// A kind as traffic on a road with the given share of heavy vehicles has it.
    pub(crate) fn pick(random: &mut Random, heavy_share: f32, motorcycles: bool) -> Self {
        if random.chance(heavy_share) {
            return [Self::Truck, Self::Trailer, Self::Trailer, Self::Tanker, Self::Bus, Self::Truck][random.below(6)];
        }
        match random.below(20) {
            0..=9 => Self::Car,
            10..=15 => Self::Suv,
            16..=17 => Self::Van,
            18 if motorcycles => Self::Motorcycle,
            19 if motorcycles => Self::Bus,
            _ => Self::Car,
        }
    }

    /// Paint of the body as Chinese traffic wears it: mostly white, black, grey and silver.
    pub(crate) fn paint(self, random: &mut Random) -> Colour {
        const CARS: [u32; 12] = [
            0xE9EBEC, 0xF2F2EF, 0xDADDDE, 0x1D1F22, 0x24282C, 0x6F757B, 0xA9AFB4, 0x8E959B, 0x7A1A1E, 0x1F3A66,
            0xC4C9CC, 0x5A4636,
        ];
        const BOXES: [u32; 7] = [0xE4E6E6, 0x2E5E9E, 0xA8342C, 0xD9D4C8, 0x3C7A58, 0xB5682A, 0x7C858C];
        const BUSES: [u32; 5] = [0xE8E9E6, 0x2C7DB8, 0x3F9A54, 0xD9B23A, 0xB5352F];
        let palette: &[u32] = match self {
            Self::Bus => &BUSES,
            Self::Truck | Self::Trailer => &BOXES,
            Self::Tanker => &[0xC9CDD0, 0xD8DADB, 0xB9BEC2],
            Self::Van => &[0xE9EBEC, 0xE4E6E6, 0xA9AFB4, 0x2C3A50],
            _ => &CARS,
        };
        hex(palette[random.below(palette.len())])
    }
}
