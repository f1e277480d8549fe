//! The states of a task and the one table of transitions between them.
//!
//! `docs/tasks-states.md` is made from this table; nothing else in the project says which event leads where.

use sealbook_error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$mark:meta])* $variant:ident $text:literal $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[doc = $meaning] $(#[$mark])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The word that is stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// What it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning,)* }
            }

            /// The one with this word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a task stands.
    State {
        Pending          "pending"           "Accepted, and waiting for dependencies, for its time, for a retry's delay, for a breaker or for an agent.";
        Queued           "queued"            "May run, and waits for a permit.";
        AwaitingApproval "awaiting_approval" "Pleads for approval; holds no worker.";
        Assigned         "assigned"          "Leased to a worker that has not begun.";
        Running          "running"           "The worker's handler is at work.";
        Suspended        "suspended"         "Taken out by somebody until it is resumed.";
        Completed        "completed"         "Ended with a result.";
        Failed           "failed"            "Ended without one: an error that no retry mends, a denial or a deadline.";
        Cancelled        "cancelled"         "Ended because somebody, or a dependency's failure, asked for it.";
        Dead             "dead"              "Retries spent, or too many workers lost over it; kept for redrive.";
    }
}

words! {
    /// What happens to a task.
    Event {
        Ready     "ready"      "All it waited for has come.";
        Plead     "plead"      "It needs approval and has none.";
        Grant     "grant"      "Its plea was approved.";
        Deny      "deny"       "Its plea was denied, vetoed or timed out.";
        Park      "park"       "A breaker is open or no agent is capable.";
        Assign    "assign"     "A worker was given the lease.";
        Start     "start"      "The handler begins: an attempt.";
        Beat      "beat"       "The handler reports progress.";
        Complete  "complete"   "The handler returned a result.";
        Retry     "retry"      "The attempt failed and another may follow after a delay.";
        Fail      "fail"       "The attempt failed and no other can mend it; or a dependency failed whose edge says so.";
        Exhaust   "exhaust"    "The attempt failed and it was the last.";
        Snooze    "snooze"     "The handler asked to be called again later.";
        Escalate  "escalate"   "The attempt failed, and people are to decide whether there is another.";
        Release   "release"    "The worker gives the task back unfinished.";
        LoseLease "lose_lease" "The worker's lease ran out.";
        Poison    "poison"     "The worker's lease ran out, once too often for this task.";
        Expire    "expire"     "A deadline passed before it could run.";
        AskCancel "ask_cancel" "Somebody asked the handler to stop.";
        Cancel    "cancel"     "It is not to run, or its handler has stopped.";
        Suspend   "suspend"    "It is to wait until it is resumed.";
        Resume    "resume"     "It need not wait any more.";
        Redrive   "redrive"    "It is to be tried anew, from the first attempt.";
    }
}

words! {
    /// In which part somebody acts on a task.
    Role {
        Scheduler "scheduler" "The orchestrator itself, by the clock and by the rules.";
        Worker    "worker"    "Who holds the lease, with its epoch.";
        Approver  "approver"  "The outcome of a plea.";
        Requester "requester" "Who submitted the task, or acts for them.";
        Operator  "operator"  "Who may manage the tasks of others.";
    }
}

words! {
    /// What a transition does to the counts of attempts and crashes.
    Effect {
        Keep   "keep"   "Nothing.";
        Spend  "spend"  "One more attempt.";
        Refund "refund" "The attempt that was interrupted does not count.";
        Crash  "crash"  "One more crash; an attempt that had begun does not count.";
        Reset  "reset"  "Both begin again at zero.";
    }
}

impl State {
    /// Whether the task has ended. It can come back only by a redrive.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Dead)
    }

    /// Whether a worker holds the lease, so that every write needs its epoch.
    #[must_use]
    pub const fn is_leased(self) -> bool {
        matches!(self, Self::Assigned | Self::Running)
    }
}

