//! Dependencies between tasks: whether one may begin, and whether a set of them waits for itself.

use crate::{Event, OnFailure, Spec, State, Task, TaskId};
use sealbook_error::{Code, Error, Result};
use std::collections::HashMap;

/// What a task's dependencies mean for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// All have ended as they should.
    Met,
    /// These have not ended, or have failed and block.
    Waits(Vec<TaskId>),
    /// One has failed and its edge says that the task ends too: `cancel` or `fail`.
    Ends(Event, String),
}

/// Whether a pending task's dependencies let it begin. `state` looks up the state of a task; one that is not known has
/// been deleted and counts as failed.
#[must_use]
pub fn readiness(spec: &Spec, state: impl Fn(TaskId) -> Option<State>) -> Readiness {
    let mut waits = Vec::new();
    for dependency in &spec.after {
        let found = state(dependency.task);
        let word = found.map_or("gone", State::as_str);
        let ends = |event| Readiness::Ends(event, format!("dependency {} is {word}", dependency.task));
        match (found, dependency.on_failure) {
            (Some(State::Completed), _) => {}
            (Some(state), _) if !state.is_final() => waits.push(dependency.task),
            (_, OnFailure::Run) => {}
            (_, OnFailure::Block) => waits.push(dependency.task),
            (_, OnFailure::Cancel) => return ends(Event::Cancel),
            (_, OnFailure::Fail) => return ends(Event::Fail),
        }
    }
    if waits.is_empty() { Readiness::Met } else { Readiness::Waits(waits) }
}

/// Checks tasks that are submitted together. Tasks that exist already cannot depend on new ones, so only the new ones
/// can wait for each other in a circle.
///
/// # Errors
/// `DEPENDENCY_CYCLE` naming the tasks of a circle; `INVALID_TASK` if a dependency is neither among them nor known.
pub fn check(tasks: &[Task], known: impl Fn(TaskId) -> bool) -> Result<()> {
    let index: HashMap<TaskId, usize> = tasks.iter().enumerate().map(|(at, task)| (task.id, at)).collect();
    let mut edges: Vec<Vec<usize>> = Vec::with_capacity(tasks.len());
    for task in tasks {
        let mut out = Vec::new();
        for dependency in &task.spec.after {
            match index.get(&dependency.task) {
                Some(at) => out.push(*at),
                None if known(dependency.task) => {}
                None => {
                    return Err(Error::new(
                        Code::InvalidTask,
                        format!(
                            "task {} depends on {}, which nobody has submitted",
                            task.id, dependency.task
                        ),
                    )
                    .remedy("submit it first, or in the same call"));
                }
            }
        }
        edges.push(out);
    }
    match circle(&edges) {
        None => Ok(()),
        Some(circle) => {
            let names = circle.iter().filter_map(|at| tasks.get(*at)).map(|task| task.id.to_string());
            let names: Vec<_> = names.take(20).collect();
            Err(Error::new(
                Code::DependencyCycle,
                format!("tasks wait for each other: {}", names.join(" -> ")),
            )
            .remedy("leave one of these dependencies out"))
        }
    }
}

