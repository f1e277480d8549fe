//! The entries about tasks.
//!
//! Arguments and results do not go into the ledger, where they could not be forgotten: the hash of exactly what runs does.

use super::fire::Fired;
use super::schedule::Scheduled;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Hash;
use sealbook_store::{Ingest, Record};
use sealbook_tasks::{
    AgentId, ApprovalPolicy, Audit, BreakerChange, BreakerDeed, Choice, Event, GateLimits, GateName, Ground,
    Lease, Plea, PleaChange, PleaId, PleaState, PleaStep, Principal, Refusal, Role, Schedule, Task, TaskId,
    TaskKind, Transition, WorkerLease,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The kind of entries about tasks.
const TASK: &str = "task";
/// The kind of entries about workers.
const WORKER: &str = "worker";
/// The kind of entries about pleas and about what was refused.
const PLEADING: &str = "pleading";

pub(crate) fn submission(task: &Task) -> Option<Record> {
    let spec = &task.spec;
    (spec.audit != Audit::Off).then(|| {
        let details = json!({
            "subject": task.subject, "priority": spec.priority, "max_attempts": spec.retry.max_attempts,
            "approval": spec.approval, "after": spec.after, "idempotency": spec.idempotency,
        });
        let requester = principal("service", spec.requester.as_str());
        // Under the task's own id, so that it is found again before the task runs.
        Record { id: Some(task.id.to_string()), ..record(TASK, requester, "submit", details, task_of(task)) }
    })
}

/// Refuses what could not be compared with its entry later, because secrets are redacted there.
///
/// # Errors
/// `INVALID_POLICY`.
pub(crate) fn check_kept(ingest: &Ingest, what: &str, kept: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(kept)
        .map_err(|e| Error::new(Code::Internal, format!("{what} cannot be written: {e}")))?;
    if ingest.keeps(&json) {
        return Ok(());
    }
    Err(Error::new(
        Code::InvalidPolicy,
        format!("a name in {what} has the form of a secret, which no entry keeps"),
    )
    .remedy("name principals, roles and schedules otherwise"))
}

/// Why a task is not the one whose submission was recorded, if it is not.
///
/// # Errors
/// Those of the hash of what will run.
pub(crate) fn is_other(task: &Task, submission: Option<&[u8]>) -> Result<Option<&'static str>> {
    let subject = sealbook_tasks::subject(&task.spec)?;
    let Some(payload) = submission else {
        let is_other = task.spec.audit != Audit::Off || subject != task.subject;
        return Ok(is_other.then_some("its submission is not in the ledger"));
    };
    // What the redaction of secrets has changed is text that no hash has, nor a policy that was taken.
    let recorded: Option<Submission> = serde_json::from_slice(payload).ok();
    Ok(match recorded.map(|recorded| recorded.action.details) {
        Some(details) if details.subject != subject => Some("what would run is not what was submitted"),
        Some(details) if details.approval != task.spec.approval => {
            Some("its approval policy is not the one that was submitted")
        }
        Some(_) => None,
        None => Some("the entry of its submission is another"),
    })
}

#[derive(Deserialize)]
struct Submission {
    action: Action,
}

#[derive(Deserialize)]
struct Action {
    details: Details,
}

#[derive(Deserialize)]
struct Details {
    subject: Hash,
    approval: Option<ApprovalPolicy>,
}

pub(crate) fn transition(task: &Task, transition: &Transition) -> Option<Record> {
    let is_kept = match task.spec.audit {
        Audit::Full => true,
        Audit::Outcome => {
            transition.to.is_final() || matches!(transition.event, Event::Plead | Event::Grant | Event::Deny)
        }
        Audit::Off => false,
    };
    is_kept.then(|| {
        let actor = match (&transition.who, transition.by, &transition.lease) {
            (Some(who), ..) => principal("service", who.as_str()),
            (None, Role::Worker, Some(lease)) => principal("service", lease.worker.as_str()),
            _ => principal("service", "sealbook"),
        };
        record(TASK, actor, transition.event.as_str(), transition, task_of(task))
    })
}

pub(crate) fn plea_opened(plea: &Plea) -> Record {
    let details = json!({"subject": plea.subject, "requester": plea.requester, "round": plea.round, "policy": plea.policy,
        "early": plea.early});
    record(PLEADING, principal("service", "sealbook"), "plead", details, plea_of(plea))
}