/// One row of the table: in state `from`, `event` by one of `by` leads to `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The state before.
    pub from: State,
    /// What happens.
    pub event: Event,
    /// The state after.
    pub to: State,
    /// Who may make it happen.
    pub by: &'static [Role],
    /// What it does to the counts.
    pub effect: Effect,
}

macro_rules! table {
    ($($from:ident $event:ident $to:ident $effect:ident $($by:ident)|*;)*) => {
        /// Every transition there is.
        pub const TABLE: &[Row] = &[$(Row {
            from: State::$from, event: Event::$event, to: State::$to, by: &[$(Role::$by,)*], effect: Effect::$effect,
        },)*];
    };
}

table! {
    Pending          Ready     Queued           Keep   Scheduler;
    Pending          Plead     AwaitingApproval Keep   Scheduler;
    Pending          Fail      Failed           Keep   Scheduler;
    Pending          Expire    Failed           Keep   Scheduler;
    Pending          Cancel    Cancelled        Keep   Scheduler | Requester | Operator;
    Pending          Suspend   Suspended        Keep   Requester | Operator;

    Queued           Assign    Assigned         Keep   Scheduler;
    Queued           Plead     AwaitingApproval Keep   Scheduler;
    Queued           Park      Pending          Keep   Scheduler;
    Queued           Expire    Failed           Keep   Scheduler;
    Queued           Cancel    Cancelled        Keep   Scheduler | Requester | Operator;
    Queued           Suspend   Suspended        Keep   Requester | Operator;

    AwaitingApproval Grant     Pending          Keep   Approver;
    AwaitingApproval Deny      Failed           Keep   Approver | Scheduler;
    AwaitingApproval Expire    Failed           Keep   Scheduler;
    AwaitingApproval Cancel    Cancelled        Keep   Scheduler | Requester | Operator;

    Assigned         Start     Running          Spend  Worker;
    Assigned         Release   Queued           Keep   Worker;
    Assigned         Park      Pending          Keep   Worker | Scheduler;
    Assigned         Plead     AwaitingApproval Keep   Worker | Scheduler;
    Assigned         LoseLease Queued           Crash  Scheduler;
    Assigned         Poison    Dead             Crash  Scheduler;
    Assigned         Expire    Failed           Keep   Scheduler;
    Assigned         Cancel    Cancelled        Keep   Scheduler | Requester | Operator;

    Running          Beat      Running          Keep   Worker;
    Running          Complete  Completed        Keep   Worker;
    Running          Retry     Pending          Keep   Worker | Scheduler;
    Running          Fail      Failed           Keep   Worker | Scheduler;
    Running          Exhaust   Dead             Keep   Worker | Scheduler;
    Running          Escalate  AwaitingApproval Keep   Worker | Scheduler;
    Running          Snooze    Pending          Refund Worker;
    Running          Park      Pending          Refund Worker;
    Running          Release   Queued           Refund Worker;
    Running          LoseLease Queued           Crash  Scheduler;
    Running          Poison    Dead             Crash  Scheduler;
    Running          AskCancel Running          Keep   Scheduler | Requester | Operator;
    Running          Cancel    Cancelled        Keep   Worker | Scheduler;

    Suspended        Resume    Pending          Keep   Requester | Operator;
    Suspended        Expire    Failed           Keep   Scheduler;
    Suspended        Cancel    Cancelled        Keep   Scheduler | Requester | Operator;

    Failed           Redrive   Pending          Reset  Requester | Operator;
    Cancelled        Redrive   Pending          Reset  Requester | Operator;
    Dead             Redrive   Pending          Reset  Requester | Operator;
}

