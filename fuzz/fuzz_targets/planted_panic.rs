//! Tests the fuzzing itself: the panic is behind eight bytes, so that only a fuzzer that follows coverage finds it in
//! time. Random input would need 2^64 attempts.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    const SECRET: [u8; 8] = *b"viaduct!";
    let mut depth = 0;
    for (byte, secret) in data.iter().zip(SECRET) {
        if std::hint::black_box(*byte) != secret {
            break;
        }
        depth += 1;
        // Each depth is an edge of its own.
        match depth {
            1 => step::<1>(),
            2 => step::<2>(),
            3 => step::<3>(),
            4 => step::<4>(),
            5 => step::<5>(),
            6 => step::<6>(),
            7 => step::<7>(),
            _ => panic!("the planted panic was found"),
        }
    }
});

#[inline(never)]
fn step<const DEPTH: u8>() {
    std::hint::black_box(DEPTH);
}
