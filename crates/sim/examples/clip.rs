//! Encodes the clips of the demonstration cameras with their ground truth:
//! `cargo run -p sim --example clip -- OUT_DIR [NAME]`.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use sim::{FrameTruth, LoopClip, demo_cameras, write_json_lines};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: clip OUT_DIR [NAME]")?;
    let out = Path::new(&out);
    let only = arguments.next();
    for camera in demo_cameras() {
        if only.as_ref().is_some_and(|only| only != camera.name) {
            continue;
        }
        let started = Instant::now();
        let clip = LoopClip::load_or_encode(out, &camera.clip, |_, _| {})?;
        let seconds = clip.frame_interval().as_secs_f64() * clip.len() as f64;
        let rate = clip.annex_b().len() as f64 * 8.0 / seconds;
        std::fs::write(out.join(camera.name).with_extension("h264"), clip.annex_b())?;
        let truth: Vec<FrameTruth> = (0..clip.len() as u64).map(|n| clip.truth(n)).collect();
        let mut file = BufWriter::new(File::create(out.join(camera.name).with_extension("jsonl"))?);
        write_json_lines(&mut file, &truth)?;
        file.flush()?;
        writeln!(
            std::io::stderr(),
            "{}: {} frames in {:.1} s, {:.0} kbit/s",
            camera.name,
            clip.len(),
            started.elapsed().as_secs_f64(),
            rate / 1000.0
        )?;
    }
    Ok(())
}
