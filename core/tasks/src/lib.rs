//! The rules of the task orchestrator: states, queue, leases, retries, breakers, schedules, routing and approvals.
//!
//! There is no I/O, no clock, no thread and no chance here: the time and random numbers are handed in, so every decision
//! is a function of state and time, and tests run on virtual time. Whatever changes a task comes out as plain data that a
//! store writes in one transaction with its ledger entry; whatever must survive a restart has a stable JSON form.
//!
//! ```
//! use sealbook_ledger::Time;
//! use sealbook_tasks::{
//!     Act, Arguments, Event, LEASE, Presented, Principal, Role, Spec, State, Task, TaskId, TaskKind, WorkerId, WorkerLease,
//! };
//!
//! # fn main() -> sealbook_error::Result<()> {
//! let now = Time::EPOCH;
//! let spec = Spec::new(TaskKind::parse("process")?, Arguments::parse(r#"["ls"]"#)?, Principal::parse("ann")?);
//! let mut task = Task::submit(TaskId::new(now, [1; 10]), spec, now)?;
//! let worker = WorkerLease::begin(WorkerId::parse("w1")?, None, now, LEASE);
//!
//! let ready = task.decide(Event::Ready, Act::new(Role::Scheduler, now))?;
//! task.apply(&ready)?;
//! let assigned = task.decide(Event::Assign, Act { give: Some(&worker), ..Act::new(Role::Scheduler, now) })?;
//! task.apply(&assigned)?;
//!
//! let lease = task.lease.clone().expect("an assigned task has a holder");
//! for event in [Event::Start, Event::Complete] {
//!     let presented = Presented { lease: &lease, held: Some(&worker) };
//!     let transition = task.decide(event, Act::under(presented, now))?;
//!     task.apply(&transition)?;
//! }
//! assert_eq!((task.state, task.attempts), (State::Completed, 1));
//! # Ok(())
//! # }
//! ```

mod access;
mod breaker;
mod cron;
pub mod deadline;
mod doc;
pub mod graph;
pub mod idempotency;
mod lease;
mod limiter;
mod name;
mod pleading;
mod queue;
mod retry;
mod routing;
mod scale;
mod span;
mod spec;
mod state;
mod subject;
mod task;

pub use access::{Allowance, Ground, Refusal, Right, Standing};
pub use breaker::{
    Breaker, BreakerChange, BreakerDeed, BreakerPolicy, BreakerState, BreakerView, Outcome, Pass,
};
pub use cron::{Due, Missed, Plan, Schedule};
pub use doc::states_page;
pub use lease::{LEASE, Lease, Presented, WorkerLease, fence};
pub use limiter::{Adaptive, Limiter};
pub use name::{AgentId, Key, PleaId, Principal, TaskId, TaskKind, WorkerId};
pub use pleading::{
    ApprovalPolicy, Ballot, Choice, Level, Per, Plea, PleaChange, PleaState, PleaStep, Saying, VOTE_DOMAIN,
    VOTE_REASON_LIMIT, Vote, VoterKey, check_grant,
};
pub use queue::{Candidate, GateLimits, GateName, Item, Passed, Queue, QueueOptions, Rate, Shut, Waiting};
pub use retry::{Failure, Fault, Jitter, RetryBudget, RetryPolicy, Verdict};
pub use routing::{Agent, Capability, Health, Needs, Profile, Registry, Route, Strategy};
pub use scale::{SCALE_PERIOD, Scale};
pub use span::Span;
pub use spec::{
    ARGUMENTS_LIMIT, Arguments, Audit, DEPENDENCIES_LIMIT, Dependency, Idempotency, Limits, OnFailure,
    Priority, Scope, Spec, Timeouts,
};
pub use state::{Effect, Event, Role, Row, State, TABLE, transition};
pub use subject::{DOMAIN, subject};
pub use task::{Act, REASON_LIMIT, Task, Transition};
