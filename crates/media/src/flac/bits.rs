//! Bits to bytes, the most significant first.

use bytes::{BufMut, BytesMut};

/// Appends bits; [`BitWriter::align`] ends it.
pub(super) struct BitWriter<'a> {
    out: &'a mut BytesMut,
    /// The lowest `count` bits are not yet written; fewer than 8 between two calls.
    pending: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    pub(super) const fn new(out: &'a mut BytesMut) -> Self {
        Self { out, pending: 0, count: 0 }
    }

    /// The lowest `width` bits of a value, 32 at most.
    pub(super) fn put(&mut self, value: u32, width: u32) {
        let mask = (1u64 << width) - 1;
        self.pending = self.pending << width | u64::from(value) & mask;
        self.count += width;
        while self.count >= 8 {
            self.count -= 8;
            // The shift leaves the byte that is due in the lowest place; what is above it was written before.
            self.out.put_u8((self.pending >> self.count).to_le_bytes()[0]);
        }
    }

    /// A value in two's complement.
    pub(super) fn put_signed(&mut self, value: i32, width: u32) {
        self.put(value.cast_unsigned(), width);
    }

    /// So many zeros and a one.
    pub(super) fn put_unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.put(0, 32);
            zeros -= 32;
        }
        self.put(0, zeros);
        self.put(1, 1);
    }

    /// Fills the last byte with zeros.
    pub(super) fn align(self) {
        if self.count > 0 {
            self.out.put_u8((self.pending << (8 - self.count)).to_le_bytes()[0]);
        }
    }
}
