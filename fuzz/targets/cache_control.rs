#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyway_fuzz::cache_control(data));
