//! Commit objects, judged by every rule: the second time from memory, with the same outcome.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_attribution::Catalogue;
use sealbook_attribution::single::CommitJudge;

thread_local! {
    static JUDGE: std::cell::RefCell<CommitJudge> =
        std::cell::RefCell::new(CommitJudge::new(Catalogue::built_in().unwrap()));
}

fuzz_target!(|bytes: &[u8]| {
    const HEADER: &[u8] = b"tree 1\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\n";
    JUDGE.with_borrow_mut(|judge| {
        for object in [bytes, &[HEADER, bytes].concat()] {
            assert_eq!(judge.claims(object), judge.claims(object));
        }
    });
});
