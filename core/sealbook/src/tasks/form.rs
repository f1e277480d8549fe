//! The JSON forms of tasks and pleas, the same in every language.

use sealbook_runtime::{Scheduled, Submitted, Summary, TaskView};
use sealbook_store::TaskRow;
use sealbook_tasks::{Plea, Task, Transition};
use serde_json::{Map, Value, json};

/// `{id, repeated}`.
#[must_use]
pub fn submitted_json(submitted: &Submitted) -> Value {
    json!({"id": submitted.id, "repeated": submitted.repeated})
}

/// A task: what was asked for, where it stands, its result and its progress.
#[must_use]
pub fn task_json(row: &TaskRow) -> Value {
    let Task { spec, .. } = &row.task;
    let task = &row.task;
    json!({
        "id": task.id,
        "kind": spec.kind,
        "state": task.state,
        "priority": spec.priority,
        "requester": spec.requester,
        "arguments": value(spec.arguments.as_str()),
        "subject": task.subject,
        "attempts": task.attempts,
        "max_attempts": spec.retry.max_attempts,
        "crashes": task.crashes,
        "submitted_at": task.submitted_at,
        "since": task.since,
        "not_before": task.not_before,
        "reason": task.reason,
        "failure": task.failure,
        "result": row.result.as_deref().map(value),
        "progress": row.progress.as_deref().map(value),
        "worker": task.lease.as_ref().map(|lease| &lease.worker),
        "cancel_asked": task.cancel_asked,
    })
}

/// A task with its history and its pleas, and with what it waits for.
#[must_use]
pub fn view_json(view: &TaskView) -> Value {
    let mut form = task_json(&view.row);
    if let Some(form) = form.as_object_mut() {
        form.insert("history".to_owned(), view.history.iter().map(transition_json).collect());
        form.insert("waiting".to_owned(), json!(view.waiting));
        form.insert("pleas".to_owned(), view.pleas.iter().map(plea_json).collect());
    }
    form
}

/// `{id, task, state, required, approvals, ...}`.
#[must_use]
pub fn plea_json(plea: &Plea) -> Value {
    let votes = plea.votes.iter().map(|vote| {
        let ballot = &vote.ballot;
        json!({"voter": ballot.voter, "behalf": ballot.behalf, "choice": ballot.choice, "reason": ballot.reason, "at": ballot.at,
            "verified": vote.verified})
    });
    json!({
        "id": plea.id,
        "task": plea.task,
        "kind": plea.kind,
        "state": plea.state,
        "required": plea.policy.approvals,
        "approvals": plea.approvals(),
        "requester": plea.requester,
        "subject": plea.subject,
        "round": plea.round,
        "votes": votes.collect::<Vec<_>>(),
        "delegations": plea.delegations.iter().map(|(from, to)| json!({"from": from, "to": to})).collect::<Vec<_>>(),
        "opened_at": plea.opened_at,
        "early": plea.early,
        "due_at": plea.due_at(),
    })
}

/// A schedule: its times, where it stands, and what it submits.
#[must_use]
pub fn schedule_json(scheduled: &Scheduled) -> Value {
    let (schedule, spec) = (&scheduled.schedule, &scheduled.spec);
    json!({
        "name": scheduled.name,
        "cron": schedule.cron,
        "zone": schedule.zone,
        "missed": schedule.missed,
        "grace_ms": schedule.grace,
        "limit": schedule.limit,
        "paused": scheduled.paused,
        "next": scheduled.next,
        "last": scheduled.last,
        "last_task": scheduled.last_task,
        "problem": scheduled.problem,
        "kind": spec.kind,
        "requester": spec.requester,
        "priority": spec.priority,
        "arguments": value(spec.arguments.as_str()),
    })
}

/// What a worker has done.
#[must_use]
pub fn summary_json(summary: &Summary) -> Value {
    json!({"attempts": summary.attempts, "completed": summary.completed, "other": summary.other, "fenced": summary.fenced,
        "stuck": summary.stuck, "abandoned": summary.abandoned})
}

/// Without the task's id, which stands beside the history.
fn transition_json(transition: &Transition) -> Value {
    let form = json!(transition);
    let members = form.as_object().into_iter().flatten().filter(|(name, _)| *name != "task");
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// What is stored as JSON was checked when it came in.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}
