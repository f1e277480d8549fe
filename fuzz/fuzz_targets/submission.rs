//! Submissions of tasks and schedules and limits as JSON, and what a task of kind `process` is to run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealbook::tasks::{ProcessRequest, limit_json, limit_of, schedule_of, spec_of};

fuzz_target!(|text: &str| {
    if let Ok(spec) = spec_of(text) {
        let _ = spec.check();
        let _ = ProcessRequest::parse(spec.arguments.as_str());
    }
    if let Ok(request) = schedule_of(text) {
        let _ = request.schedule.plan();
    }
    if let Ok((gate, limits)) = limit_of(text) {
        let _ = limits.check_at(&gate);
        let again = limit_of(&limit_json(&gate, &limits).to_string());
        assert!(again.is_ok_and(|again| again == (gate, limits)));
    }
    if let Ok(request) = ProcessRequest::parse(text) {
        assert!(!request.program.is_empty());
        assert!(!std::iter::once(&request.program).chain(&request.arguments).any(|text| text.contains('\0')));
    }
});