/// A circle in a graph, without recursion: the depth is the caller's to choose.
fn circle(edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    for start in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        if marks.get(start) != Some(&Mark::New) {
            continue;
        }
        *marks.get_mut(start)? = Mark::Open;
        while let Some((node, next)) = path.last_mut() {
            let Some(&to) = edges.get(*node).and_then(|out| out.get(*next)) else {
                *marks.get_mut(*node)? = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match marks.get(to) {
                Some(Mark::New) => {
                    *marks.get_mut(to)? = Mark::Open;
                    path.push((to, 0));
                }
                Some(Mark::Open) => {
                    return Some(path.iter().map(|(node, _)| *node).skip_while(|node| *node != to).collect());
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Dependency, Principal, TaskKind};
    use proptest::prelude::*;
    use sealbook_ledger::Time;

    fn id(n: usize) -> TaskId {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&(n as u64).to_be_bytes());
        TaskId::new(Time::EPOCH, random)
    }

    fn spec(after: &[(usize, OnFailure)]) -> Spec {
        let kind = TaskKind::parse("work").unwrap();
        let after = after.iter().map(|&(n, on_failure)| Dependency { task: id(n), on_failure }).collect();
        Spec { after, ..Spec::new(kind, Arguments::parse("1").unwrap(), Principal::parse("ann").unwrap()) }
    }

    fn task(n: usize, after: &[usize]) -> Task {
        let after: Vec<_> = after.iter().map(|n| (*n, OnFailure::Block)).collect();
        Task::submit(id(n), spec(&after), Time::EPOCH).unwrap()
    }

    #[test]
    fn each_edge_says_what_a_failure_means() {
        use OnFailure::{Block, Cancel, Fail, Run};
        let with = |edge, state| readiness(&spec(&[(1, edge)]), |_| state);
        for edge in [Block, Cancel, Fail, Run] {
            assert_eq!(with(edge, Some(State::Completed)), Readiness::Met);
            assert_eq!(with(edge, Some(State::Running)), Readiness::Waits(vec![id(1)]));
        }
        for state in [Some(State::Failed), Some(State::Dead), Some(State::Cancelled), None] {
            assert_eq!(with(Run, state), Readiness::Met);
            assert_eq!(with(Block, state), Readiness::Waits(vec![id(1)]));
            assert!(matches!(with(Cancel, state), Readiness::Ends(Event::Cancel, _)));
            assert!(matches!(with(Fail, state), Readiness::Ends(Event::Fail, _)));
        }
        let one_fails = readiness(&spec(&[(1, Block), (2, Fail)]), |task| {
            Some(if task == id(1) { State::Running } else { State::Dead })
        });
        assert!(matches!(one_fails, Readiness::Ends(Event::Fail, why) if why.contains("is dead")));
    }

    #[test]
    fn a_circle_is_refused_by_name_and_a_diamond_is_none() {
        assert!(check(&[task(1, &[]), task(2, &[1]), task(3, &[1]), task(4, &[2, 3])], |_| false).is_ok());
        let error =
            check(&[task(1, &[3]), task(2, &[1]), task(3, &[2]), task(4, &[])], |_| false).unwrap_err();
        assert_eq!(error.code(), Code::DependencyCycle);
        assert!((1..=3).all(|n| error.message().contains(&id(n).to_string())), "{error}");
        assert!(!error.message().contains(&id(4).to_string()));
    }

    #[test]
    fn a_dependency_that_nobody_has_submitted_is_refused() {
        assert_eq!(check(&[task(1, &[9])], |_| false).unwrap_err().code(), Code::InvalidTask);
        assert!(check(&[task(1, &[9])], |task| task == id(9)).is_ok());
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_no_deeper_than_the_heap() {
        let edges: Vec<Vec<usize>> = (0..100_000).map(|n| if n > 0 { vec![n - 1] } else { vec![] }).collect();
        assert_eq!(circle(&edges), None);
        let mut round = edges;
        round[0].push(99_999);
        assert_eq!(circle(&round).map(|circle| circle.len()), Some(100_000));
    }

    proptest! {
        #[test]
        fn a_circle_is_found_exactly_when_no_order_exists(edges in prop::collection::vec(prop::collection::vec(0usize..12, 0..4), 12)) {
            // Kahn's algorithm: take away what depends on nothing that is left.
            let mut left: Vec<usize> = (0..edges.len()).collect();
            while let Some(at) = left.iter().position(|n| edges[*n].iter().all(|to| !left.contains(to))) {
                left.remove(at);
            }
            let found = circle(&edges);
            prop_assert_eq!(found.is_some(), !left.is_empty());
            if let Some(circle) = found {
                for (at, node) in circle.iter().enumerate() {
                    prop_assert!(edges[*node].contains(&circle[(at + 1) % circle.len()]));
                }
            }
        }
    }
}
