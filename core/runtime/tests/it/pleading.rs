//! Attacks on approvals, against two processes' handles on one file. The rules themselves are attacked on virtual time in `sealbook-tasks`.

use crate::support::{House, houses, kind, principal, task};
use rusqlite::Connection;
use sealbook_error::Code;
use sealbook_runtime::{
    Access, Attempt, CancelToken, Engine, EngineOptions, Handlers, Outcome, Summary, Voter, WorkerOptions,
    work,
};
use sealbook_store::{SqliteOptions, SqliteStore};
use sealbook_tasks::{
    ApprovalPolicy, Ballot, Choice, Dependency, Failure, Fault, Key, OnFailure, Per, Plea, PleaState, Right,
    Saying, Span, Spec, Standing, State, TaskId, VoterKey,
};
use std::sync::{Arc, Barrier};

fn spec(arguments: &str, approvals: u32) -> Spec {
    let policy = ApprovalPolicy::of(approvals, vec![Key::parse("approver").unwrap()]);
    Spec { approval: Some(policy), ..task("deploy", arguments) }
}

fn plead(engine: &Engine, spec: Spec) -> (TaskId, Plea) {
    let id = engine.submit(spec).unwrap().id;
    (id, engine.show(id).unwrap().pleas.pop().unwrap())
}

fn run(engine: &Engine) -> Summary {
    let handler = |attempt: &Attempt| Outcome::Complete(attempt.arguments.as_str().to_owned());
    let handlers = Handlers::from([(kind("deploy"), Arc::new(handler) as _)]);
    let ops = Some(principal("ops"));
    let options =
        WorkerOptions { concurrency: 2, until_idle: true, principal: ops, ..WorkerOptions::default() };
    work(engine, handlers, &options, &CancelToken::new(), &mut |_| {}).unwrap()
}

fn state(engine: &Engine, id: TaskId) -> State {
    engine.get(id).unwrap().task.state
}

#[test]
fn waiting_survives_a_restart_and_is_decided_from_another_process() {
    let house = House::in_a_file();
    let (id, plea) = plead(&house.another(), spec("1", 1));
    let other = house.another();
    assert_eq!(run(&other).attempts, 0);
    other.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
    let third = house.another();
    assert_eq!(run(&third).completed, 1);
    assert_eq!(state(&third, id), State::Completed);
}

/// A task that waits for another, which needs no approval.
fn behind_another(engine: &Engine, spec: Spec) -> TaskId {
    let first = engine.submit(Spec { approval: None, ..spec.clone() }).unwrap().id;
    let after = vec![Dependency { task: first, on_failure: OnFailure::Fail }];
    engine.submit(Spec { after, ..spec }).unwrap().id
}

#[test]
fn early_votes_count_once_the_task_asks_and_only_for_what_they_were_cast_on() {
    let house = House::in_a_file();
    let engine = house.another();
    let ids = [behind_another(&engine, spec("[1]", 2)), behind_another(&engine, spec("[7]", 2))];
    for id in ids {
        let vote = |who| engine.vote(id, principal(who), Choice::Approve, "seen");
        assert_eq!(vote("ann").unwrap_err().code(), Code::VoteRefused);
        assert!(engine.show(id).unwrap().pleas.is_empty(), "a refused vote opens no plea");
        assert!(vote("bob").unwrap().early);
        assert_eq!(vote("bob").unwrap_err().code(), Code::VoteRefused);
        assert_eq!((state(&engine, id), engine.show(id).unwrap().pleas.len()), (State::Pending, 1));
    }
    house.change(
        "UPDATE tasks SET document = replace(document, '[7]', '[8]') WHERE state = 'pending' AND document LIKE '%[7]%'",
    );
    let other = house.another();
    assert_eq!(run(&other).completed, 2, "those that they waited for");
    let [kept, changed] = ids.map(|id| other.show(id).unwrap().pleas);
    assert!(kept.len() == 1 && !kept[0].early && kept[0].approvals() == 1);
    let states: Vec<_> = changed.iter().map(|plea| (plea.state, plea.approvals())).collect();
    assert_eq!(states, [(PleaState::Withdrawn, 1), (PleaState::Pending, 0)]);
    other.vote(kept[0].id, principal("cat"), Choice::Approve, "").unwrap();
    assert_eq!(run(&other).completed, 1);
    assert_eq!(state(&other, ids[0]), State::Completed);
}

