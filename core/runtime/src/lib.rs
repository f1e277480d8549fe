//! The task engine and its workers.

mod bell;
mod cancel;
mod engine;
mod executor;
mod handler;
mod process;
mod random;
mod worker;

pub use cancel::CancelToken;
pub use engine::{
    APPROVER, Access, Activity, AgentView, Claimed, Deed, DependencyFigures, Engine, EngineOptions, Figures,
    KindFigures, News, Quantiles, ScheduleRequest, Scheduled, Submitted, TaskView, Turn, VoteOn, Voter,
    WorkerFigures,
};
pub use executor::{Around, CallPolicy, Executor, ExecutorOptions, Run, SharedBreaker, Ticket};
pub use handler::{Attempt, Beat, Handler, Outcome, RESULT_LIMIT, guard};
pub use process::{Launcher, ProcessHandler, ProcessRequest, enter};
pub use worker::{GRACE, Handlers, Inbox, Progress, Summary, WorkerOptions, serve, work};
