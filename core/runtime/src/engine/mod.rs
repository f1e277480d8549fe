//! The engine: every call that changes a task, each one decision in one transaction.
//!
//! Any number of processes may run an engine over the same store; whoever holds the store's write lock decides.

mod adaptive;
mod agents;
mod attempt;
mod audit;
mod breakers;
mod claim;
mod dependency;
mod desk;
mod document;
mod figures;
mod fire;
mod gates;
mod lease;
mod manage;
mod permits;
mod schedule;
mod scheduler;
mod standby;
mod submit;
mod view;
mod vote;
mod waiting;

pub use agents::AgentView;
pub use claim::{Claimed, News, Turn};
pub use figures::{DependencyFigures, Figures, KindFigures, Quantiles, WorkerFigures};
pub use manage::Deed;
pub use schedule::{ScheduleRequest, Scheduled};
pub(crate) use standby::Standby;
pub use submit::Submitted;
pub use view::{Activity, TaskView};
pub use vote::{VoteOn, Voter};

use crate::bell::Bell;
use desk::Desk;
use scheduler::Scheduler;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{DEFAULT_PAYLOAD_LIMIT, Genesis};
use sealbook_store::sync::Mutex;
use sealbook_store::{Ingest, Receipt, Store, TaskTables, read_tasks, transact};
use sealbook_tasks::{
    ApprovalPolicy, BreakerPolicy, Key, Principal, QueueOptions, REASON_LIMIT, Refusal, Right, Standing,
    Strategy,
};
use standby::Offers;
use std::sync::Arc;

/// The role that may vote where no policy names another.
pub const APPROVER: &str = "approver";

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Access {
    /// Whoever calls is trusted to be who they say, and may do everything; each has the role `approver`.
    #[default]
    Open,
    /// Only these principals, each with its own roles and allowances.
    Listed(Vec<Standing>),
}

impl Access {
    /// What a principal is and may.
    #[must_use]
    pub fn standing(&self, principal: &Principal) -> Standing {
        match self {
            Self::Open => {
                let mut standing = Standing::of(principal.clone());
                for right in Right::ALL {
                    standing = standing.allowed(*right, "*");
                }
                standing.roles.extend(Key::parse(APPROVER));
                standing
            }
            Self::Listed(standings) => {
                let known = standings.iter().find(|standing| standing.principal == *principal);
                known.cloned().unwrap_or_else(|| Standing::of(principal.clone()))
            }
        }
    }
}

/// How an engine decides.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineOptions {
    /// Who may do what.
    pub access: Access,
    /// Size and order of the queue.
    pub queue: QueueOptions,
    /// When breakers open.
    pub breaker: BreakerPolicy,
    /// How one of several agents is chosen that can do a task, if the task does not say.
    pub strategy: Strategy,
    /// The most bytes of the payload of an entry that comes with a submission, in canonical form.
    pub payload_limit: usize,
    /// Replace secrets of known form in such entries. In those about tasks they always are.
    pub redact: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            access: Access::default(),
            queue: QueueOptions::default(),
            breaker: BreakerPolicy::default(),
            strategy: Strategy::default(),
            payload_limit: DEFAULT_PAYLOAD_LIMIT,
            redact: true,
        }
    }
}

/// Submits, decides about and hands out the tasks of one store. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    /// Who looks at tasks through this clone; none for the program itself.
    viewer: Option<Principal>,
}

