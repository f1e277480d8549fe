//! Tasks of a project: the engine over its ledger, with the project's own settings.

mod agent;
mod form;
mod limit;
mod request;
mod schedule;
mod settings;

pub use agent::{agent_json, profile_of};
pub use form::{plea_json, schedule_json, submitted_json, summary_json, task_json, view_json};
pub use limit::{limit_json, limit_of};
pub use request::spec_of;
pub use schedule::schedule_of;
pub use sealbook_runtime::{
    APPROVER, Access, Activity, AgentView, Around, Attempt, CallPolicy, CancelToken, Claimed, Deed,
    DependencyFigures, Engine, EngineOptions, Executor, ExecutorOptions, Figures, Handler, Handlers, Inbox,
    Launcher, News, Outcome, ProcessHandler, ProcessRequest, Progress, Run, ScheduleRequest, Scheduled,
    SharedBreaker, Submitted, Summary, TaskView, Ticket, VoteOn, Voter, WorkerOptions, enter, guard, serve,
    work,
};
pub use sealbook_store::{TaskFilter, TaskRow};
pub use sealbook_tasks::{
    Adaptive, Agent, AgentId, ApprovalPolicy, Arguments, Audit, Ballot, BreakerDeed, BreakerPolicy,
    BreakerState, BreakerView, Capability, Choice, Dependency, Event, Failure, Fault, GateLimits, GateName,
    Health, Idempotency, Jitter, Key, LEASE, Level, Limits, Missed, Needs, OnFailure, Pass, Plea, PleaId,
    PleaState, Principal, Priority, Profile, QueueOptions, Rate, RetryPolicy, Right, Saying, Schedule, Scope,
    Span, Spec, Standing, State, Strategy, Task, TaskId, TaskKind, Timeouts, Transition, VoterKey, WorkerId,
};

use crate::{Ledger, OpenOptions};
use sealbook_error::Result;

impl Ledger {
    /// The engine that submits, decides about and hands out this ledger's tasks. Who may do what stands in the project's `sealbook.toml`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the settings are not understood; `TAMPERED` if the genesis entry is damaged; `CLOSED`, `IO`.
    ///
    /// # Example
    /// ```
    /// use sealbook::tasks::{Arguments, CancelToken, Handlers, Outcome, Principal, Spec, TaskKind, WorkerOptions, work};
    /// use sealbook::{Ledger, OpenOptions};
    /// use std::sync::Arc;
    ///
    /// # fn main() -> sealbook::Result<()> {
    /// let ledger = Ledger::in_memory(&OpenOptions::default())?;
    /// let tasks = ledger.tasks()?;
    /// let kind = TaskKind::parse("add")?;
    /// let id = tasks.submit(Spec::new(kind.clone(), Arguments::parse("[1, 2]")?, Principal::parse("ann")?))?.id;
    ///
    /// let add = |attempt: &sealbook::tasks::Attempt| {
    ///     let numbers: Vec<i64> = serde_json::from_str(attempt.arguments.as_str()).unwrap_or_default();
    ///     Outcome::Complete(numbers.iter().sum::<i64>().to_string())
    /// };
    /// let handlers = Handlers::from([(kind, Arc::new(add) as _)]);
    /// let options = WorkerOptions { until_idle: true, ..WorkerOptions::default() };
    /// work(&tasks, handlers, &options, &CancelToken::new(), &mut |_| {})?;
    /// assert_eq!(tasks.get(id)?.result.as_deref(), Some("3"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn tasks(&self) -> Result<Engine> {
        let inner = self.inner()?;
        let &OpenOptions { payload_limit, redact, .. } = self.options();
        let options = EngineOptions { payload_limit, redact, ..settings::of(inner.path())? };
        Engine::new(inner.store.clone(), options)
    }
}