pub(crate) fn plea_step(plea: &Plea, step: &PleaStep) -> Record {
    let (actor, action) = match &step.what {
        PleaChange::Ask => (principal("service", "sealbook"), "ask"),
        PleaChange::Vote(vote)
        | PleaChange::TakeBack(vote)
        | PleaChange::Delegate(vote)
        | PleaChange::Revoke(vote) => {
            (principal("human", vote.ballot.voter.as_str()), vote.ballot.choice.as_str())
        }
        PleaChange::Escalate { .. } => (principal("service", "sealbook"), "escalate"),
        PleaChange::Expire => (principal("service", "sealbook"), "expire"),
        PleaChange::Withdraw { .. } => (principal("service", "sealbook"), "withdraw"),
        PleaChange::Supersede { .. } => (principal("service", "sealbook"), "supersede"),
        PleaChange::Consume { .. } => (principal("service", "sealbook"), "consume"),
        PleaChange::Lapse => (principal("service", "sealbook"), "lapse"),
    };
    record(PLEADING, actor, action, step, plea_of(plea))
}

pub(crate) fn refusal(refusal: &Refusal) -> Record {
    let kind = if refusal.is_of_a_plea() { PLEADING } else { TASK };
    let metadata = json!({"task": refusal.task, "plea": refusal.plea});
    // Whose name stands on what is not signed as it should be has not been shown.
    let is_proven = !matches!(refusal.why, Ground::Forged | Ground::Unsigned);
    let actor = match refusal.who.as_str() {
        _ if !is_proven => principal("service", "sealbook"),
        // As whoever's vote counts.
        who if refusal.is_of_a_plea() => principal("human", who),
        who => principal("service", who),
    };
    record(kind, actor, "refused", refusal, metadata)
}

/// A breaker that opened, closed or lets probes through.
pub(crate) fn breaker(change: &BreakerChange) -> Record {
    record(TASK, principal("service", "sealbook"), "breaker", change, json!({"dependency": change.key}))
}

/// What somebody did to a breaker by hand.
pub(crate) fn breaker_by_hand(deed: BreakerDeed, change: &BreakerChange, who: &Principal) -> Record {
    let action = match deed {
        BreakerDeed::Open => "open_breaker",
        BreakerDeed::Close => "close_breaker",
        BreakerDeed::Reset => "reset_breaker",
    };
    record(TASK, principal("service", who.as_str()), action, change, json!({"dependency": change.key}))
}

/// Limits of the queue, a kind or a key that somebody has set or lifted.
pub(crate) fn gate(gate: &GateName, limits: &GateLimits, who: &Principal, reason: &str) -> Record {
    let action = if *limits == GateLimits::default() { "lift_limits" } else { "limit" };
    let details = json!({"gate": gate, "limits": limits, "reason": reason});
    record(TASK, principal("service", who.as_str()), action, details, json!({}))
}

/// A schedule that was put, under an id of its own, so that it is found again before it makes anything.
///
/// # Errors
/// Those of the hash of what will run.
pub(crate) fn schedule_put(scheduled: &Scheduled) -> Result<Record> {
    let spec = &scheduled.spec;
    let details = json!({
        "approval": spec.approval, "audit": spec.audit, "kind": spec.kind, "name": scheduled.name, "schedule": scheduled.schedule,
        "subject": sealbook_tasks::subject(spec)?,
    });
    let requester = principal("service", spec.requester.as_str());
    let record = record(TASK, requester, "schedule", details, of_schedule(scheduled));
    Ok(Record { id: Some(scheduled.entry.to_string()), ..record })
}

/// Why a schedule is not the one that was recorded, if it is not.
///
/// # Errors
/// Those of the hash of what will run.
pub(crate) fn is_other_schedule(scheduled: &Scheduled, entry: Option<&[u8]>) -> Result<Option<&'static str>> {
    #[derive(Deserialize)]
    struct Entry {
        action: Put,
    }
    #[derive(Deserialize)]
    struct Put {
        details: Parts,
    }
    #[derive(Deserialize)]
    struct Parts {
        approval: Option<ApprovalPolicy>,
        audit: Audit,
        name: String,
        schedule: Schedule,
        subject: Hash,
    }
    let Some(payload) = entry else { return Ok(Some("it is not in the ledger")) };
    let subject = sealbook_tasks::subject(&scheduled.spec)?;
    let recorded: Option<Entry> = serde_json::from_slice(payload).ok();
    Ok(match recorded.map(|recorded| recorded.action.details) {
        Some(parts) if parts.subject != subject => Some("what would run is not what was recorded"),
        Some(parts) if parts.approval != scheduled.spec.approval => {
            Some("its approval policy is not the one that was recorded")
        }
        Some(parts) if parts.audit != scheduled.spec.audit => {
            Some("what its tasks record is not what was said")
        }
        Some(parts) if parts.schedule != scheduled.schedule => {
            Some("its times are not those that were recorded")
        }
        Some(parts) if parts.name != scheduled.name.as_str() => Some("the entry is about another schedule"),
        Some(_) => None,
        None => Some("its entry is another"),
    })
}

