//! Why a task waits, in words.

use super::Engine;
use super::agents::Agents;
use super::gates::GATES;
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_store::TaskTables;
use sealbook_tasks::graph::{Readiness, readiness};
use sealbook_tasks::{Candidate, GateName, Route, Shut, State, Task, Waiting};

impl Engine {
    /// What a task waits for; none if it runs or has ended.
    pub(super) fn waiting(&self, tables: &dyn TaskTables, task: &Task, now: Time) -> Result<Option<String>> {
        Ok(match task.state {
            State::Pending if task.not_before > now => {
                Some(with_reason(task, format!("not before {}", task.not_before)))
            }
            State::Pending => {
                let state = |id| tables.task(id).ok().flatten().map(|row| row.task.state);
                match readiness(&task.spec, state) {
                    Readiness::Waits(tasks) => {
                        let names: Vec<_> = tasks.iter().take(10).map(ToString::to_string).collect();
                        let more = tasks.len().saturating_sub(names.len());
                        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                        Some(format!("the end of {}{more}", names.join(", ")))
                    }
                    _ => None,
                }
            }
            State::AwaitingApproval => Some(with_reason(task, "its approval".to_owned())),
            State::Suspended => Some(with_reason(task, "somebody to resume it".to_owned())),
            State::Queued => self.queued(tables, task, now)?,
            _ => None,
        })
    }

    fn queued(&self, tables: &dyn TaskTables, task: &Task, now: Time) -> Result<Option<String>> {
        // Only gates need the queue, which takes as long to read as it is.
        if !tables.documents(GATES)?.is_empty() {
            let mut scheduler = self.shared.scheduler.lock();
            scheduler.catch_up(tables, now)?;
            if let Some(Waiting::Gate(gate, shut)) = scheduler.why(task.id, now) {
                return Ok(Some(shut_gate(&gate, shut)));
            }
        }
        let needs = &task.spec.needs;
        if needs.is_empty() {
            return Ok(Some("a free worker".to_owned()));
        }
        let next = Candidate { task: task.id, kind: &task.spec.kind, needs: Some(needs) };
        let route = Agents::load(tables, now)?.route(next, self.shared.options.strategy);
        Ok(Some(match route {
            Route::To(id) => format!("agent {id}, whose turn it is"),
            Route::Busy(why) | Route::Nobody(why) => why,
        }))
    }
}

fn with_reason(task: &Task, what: String) -> String {
    match &task.reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what,
    }
}

fn shut_gate(gate: &GateName, shut: Shut) -> String {
    let name = match gate {
        GateName::Queue => "the queue".to_owned(),
        GateName::Kind(kind) => format!("the kind {kind}"),
        GateName::Key(key) => format!("the key {key}"),
        GateName::Dependency(key) => format!("the dependency {key}"),
    };
    match shut {
        Shut::Paused => format!("{name} is paused"),
        Shut::Full => format!("as many tasks of {name} run as may"),
        Shut::Until(time) => format!("the rate of {name} lets none pass before {time}"),
    }
}
