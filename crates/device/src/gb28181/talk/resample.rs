//! Sound of any rate at 8 kHz.

use std::f32::consts::PI;

const RATE_HZ: f32 = 8000.0;
/// What passes: telephones carry no more than 3.4 kHz.
const PASSES_HZ: f32 = 3600.0;
/// Zero crossings of the filter on each side.
const CROSSINGS: f32 = 12.0;

/// Samples of 8 kHz, by a low-pass filter (a sinc under a Hann window) that is evaluated where a sample is due.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in ten minutes of sound and samples of 16 bits are exact enough"
)]
pub(super) fn to_8_khz(samples: &[f32], rate_hz: u32) -> Vec<i16> {
    let rate = f64::from(rate_hz);
    // Of slower sound nothing has to be taken away.
    let cutoff = (2.0 * PASSES_HZ.min(rate_hz as f32 / 2.0)) / rate_hz as f32;
    let reach = CROSSINGS / cutoff;
    let count = (samples.len() as f64 / rate * f64::from(RATE_HZ)).round() as usize;
    let sample = |number: usize| {
        let centre = number as f64 * rate / f64::from(RATE_HZ);
        let first = (centre - f64::from(reach)).ceil().max(0.0) as usize;
        let last = ((centre + f64::from(reach)).floor().max(0.0) as usize).min(samples.len().saturating_sub(1));
        let taps = samples.get(first..=last).unwrap_or_default().iter().zip(first..);
        let sum: f32 = taps.map(|(value, place)| value * tap((place as f64 - centre) as f32, cutoff, reach)).sum();
        sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
    };
    (0..count).map(sample).collect()
}

fn tap(distance: f32, cutoff: f32, reach: f32) -> f32 {
    let turn = PI * distance * cutoff;
    let sinc = if turn.abs() < 1e-6 { 1.0 } else { turn.sin() / turn };
    sinc * cutoff * 0.5 * (1.0 + (PI * distance / reach).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    fn tone(frequency_hz: f32, rate_hz: u32) -> Vec<f32> {
        (0..rate_hz).map(|at| (2.0 * PI * frequency_hz * at as f32 / rate_hz as f32).sin() * 10_000.0).collect()
    }

    fn loudness(samples: &[i16]) -> f32 {
        let middle = &samples[1000..7000];
        (middle.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / 6000.0).sqrt()
    }

    #[test]
    fn speech_passes_and_what_8_khz_cannot_hold_does_not() {
        for rate_hz in [8000, 11_025, 16_000, 44_100, 48_000] {
            for frequency_hz in [200.0, 1000.0, 3000.0] {
                let heard = loudness(&to_8_khz(&tone(frequency_hz, rate_hz), rate_hz));
                assert!((heard - 7071.0).abs() < 300.0, "{frequency_hz} Hz of {rate_hz}: {heard}");
            }
            if rate_hz > 12_000 {
                let heard = loudness(&to_8_khz(&tone(5500.0, rate_hz), rate_hz));
                assert!(heard < 30.0, "5500 Hz of {rate_hz}: {heard}");
            }
        }
    }

    #[test]
    fn its_length_stays_and_nothing_is_made_of_nothing() {
        assert_eq!(to_8_khz(&[1.0; 44_100], 44_100).len(), 8000);
        assert_eq!(to_8_khz(&[1.0; 4000], 4000).len(), 8000);
        assert!(to_8_khz(&[], 48_000).is_empty());
    }
}