struct Shared {
    store: Arc<dyn Store>,
    /// For entries about tasks.
    ingest: Ingest,
    /// For entries of callers.
    callers: Ingest,
    options: EngineOptions,
    scheduler: Mutex<Scheduler>,
    bell: Bell,
    offers: Mutex<Offers>,
    /// How many more tasks may be submitted until the queue is counted again.
    room: Mutex<usize>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine over a store. Entries get the same checks as those of callers.
    ///
    /// # Errors
    /// `TAMPERED` if the store's genesis entry is damaged; `INVALID_POLICY` if the breaker's policy is not usable.
    pub fn new(store: Arc<dyn Store>, options: EngineOptions) -> Result<Self> {
        options.breaker.check()?;
        let ledger = store.genesis().map(Genesis::ledger).ok_or_else(|| {
            Error::new(Code::Tampered, "the genesis entry is damaged").remedy("run verify for a full report")
        })?;
        let ingest = Ingest::new(ledger, usize::MAX, true)?;
        let callers = Ingest::new(ledger, options.payload_limit, options.redact)?;
        let scheduler = Mutex::new(Scheduler::new(options.queue));
        Ok(Self {
            viewer: None,
            shared: Arc::new(Shared {
                store,
                ingest,
                callers,
                options,
                scheduler,
                bell: Bell::default(),
                offers: Mutex::default(),
                room: Mutex::new(0),
            }),
        })
    }

    /// What a principal is and may.
    #[must_use]
    pub fn standing(&self, principal: &Principal) -> Standing {
        self.shared.options.access.standing(principal)
    }

    /// Whether whoever calls may do everything.
    pub(crate) fn is_open(&self) -> bool {
        self.shared.options.access == Access::Open
    }

    /// Decides, writes, and rings for those who wait for something to happen.
    fn decide<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Desk<'_>, &Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.decide_with_receipt(decide).map(|(answer, _)| answer)
    }

    /// As [`Engine::decide`], where a refusal is recorded before it is returned.
    fn decide_or_refuse<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Desk<'_>, &Shared) -> Result<std::result::Result<T, Refusal>> + Send + 'static,
    ) -> Result<T> {
        self.decide(move |desk, shared| recorded(decide(desk, shared), desk))?.map_err(Error::from)
    }

    fn decide_with_receipt<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Desk<'_>, &Shared) -> Result<T> + Send + 'static,
    ) -> Result<(T, Receipt)> {
        let shared = self.shared.clone();
        let answer = transact(&*self.shared.store, move |tables, now| {
            let mut desk = Desk::new(tables, now);
            let answer = decide(&mut desk, &shared)?;
            Ok((desk.close(&shared.ingest)?, answer))
        })?;
        self.shared.bell.ring();
        Ok(answer)
    }

    fn read<T>(&self, read: impl FnOnce(&dyn TaskTables) -> Result<T>) -> Result<T> {
        read_tasks(&*self.shared.store, read)
    }

    /// How often something has happened here, for [`Engine::wait_beyond`].
    #[must_use]
    pub fn rings(&self) -> u64 {
        self.shared.bell.count()
    }

    /// Waits until something has happened here since `rings`, or for `timeout`.
    pub fn wait_beyond(&self, rings: u64, timeout: std::time::Duration) {
        self.shared.bell.wait_beyond(rings, timeout);
    }

    /// Wakes whoever waits.
    pub(crate) fn ring(&self) {
        self.shared.bell.ring();
    }

    /// Records a refusal that no decision goes with.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub(crate) fn record_refusal(&self, refusal: Refusal) -> Result<()> {
        self.decide(move |desk, _| {
            desk.refuse(&refusal);
            Ok(())
        })
    }
}

/// An answer of a decision, whose refusal is recorded with it.
fn recorded<T>(
    answer: Result<std::result::Result<T, Refusal>>,
    desk: &mut Desk<'_>,
) -> Result<std::result::Result<T, Refusal>> {
    if let Ok(Err(refusal)) = &answer {
        desk.refuse(refusal);
    }
    answer
}

/// Refuses a reason that is too long to be kept.
fn check_reason(reason: &str) -> Result<()> {
    if reason.len() <= REASON_LIMIT {
        return Ok(());
    }
    let what = format!("a reason of {} bytes", reason.len());
    Err(Error::new(Code::InvalidArgument, what).remedy("say it shorter: 8,192 bytes are kept"))
}

/// The policy by which people decide about a task that keeps failing and has none of its own.
fn escalation() -> ApprovalPolicy {
    ApprovalPolicy::of(1, Key::parse(APPROVER).into_iter().collect())
}
