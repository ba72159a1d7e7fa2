//! Decoding times of pictures that come with presentation times alone.

/// Pictures that wait for reordering at most (H.264 annex A allows 16).
pub const MAX_REORDER_DEPTH: usize = 16;

/// Derives decoding times where a protocol or a container carries only presentation times (RTP, Matroska).
///
/// With reorder depth `d`, the decoding time of a picture is the `d`-th last of the presentation times seen
/// so far in order: at most its own presentation time, and monotone.
#[derive(Debug)]
pub struct DtsDeriver {
    depth: usize,
    frame_ticks: i64,
    /// Presentation times not used yet, ascending; at most `depth + 1`.
    waiting: Vec<i64>,
    seen: usize,
    first: i64,
    last_dts: Option<i64>,
}

impl DtsDeriver {
    /// `declared_depth` from the bitstream (0 when unknown: the depth then grows when pictures turn out to
    /// be reordered); `frame_ticks` is the expected distance of pictures.
    pub fn new(declared_depth: u8, frame_ticks: i64) -> Self {
        let depth = usize::from(declared_depth).min(MAX_REORDER_DEPTH);
        Self { depth, frame_ticks: frame_ticks.max(1), waiting: Vec::new(), seen: 0, first: 0, last_dts: None }
    }

    /// The decoding time in ticks of the picture that is shown at `pts` ticks. Pictures come in decoding order.
    pub fn derive(&mut self, pts: i64) -> i64 {
        if let Some(last) = self.last_dts
            && pts < last
            && self.depth < MAX_REORDER_DEPTH
            && last.saturating_sub(pts) < self.frame_ticks.saturating_mul(16)
        {
            self.depth += 1;
            self.waiting.insert(0, last);
        } else if let Some(last) = self.last_dts
            && pts.abs_diff(last) > self.frame_ticks.unsigned_abs().saturating_mul(250)
        {
            // The clock jumped: times from before it would hold the new ones back.
            self.restart(pts);
        }
        if self.seen == 0 {
            self.first = pts;
        }
        let at = self.waiting.partition_point(|other| *other <= pts);
        self.waiting.insert(at, pts);
        let dts = if self.waiting.len() > self.depth {
            self.waiting.remove(0)
        } else {
            let missing = i64::try_from(self.depth + 1 - self.waiting.len()).unwrap_or(0);
            self.first.saturating_sub(missing.saturating_mul(self.frame_ticks))
        };
        self.seen += 1;
        let dts = dts.min(pts);
        self.last_dts = Some(self.last_dts.map_or(dts, |last| dts.max(last.saturating_add(1)).min(pts.max(dts))));
        dts
    }

    fn restart(&mut self, pts: i64) {
        self.waiting.clear();
        self.first = pts;
        self.seen = 0;
        self.last_dts = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// I P B B P B B in decoding order, presentation times in frames.
    const WITH_B_FRAMES: [i64; 10] = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8];

    #[test]
    fn dts_of_b_frames_with_declared_depth() {
        let mut deriver = DtsDeriver::new(1, 1);
        let dts: Vec<i64> = WITH_B_FRAMES.iter().map(|pts| deriver.derive(*pts)).collect();
        assert_eq!(dts, [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn undeclared_reordering_is_learnt() {
        let mut deriver = DtsDeriver::new(0, 1);
        let dts: Vec<i64> = WITH_B_FRAMES.iter().map(|pts| deriver.derive(*pts)).collect();
        let steady = &dts[4..];
        assert!(steady.windows(2).all(|pair| pair[1] > pair[0]), "{dts:?}");
        assert!(dts.iter().zip(WITH_B_FRAMES).all(|(dts, pts)| *dts <= pts), "{dts:?}");
    }

    #[test]
    fn without_reordering_dts_is_pts() {
        let mut deriver = DtsDeriver::new(0, 3600);
        for pts in [0, 3600, 7200, 10_800] {
            assert_eq!(deriver.derive(pts), pts);
        }
    }

    proptest! {
        #[test]
        fn derived_dts_never_exceeds_pts(pts in prop::collection::vec(0i64..1_000_000, 1..80), depth in 0u8..5) {
            let mut deriver = DtsDeriver::new(depth, 3600);
            for value in pts {
                prop_assert!(deriver.derive(value) <= value);
            }
        }
    }
}
