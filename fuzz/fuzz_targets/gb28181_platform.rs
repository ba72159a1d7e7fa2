#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gb28181::fuzz::platform(data));
