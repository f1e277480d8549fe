use super::*;
use proptest::prelude::*;

fn time(text: &str) -> Time {
    Time::parse(&format!("{text}.000000Z")).unwrap()
}

fn plan(cron: &str, zone: &str) -> Plan {
    Schedule::new(cron, zone).plan().unwrap()
}

fn next(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let plan = plan(cron, zone);
    let mut at = time(after);
    (0..count)
        .map(|_| {
            at = plan.next(at).unwrap().unwrap();
            at.to_string().split_once('.').unwrap().0.to_owned()
        })
        .collect()
}

#[test]
fn a_run_keeps_its_hour_when_the_clocks_change() {
    assert_eq!(
        next("0 9 * * *", "Europe/Berlin", "2026-10-24T00:00:00", 2),
        ["2026-10-24T07:00:00", "2026-10-25T08:00:00"]
    );
}

#[test]
fn a_daily_run_in_the_hour_that_is_left_out_is_not_lost() {
    // 02:30 does not exist in Berlin on 2026-03-29.
    let runs = next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00", 2);
    assert!(runs[0].starts_with("2026-03-29T"), "{runs:?}");
    assert_eq!(runs[1], "2026-03-30T00:30:00");
}

#[test]
fn a_daily_run_in_the_hour_that_comes_twice_runs_once() {
    // 02:30 comes twice in Berlin on 2026-10-25.
    let runs = next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00", 2);
    assert_eq!(runs, ["2026-10-25T00:30:00", "2026-10-26T01:30:00"]);
}

#[test]
fn an_hourly_run_goes_by_the_hours_that_pass() {
    let runs = next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00", 4);
    assert_eq!(
        runs,
        ["2026-10-25T00:00:00", "2026-10-25T01:00:00", "2026-10-25T02:00:00", "2026-10-25T03:00:00"]
    );
}

#[test]
fn nicknames_seconds_and_the_last_day_are_understood() {
    assert_eq!(next("@daily", "UTC", "2026-01-01T00:00:00", 1), ["2026-01-02T00:00:00"]);
    assert_eq!(next("*/20 * * * * *", "UTC", "2026-01-01T00:00:01", 1), ["2026-01-01T00:00:20"]);
    assert_eq!(next("0 0 L * *", "UTC", "2028-02-10T00:00:00", 1), ["2028-02-29T00:00:00"]);
}

#[test]
fn what_cannot_be_read_is_refused_and_what_never_comes_is_none() {
    for (cron, zone) in
        [("", "UTC"), ("* * *", "UTC"), ("60 * * * *", "UTC"), ("* * * * *", "Mars/Base"), ("* * * * *", "")]
    {
        assert_eq!(
            Schedule::new(cron, zone).plan().unwrap_err().code(),
            Code::InvalidSchedule,
            "{cron} {zone}"
        );
    }
    let long = format!("{} * * * *", "1,".repeat(200));
    assert_eq!(Schedule::new(&long, "UTC").plan().unwrap_err().code(), Code::InvalidSchedule);
    let never = Schedule::new("0 0 30 2 *", "UTC").plan().map(|plan| plan.next(Time::EPOCH).unwrap());
    assert!(never.is_err() || never.is_ok_and(|next| next.is_none()));
}

#[test]
fn missed_runs_are_left_out_gathered_or_made_up_for() {
    let (until, now) = (time("2026-01-01T00:00:00"), time("2026-01-01T05:00:30"));
    let due = |missed, limit| {
        let schedule = Schedule { missed, limit, ..Schedule::new("0 * * * *", "UTC") };
        schedule.plan().unwrap().due(until, now).unwrap()
    };
    let hour = |hour| time(&format!("2026-01-01T0{hour}:00:00"));
    assert_eq!(due(Missed::Skip, 9), Due { runs: vec![hour(5)], skipped: true, until: hour(5) });
    assert_eq!(due(Missed::Once, 9), Due { runs: vec![hour(5)], skipped: true, until: hour(5) });
    let all: Vec<_> = (1..=5).map(hour).collect();
    assert_eq!(due(Missed::All, 9), Due { runs: all.clone(), skipped: false, until: hour(5) });
    assert_eq!(due(Missed::All, 2), Due { runs: all[..2].to_vec(), skipped: false, until: hour(2) });
    let late = Schedule::new("0 * * * *", "UTC").plan().unwrap();
    let due = late.due(until, time("2026-01-01T05:30:00")).unwrap();
    assert!(due.runs.is_empty() && due.skipped);
    let again = late.due(due.until, time("2026-01-01T05:30:00")).unwrap();
    assert!(again.runs.is_empty() && !again.skipped, "what was left out is left out once");
}

#[test]
fn years_of_missed_seconds_are_passed_over_at_once() {
    for missed in [Missed::Skip, Missed::Once] {
        let schedule = Schedule { missed, ..Schedule::new("* * * * * *", "UTC") };
        let due =
            schedule.plan().unwrap().due(time("2000-01-01T00:00:00"), time("2026-01-01T00:00:00")).unwrap();
        assert!(due.skipped && (1..=100).contains(&due.runs.len()), "{missed} {}", due.runs.len());
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_the_next_run_is_always_later(
        cron in "[-*/,0-9LW#?@A-Za-z ]{0,24}|([0-9*]{1,2} ){4}[0-7*]", secs in 0i64..4_000_000_000,
    ) {
        if let Ok(plan) = Schedule::new(&cron, "America/New_York").plan() {
            let after = Time::from_micros(secs * 1_000_000).unwrap();
            if let Some(next) = plan.next(after).unwrap() {
                prop_assert!(next > after);
            }
        }
    }
}
