//! One channel of a frame (RFC 9639 §9.2).

use super::DEPTH;
use super::bits::BitWriter;

/// Fixed predictors have up to so many samples before them (§9.2.5).
const MAX_ORDER: usize = 4;
/// A block is cut into up to `1 << MAX_PARTITION_ORDER` parts with Rice parameters of their own.
const MAX_PARTITION_ORDER: u32 = 4;
/// The largest of a Rice parameter of four bits; 15 would be an escape.
const MAX_RICE: u32 = 14;
const RICE_BITS: u32 = 4;
/// Coding method and partition order before the first partition.
const RESIDUAL_HEAD_BITS: u32 = 2 + 4;

/// Types of subframes (§9.2.1).
const CONSTANT: u32 = 0;
const VERBATIM: u32 = 1;
const FIXED: u32 = 8;

/// Writes the samples of one channel in the smallest way; they and `residual` are left in any state.
pub(super) fn write(samples: &mut [i32], residual: &mut Vec<i32>, bits: &mut BitWriter<'_>) {
    if samples.iter().all(|sample| *sample == samples[0]) {
        put_head(CONSTANT, 0, bits);
        return bits.put_signed(samples[0], DEPTH);
    }
    // What G.711 leaves empty below its 13 or 14 bits costs nothing.
    let wasted = samples.iter().fold(0, |all, sample| all | sample).trailing_zeros();
    samples.iter_mut().for_each(|sample| *sample >>= wasted);
    let depth = DEPTH - wasted;

    let order = best_order(samples);
    predict(samples, order, residual);
    let (partition_order, residual_bits) = best_partitions(residual, order);
    let fixed_bits = order as u64 * u64::from(depth) + u64::from(RESIDUAL_HEAD_BITS) + residual_bits;
    if fixed_bits >= samples.len() as u64 * u64::from(depth) {
        put_head(VERBATIM, wasted, bits);
        return samples.iter().for_each(|sample| bits.put_signed(*sample, depth));
    }
    put_head(FIXED + u32::try_from(order).expect("4 at most"), wasted, bits);
    samples[..order].iter().for_each(|sample| bits.put_signed(*sample, depth));
    put_residual(residual, order, partition_order, bits);
}

/// §9.2.1: the type, and how many low bits are zero in all samples.
fn put_head(kind: u32, wasted: u32, bits: &mut BitWriter<'_>) {
    bits.put(kind, 7);
    bits.put(u32::from(wasted > 0), 1);
    if let Some(zeros) = wasted.checked_sub(1) {
        bits.put_unary(zeros);
    }
}

/// The predictor that leaves the least: each is the difference of the one before it.
fn best_order(samples: &[i32]) -> usize {
    if samples.len() <= MAX_ORDER {
        return 0;
    }
    let (mut sums, mut before) = ([0u64; MAX_ORDER + 1], [0i32; MAX_ORDER + 1]);
    for (index, sample) in samples.iter().enumerate() {
        let mut left = *sample;
        for (sum, before) in sums.iter_mut().zip(&mut before) {
            // Where the longest predictor has all that it needs, they are comparable.
            *sum += if index < MAX_ORDER { 0 } else { u64::from(left.unsigned_abs()) };
            let next = left - *before;
            *before = left;
            left = next;
        }
    }
    (0..=MAX_ORDER).min_by_key(|order| sums[*order]).unwrap_or(0)
}

/// What a predictor leaves of a block; the first `order` values mean nothing.
fn predict(samples: &[i32], order: usize, residual: &mut Vec<i32>) {
    residual.clear();
    residual.extend_from_slice(samples);
    for round in 0..order {
        for index in (round + 1..residual.len()).rev() {
            residual[index] -= residual[index - 1];
        }
    }
}

/// The partition order that takes the fewest bits, and these.
fn best_partitions(residual: &[i32], order: usize) -> (u32, u64) {
    let fits = |partition_order: &u32| {
        let parts = 1usize << partition_order;
        residual.len().is_multiple_of(parts) && residual.len() / parts > order
    };
    let cost = |partition_order: u32| {
        let parts = partitions(residual, order, partition_order);
        parts.map(|part| u64::from(RICE_BITS) + rice(part).1).sum::<u64>()
    };
    let orders = (0..=MAX_PARTITION_ORDER).take_while(fits);
    orders.map(|order| (order, cost(order))).min_by_key(|(_, bits)| *bits).unwrap_or((0, u64::MAX))
}

/// §9.2.7: parts of one size, the first without what stands before the predictor.
fn partitions(residual: &[i32], order: usize, partition_order: u32) -> impl Iterator<Item = &[i32]> {
    let parts = residual.chunks_exact(residual.len() >> partition_order);
    parts.enumerate().map(move |(index, part)| if index == 0 { &part[order..] } else { part })
}

/// The best Rice parameter of a partition, and the bits of its values with it.
fn rice(part: &[i32]) -> (u32, u64) {
    let sum: u64 = part.iter().map(|value| u64::from(folded(*value))).sum();
    let mean = sum / part.len().max(1) as u64;
    // The best one is near the mean's size: it is not worth to try them all.
    let near = (u64::BITS - mean.leading_zeros()).min(MAX_RICE);
    let cost = |parameter: u32| {
        let unary: u64 = part.iter().map(|value| u64::from(folded(*value) >> parameter)).sum();
        unary + part.len() as u64 * u64::from(1 + parameter)
    };
    let candidates = near.saturating_sub(2)..=near;
    candidates.map(|parameter| (parameter, cost(parameter))).min_by_key(|(_, bits)| *bits).unwrap_or((0, 0))
}

/// Signs folded in: 0, -1, 1, -2 and so on are 0, 1, 2, 3.
const fn folded(value: i32) -> u32 {
    (value << 1 ^ value >> 31).cast_unsigned()
}

/// §9.2.7: Rice codes with parameters of four bits.
fn put_residual(residual: &[i32], order: usize, partition_order: u32, bits: &mut BitWriter<'_>) {
    const FOUR_BIT_PARAMETERS: u32 = 0;
    bits.put(FOUR_BIT_PARAMETERS, 2);
    bits.put(partition_order, 4);
    for part in partitions(residual, order, partition_order) {
        let (parameter, _) = rice(part);
        bits.put(parameter, RICE_BITS);
        for value in part {
            let value = folded(*value);
            bits.put_unary(value >> parameter);
            bits.put(value, parameter);
        }
    }
}
