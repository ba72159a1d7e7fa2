//! Ground truth: what is really in each picture, for judging detectors.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::incident::IncidentKind;
use crate::vehicle::ObjectKind;

/// One object in one picture. Coordinates are fractions of the picture's width and height, cut at its edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TruthBox {
    /// Follows the object through its whole life, also across the seam of a loop.
    pub track: u64,
    /// What it is.
    pub kind: ObjectKind,
    /// Left edge, 0.0 to 1.0.
    pub x: f32,
    /// Upper edge, 0.0 to 1.0.
    pub y: f32,
    /// Width, 0.0 to 1.0.
    pub w: f32,
    /// Height, 0.0 to 1.0.
    pub h: f32,
    /// Speed over the ground, km/h.
    pub speed_kmh: f32,
    /// Lane number: 1 is next to the median; shoulders count on.
    pub lane: u8,
    /// Metres from the camera.
    pub distance_m: f32,
}

/// Everything in one picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameTruth {
    /// Frame number, from 0.
    pub frame: u64,
    /// Milliseconds since frame 0.
    pub time_ms: u64,
    /// Objects in view that are large and near enough to be seen; what stands in front of them is ignored.
    pub boxes: Vec<TruthBox>,
    /// Incidents that are going on, each kind once.
    pub incidents: Vec<IncidentKind>,
}

/// An incident from its first to its last picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthEvent {
    /// What happened.
    pub kind: IncidentKind,
    /// Time of the first picture that shows it, milliseconds since frame 0.
    pub start_ms: u64,
    /// Time of the last picture that shows it.
    pub end_ms: u64,
}

/// Joins what single pictures show to events; an interruption starts a new event.
pub fn events<'a>(frames: impl IntoIterator<Item = &'a FrameTruth>) -> Vec<TruthEvent> {
    let mut done: Vec<TruthEvent> = vec![];
    let mut open: Vec<TruthEvent> = vec![];
    for frame in frames {
        let (still, ended) = open.into_iter().partition(|event| frame.incidents.contains(&event.kind));
        open = still;
        done.extend::<Vec<_>>(ended);
        for kind in &frame.incidents {
            match open.iter_mut().find(|event| event.kind == *kind) {
                Some(event) => event.end_ms = frame.time_ms,
                None => open.push(TruthEvent { kind: *kind, start_ms: frame.time_ms, end_ms: frame.time_ms }),
            }
        }
    }
    done.extend(open);
    done.sort_by_key(|event| event.start_ms);
    done
}

/// Writes one JSON object per line: first a [`FrameTruth`] for each picture, then `{"event":…}` for each event.
///
/// # Errors
/// When the writer fails.
pub fn write_json_lines<'a>(
    out: &mut impl Write,
    frames: impl IntoIterator<Item = &'a FrameTruth> + Clone,
) -> io::Result<()> {
    for frame in frames.clone() {
        serde_json::to_writer(&mut *out, frame)?;
        out.write_all(b"\n")?;
    }
    for event in events(frames) {
        serde_json::to_writer(&mut *out, &serde_json::json!({ "event": event }))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_join_to_events_and_an_interruption_splits_them() {
        let shows = [true, true, false, true];
        let frames: Vec<FrameTruth> = shows
            .iter()
            .zip(0u64..)
            .map(|(shows, frame)| FrameTruth {
                frame,
                time_ms: frame * 40,
                boxes: vec![],
                incidents: shows.then_some(IncidentKind::Pedestrian).into_iter().collect(),
            })
            .collect();
        let event = |start_ms, end_ms| TruthEvent { kind: IncidentKind::Pedestrian, start_ms, end_ms };
        assert_eq!(events(&frames), vec![event(0, 40), event(120, 120)]);
        let mut lines = vec![];
        write_json_lines(&mut lines, &frames).unwrap();
        let text = String::from_utf8(lines).unwrap();
        assert_eq!(text.lines().count(), 6);
        let first: FrameTruth = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(first, frames[0]);
        assert!(text.lines().last().unwrap().contains("\"start_ms\":120"));
    }
}
