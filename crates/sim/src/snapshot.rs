//! One picture of a scene as a JPEG file.

use crate::clip::ClipError;
use crate::encode::EncodeError;
use crate::ffmpeg::Ffmpeg;
use crate::osd::Overlay;
use crate::picture::Picture;
use crate::scene::{Scene, SceneConfig, View};

/// Draws a scene as a camera shows it at `unix_ms` milliseconds since the Unix epoch, without a machine-readable stamp.
/// `frame` is the time of the scene in pictures, `clock_offset_min` shifts the burnt-in clock from UTC.
///
/// # Errors
/// When the configuration is unusable, or there is no `ffmpeg` program to code it.
pub fn snapshot(
    config: SceneConfig,
    view: View,
    frame: u64,
    unix_ms: u64,
    clock_offset_min: i32,
) -> Result<Vec<u8>, ClipError> {
    let mut scene = Scene::new(config)?;
    scene.set_view(view);
    scene.advance_to(frame);
    let overlay = Overlay::of(scene.config(), frame, unix_ms, clock_offset_min);
    Ok(jpeg(&scene.render_with(&overlay, None))?)
}

fn jpeg(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let mut ffmpeg = Ffmpeg::jpeg(picture.width, picture.height)?;
    ffmpeg.write_picture(picture)?;
    ffmpeg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo_cameras;

    #[test]
    fn a_scene_is_a_picture_of_its_size() {
        let mut config = demo_cameras().swap_remove(0).clip.scene;
        (config.width, config.height) = (320, 180);
        let jpeg = snapshot(config, View::HOME, 40, 1_795_824_000_000, 480).unwrap();
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.ends_with(&[0xFF, 0xD9]));
        // Height and width stand in the frame header (ITU-T T.81 §B.2.2).
        let header = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
        assert_eq!(jpeg[header + 5..header + 9], [0, 180, 1, 64]);
    }
}
