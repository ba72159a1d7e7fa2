//! Pictures and sound that FFmpeg made, as packs of a program stream.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use container::{mpegps, mpegts};
use media::{AccessUnit, Frame, Muxer as _, TrackConfig, TrackId};

/// Four seconds with B-frames and a key frame each second.
const OPTIONS: &str = "-v error -nostdin -y -f lavfi -i testsrc2=size=320x180:rate=25 \
    -f lavfi -i sine=frequency=440:sample_rate=44100 -t 4 \
    -c:v libx264 -preset veryfast -g 25 -bf 2 -c:a aac -f mpegts";

/// A clip.
#[derive(Debug)]
pub(super) struct Film {
    pub(super) path: PathBuf,
    /// In decoding order.
    pub(super) units: Vec<AccessUnit>,
    /// A pack for each unit, with its time in ticks of 90 kHz.
    pub(super) packs: Vec<(i64, Bytes)>,
}

impl Film {
    /// Made once.
    pub(super) fn get() -> &'static Self {
        static FILM: OnceLock<Film> = OnceLock::new();
        FILM.get_or_init(Self::make)
    }

    fn make() -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gb28181.ts");
        let output = Command::new("ffmpeg")
            .args(OPTIONS.split_whitespace())
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .expect("ffmpeg is a required tool of the tests");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (tracks, units) = demuxed(&std::fs::read(&path).unwrap());
        let packs = packed(&tracks, &units);
        Self { path, units, packs }
    }

    /// Payloads of the pictures, in decoding order.
    pub(super) fn pictures(&self) -> Vec<&Bytes> {
        self.units.iter().filter(|unit| unit.track == TrackId(0)).map(|unit| &unit.payload).collect()
    }
}

fn demuxed(bytes: &[u8]) -> (Vec<Arc<TrackConfig>>, Vec<AccessUnit>) {
    let (mut demuxer, mut events) = (mpegts::Demuxer::default(), Vec::new());
    demuxer.push(bytes, &mut events);
    demuxer.finish(&mut events);
    let (mut tracks, mut units) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            mpegts::Event::Config(config) => tracks.push(Arc::new(config)),
            mpegts::Event::Unit(unit) => units.push(unit),
            _ => {}
        }
    }
    assert_eq!(tracks.len(), 2);
    (tracks, units)
}

fn packed(tracks: &[Arc<TrackConfig>], units: &[AccessUnit]) -> Vec<(i64, Bytes)> {
    let mut muxer = mpegps::Muxer::new();
    assert_eq!(muxer.set_tracks(tracks), []);
    let pack = |unit: &AccessUnit| {
        let dts = unit.dts.unwrap_or(unit.pts);
        let frame = Frame {
            track: unit.track,
            source_ts: unit.pts,
            dts: dts.to_timestamp(),
            pts: unit.pts.to_timestamp(),
            arrival: Instant::now(),
            capture_utc: None,
            key: unit.key,
            config_version: 1,
            payload: unit.payload.clone(),
        };
        let mut out = BytesMut::new();
        muxer.write_frame(&frame, &mut out);
        (dts.ticks, out.freeze())
    };
    units.iter().map(pack).collect()
}
