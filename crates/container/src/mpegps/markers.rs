//! Whether the marker bit of RTP packets says where a picture ends.
//!
//! Where it does, a picture is given out with its last packet instead of with the first of the next, which saves the
//! distance of two pictures. Cameras exist that never set it, set it on every packet, or on each PES packet
//! (gb28181.md §1.8 and §2, quirk 18): so it is believed only where it has always been right, and never again where it
//! was wrong.

/// Pictures whose end the marker told before it is believed.
const TRUSTED_AFTER: u8 = 8;

/// What is known of the markers of a stream.
#[derive(Debug, Default)]
pub(super) struct Markers {
    right: u8,
    lies: bool,
    /// One was seen, and nothing came since.
    pending: bool,
}

impl Markers {
    /// A marker stands here; whether the picture has ended.
    pub(super) fn seen(&mut self) -> bool {
        self.pending = true;
        !self.lies && self.right >= TRUSTED_AFTER
    }

    /// The NAL unit goes on.
    pub(super) fn content(&mut self) {
        self.lies |= std::mem::take(&mut self.pending);
    }

    /// A NAL unit begins; whether behind a whole picture.
    pub(super) fn unit(&mut self, behind_picture: bool) {
        if std::mem::take(&mut self.pending) {
            self.lies |= !behind_picture;
            self.right = self.right.saturating_add(1);
        }
    }

    /// Bytes are missing here.
    pub(super) fn lost(&mut self) {
        self.pending = false;
    }
}