#[test]
fn early_votes_may_decide() {
    let house = House::in_a_file();
    let engine = house.another();
    let (granted, denied) = (behind_another(&engine, spec("1", 1)), behind_another(&engine, spec("2", 1)));
    let plea = engine.vote(granted, principal("bob"), Choice::Approve, "").unwrap();
    assert_eq!((plea.state, state(&engine, granted)), (PleaState::Approved, State::Pending));
    assert_eq!(engine.vote(denied, principal("bob"), Choice::Deny, "no").unwrap().state, PleaState::Denied);
    assert_eq!(state(&engine, denied), State::Failed);
    assert_eq!(run(&house.another()).completed, 3, "the two in front, and the one that was granted");
    assert_eq!(engine.plea(plea.id).unwrap().state, PleaState::Consumed);
    let error = engine.vote(granted, principal("cat"), Choice::Approve, "").unwrap_err();
    assert_eq!(error.code(), Code::VoteRefused);
}

#[test]
fn an_early_denial_ends_a_suspended_task_too() {
    let house = House::in_a_file();
    let engine = house.another();
    let id = behind_another(&engine, spec("1", 2));
    engine.vote(id, principal("bob"), Choice::Approve, "").unwrap();
    engine.suspend(id, principal("ann"), "not yet").unwrap();
    assert_eq!(engine.vote(id, principal("cat"), Choice::Deny, "never").unwrap().state, PleaState::Denied);
    assert_eq!(state(&engine, id), State::Cancelled);
    assert!(engine.resume(id, principal("ann"), "").is_err());
}

