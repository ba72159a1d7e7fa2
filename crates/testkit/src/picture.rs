//! The bar code in every clip: the frame number in black and white cells along the upper edge.

/// Picture width in pixels; a multiple of 32, so that no row of pixels is padded.
pub const WIDTH: usize = 384;
/// Picture height in pixels.
pub const HEIGHT: usize = 216;
/// Bits of the frame number, lowest first from the left.
pub const BITS: usize = 12;
/// Side of a cell in pixels.
pub const CELL: usize = WIDTH / BITS;
/// Pictures a second.
pub const FPS: usize = 25;
/// Pictures after which the number starts again.
pub const ROUND: usize = 500;

/// FFmpeg's filters that draw the code.
pub fn filter() -> String {
    let mut filter = format!("drawbox=x=0:y=0:w={WIDTH}:h={CELL}:color=black:t=fill");
    for bit in 0..BITS {
        let x = bit * CELL;
        filter += &format!(
            ",drawbox=x={x}:y=0:w={CELL}:h={CELL}:color=white:t=fill:enable='gte(mod(floor(n/{}),2),1)'",
            1 << bit
        );
    }
    filter
}

/// The number in the upper rows of a grey picture of [`WIDTH`].
pub fn read(rows: &[u8]) -> usize {
    let middle = &rows[CELL / 2 * WIDTH..][..WIDTH];
    (0..BITS).filter(|bit| middle[bit * CELL + CELL / 2] > 128).map(|bit| 1 << bit).sum()
}

/// The numbers in a run of grey pictures of `height` rows each.
pub fn read_all(bytes: &[u8], height: usize) -> Vec<usize> {
    bytes.chunks_exact(WIDTH * height).map(read).collect()
}

/// Whether numbers follow each other as those of a stream do: in steps of one but for a few losses.
///
/// # Errors
/// The numbers.
pub fn check_motion(numbers: &[usize], at_least: usize) -> Result<(), String> {
    let steps = numbers.windows(2).filter(|pair| (pair[0] + 1) % ROUND == pair[1]).count();
    let pairs = numbers.len().saturating_sub(1);
    if numbers.len() < at_least || steps * 10 < pairs * 9 {
        return Err(format!("{} pictures, {steps} of {pairs} steps are forward by one: {numbers:?}", numbers.len()));
    }
    Ok(())
}
