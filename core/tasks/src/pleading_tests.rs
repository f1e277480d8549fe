//! The attacks on pleading that need no process and no disk, and the promises that they try to break.

#[path = "pleading_ballot_tests.rs"]
mod ballots;

use super::*;
use crate::{
    Act, Arguments, Event, Ground, Key, PleaId, Principal, Refusal, Right, Role, Span, Spec, Standing, State,
    Task, TaskId, TaskKind,
};
use proptest::prelude::*;
use sealbook_error::Code;
use sealbook_ledger::{Hash, Time};

fn at(secs: u64) -> Time {
    Span::from_secs(secs).after(Time::EPOCH)
}

fn principal(name: &str) -> Principal {
    Principal::parse(name).unwrap()
}

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn approver(name: &str) -> Standing {
    Standing {
        roles: vec![key("reviewer")],
        ..Standing::of(principal(name)).allowed(Right::Approve, "process")
    }
}

fn policy(approvals: u32) -> ApprovalPolicy {
    ApprovalPolicy::of(approvals, vec![key("reviewer")])
}

fn task(policy: ApprovalPolicy) -> Task {
    let kind = TaskKind::parse("process").unwrap();
    let spec = Spec::new(kind, Arguments::parse(r#"["rm","-r","/tmp/x"]"#).unwrap(), principal("ann"));
    Task::submit(TaskId::new(at(0), [1; 10]), Spec { approval: Some(policy), ..spec }, at(0)).unwrap()
}

fn plea(task: &Task) -> Plea {
    let policy = task.spec.approval.clone().unwrap();
    Plea::open(PleaId::new(at(0), [2; 10]), task, 1, policy, at(0)).unwrap()
}

fn ballot(plea: &Plea, voter: &str, choice: Choice, now: Time) -> Ballot {
    Ballot { at: now, ..plea.ballot(principal(voter), Saying::of(choice, "looked at it"), now) }
}

/// Says something else than a vote, in the name of a principal.
fn say(plea: &Plea, voter: &Standing, saying: Saying, now: Time) -> Result<PleaStep, Refusal> {
    plea.cast(plea.ballot(voter.principal.clone(), saying, now), voter, None, now)
}

fn take_back() -> Saying {
    Saying::of(Choice::TakeBack, "")
}

fn hand_to(name: &str) -> Saying {
    Saying::delegate(principal(name))
}

fn cast(plea: &mut Plea, voter: &str, choice: Choice, now: Time) -> Result<PleaStep, Refusal> {
    let step = plea.cast(ballot(plea, voter, choice, now), &approver(voter), None, now)?;
    plea.apply(&step).unwrap();
    Ok(step)
}

fn approved(task: &Task, now: Time) -> Plea {
    let mut plea = plea(task);
    cast(&mut plea, "bob", Choice::Approve, now).unwrap();
    assert_eq!(plea.state, PleaState::Approved);
    plea
}

fn run(plea: &mut Plea, task: &Task, now: Time) -> sealbook_error::Result<bool> {
    let step = check_grant(task, Some(plea), now)?;
    if let Some(step) = &step {
        plea.apply(step).unwrap();
    }
    Ok(step.is_some())
}

#[test]
fn enough_distinct_approvers_grant_it_and_not_one_fewer() {
    let mut plea = plea(&task(policy(3)));
    for (voter, state) in
        [("bob", PleaState::Pending), ("eve", PleaState::Pending), ("joe", PleaState::Approved)]
    {
        cast(&mut plea, voter, Choice::Approve, at(1)).unwrap();
        assert_eq!(plea.state, state);
    }
    assert_eq!((plea.approvals(), plea.event()), (3, Some(Event::Grant)));
}

#[test]
fn attack_self_approval() {
    let mut plea = plea(&task(policy(1)));
    let refusal = cast(&mut plea, "ann", Choice::Approve, at(1)).unwrap_err();
    assert_eq!((refusal.why, refusal.plea), (Ground::Requester, Some(plea.id)));
    assert_eq!(sealbook_error::Error::from(refusal).code(), Code::VoteRefused);
    assert_eq!(cast(&mut plea, "ann", Choice::Deny, at(1)).unwrap_err().why, Ground::Requester);
}

#[test]
fn steps_that_the_rules_would_not_have_written_are_refused_when_they_are_read() {
    let mut first = plea(&task(policy(3)));
    let step = cast(&mut first, "bob", Choice::Approve, at(1)).unwrap();
    let again = PleaStep { seq: 2, ..step.clone() };
    let raised = PleaStep { state: PleaState::Approved, ..step.clone() };
    let gap = PleaStep { seq: 2, ..step.clone() };
    let earlier =
        PleaStep { seq: 2, at: at(0), what: PleaChange::Expire, state: PleaState::Expired, ..step.clone() };
    let unused = PleaStep {
        what: PleaChange::Consume { attempt: 1, epoch: 1 },
        state: PleaState::Consumed,
        ..step.clone()
    };
    let opened = plea(&task(policy(3)));
    for bad in [vec![step.clone(), again], vec![raised], vec![gap], vec![step.clone(), earlier], vec![unused]]
    {
        assert_eq!(opened.clone().replay(&bad).unwrap_err().code(), Code::InvalidArgument, "{bad:?}");
    }
    assert_eq!(opened.replay(&[step]).unwrap(), first);
}

#[test]
fn attack_double_vote() {
    let mut plea = plea(&task(policy(3)));
    cast(&mut plea, "bob", Choice::Approve, at(1)).unwrap();
    for choice in [Choice::Approve, Choice::Deny] {
        assert_eq!(cast(&mut plea, "bob", choice, at(2)).unwrap_err().why, Ground::VotedAlready);
    }
    assert_eq!(plea.approvals(), 1);
}

#[test]
fn attack_replayed_grant() {
    let mut task = task(ApprovalPolicy { per: Per::Attempt, ..policy(1) });
    let mut plea = approved(&task, at(1));
    assert!(run(&mut plea, &task, at(2)).unwrap());
    task.attempts = 1;
    let error = run(&mut plea, &task, at(3)).unwrap_err();
    assert!(error.code() == Code::ApprovalRequired && error.message().contains("used"), "{error}");
    let stranger = Task { id: TaskId::new(at(0), [9; 10]), ..task };
    assert_eq!(check_grant(&stranger, Some(&plea), at(3)).unwrap_err().code(), Code::ApprovalRequired);
}

#[test]
fn a_grant_per_task_covers_its_retries_but_no_redrive() {
    let mut task = task(policy(1));
    let mut plea = approved(&task, at(1));
    assert!(run(&mut plea, &task, at(2)).unwrap(), "the first attempt uses it");
    task.attempts = 1;
    assert!(!run(&mut plea, &task, at(3)).unwrap(), "the second is covered");
    (task.state, task.attempts) = (State::Dead, 0);
    let redrive = Act::of(Role::Requester, principal("ann"), at(4));
    let redrive = task.decide(Event::Redrive, redrive).unwrap();
    task.apply(&redrive).unwrap();
    let error = run(&mut plea, &task, at(5)).unwrap_err();
    assert!(error.message().contains("redriven"), "{error}");
}

#[test]
fn attack_a_plea_by_a_weaker_policy() {
    let task = task(policy(3));
    let id = PleaId::new(at(0), [2; 10]);
    let mut plea = Plea::open(id, &task, 1, policy(1), at(0)).unwrap();
    cast(&mut plea, "bob", Choice::Approve, at(1)).unwrap();
    assert_eq!(plea.state, PleaState::Approved);
    let error = run(&mut plea, &task, at(2)).unwrap_err();
    assert!(error.message().contains("another policy"), "{error}");
}

#[test]
fn attack_changed_arguments() {
    let task = task(policy(1));
    let mut plea = approved(&task, at(1));
    let mut changed = task.clone();
    changed.spec.arguments = Arguments::parse(r#"["rm","-r","/"]"#).unwrap();
    // The stored hash still says what was approved; the check does not believe it.
    assert_eq!(changed.subject, plea.subject);
    let error = run(&mut plea, &changed, at(2)).unwrap_err();
    assert!(error.code() == Code::ApprovalRequired && error.message().contains("what would run"), "{error}");
    let step = plea.supersede(crate::subject(&changed.spec).unwrap(), at(2)).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!((plea.state, plea.event()), (PleaState::Superseded, None));
    assert!(run(&mut plea, &task, at(3)).is_err(), "a void plea grants nothing, not even what it was for");
}

#[test]
fn attack_expired_grant_and_a_clock_that_is_set_back() {
    let task = task(ApprovalPolicy { lifetime: Span::from_secs(60), ..policy(1) });
    let mut plea = approved(&task, at(100));
    assert!(check_grant(&task, Some(&plea), at(159)).is_ok());
    assert!(run(&mut plea, &task, at(160)).unwrap_err().message().contains("good until"));
    let set_back = Task { since: at(160), ..task.clone() };
    assert!(check_grant(&set_back, Some(&plea), at(101)).is_err(), "the task knows that it is later");
    let lapse = plea.due(at(161)).unwrap();
    plea.apply(&lapse).unwrap();
    assert_eq!(plea.state, PleaState::Lapsed);
    assert!(run(&mut plea, &task, at(101)).is_err(), "the clock was set back");
}

#[test]
fn attack_vote_after_deny() {
    let mut plea = plea(&task(policy(1)));
    cast(&mut plea, "bob", Choice::Deny, at(1)).unwrap();
    assert_eq!((plea.state, plea.event()), (PleaState::Denied, Some(Event::Deny)));
    for choice in [Choice::Approve, Choice::Deny] {
        assert_eq!(cast(&mut plea, "eve", choice, at(2)).unwrap_err().why, Ground::Decided);
    }
    assert!(plea.withdraw("no need", at(3)).is_none() && plea.due(at(1_000_000)).is_none());
}

#[test]
fn attack_racing_approve_and_deny() {
    let task = task(policy(1));
    // Both were decided on the same state; the store writes one first, and the other no longer follows.
    let vote = |choice, voter: &str| {
        let plea = plea(&task);
        plea.cast(ballot(&plea, voter, choice, at(1)), &approver(voter), None, at(1)).unwrap()
    };
    let (yes, no) = (vote(Choice::Approve, "bob"), vote(Choice::Deny, "eve"));
    for (first, second, state) in [(&yes, &no, PleaState::Approved), (&no, &yes, PleaState::Denied)] {
        let mut plea = plea(&task);
        plea.apply(first).unwrap();
        assert!(plea.apply(second).is_err());
        assert_eq!(plea.state, state);
    }
}

#[test]
fn attack_approver_without_capability() {
    let plea = plea(&task(policy(1)));
    let cast = |voter: &Standing| {
        let name = voter.principal.as_str().to_owned();
        plea.cast(ballot(&plea, &name, Choice::Approve, at(1)), voter, None, at(1))
            .map_err(|refusal| refusal.why)
    };
    let no_right = Standing { allowances: Vec::new(), ..approver("bob") };
    assert_eq!(cast(&no_right).unwrap_err(), Ground::NoRight);
    let other_kind = Standing { allowances: Vec::new(), ..approver("bob") }.allowed(Right::Approve, "http");
    assert_eq!(cast(&other_kind).unwrap_err(), Ground::NoRight);
    let no_role = Standing { roles: Vec::new(), ..approver("bob") };
    assert_eq!(cast(&no_role).unwrap_err(), Ground::NotEligible);
    assert!(cast(&approver("bob")).is_ok());
}

#[test]
fn silence_is_a_denial_and_levels_open_one_after_the_other() {
    let level = |role: &str, secs| Level {
        roles: vec![key(role)],
        principals: vec![],
        deadline: Span::from_secs(secs),
    };
    let levels = vec![level("reviewer", 10), level("lead", 20)];
    let mut plea = plea(&task(ApprovalPolicy { levels, ..policy(2) }));
    let lead = Standing { roles: vec![key("lead")], ..approver("leo") };
    let try_lead = |plea: &Plea, now| plea.cast(ballot(plea, "leo", Choice::Approve, now), &lead, None, now);
    assert_eq!(try_lead(&plea, at(9)).unwrap_err().why, Ground::NotEligible);
    cast(&mut plea, "bob", Choice::Approve, at(9)).unwrap();
    assert_eq!((plea.due(at(9)), plea.due_at()), (None, Some(at(10))));
    assert!(try_lead(&plea, at(10)).is_ok(), "the clock opens the level, not its announcement");
    let step = plea.due(at(10)).unwrap();
    assert_eq!(step.what, PleaChange::Escalate { level: 1 });
    plea.apply(&step).unwrap();
    assert_eq!(
        try_lead(&plea, at(30)).unwrap_err().why,
        Ground::TooLate,
        "late although nobody has closed it yet"
    );
    let end = plea.due(at(30)).unwrap();
    plea.apply(&end).unwrap();
    assert_eq!((plea.state, plea.event()), (PleaState::Expired, Some(Event::Deny)));
}

#[test]
fn a_denial_needs_a_reason_and_a_veto_needs_no_second() {
    let policy = ApprovalPolicy { denials: 2, veto: vec![key("security")], ..policy(2) };
    let mut plea = plea(&task(policy));
    let silent = Ballot { reason: "  ".to_owned(), ..ballot(&plea, "bob", Choice::Deny, at(1)) };
    assert_eq!(plea.cast(silent, &approver("bob"), None, at(1)).unwrap_err().why, Ground::NoReason);
    cast(&mut plea, "bob", Choice::Deny, at(1)).unwrap();
    assert_eq!(plea.state, PleaState::Pending, "one of two denials");
    let officer = Standing { roles: vec![key("reviewer"), key("security")], ..approver("sue") };
    let step = plea.cast(ballot(&plea, "sue", Choice::Deny, at(2)), &officer, None, at(2)).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!(plea.state, PleaState::Denied);
}

#[test]
fn votes_that_came_early_count_and_their_levels_time_begins_when_the_task_asks() {
    let task = task(policy(2));
    let policy = task.spec.approval.clone().unwrap();
    let mut plea = Plea::open_early(PleaId::new(at(0), [2; 10]), &task, 1, policy, at(0)).unwrap();
    let forever = at(1_000_000);
    assert_eq!((plea.due_at(), plea.due(forever)), (None, None));
    for (voter, why) in [("ann", Ground::Requester), ("eve", Ground::NotEligible)] {
        let standing =
            if voter == "eve" { Standing { roles: Vec::new(), ..approver(voter) } } else { approver(voter) };
        let error =
            plea.cast(ballot(&plea, voter, Choice::Approve, forever), &standing, None, forever).unwrap_err();
        assert_eq!(error.why, why);
    }
    let step =
        plea.cast(ballot(&plea, "bob", Choice::Approve, at(5)), &approver("bob"), None, at(5)).unwrap();
    plea.apply(&step).unwrap();
    let again = plea.cast(ballot(&plea, "bob", Choice::Approve, at(6)), &approver("bob"), None, at(6));
    assert_eq!(again.unwrap_err().why, Ground::VotedAlready);

    let step = plea.ask(forever).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!((plea.state, plea.approvals(), plea.opened_at), (PleaState::Pending, 1, forever));
    assert!(plea.ask(forever).is_none() && plea.due_at().unwrap() > forever);
    let step =
        plea.cast(ballot(&plea, "joe", Choice::Approve, forever), &approver("joe"), None, forever).unwrap();
    assert_eq!(step.state, PleaState::Approved);
}

#[test]
fn a_task_without_a_plea_does_not_run_if_it_needs_one() {
    let mut task = task(policy(1));
    assert_eq!(check_grant(&task, None, at(1)).unwrap_err().code(), Code::ApprovalRequired);
    assert_eq!(check_grant(&task, Some(&plea(&task)), at(1)).unwrap_err().code(), Code::ApprovalRequired);
    task.spec.approval = None;
    assert_eq!(check_grant(&task, None, at(1)).unwrap(), None);
}

proptest! {
    /// Whatever is tried in whatever order: a plea follows from its steps, votes are of distinct persons, never of the
    /// requester, and what is decided stays decided.
    #[test]
    fn a_decision_is_final_and_follows_from_the_steps(
        acts in prop::collection::vec((0usize..6, 0u8..5, 0u64..40), 1..40), approvals in 1u32..4, denials in 1u32..3,
    ) {
        let names = ["ann", "bob", "eve", "joe", "sue", "dan"];
        let task = task(ApprovalPolicy {
            denials, delegation: true,
            levels: vec![Level { roles: vec![key("reviewer")], principals: vec![], deadline: Span::from_secs(30) }],
            ..policy(approvals)
        });
        let mut plea = plea(&task);
        let opened = plea.clone();
        let (mut steps, mut decided) = (Vec::new(), None);
        for (who, act, now) in acts {
            let (name, now) = (names[who], at(now));
            let other = names[(who + 1) % names.len()];
            let step = match act {
                0 => plea.cast(ballot(&plea, name, Choice::Approve, now), &approver(name), None, now).ok(),
                1 => plea.cast(ballot(&plea, name, Choice::Deny, now), &approver(name), None, now).ok(),
                2 => say(&plea, &approver(name), take_back(), now).ok(),
                3 => say(&plea, &approver(name), hand_to(other), now).ok(),
                _ => plea.due(now),
            };
            if let Some(step) = step {
                plea.apply(&step).unwrap();
                steps.push(step);
            }
            let mut hands: Vec<_> = plea.votes.iter().map(|vote| vote.ballot.voter.clone()).collect();
            hands.sort_unstable();
            hands.dedup();
            prop_assert_eq!(hands.len(), plea.votes.len());
            prop_assert!(!hands.contains(&principal("ann")));
            if plea.state == PleaState::Approved {
                prop_assert!(plea.approvals() >= approvals as usize);
            }
            if let Some(event) = decided {
                prop_assert_eq!(plea.event(), Some(event));
            }
            decided = plea.event();
        }
        let json = serde_json::to_string(&steps).unwrap();
        let stored: Vec<PleaStep> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(opened.replay(&stored).unwrap(), plea);
    }
}
