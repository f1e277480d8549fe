//! A schedule as JSON, the same in every language.

use super::spec_of;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_runtime::ScheduleRequest;
use sealbook_tasks::{Key, Missed, Schedule, Span};
use serde::Deserialize;
use serde_json::value::RawValue;

/// All members but `name`, `cron` and `task` may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    name: Key,
    cron: String,
    zone: Option<String>,
    missed: Option<Missed>,
    grace_ms: Option<u64>,
    limit: Option<u32>,
    from: Option<Time>,
    task: Box<RawValue>,
}

/// The schedule that the text of a JSON object asks for: `{name, cron, zone?, missed?, grace_ms?, limit?, from?, task}`, where `task` is what
/// [`spec_of`] reads.
///
/// # Errors
/// `INVALID_SCHEDULE` if a member is missing, unknown or of another form; those of [`spec_of`] for the task.
///
/// # Example
/// ```
/// use sealbook::tasks::{Missed, schedule_of};
///
/// let request = schedule_of(
///     r#"{"name":"mornings","cron":"0 9 * * MON-FRI","zone":"Europe/Berlin","missed":"once","task":{"kind":"report","requester":"ann"}}"#,
/// )?;
/// assert_eq!((request.name.as_str(), request.schedule.missed), ("mornings", Missed::Once));
/// let typo = schedule_of(r#"{"name":"a","crom":"@daily","task":{"kind":"report","requester":"ann"}}"#).unwrap_err();
/// assert!(typo.message().contains("crom"));
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn schedule_of(text: &str) -> Result<ScheduleRequest> {
    let request: Request = serde_json::from_str(text).map_err(|e| {
        Error::new(Code::InvalidSchedule, format!("the schedule is not understood: {e}"))
            .remedy("see the guide to tasks for what a schedule has")
    })?;
    let default = Schedule::new(&request.cron, request.zone.as_deref().unwrap_or("UTC"));
    let schedule = Schedule {
        missed: request.missed.unwrap_or(default.missed),
        grace: request.grace_ms.map_or(default.grace, Span::from_millis),
        limit: request.limit.unwrap_or(default.limit),
        ..default
    };
    Ok(ScheduleRequest {
        name: request.name,
        schedule,
        spec: spec_of(request.task.get())?,
        from: request.from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_member_is_understood() {
        let text = r#"{"name":"n","cron":"@daily","zone":"Asia/Tokyo","missed":"all","grace_ms":5,"limit":7,
            "from":"2026-01-01T00:00:00.000000Z","task":{"kind":"a","requester":"ann","arguments":[1]}}"#;
        let request = schedule_of(text).unwrap();
        let Schedule { cron, zone, missed, grace, limit } = request.schedule;
        assert_eq!((cron.as_str(), zone.as_str(), missed), ("@daily", "Asia/Tokyo", Missed::All));
        assert_eq!((grace, limit, request.spec.arguments.as_str()), (Span::from_millis(5), 7, "[1]"));
        assert!(request.from.is_some());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let task = r#"{"kind":"a","requester":"ann"}"#;
        for (text, word) in [
            ("{}".to_owned(), "name"),
            (format!(r#"{{"name":"n","task":{task}}}"#), "cron"),
            (r#"{"name":"n","cron":"@daily"}"#.to_owned(), "task"),
            (format!(r#"{{"name":"n","cron":"@daily","missed":"some","task":{task}}}"#), "some"),
            (r#"{"name":"n","cron":"@daily","task":{"kind":"a"}}"#.to_owned(), "requester"),
        ] {
            let error = schedule_of(&text).unwrap_err();
            assert!(error.message().contains(word), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_members_are_a_schedule_or_refused(
            cron in "[-0-9*/,?#LWA-Z@a-z ]{0,40}", zone in "[A-Za-z/_+0-9]{0,20}", missed in "[a-z]{0,5}", limit: u64, grace: u64,
        ) {
            let text = format!(
                r#"{{"name":"n","cron":"{cron}","zone":"{zone}","missed":"{missed}","limit":{limit},"grace_ms":{grace},"task":{{"kind":"a","requester":"ann"}}}}"#
            );
            if let Ok(request) = schedule_of(&text) {
                prop_assert_eq!(request.schedule.cron.as_str(), cron.as_str());
                // Whatever it says, the rules can judge it.
                let _ = request.schedule.plan();
            }
        }

        #[test]
        fn any_text_is_a_schedule_or_refused(text in ".{0,200}") {
            let _ = schedule_of(&text);
        }
    }
}
