//! What callers and stores hand to the task rules: specifications, schedules, histories, votes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealbook_ledger::Time;
use sealbook_tasks::{Arguments, Ballot, PleaStep, Schedule, Spec, Task, TaskId, Transition, subject};

fuzz_target!(|text: &str| {
    if let Ok(arguments) = Arguments::parse(text) {
        assert_eq!(Arguments::parse(arguments.as_str()).unwrap(), arguments);
    }
    if let Ok(spec) = serde_json::from_str::<Spec>(text)
        && spec.check().is_ok()
    {
        subject(&spec).unwrap();
        let _ = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH);
    }
    if let Ok(plan) = Schedule::new(text, "Europe/Berlin").plan()
        && let Some(next) = plan.next(Time::EPOCH).unwrap()
    {
        assert!(next > Time::EPOCH);
    }
    if let Ok(ballot) = serde_json::from_str::<Ballot>(text) {
        ballot.message().unwrap();
    }
    let _ = serde_json::from_str::<Transition>(text);
    let _ = serde_json::from_str::<PleaStep>(text);
});
