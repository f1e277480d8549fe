//! Arguments as the bindings get them.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_common::request;

fuzz_target!(|bytes: &[u8]| {
    let _ = request::record(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = request::open_options(text);
        let _ = request::query(text);
        let _ = request::expected(text);
        let _ = request::scan_options(text);
        let _ = request::records(text);
        let _ = request::time(text);
    }
});
