#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gateway::fuzz::gb28181_intake(data));
