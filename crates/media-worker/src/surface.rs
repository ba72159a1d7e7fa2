//! The form that pictures are written on and encoded from: planar YUV with half the colour, of full range, with the
//! matrix of BT.601, as JPEG has it (JFIF 1.02).

use ffmpeg_next::color;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;
use ffmpeg_next::software::scaling::{self, Flags};
use worker_protocol::{Codec, Failure, FailureKind};

/// Rows from which on a picture that does not say its matrix is taken to have that of BT.709, as players do.
const ROWS_OF_HD: u32 = 720;

/// Brings a decoded picture into form, made smaller with its proportions until it fits; 0 is no limit.
pub(crate) fn surface(
    source: &frame::Video,
    codec: Codec,
    max_width: u16,
    max_height: u16,
) -> Result<frame::Video, Failure> {
    let (width, height) = fitted(source.width(), source.height(), u32::from(max_width), u32::from(max_height));
    let (from, flags) = (source.format(), Flags::FAST_BILINEAR | Flags::ACCURATE_RND);
    let failed =
        |_| Failure::new(FailureKind::Unsupported, format!("Pictures of the form {from:?} are not converted."));
    let mut scaler =
        scaling::Context::get(from, source.width(), source.height(), Pixel::YUVJ420P, width, height, flags)
            .map_err(failed)?;
    let mut surface = frame::Video::new(Pixel::YUVJ420P, width, height);
    scaler.run(source, &mut surface).map_err(failed)?;
    let is_file = matches!(codec, Codec::File(_));
    if !is_file && has_bt709(source) {
        from_bt709(&mut surface);
    }
    Ok(surface)
}

/// The largest size within limits that has the proportions of the picture; even, because colour has half of it.
fn fitted(width: u32, height: u32, max_width: u32, max_height: u32) -> (u32, u32) {
    let limit = |limit: u32, side: u32| if limit == 0 { side } else { limit.min(side) };
    let (mut fitted_width, mut fitted_height) = (limit(max_width, width), limit(max_height, height));
    if u64::from(fitted_width) * u64::from(height) > u64::from(fitted_height) * u64::from(width) {
        fitted_width = proportion(fitted_height, width, height);
    } else {
        fitted_height = proportion(fitted_width, height, width);
    }
    ((fitted_width & !1).max(2), (fitted_height & !1).max(2))
}

fn proportion(side: u32, of: u32, to: u32) -> u32 {
    u32::try_from(u64::from(side) * u64::from(of) / u64::from(to)).unwrap_or(u32::MAX)
}

fn has_bt709(source: &frame::Video) -> bool {
    match source.color_space() {
        color::Space::BT709 => true,
        color::Space::Unspecified => source.height() >= ROWS_OF_HD,
        _ => false,
    }
}

/// Changes the matrix of BT.709 (ITU-R BT.709-6 §3) into that of BT.601 (ITU-R BT.601-7 §2.5): 16.16 fixed point of
/// the product of one's inverse with the other. Grey stays as it is.
fn from_bt709(surface: &mut frame::Video) {
    const CB_TO_Y: i32 = 6645;
    const CR_TO_Y: i32 = 12_857;
    const CB_TO_CB: i32 = 64_844;
    const CR_TO_CB: i32 = -7252;
    const CB_TO_CR: i32 = -4750;
    const CR_TO_CR: i32 = 64_448;
    const ONE_HALF: i32 = 1 << 15;
    let (width, height) = (surface.plane_width(1) as usize, surface.plane_height(1) as usize);
    let (y_stride, cb_stride, cr_stride) = (surface.stride(0), surface.stride(1), surface.stride(2));
    let mut added = vec![0i16; width];
    for row in 0..height {
        let mut cb_row = surface.data(1)[row * cb_stride..][..width].to_vec();
        let cr_row = &mut surface.data_mut(2)[row * cr_stride..][..width];
        for ((cb, cr), added) in cb_row.iter_mut().zip(cr_row).zip(&mut added) {
            let (blue, red) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
            *added = clamped_i16((CB_TO_Y * blue + CR_TO_Y * red + ONE_HALF) >> 16);
            *cb = clamped_u8(128 + ((CB_TO_CB * blue + CR_TO_CB * red + ONE_HALF) >> 16));
            *cr = clamped_u8(128 + ((CB_TO_CR * blue + CR_TO_CR * red + ONE_HALF) >> 16));
        }
        surface.data_mut(1)[row * cb_stride..][..width].copy_from_slice(&cb_row);
        for y_row in surface.data_mut(0)[row * 2 * y_stride..].chunks_mut(y_stride).take(2) {
            for (pair, added) in y_row.chunks_exact_mut(2).zip(&added) {
                pair[0] = clamped_u8(i32::from(pair[0]) + i32::from(*added));
                pair[1] = clamped_u8(i32::from(pair[1]) + i32::from(*added));
            }
        }
    }
}

fn clamped_u8(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

fn clamped_i16(value: i32) -> i16 {
    value.clamp(-512, 512) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_shrink_with_their_proportions_and_never_grow() {
        for ((width, height, max_width, max_height), fits) in [
            ((1920, 1080, 0, 0), (1920, 1080)),
            ((1920, 1080, 640, 0), (640, 360)),
            ((1920, 1080, 0, 360), (640, 360)),
            ((1920, 1080, 640, 100), (176, 100)),
            ((1920, 1080, 4000, 4000), (1920, 1080)),
            ((1080, 1920, 640, 640), (360, 640)),
            ((8192, 2, 2, 0), (2, 2)),
        ] {
            assert_eq!(fitted(width, height, max_width, max_height), fits, "{width} x {height}");
        }
    }

    /// Colours by both matrices, computed apart: red, green, blue and grey of full strength.
    #[test]
    fn colours_change_the_matrix_and_greys_do_not() {
        for ([red, green, blue], what) in
            [([255., 0., 0.], "red"), ([0., 255., 0.], "green"), ([0., 0., 255.], "blue"), ([90., 90., 90.], "grey")]
        {
            let by = |kr: f64, kb: f64| {
                let luma = kr * red + (1. - kr - kb) * green + kb * blue;
                [luma, 128. + (blue - luma) / (2. * (1. - kb)), 128. + (red - luma) / (2. * (1. - kr))]
            };
            let mut surface = frame::Video::new(Pixel::YUVJ420P, 16, 2);
            for (plane, value) in by(0.2126, 0.0722).into_iter().enumerate() {
                surface.data_mut(plane).fill(value.round().clamp(0., 255.) as u8);
            }
            from_bt709(&mut surface);
            for (plane, value) in by(0.299, 0.114).into_iter().enumerate() {
                let found = f64::from(surface.data(plane)[3]);
                assert!((found - value).abs() <= 2., "{what}, plane {plane}: {found} for {value}");
            }
        }
    }
}
