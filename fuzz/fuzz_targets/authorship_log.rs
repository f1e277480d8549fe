//! Authorship logs of git-ai.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_attribution::AuthorshipLog;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(log) = AuthorshipLog::parse(bytes) {
        let entries = log.files.iter().flat_map(|file| &file.entries);
        assert!(entries.flat_map(|entry| &entry.lines).all(|lines| 1 <= lines.start && lines.start <= lines.end));
    }
});
