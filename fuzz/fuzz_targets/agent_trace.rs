//! Agent Trace records.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_attribution::parse_trace;

fuzz_target!(|bytes: &[u8]| {
    for record in parse_trace(bytes).flatten() {
        let ranges = record.files.iter().flat_map(|file| &file.ranges);
        assert!(ranges.into_iter().all(|range| range.start >= 1 && range.end >= 1));
    }
});
