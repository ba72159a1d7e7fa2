#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| container::fuzz::fmp4(data));
