//! Repeatable randomness: a small generator and value noise, the same on every machine and in every
//! version, because clips are cached by the hash of their parameters.

/// SplitMix64: one `u64` of state, good enough for pictures.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    pub(crate) const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Uniform in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f32 {
        unit(self.next_u64())
    }

    /// Uniform in `low..high`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of `0..count`; 0 when `count` is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        if count == 0 {
            return 0;
        }
        let count = count as u64;
        usize::try_from(self.next_u64() % count).expect("the remainder is below a usize")
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u64 << 24) as f32
}

/// A value in `0.0..1.0` that depends only on its arguments.
pub(crate) fn hash2(seed: u32, x: i32, y: i32) -> f32 {
    let mut h =
        seed.wrapping_mul(0x9E37_79B9) ^ (x as u32).wrapping_mul(0x85EB_CA6B) ^ (y as u32).wrapping_mul(0xC2B2_AE35);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2C1B_3C6D);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297A_2D39);
    h ^= h >> 15;
    (h >> 8) as f32 / (1u32 << 24) as f32
}

/// Smooth value noise with one cell per unit, in `0.0..1.0`.
pub(crate) fn noise2(seed: u32, x: f32, y: f32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(x - fx), smooth(y - fy));
    let corner = |dx: i32, dy: i32| hash2(seed, ix.wrapping_add(dx), iy.wrapping_add(dy));
    let top = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
    let bottom = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
    top * (1.0 - v) + bottom * v
}

/// Four octaves of [`noise2`], in `0.0..1.0`.
pub(crate) fn fractal(seed: u32, x: f32, y: f32) -> f32 {
    let mut sum = 0.0;
    let (mut amplitude, mut frequency) = (0.533, 1.0);
    for octave in 0..4 {
        sum += amplitude * noise2(seed.wrapping_add(octave), x * frequency, y * frequency);
        amplitude *= 0.5;
        frequency *= 2.03;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_never_changes() {
        let mut random = Random::new(7);
        let first: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        let mut again = Random::new(7);
        assert_eq!(first, (0..3).map(|_| again.next_u64()).collect::<Vec<_>>());
        assert!((0..1000).map(|_| random.unit()).all(|u| (0.0..1.0).contains(&u)));
    }

    #[test]
    fn noise_is_continuous_and_bounded() {
        let mut last = fractal(1, 0.0, 0.5);
        for step in 1..1000 {
            let value = fractal(1, step as f32 * 0.01, 0.5);
            assert!((0.0..=1.0).contains(&value));
            assert!((value - last).abs() < 0.2);
            last = value;
        }
    }
}
