//! Commit messages.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = sealbook_attribution::trailers(bytes).count();
});