/// The row for `event` in state `from`, if `by` may cause it.
///
/// # Errors
/// `TASK_ILLEGAL_TRANSITION` naming state and event, and what is possible instead.
///
/// ```
/// use sealbook_tasks::{Event, Role, State, transition};
///
/// let row = transition(State::Running, Event::Complete, Role::Worker)?;
/// assert_eq!(row.to, State::Completed);
/// let error = transition(State::Completed, Event::Start, Role::Worker).unwrap_err();
/// assert_eq!(error.code().name(), "TASK_ILLEGAL_TRANSITION");
/// assert!(error.message().starts_with("a completed task does not take the event start"));
/// # Ok::<(), sealbook_error::Error>(())
/// ```
pub fn transition(from: State, event: Event, by: Role) -> Result<&'static Row> {
    let Some(row) = TABLE.iter().find(|row| row.from == from && row.event == event) else {
        let possible: Vec<_> =
            TABLE.iter().filter(|row| row.from == from).map(|row| row.event.as_str()).collect();
        return Err(refused(from, event, by, format!("a {from} task does not take the event {event}"))
            .remedy(&if possible.is_empty() {
                format!("nothing follows after {from}")
            } else {
                format!("it takes {}", possible.join(", "))
            }));
    };
    if row.by.contains(&by) {
        return Ok(row);
    }
    let allowed: Vec<_> = row.by.iter().map(|role| role.as_str()).collect();
    Err(refused(from, event, by, format!("the event {event} on a {from} task is not for the {by} to cause"))
        .remedy(&format!("it is for the {}", allowed.join(" or the "))))
}

fn refused(from: State, event: Event, by: Role, message: String) -> Error {
    Error::new(Code::IllegalTransition, message).with("state", from).with("event", event).with("by", by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_event_leads_from_a_state_to_one_state_only() {
        let pairs: BTreeSet<_> = TABLE.iter().map(|row| (row.from, row.event)).collect();
        assert_eq!(pairs.len(), TABLE.len());
    }

    #[test]
    fn whatever_is_not_in_the_table_is_refused_with_both_names() {
        let mut refused = 0;
        for &state in State::ALL {
            for &event in Event::ALL {
                for &role in Role::ALL {
                    let row = TABLE.iter().find(|row| row.from == state && row.event == event);
                    match transition(state, event, role) {
                        Ok(found) => assert!(row == Some(found) && found.by.contains(&role)),
                        Err(error) => {
                            assert!(row.is_none_or(|row| !row.by.contains(&role)));
                            assert!(error.message().contains(state.as_str()));
                            assert!(error.message().contains(event.as_str()));
                            refused += 1;
                        }
                    }
                }
            }
        }
        assert!(refused > 1000);
    }

    #[test]
    fn every_state_can_be_reached_and_every_unfinished_one_can_be_cancelled() {
        let mut reached = BTreeSet::from([State::Pending]);
        while TABLE.iter().any(|row| reached.contains(&row.from) && reached.insert(row.to)) {}
        assert_eq!(reached.len(), State::ALL.len());
        for state in State::ALL.iter().filter(|state| !state.is_final()) {
            assert!(TABLE.iter().any(|row| row.from == *state && row.to == State::Cancelled), "{state}");
        }
    }

    #[test]
    fn an_ended_task_only_comes_back_by_redrive_and_a_completed_one_never() {
        assert!(TABLE.iter().filter(|row| row.from.is_final()).all(|row| row.event == Event::Redrive));
        assert!(TABLE.iter().all(|row| row.from != State::Completed));
    }

    #[test]
    fn only_a_start_spends_an_attempt_and_only_begun_work_is_refunded() {
        for row in TABLE {
            assert_eq!(row.effect == Effect::Spend, row.event == Event::Start, "{row:?}");
            assert!(row.effect != Effect::Refund || row.from == State::Running, "{row:?}");
        }
    }

    #[test]
    fn words_are_written_and_read_back() {
        for &state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for &event in Event::ALL {
            assert_eq!(Event::parse(event.as_str()), Some(event));
            assert_eq!(serde_json::to_value(event).unwrap(), event.as_str());
        }
    }
}
