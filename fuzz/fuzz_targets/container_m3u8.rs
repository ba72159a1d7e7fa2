#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| container::fuzz::m3u8(data));