/// A schedule that somebody removed, paused or resumed.
pub(crate) fn schedule_act(scheduled: &Scheduled, who: &Principal, action: &str) -> Record {
    let details = json!({"name": scheduled.name});
    record(TASK, principal("service", who.as_str()), action, details, of_schedule(scheduled))
}

/// A schedule that cannot go on by itself.
pub(crate) fn schedule_stopped(scheduled: &Scheduled) -> Record {
    let details = json!({"name": scheduled.name, "why": scheduled.problem});
    record(TASK, principal("service", "sealbook"), "pause_schedule", details, of_schedule(scheduled))
}

/// What a schedule has made, or left out.
pub(crate) fn schedule_fired(scheduled: &Scheduled, fired: &[Fired], skipped: bool) -> Option<Record> {
    let details =
        json!({"name": scheduled.name, "runs": fired, "skipped": skipped, "until": scheduled.until});
    let record = || record(TASK, principal("service", "sealbook"), "fire", details, of_schedule(scheduled));
    (scheduled.spec.audit != Audit::Off).then(record)
}

fn of_schedule(scheduled: &Scheduled) -> serde_json::Value {
    json!({"kind": scheduled.spec.kind, "schedule": scheduled.name})
}

/// A worker that began or ended.
pub(crate) fn worker(action: &str, lease: &WorkerLease) -> Record {
    record(WORKER, principal("service", lease.worker.as_str()), action, lease, json!({}))
}

/// A handler of a worker that was asked to stop and had not returned after so many milliseconds.
pub(crate) fn handler_stuck(task: &Task, lease: &Lease, why: &str, grace_ms: u64) -> Record {
    let details =
        json!({"attempt": task.attempts, "epoch": lease.epoch, "grace_ms": grace_ms, "reason": why});
    record(WORKER, principal("service", lease.worker.as_str()), "handler_stuck", details, task_of(task))
}

/// An agent that was registered or has left; with the worker that it is.
pub(crate) fn agent(action: &str, id: &AgentId, details: impl Serialize, worker: &str) -> Record {
    record(WORKER, principal("service", id.as_str()), action, details, json!({"worker": worker}))
}

/// An agent that somebody took out or back in.
pub(crate) fn agent_by_hand(id: &AgentId, is_down: bool, who: &Principal, reason: &str) -> Record {
    let action = if is_down { "agent_down" } else { "agent_up" };
    let details = json!({"agent": id, "reason": reason});
    record(WORKER, principal("service", who.as_str()), action, details, json!({}))
}

/// Why a plea stands where it stands, for the task's own record.
pub(crate) fn why(plea: &Plea) -> String {
    let votes = plea.votes.iter().map(|vote| &vote.ballot);
    let named = |choice| {
        let names: Vec<_> = votes.clone().filter(|b| b.choice == choice).map(|b| b.voter.as_str()).collect();
        names.join(", ")
    };
    match plea.state {
        PleaState::Denied => {
            let reason = votes.clone().rfind(|b| b.choice == Choice::Deny).map_or("", |b| b.reason.as_str());
            format!("denied by {}: {reason}", named(Choice::Deny))
        }
        PleaState::Expired => "nobody decided in time".to_owned(),
        PleaState::Withdrawn => "the plea was withdrawn".to_owned(),
        _ => format!("approved by {}", named(Choice::Approve)),
    }
}

/// The payload of an entry. Its members stand in the order of the canonical form, which saves sorting them.
#[derive(Serialize)]
struct Payload<'a, D, M> {
    action: Deed<'a, D>,
    actor: Actor<'a>,
    metadata: M,
}

#[derive(Serialize)]
struct Deed<'a, D> {
    details: D,
    r#type: &'a str,
}

#[derive(Serialize)]
struct Actor<'a> {
    id: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct OfTask<'a> {
    kind: &'a TaskKind,
    task: TaskId,
}

#[derive(Serialize)]
struct OfPlea<'a> {
    kind: &'a TaskKind,
    plea: PleaId,
    task: TaskId,
}

fn record(
    kind: &str,
    actor: Actor<'_>,
    action: &str,
    details: impl Serialize,
    metadata: impl Serialize,
) -> Record {
    let payload = Payload { action: Deed { details, r#type: action }, actor, metadata };
    // Names and numbers of our own with string keys: this cannot fail.
    Record::new(kind, serde_json::to_vec(&payload).unwrap_or_default())
}

fn principal<'a>(sort: &'static str, id: &'a str) -> Actor<'a> {
    Actor { id, r#type: sort }
}

fn task_of(task: &Task) -> OfTask<'_> {
    OfTask { kind: &task.spec.kind, task: task.id }
}

fn plea_of(plea: &Plea) -> OfPlea<'_> {
    OfPlea { kind: &plea.kind, plea: plea.id, task: plea.task }
}
