//! Writes pictures of scenes as PNG: `cargo run -p sim --example render -- OUT_DIR [NAME]`.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use sim::{Daylight, Incident, IncidentKind, Overlay, Picture, RoadShape, Scene, SceneConfig, Weather, barcode};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: render OUT_DIR [NAME]")?;
    let only = arguments.next();
    std::fs::create_dir_all(&out)?;
    use Daylight::{Day, Dusk, Night};
    use RoadShape::{Bridge, Curve, Expressway, Intersection, Ramp, Tunnel};
    use Weather::{Clear, Fog, Overcast, Rain};
    let crash = vec![Incident::new(IncidentKind::Crash, 62.0, true)];
    let queue = vec![Incident::new(IncidentKind::Queue, 62.0, false)];
    for (name, road, daylight, weather, incidents) in [
        ("expressway", Expressway, Day, Clear, vec![]),
        ("queue", Expressway, Day, Overcast, queue),
        ("night", Expressway, Night, Clear, vec![]),
        ("curve", Curve, Day, Overcast, crash),
        ("ramp", Ramp, Dusk, Clear, vec![]),
        ("junction", Intersection, Day, Clear, vec![]),
        ("junction-night", Intersection, Night, Rain, vec![]),
        ("tunnel", Tunnel, Day, Clear, vec![]),
        ("bridge", Bridge, Day, Rain, vec![Incident::new(IncidentKind::StoppedVehicle, 60.0, true)]),
        ("fog", Curve, Day, Fog, vec![]),
    ] {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        for (width, height) in [(1280, 720), (640, 360)] {
            let mut scene = Scene::new(SceneConfig {
                seed: 42,
                road,
                daylight,
                weather,
                incidents: incidents.clone(),
                vehicles_per_lane_h: 850.0,
                heavy_share: 0.25,
                stake: "G42 K128+300".to_owned(),
                name: "UP".to_owned(),
                width,
                height,
                fps: 25,
                cycle_ms: 20_000,
                sway_px: 0.0,
            })?;
            scene.advance_to(100);
            let stamp = barcode::Stamp { counter: 100, unix_ms: 1_800_000_000_000 };
            let overlay = Overlay {
                clock: sim::clock_text(stamp.unix_ms, 480),
                title: "G42 K128+300 UP".to_owned(),
                counter: "#000100".to_owned(),
            };
            let picture = scene.render_with(&overlay, Some(&stamp));
            write_png(&Path::new(&out).join(format!("{name}-{height}.png")), &picture)?;
        }
    }
    Ok(())
}

fn write_png(path: &Path, picture: &Picture) -> Result<(), Box<dyn Error>> {
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, u32::try_from(picture.width)?, u32::try_from(picture.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&picture.to_rgb())?;
    Ok(())
}