#[test]
fn of_votes_that_race_each_counts_once_and_the_first_decision_stands() {
    for round in 0..10 {
        let house = House::in_a_file();
        let (id, plea) = plead(&house.another(), spec("1", 1));
        let start = Barrier::new(4);
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let voters = [
                ("bob", Choice::Approve),
                ("cat", Choice::Deny),
                ("bob", Choice::Approve),
                ("dan", Choice::Deny),
            ];
            let threads: Vec<_> = voters
                .into_iter()
                .map(|(name, choice)| {
                    let (engine, start) = (house.another(), &start);
                    scope.spawn(move || {
                        start.wait();
                        engine.vote(plea.id, principal(name), choice, "mine").map(|plea| plea.state)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let counted: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(counted.len(), 1, "round {round}: {outcomes:?}");
        let engine = house.another();
        let expected = if *counted[0] == PleaState::Approved { State::Queued } else { State::Failed };
        assert_eq!(state(&engine, id), expected);
        assert_eq!(engine.plea(plea.id).unwrap().votes.len(), 1);
    }
}

#[test]
fn arguments_that_were_changed_after_the_approval_do_not_run() {
    let house = House::in_a_file();
    let engine = house.another();
    let (id, plea) = plead(&engine, spec(r#"["staging"]"#, 1));
    engine.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
    house.change(r#"UPDATE tasks SET document = replace(document, '[\"staging\"]', '[\"production\"]')"#);
    let other = house.another();
    assert_eq!(run(&other).attempts, 0);
    let task = other.get(id).unwrap().task;
    assert_eq!(task.state, State::Cancelled);
    assert!(task.reason.unwrap().contains("what would run is not what was submitted"));
    assert_eq!(other.plea(plea.id).unwrap().state, PleaState::Withdrawn);
}

#[test]
fn a_policy_that_was_weakened_or_taken_away_does_not_let_it_run() {
    let house = House::in_a_file();
    for (from, to) in [("\"approvals\":2", "\"approvals\":1"), ("\"approval\":", "\"approval_\":")] {
        let engine = house.another();
        let (id, plea) = plead(&engine, spec("1", 2));
        engine.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
        engine.vote(plea.id, principal("cat"), Choice::Approve, "").unwrap();
        let changed =
            format!("UPDATE tasks SET document = replace(document, '{from}', '{to}') WHERE state = 'queued'");
        house.change(&changed);
        let other = house.another();
        assert_eq!(run(&other).attempts, 0);
        assert_eq!(state(&other, id), State::Cancelled);
    }
}

#[test]
fn a_grant_that_no_votes_stand_behind_does_not_let_it_run() {
    let (options, [bobs, _]) = signers();
    let granted = "UPDATE pleas SET state = 'approved', document = json_set(document, '$.state', 'approved', '$.decided_at',
         json_extract(document, '$.latest')) WHERE state = 'pending'";
    let of_another_plea = "UPDATE pleas SET document = json_set(document, '$.votes[0].ballot.round', 2) WHERE state = 'approved'";
    let of_other_words = "UPDATE pleas SET document = json_set(document, '$.votes[0].ballot.reason', 'x') WHERE state = 'approved'";
    for (forgery, is_voted) in [(granted, false), (of_another_plea, true), (of_other_words, true)] {
        let house = House::in_a_file();
        let engine = house.another_with(options.clone());
        let mut signed = spec("1", 1);
        signed.approval.as_mut().unwrap().signed = true;
        let (id, plea) = plead(&engine, signed);
        if is_voted {
            let bob = Voter::signing(principal("bob"), bobs.clone());
            engine.vote(plea.id, bob, Choice::Approve, "").unwrap();
        }
        house.change(forgery);
        if !is_voted {
            house.change(
                "UPDATE tasks SET state = 'queued', document = json_set(document, '$.state', 'queued')",
            );
        }
        let other = house.another_with(options.clone());
        assert_eq!(run(&other).attempts, 0, "{forgery}");
        assert_eq!(state(&other, id), State::AwaitingApproval);
        let pleas = other.show(id).unwrap().pleas;
        assert_eq!(pleas.iter().filter(|plea| plea.state == PleaState::Pending).count(), 1);
    }
}

#[test]
fn a_grant_of_votes_that_were_handed_over_lets_it_run() {
    let house = House::in_a_file();
    let mut lent = spec("1", 2);
    lent.approval.as_mut().unwrap().delegation = true;
    let (id, plea) = plead(&house.engine, lent);
    for (from, to) in [("bob", "dan"), ("cat", "bob")] {
        house.engine.delegate(plea.id, principal(from), Some(principal(to))).unwrap();
    }
    // Bob's vote is cast by dan, and bob's hand casts cat's.
    for (voter, seat) in [("dan", "bob"), ("bob", "cat")] {
        let approval = Saying::of(Choice::Approve, "").on_behalf_of(principal(seat));
        house.engine.say(plea.id, principal(voter), approval).unwrap();
    }
    assert_eq!(run(&house.another()).completed, 1);
    assert_eq!(state(&house.engine, id), State::Completed);
}

#[test]
fn a_task_that_nobody_has_submitted_does_not_run() {
    let house = House::in_a_file();
    let engine = house.another();
    engine.submit(task("deploy", "1")).unwrap();
    let forged = "019aaf3e-5a00-7000-8000-000000000001";
    house.change(&format!(
        "INSERT INTO tasks SELECT x'{}', kind, state, due, worker, term,
         replace(document, json_extract(document, '$.id'), '{forged}'), result, progress FROM tasks",
        forged.replace('-', "")
    ));
    assert_eq!(run(&house.another()).attempts, 1);
    let forged = TaskId::parse(forged).unwrap();
    assert_eq!(state(&engine, forged), State::Cancelled);
}

#[test]
fn a_grant_for_one_attempt_is_used_once() {
    let house = House::in_a_file();
    let engine = house.another();
    let mut once = spec("1", 1);
    once.approval.as_mut().unwrap().per = Per::Attempt;
    let (id, plea) = plead(&engine, once);
    engine.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
    run(&engine);
    assert_eq!(engine.plea(plea.id).unwrap().state, PleaState::Consumed);
    // As if somebody had put the task back by hand.
    house.change(
        "UPDATE tasks SET state = 'queued', document = replace(document, '\"completed\"', '\"queued\"')",
    );
    let other = house.another();
    assert_eq!(run(&other).completed, 0);
    assert_eq!(state(&other, id), State::AwaitingApproval);
}

#[test]
fn a_redriven_task_asks_again() {
    let house = House::in_a_file();
    let engine = house.another();
    let (id, plea) = plead(&engine, spec("1", 1));
    engine.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
    engine.cancel(id, principal("ann"), "not now").unwrap();
    assert_eq!(engine.plea(plea.id).unwrap().state, PleaState::Withdrawn);
    engine.redrive(id, principal("ann"), "now").unwrap();
    assert_eq!(run(&engine).attempts, 0);
    assert_eq!(state(&engine, id), State::AwaitingApproval);
}

#[test]
fn silence_is_a_denial_and_an_old_grant_is_none() {
    let house = House::in_a_file();
    let engine = house.another();
    let mut short = spec("1", 1);
    short.approval.as_mut().unwrap().levels[0].deadline = Span::from_millis(1);
    let (silent, _) = plead(&engine, short);
    let mut brief = spec("2", 1);
    brief.approval.as_mut().unwrap().lifetime = Span::from_millis(1);
    let (old, plea) = plead(&engine, brief);
    engine.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
    let passed = sealbook_store::now().unwrap();
    while sealbook_store::now().unwrap() <= Span::from_millis(2).after(passed) {
        std::thread::yield_now();
    }
    assert_eq!(run(&engine).attempts, 0);
    assert_eq!((state(&engine, silent), state(&engine, old)), (State::Failed, State::AwaitingApproval));
}

#[test]
fn only_who_may_and_is_eligible_approves() {
    let house = House::in_a_file();
    let standing = |name: &str| Standing::of(principal(name));
    let approver = Standing { roles: vec![Key::parse("approver").unwrap()], ..standing("cat") };
    let access = Access::Listed(vec![
        standing("ann").allowed(Right::Submit, "*"),
        standing("bob").allowed(Right::Approve, "*"),
        approver.allowed(Right::Approve, "deploy"),
    ]);
    let engine = house.another_with(EngineOptions { access, ..EngineOptions::default() });
    let (id, plea) = plead(&engine, spec("1", 1));
    for (who, why) in [("bob", "not_eligible"), ("eve", "no_right"), ("ann", "requester")] {
        let error = engine.vote(plea.id, principal(who), Choice::Approve, "").unwrap_err();
        assert_eq!(error.code().name(), "VOTE_REFUSED");
        assert!(
            error.context().iter().any(|(name, value)| *name == "why" && value == why),
            "{who}: {error:?}"
        );
    }
    engine.vote(plea.id, principal("cat"), Choice::Approve, "").unwrap();
    assert_eq!(state(&engine, id), State::Queued);
}

/// Bob and cat may approve and have keys; dan may lend a hand.
fn signers() -> (EngineOptions, [VoterKey; 2]) {
    let keys = [VoterKey::from_seed(&[2; 32]), VoterKey::from_seed(&[3; 32])];
    let approver = |name: &str, keys: &[&VoterKey]| Standing {
        roles: vec![Key::parse("approver").unwrap()],
        keys: keys.iter().map(|key| key.public()).collect(),
        ..Standing::of(principal(name)).allowed(Right::Approve, "deploy")
    };
    let access = Access::Listed(vec![
        Standing::of(principal("ann")).allowed(Right::Submit, "*"),
        approver("bob", &[&keys[0]]),
        approver("cat", &[&keys[1]]),
        Standing::of(principal("dan")).allowed(Right::Approve, "*"),
        Standing::of(principal("ops")).allowed(Right::Run, "*"),
    ]);
    (EngineOptions { access, ..EngineOptions::default() }, keys)
}

#[test]
fn a_ballot_is_signed_where_its_voter_is_and_brought_by_anybody() {
    let house = House::in_a_file();
    let (options, [bobs, cats]) = signers();
    let engine = house.another_with(options);
    let mut signed = spec("1", 2);
    signed.approval.as_mut().unwrap().signed = true;
    let (id, plea) = plead(&engine, signed);
    let why = |ballot: Ballot| engine.cast(ballot).unwrap_err().code();
    let approve = || Saying::of(Choice::Approve, "seen");
    let ballot = engine.ballot(plea.id, principal("bob"), approve()).unwrap();
    assert_eq!(why(ballot.clone()), Code::VoteRefused, "not signed");
    assert_eq!(why(cats.sign(ballot.clone()).unwrap()), Code::VoteRefused, "signed by another");
    let signed = bobs.sign(ballot).unwrap();
    assert_eq!(why(Ballot { reason: "all of it".to_owned(), ..signed.clone() }), Code::VoteRefused);
    let sent = serde_json::to_string(&signed).unwrap();
    let after = engine.cast(serde_json::from_str(&sent).unwrap()).unwrap();
    assert!(after.votes[0].verified && after.approvals() == 1);
    assert_eq!(why(signed), Code::VoteRefused, "once more");
    assert!(engine.vote(plea.id, principal("cat"), Choice::Approve, "").is_err(), "not signed");
    engine.vote(id, Voter::signing(principal("cat"), cats), Choice::Approve, "").unwrap();
    assert_eq!(state(&engine, id), State::Queued);
}

#[test]
fn a_vote_is_lent_and_taken_back_and_a_task_that_waits_may_hear_of_it_early() {
    let house = House::in_a_file();
    let (options, _) = signers();
    let engine = house.another_with(options);
    let mut lent = spec("1", 2);
    lent.approval.as_mut().unwrap().delegation = true;
    let id = behind_another(&engine, lent);
    let refused = |outcome: sealbook_error::Result<Plea>| outcome.unwrap_err().code();
    assert_eq!(refused(engine.take_back(id, principal("bob"))), Code::VoteRefused, "there is nothing yet");
    assert!(engine.show(id).unwrap().pleas.is_empty());
    let plea = engine.delegate(id, principal("bob"), Some(principal("dan"))).unwrap();
    assert!(plea.early && plea.delegations == [(principal("bob"), principal("dan"))]);
    assert_eq!(refused(engine.vote(id, principal("dan"), Choice::Approve, "")), Code::VoteRefused);
    let for_bob = || Saying::of(Choice::Approve, "as bob told me").on_behalf_of(principal("bob"));
    let plea = engine.say(id, principal("dan"), for_bob()).unwrap();
    assert_eq!((plea.approvals(), plea.votes[0].ballot.seat().as_str()), (1, "bob"));
    assert_eq!(refused(engine.vote(id, principal("bob"), Choice::Approve, "")), Code::VoteRefused);
    assert_eq!(engine.take_back(plea.id, principal("dan")).unwrap().approvals(), 0);
    engine.delegate(plea.id, principal("bob"), None).unwrap();
    assert_eq!(refused(engine.say(plea.id, principal("dan"), for_bob())), Code::VoteRefused);
    engine.vote(id, principal("bob"), Choice::Approve, "").unwrap();
    let plea = engine.vote(id, principal("cat"), Choice::Approve, "").unwrap();
    assert_eq!(plea.state, PleaState::Approved);
}

#[test]
fn a_vote_that_could_not_be_written_does_not_count() {
    let house = House::in_a_file();
    let (_, plea) = plead(&house.another(), spec("1", 1));
    let options =
        SqliteOptions { busy_timeout: std::time::Duration::from_millis(50), ..SqliteOptions::default() };
    let cut =
        Engine::new(Arc::new(SqliteStore::open(house.file(), options).unwrap()), EngineOptions::default())
            .unwrap();
    let blocker = Connection::open(house.file()).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = cut.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap_err();
    assert_eq!(error.code().name(), "LEDGER_BUSY");
    blocker.execute_batch("ROLLBACK").unwrap();
    assert!(house.another().plea(plea.id).unwrap().votes.is_empty());
    cut.vote(plea.id, principal("bob"), Choice::Approve, "").unwrap();
}

fn rounds(engine: &Engine, id: TaskId) -> Vec<(u32, PleaState)> {
    engine.show(id).unwrap().pleas.iter().map(|plea| (plea.round, plea.state)).collect()
}

#[test]
fn the_end_of_an_old_grant_grants_nothing_and_opens_no_second_plea_of_a_round() {
    for house in houses() {
        let engine = &house.engine;
        let mut brief = spec("1", 1);
        brief.approval.as_mut().unwrap().lifetime = Span::from_millis(1);
        let first = engine.submit(Spec { approval: None, ..brief.clone() }).unwrap().id;
        let after = vec![Dependency { task: first, on_failure: OnFailure::Run }];
        let id = engine.submit(Spec { after, ..brief }).unwrap().id;
        assert_eq!(
            engine.vote(id, principal("bob"), Choice::Approve, "").unwrap().state,
            PleaState::Approved
        );
        let passed = sealbook_store::now().unwrap();
        while sealbook_store::now().unwrap() <= Span::from_millis(2).after(passed) {
            std::thread::yield_now();
        }
        // The task asks anew, and only then the old grant lapses.
        engine.cancel(first, principal("ann"), "").unwrap();
        for _ in 0..3 {
            engine.tend().unwrap();
            assert_eq!(rounds(engine, id), [(1, PleaState::Lapsed), (2, PleaState::Pending)]);
            assert_eq!(state(engine, id), State::AwaitingApproval);
        }
        assert_eq!(run(engine).attempts, 0);
    }
}

#[test]
fn each_grant_of_a_critical_task_that_keeps_failing_is_for_one_attempt() {
    for house in houses() {
        let engine = &house.engine;
        let retry = sealbook_tasks::RetryPolicy { max_attempts: 1, ..sealbook_tasks::RetryPolicy::default() };
        let critical = Spec { priority: sealbook_tasks::Priority::CRITICAL, retry, ..task("deploy", "1") };
        let id = engine.submit(critical).unwrap().id;
        let fails = || {
            let failure = || Failure {
                fault: Fault::Transient,
                class: "Broken".into(),
                message: "on purpose".into(),
                retry_after: None,
                detail: None,
            };
            let handler = move |_: &Attempt| Outcome::Fail(failure());
            let handlers = Handlers::from([(kind("deploy"), Arc::new(handler) as _)]);
            let options = WorkerOptions { concurrency: 1, until_idle: true, ..WorkerOptions::default() };
            work(engine, handlers, &options, &CancelToken::new(), &mut |_| {}).unwrap().attempts
        };
        assert_eq!(fails(), 1);
        for round in 1..3 {
            assert_eq!(fails(), 0, "nobody has voted");
            let before = engine.show(id).unwrap().pleas;
            engine.vote(id, principal("bob"), Choice::Approve, "once more").unwrap();
            assert_eq!(fails(), 1);
            assert_eq!(
                rounds(engine, id)[round - 1..],
                [(round as u32, PleaState::Consumed), (round as u32 + 1, PleaState::Pending)]
            );
            let old = engine.vote(before[round - 1].id, principal("cat"), Choice::Approve, "");
            assert_eq!(old.unwrap_err().code(), Code::VoteRefused, "the task has pleaded anew since");
        }
    }
}

#[test]
fn the_last_plea_is_that_of_the_last_round_whatever_the_clock_said() {
    let house = House::in_a_file();
    let (id, _) = plead(&house.another(), spec("1", 1));
    let engine = house.another();
    engine.cancel(id, principal("ann"), "not now").unwrap();
    engine.redrive(id, principal("ann"), "now").unwrap();
    engine.tend().unwrap();
    assert_eq!(rounds(&engine, id), [(1, PleaState::Withdrawn), (2, PleaState::Pending)]);
    // As if the second had been opened by a clock that was set back to long before the first.
    let second = engine.show(id).unwrap().pleas[1].id.to_string();
    let early = "00000000-0000-7000-8000-000000000001";
    house.change(&format!(
        "UPDATE pleas SET id = x'{}', document = replace(document, '{second}', '{early}') WHERE id = x'{}'",
        early.replace('-', ""),
        second.replace('-', "")
    ));
    let other = house.another();
    assert_eq!(rounds(&other, id), [(1, PleaState::Withdrawn), (2, PleaState::Pending)]);
    assert_eq!(other.vote(id, principal("bob"), Choice::Approve, "").unwrap().state, PleaState::Approved);
    assert_eq!(run(&other).completed, 1);
    assert_eq!(rounds(&other, id), [(1, PleaState::Withdrawn), (2, PleaState::Consumed)]);
}
