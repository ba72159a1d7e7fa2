//! Places on earth: WGS-84 is what is kept; the shifted systems of maps in China are converted where they come in and go out.
//!
//! GCJ-02 shifts WGS-84 by some hundred metres within a box around China; BD-09 shifts GCJ-02 once more. The formulas are those
//! that maps and their client libraries have used in public for years; no standard publishes them. The way back is found by
//! iteration, to within a centimetre.

use std::f64::consts::PI;

/// A coordinate system that places are given in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crs {
    /// GPS; CGCS2000 differs by centimetres.
    #[default]
    Wgs84,
    /// AMap, Tencent, Google within China.
    Gcj02,
    /// Baidu.
    Bd09,
}

impl Crs {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// The one of this name, however it is written: "GCJ-02", "gcj02".
    pub fn parse(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        Self::ALL.into_iter().find(|each| each.as_str() == plain)
    }
}

/// Longitude and latitude in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// -180 to 180.
    pub longitude: f64,
    /// -90 to 90.
    pub latitude: f64,
}

/// Semi-major axis (m) and squared eccentricity of the ellipsoid of Krassowsky, which the shift is reckoned on.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// BD-09 turns by this.
const BAIDU: f64 = PI * 3000.0 / 180.0;
/// About a centimetre.
const CLOSE_ENOUGH: f64 = 1e-7;

impl Place {
    /// A place, if the degrees can be ones.
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let fits = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        fits.then_some(Self { longitude, latitude })
    }

    /// From a system into WGS-84.
    pub fn to_wgs84(self, from: Crs) -> Self {
        match from {
            Crs::Wgs84 => self,
            Crs::Gcj02 => self.unshifted(),
            Crs::Bd09 => self.without_baidu().unshifted(),
        }
    }

    /// From WGS-84 into a system.
    pub fn from_wgs84(self, into: Crs) -> Self {
        match into {
            Crs::Wgs84 => self,
            Crs::Gcj02 => self.shifted(),
            Crs::Bd09 => self.shifted().to_baidu(),
        }
    }

    /// The box within which GCJ-02 shifts.
    fn is_shifted(self) -> bool {
        (72.004..=137.8347).contains(&self.longitude) && (0.8293..=55.8271).contains(&self.latitude)
    }

    fn shifted(self) -> Self {
        if !self.is_shifted() {
            return self;
        }
        let (x, y) = (self.longitude - 105.0, self.latitude - 35.0);
        let radians = self.latitude.to_radians();
        let magic = 1.0 - ECCENTRICITY * radians.sin().powi(2);
        let north = shift_north(x, y) * 180.0 / ((AXIS * (1.0 - ECCENTRICITY)) / (magic * magic.sqrt()) * PI);
        let east = shift_east(x, y) * 180.0 / (AXIS / magic.sqrt() * radians.cos() * PI);
        Self { longitude: self.longitude + east, latitude: self.latitude + north }
    }

    fn unshifted(self) -> Self {
        let mut guess = self;
        for _ in 0..10 {
            let there = guess.shifted();
            let (east, north) = (self.longitude - there.longitude, self.latitude - there.latitude);
            guess = Self { longitude: guess.longitude + east, latitude: guess.latitude + north };
            if east.abs() < CLOSE_ENOUGH && north.abs() < CLOSE_ENOUGH {
                break;
            }
        }
        guess
    }

    fn to_baidu(self) -> Self {
        let (x, y) = (self.longitude, self.latitude);
        let radius = x.hypot(y) + 0.000_02 * (y * BAIDU).sin();
        let angle = y.atan2(x) + 0.000_003 * (x * BAIDU).cos();
        Self { longitude: radius * angle.cos() + 0.0065, latitude: radius * angle.sin() + 0.006 }
    }

    fn without_baidu(self) -> Self {
        let (x, y) = (self.longitude - 0.0065, self.latitude - 0.006);
        let radius = x.hypot(y) - 0.000_02 * (y * BAIDU).sin();
        let angle = y.atan2(x) - 0.000_003 * (x * BAIDU).cos();
        Self { longitude: radius * angle.cos(), latitude: radius * angle.sin() }
    }
}

fn wave(value: f64) -> f64 {
    (value * PI).sin()
}

fn shift_north(x: f64, y: f64) -> f64 {
    let base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let fine = 20.0 * wave(6.0 * x) + 20.0 * wave(2.0 * x);
    let middle = 20.0 * wave(y) + 40.0 * wave(y / 3.0);
    let coarse = 160.0 * wave(y / 12.0) + 320.0 * wave(y / 30.0);
    base + (fine + middle + coarse) * 2.0 / 3.0
}

fn shift_east(x: f64, y: f64) -> f64 {
    let base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let fine = 20.0 * wave(6.0 * x) + 20.0 * wave(2.0 * x);
    let middle = 20.0 * wave(x) + 40.0 * wave(x / 3.0);
    let coarse = 150.0 * wave(x / 12.0) + 300.0 * wave(x / 30.0);
    base + (fine + middle + coarse) * 2.0 / 3.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(longitude: f64, latitude: f64) -> Place {
        Place::new(longitude, latitude).unwrap()
    }

    fn assert_near(found: Place, longitude: f64, latitude: f64, degrees: f64) {
        let off = (found.longitude - longitude).abs().max((found.latitude - latitude).abs());
        assert!(off < degrees, "{found:?} is not {longitude}, {latitude}");
    }

    #[test]
    fn published_points_are_met() {
        // Points that open client libraries publish with their tests.
        for (longitude, latitude, gcj_longitude, gcj_latitude) in [
            (121.527_210_6, 31.177_427_6, 121.531_541_859_215, 31.175_303_983_645_97),
            (113.912_316, 22.543_847, 113.917_176_480_836_3, 22.540_796_131_694_766),
            (116.377_817, 39.911_954, 116.384_047_224_556_57, 39.913_345_455_360_69),
            (116.404, 39.915, 116.410_244_499_169_38, 39.916_404_281_501_64),
        ] {
            assert_near(place(longitude, latitude).from_wgs84(Crs::Gcj02), gcj_longitude, gcj_latitude, 1e-7);
            assert_near(place(gcj_longitude, gcj_latitude).to_wgs84(Crs::Gcj02), longitude, latitude, 1e-6);
        }
        assert_near(place(116.404, 39.915).to_baidu(), 116.410_369_493_710_29, 39.921_336_993_510_21, 1e-9);
        assert_near(place(116.404, 39.915).without_baidu(), 116.397_627_291_193_15, 39.908_656_739_576_31, 1e-9);
    }

    #[test]
    fn nothing_is_shifted_outside_the_box_nor_is_a_place_off_the_earth_one() {
        let paris = place(2.3522, 48.8566);
        assert_eq!(paris.from_wgs84(Crs::Gcj02), paris);
        assert_eq!(Place::new(180.1, 0.0), None);
        assert_eq!(Place::new(0.0, f64::NAN), None);
        assert_eq!(
            (Crs::parse("GCJ-02"), Crs::parse("wgs 84"), Crs::parse("x")),
            (Some(Crs::Gcj02), Some(Crs::Wgs84), None)
        );
    }

    proptest! {
        #[test]
        fn a_place_comes_back(longitude in 73.0..137.0f64, latitude in 1.0..55.0f64) {
            for crs in Crs::ALL {
                let there = place(longitude, latitude).from_wgs84(crs);
                assert_near(there.to_wgs84(crs), longitude, latitude, if crs == Crs::Bd09 { 2e-6 } else { 1e-6 });
            }
        }
    }
}
